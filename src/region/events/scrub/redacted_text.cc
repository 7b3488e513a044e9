#include "region/events/scrub/redacted_text.h"

#include <algorithm>

#include "base/bytes.h"
#include "platform/crypto/hash.h"
#include "region/events/document/value.h"

namespace gatehouse::events::scrub {
namespace {

std::string UpperHex(std::string_view bytes) {
  std::string text = HexEncode(bytes);
  for (char& c : text) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c;
  return text;
}

// One '*' per character; separators stay, and so do the last digits of a card.
std::string Mask(std::string_view value, const Rule& rule) {
  std::string_view kept;
  std::size_t open_digits = 0;
  if (rule.kind == Rule::Kind::kBuiltIn) {
    switch (rule.built_in) {
      case BuiltIn::kCreditCard:
        kept = "- ";
        open_digits = 4;
        break;
      case BuiltIn::kEmail:
        kept = ".@";
        break;
      case BuiltIn::kIp:
        kept = ".:";
        break;
      case BuiltIn::kMac:
      case BuiltIn::kUuid:
      case BuiltIn::kUsSsn:
      case BuiltIn::kImei:
        kept = "-:";
        break;
      default:
        break;
    }
  }
  std::size_t digits = 0;
  for (char c : value) digits += c >= '0' && c <= '9';
  std::string out;
  std::size_t passed = 0;
  for (char c : value) {
    if ((static_cast<unsigned char>(c) & 0xC0) == 0x80) continue;
    bool digit = c >= '0' && c <= '9';
    passed += digit;
    bool open = digit && open_digits > 0 && passed + open_digits > digits;
    out += open || kept.find(c) != kept.npos ? c : '*';
  }
  return out;
}

}  // namespace

Replacement Redact(std::string_view value, const Rule& rule, const std::string& hash_key) {
  switch (rule.redaction.method) {
    case Method::kRemove:
      return {"", RemarkKind::kRemoved};
    case Method::kReplace:
      return {rule.redaction.text, RemarkKind::kSubstituted};
    case Method::kMask:
      return {Mask(value, rule), RemarkKind::kMasked};
    case Method::kHash:
      return {UpperHex(crypto::HmacSha1(hash_key, value)), RemarkKind::kPseudonymized};
    case Method::kDefault:
      break;
  }
  if (rule.kind == Rule::Kind::kBuiltIn) {
    return {std::string(DefaultText(rule.built_in)), RemarkKind::kSubstituted};
  }
  if (rule.kind == Rule::Kind::kAnything) return {"", RemarkKind::kRemoved};
  return {rule.redaction.text, RemarkKind::kSubstituted};
}

RedactedText::RedactedText(std::string_view text, const json::Array* remarks) {
  std::size_t done = 0;  // characters
  if (remarks != nullptr) {
    for (const json::Value& item : *remarks) {
      const json::Array* remark = item.if_array();
      if (remark == nullptr || remark->size() < 4 || !(*remark)[0].is_string() ||
          !(*remark)[1].is_string() || Text((*remark)[1]).size() != 1) {
        continue;
      }
      std::size_t begin = Unsigned((*remark)[2]).value_or(0);
      std::size_t end = Unsigned((*remark)[3]).value_or(0);
      if (begin < done || end < begin) continue;
      std::string_view before = text.substr(0, BytesOfChars(text, begin - done));
      text.remove_prefix(before.size());
      std::string_view covered = text.substr(0, BytesOfChars(text, end - begin));
      text.remove_prefix(covered.size());
      if (!before.empty()) pieces_.push_back({.text = std::string(before)});
      pieces_.push_back({.text = std::string(covered),
                         .redacted = true,
                         .rule = std::string(Text((*remark)[0])),
                         .kind = static_cast<RemarkKind>(Text((*remark)[1])[0])});
      done = end;
    }
  }
  if (!text.empty() || pieces_.empty()) pieces_.push_back({.text = std::string(text)});
}

template <class FindAll, class Replace>
void RedactedText::Split(std::string_view rule, RemarkKind kind, FindAll find_all,
                         Replace replace) {
  std::vector<Piece> out;
  for (Piece& piece : pieces_) {
    std::vector<Match> matches;
    if (!piece.redacted) matches = find_all(std::string_view(piece.text));
    std::string_view text = piece.text;
    std::size_t done = 0;
    for (const Match& match : matches) {
      std::string_view found = text.substr(match.begin, match.end - match.begin);
      std::string made = replace(found);
      if (made == found)
        continue;  // a replacement is found again in a text that was scrubbed before
      changed_ = true;
      if (match.begin > done) {
        out.push_back({.text = std::string(text.substr(done, match.begin - done))});
      }
      out.push_back(
          {.text = std::move(made), .redacted = true, .rule = std::string(rule), .kind = kind});
      done = match.end;
    }
    if (done == 0) {
      out.push_back(std::move(piece));
    } else if (done < text.size()) {
      out.push_back({.text = std::string(text.substr(done))});
    }
  }
  pieces_ = std::move(out);
}

namespace {

std::vector<Match> FindAllBuiltIn(BuiltIn kind, std::string_view text) {
  std::vector<Match> matches;
  for (std::size_t from = 0; from < text.size();) {
    auto match = Find(kind, text, from);
    if (!match) break;
    matches.push_back(*match);
    from = match->end;
  }
  return matches;
}

std::vector<Match> FindAllPattern(const Rule& rule, std::string_view text, std::uint64_t& budget) {
  std::vector<Match> matches;
  std::size_t done = 0;  // end of what is replaced already
  auto add = [&](const Pattern::Range& range) {
    if (range.first == std::string_view::npos || range.second <= range.first ||
        range.first < done) {
      return;
    }
    matches.push_back({range.first, range.second});
    done = range.second;
  };
  for (std::size_t from = 0; from <= text.size();) {
    auto ranges = rule.pattern->Search(text, from, budget);
    if (!ranges) {
      // A text that costs too much to read is treated as all secret.
      if (budget == 0) return {{0, text.size()}};
      break;
    }
    if (rule.groups.empty()) {
      add(ranges->front());
    } else {
      std::vector<Pattern::Range> groups;
      for (std::size_t group : rule.groups) groups.push_back((*ranges)[group]);
      std::ranges::sort(groups);
      for (const Pattern::Range& range : groups) add(range);
    }
    std::size_t next = ranges->front().second;
    from = next > from ? next : from + 1;
  }
  return matches;
}

}  // namespace

void RedactedText::Apply(BuiltIn kind, std::string_view rule, std::string_view replacement) {
  Split(
      rule, RemarkKind::kSubstituted,
      [kind](std::string_view text) { return FindAllBuiltIn(kind, text); },
      [replacement](std::string_view) { return std::string(replacement); });
}

void RedactedText::Apply(const Rule& rule, const std::string& hash_key, std::uint64_t& budget) {
  RemarkKind kind = Redact("", rule, hash_key).kind;
  auto replace = [&](std::string_view value) { return Redact(value, rule, hash_key).text; };
  switch (rule.kind) {
    case Rule::Kind::kBuiltIn:
      return Split(
          rule.id, kind, [&](std::string_view text) { return FindAllBuiltIn(rule.built_in, text); },
          replace);
    case Rule::Kind::kPattern:
      return Split(
          rule.id, kind, [&](std::string_view text) { return FindAllPattern(rule, text, budget); },
          replace);
    case Rule::Kind::kPair:
    case Rule::Kind::kAnything:
      return Split(
          rule.id, kind, [](std::string_view text) { return std::vector<Match>{{0, text.size()}}; },
          replace);
  }
}

std::string RedactedText::Join() const {
  std::string text;
  for (const Piece& piece : pieces_) text += piece.text;
  return text;
}

void RedactedText::Annotate(const Path& path, Annotations& notes) const {
  notes.ForgetRemarks(path);
  std::size_t at = 0;
  for (const Piece& piece : pieces_) {
    std::size_t chars = CountChars(piece.text);
    if (piece.redacted) notes.Remark(path, piece.rule, piece.kind, at, at + chars);
    at += chars;
  }
}

}  // namespace gatehouse::events::scrub
