#include "region/orgs/members/search.h"

#include "base/text.h"

namespace gatehouse::members {
namespace {

struct Word {
  std::string key;    // "" of free text
  std::string value;  // without quotes
};

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// One word from `at` on; quotes keep spaces and colons in it. A quote that never ends does so at
// the end of the text.
Word NextWord(std::string_view text, std::size_t& at) {
  Word word;
  bool quoted = false;
  bool has_key = false;
  bool was_quoted = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\')) {
        word.value += text[++at];
      } else if (c == '"') {
        quoted = false;
      } else {
        word.value += c;
      }
      continue;
    }
    if (IsSpace(c)) break;
    if (c == '"') {
      quoted = was_quoted = true;
    } else if (c == ':' && !has_key && !was_quoted && !word.value.empty()) {
      has_key = true;
      word.key = AsciiLower(word.value);
      word.value.clear();
    } else {
      word.value += c;
    }
  }
  return word;
}

std::optional<bool> Truth(std::string_view value) {
  if (EqualsIgnoreCase(value, "true")) return true;
  if (EqualsIgnoreCase(value, "false")) return false;
  return std::nullopt;
}

// Twice with both values: a contradiction, which finds nothing.
void SetTruth(Terms& terms, std::optional<bool>& field, std::string_view value) {
  const std::optional<bool> truth = Truth(value);
  if (!truth || (field && *field != *truth)) terms.nothing = true;
  field = truth;
}

template <class Id>
void AddId(Terms& terms, std::vector<Id>& field, std::string_view value) {
  if (auto id = Id::Parse(value)) {
    field.push_back(*id);
  } else {
    terms.nothing = true;
  }
}

void AddTerm(Terms& terms, Word word) {
  if (word.value.empty()) {
    terms.nothing = true;
  } else if (word.key == "email") {
    terms.emails.push_back(std::move(word.value));
  } else if (word.key == "id") {
    AddId(terms, terms.ids, word.value);
  } else if (word.key == "user.id") {
    AddId(terms, terms.users, word.value);
  } else if (word.key == "scope") {
    terms.scopes.push_back(std::move(word.value));
  } else if (word.key == "role") {
    terms.roles.push_back(AsciiLower(word.value));
  } else if (word.key == "isinvited") {
    SetTruth(terms, terms.invited, word.value);
  } else if (word.key == "ssolinked") {
    SetTruth(terms, terms.sso_linked, word.value);
  } else if (word.key == "has2fa") {
    SetTruth(terms, terms.has_2fa, word.value);
  } else if (word.key == "hasexternalusers") {
    // Nobody is linked to an account of a chat or a code host here.
    if (Truth(word.value) != false) terms.nothing = true;
  } else {
    terms.nothing = true;
  }
}

}  // namespace

bool Terms::everything() const { return *this == Terms(); }

Terms ParseSearch(std::string_view query) {
  Terms terms;
  if (query.size() > kMaxQueryBytes || !IsValidUtf8(query) || query.contains('\0')) {
    terms.nothing = true;
    return terms;
  }
  std::size_t words = 0;
  for (std::size_t at = 0; at < query.size();) {
    if (IsSpace(query[at])) {
      ++at;
      continue;
    }
    if (++words > kMaxTerms) {
      terms.nothing = true;
      break;
    }
    Word word = NextWord(query, at);
    if (!word.key.empty()) {
      AddTerm(terms, std::move(word));
    } else if (!word.value.empty()) {
      if (!terms.text.empty()) terms.text += ' ';
      terms.text += word.value;
    }
  }
  return terms;
}

}  // namespace gatehouse::members
