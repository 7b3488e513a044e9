#include "region/releases/commits.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/ascii.h"
#include "base/text.h"
#include "platform/json/json.h"

#include "region/releases/errors.h"
#include "region/releases/policy.h"

namespace gatehouse::releases {
namespace {

constexpr std::size_t kMaxId = 64;
constexpr std::size_t kMaxRepository = 64;
constexpr std::size_t kMaxAuthorName = 128;
constexpr std::size_t kMaxAuthorEmail = 75;
constexpr std::size_t kMaxPath = 510;
constexpr std::size_t kMaxMessage = 16 * 1024;
constexpr std::size_t kMaxCommits = 10'000;
constexpr json::Limits kLimits{.max_bytes = 64u << 20};

Result<void> CheckLength(std::string_view text, std::size_t most, std::string_view field) {
  if (Characters(text) > most || !IsValidUtf8(text) || text.find('\0') != std::string_view::npos) {
    return Fail(Code::kInvalidArgument, kCommitInvalid, std::string(field));
  }
  return {};
}

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsWord(char c) { return IsLetter(c) || IsDigit(c) || c == '_'; }

// Without the address there is one made of the name: "Ann Lee" → "annlee@localhost".
std::string AddressFor(std::string_view name) {
  std::string out;
  for (const char c : AsciiLower(name)) {
    if (IsLetter(c) || IsDigit(c) || c == '-' || c == '_' || c == '.') out += c;
  }
  return out + "@localhost";
}

std::string Text(const json::Object& object, std::string_view key) {
  return std::string(json::GetString(object, key).value_or(""));
}

// The short id at the beginning of the text: its length, slug and number.
struct ShortIdAt {
  std::size_t length = 0;
  std::string slug;
  std::int64_t number = 0;
};
std::optional<ShortIdAt> ReadShortId(std::string_view text) {
  // Crockford's alphabet: no I, L, O, U.
  constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::size_t length = 0;
  while (length < text.size() && (IsWord(text[length]) || text[length] == '-')) ++length;
  while (length > 0 && text[length - 1] == '-') --length;
  const std::string_view id = text.substr(0, length);
  const std::size_t dash = id.rfind('-');
  if (dash == std::string_view::npos || dash == 0 || length - dash > 13) return std::nullopt;
  ShortIdAt out{.length = length, .slug = AsciiLower(id.substr(0, dash)), .number = 0};
  for (const char raw : id.substr(dash + 1)) {
    const char upper = raw >= 'a' && raw <= 'z' ? static_cast<char>(raw - 32) : raw;
    const std::size_t digit = kDigits.find(upper);
    if (digit == std::string_view::npos) return std::nullopt;
    out.number = out.number * 32 + static_cast<std::int64_t>(digit);
  }
  return out;
}

}  // namespace

Result<std::vector<Commit>> PrepareCommits(std::vector<Commit> commits,
                                           std::string_view default_repository) {
  if (commits.size() > kMaxCommits) return Fail(Code::kInvalidArgument, kCommitInvalid, "commits");
  std::vector<Commit> kept;
  std::set<std::pair<std::string, std::string>> seen;
  for (Commit& commit : commits) {
    if (commit.id.empty()) return Fail(Code::kInvalidArgument, kCommitInvalid, "id");
    GH_TRY_VOID(CheckLength(commit.id, kMaxId, "id"));
    GH_TRY_VOID(CheckLength(commit.repository, kMaxRepository, "repository"));
    GH_TRY_VOID(CheckLength(commit.author_name, kMaxAuthorName, "author_name"));
    GH_TRY_VOID(CheckLength(commit.author_email, kMaxAuthorEmail, "author_email"));
    GH_TRY_VOID(CheckLength(commit.message, commit.message.size(), "message"));
    for (const FileChange& change : commit.changes) {
      GH_TRY_VOID(CheckLength(change.path, kMaxPath, "patch_set"));
      if (change.type != 'A' && change.type != 'M' && change.type != 'D') {
        return Fail(Code::kInvalidArgument, kCommitInvalid, "patch_set");
      }
    }
    if (commit.message.find("#skipsentry") != std::string::npos) continue;
    if (commit.repository.empty()) commit.repository = default_repository;
    if (commit.author_email.empty() && !commit.author_name.empty()) {
      commit.author_email = TruncateUtf8(AddressFor(commit.author_name), kMaxAuthorEmail);
    }
    commit.message = TruncateUtf8(commit.message, kMaxMessage);
    if (seen.emplace(commit.repository, commit.id).second) kept.push_back(std::move(commit));
  }
  // Of the same second: as they were sent, which is how version control lists them.
  std::vector<std::size_t> order(kept.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return kept[a].at != kept[b].at ? kept[a].at > kept[b].at : a < b;
  });
  std::vector<Commit> sorted;
  for (const std::size_t i : order) sorted.push_back(std::move(kept[i]));
  return sorted;
}

std::string EncodeCommits(const std::vector<Commit>& commits) {
  json::Array list;
  for (const Commit& commit : commits) {
    json::Object object;
    object["id"] = commit.id;
    object["repository"] = commit.repository;
    object["message"] = commit.message;
    object["author_name"] = commit.author_name;
    object["author_email"] = commit.author_email;
    object["at"] = commit.at.micros;
    if (!commit.changes.empty()) {
      json::Array changes;
      for (const FileChange& change : commit.changes) {
        changes.push_back(json::Array{change.path, std::string(1, change.type)});
      }
      object["changes"] = std::move(changes);
    }
    list.push_back(std::move(object));
  }
  return json::Serialize(json::Value(std::move(list)));
}

std::vector<Commit> DecodeCommits(std::string_view text) {
  std::vector<Commit> commits;
  if (text.size() <= 2) return commits;
  const auto parsed = json::Parse(text, kLimits);
  if (!parsed || !parsed->is_array()) return commits;
  for (const json::Value& one : parsed->as_array()) {
    if (!one.is_object()) continue;
    const json::Object& object = one.as_object();
    Commit commit{.id = Text(object, "id"),
                  .repository = Text(object, "repository"),
                  .message = Text(object, "message"),
                  .author_name = Text(object, "author_name"),
                  .author_email = Text(object, "author_email"),
                  .at = {json::GetInt(object, "at").value_or(0)},
                  .changes = {}};
    if (const json::Array* changes = json::GetArray(object, "changes")) {
      for (const json::Value& change : *changes) {
        if (!change.is_array() || change.as_array().size() != 2) continue;
        const json::Array& pair = change.as_array();
        if (!pair[0].is_string() || !pair[1].is_string() || pair[1].as_string().empty()) continue;
        commit.changes.push_back({std::string(pair[0].as_string()), pair[1].as_string()[0]});
      }
    }
    commits.push_back(std::move(commit));
  }
  return commits;
}

std::vector<std::pair<std::string, std::int64_t>> FixedIssues(std::string_view message) {
  constexpr std::array<std::string_view, 9> kWords = {
      "fix", "fixes", "fixed", "close", "closes", "closed", "resolve", "resolves", "resolved"};
  std::vector<std::pair<std::string, std::int64_t>> issues;
  std::size_t at = 0;
  while (at < message.size()) {
    if (!IsWord(message[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < message.size() && IsWord(message[end])) ++end;
    const std::string word = AsciiLower(message.substr(at, end - at));
    at = end;
    if (std::ranges::find(kWords, word) == kWords.end()) continue;
    // "fixes: A-1, B-2 & C-3 and D-4"
    while (true) {
      std::size_t next = at;
      while (next < message.size() && (message[next] == ' ' || message[next] == ':' ||
                                       message[next] == ',' || message[next] == '&')) {
        ++next;
      }
      if (message.substr(next).starts_with("and ")) next += 4;
      if (next == at) break;
      const auto id = ReadShortId(message.substr(next));
      if (!id) break;
      issues.emplace_back(id->slug, id->number);
      at = next + id->length;
    }
  }
  return issues;
}

std::pair<std::string, std::string> SplitRange(std::string_view commit) {
  const std::size_t dots = commit.find("..");
  if (dots == std::string_view::npos) return {"", std::string(commit)};
  return {std::string(commit.substr(0, dots)), std::string(commit.substr(dots + 2))};
}

}  // namespace gatehouse::releases
