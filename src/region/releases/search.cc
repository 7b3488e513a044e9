#include "region/releases/search.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "region/releases/policy.h"

namespace gatehouse::releases {
namespace {

// With `*` standing for anything.
bool MatchesWildcard(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

void AddEscaped(std::string& out, std::string_view text, bool stars) {
  for (const char c : AsciiLower(text)) {
    if (c == '*' && stars) {
      out += '%';
      continue;
    }
    if (c == '%' || c == '_' || c == '!') out += '!';
    out += c;
  }
}

// Words apart by blanks; quotes hold a word together.
std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      if (!word.empty()) words.push_back(std::move(word));
      word.clear();
    } else {
      word += c;
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

bool ParseBound(std::string_view text, Search& search) {
  Search::Bound bound{.op = "=", .version = {}};
  for (const std::string_view op : {">=", "<=", ">", "<", "="}) {
    if (text.starts_with(op)) {
      bound.op = op;
      text.remove_prefix(op.size());
      break;
    }
  }
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    search.package = text.substr(0, at);
    text.remove_prefix(at + 1);
  }
  std::string_view numbers = text.substr(0, text.find_first_of("-+"));
  std::string full = "x@" + std::string(text);
  if (numbers.ends_with(".*") || numbers == "*" || numbers.ends_with(".x")) {
    numbers = numbers == "*" ? "" : numbers.substr(0, numbers.size() - 2);
    full = "x@" + (numbers.empty() ? "0" : std::string(numbers));
  }
  const auto version = ParseSemanticVersion(full);
  if (!version) return false;
  bound.version = *version;
  bound.parts = numbers.empty() ? 0 : static_cast<int>(std::ranges::count(numbers, '.')) + 1;
  bound.has_prerelease = !version->prerelease.empty();
  search.bounds.push_back(std::move(bound));
  return true;
}

std::strong_ordering CompareParts(const SemanticVersion& version, const Search::Bound& bound) {
  const std::int64_t left[] = {version.major, version.minor, version.patch, version.revision};
  const std::int64_t right[] = {bound.version.major, bound.version.minor, bound.version.patch,
                                bound.version.revision};
  for (int i = 0; i < bound.parts; ++i) {
    if (left[i] != right[i]) return left[i] <=> right[i];
  }
  return std::strong_ordering::equal;
}

}  // namespace

bool Search::Matches(const Release& release) const {
  if (nothing) return false;
  if (!HasMore()) return true;
  if (!release.semantic) return false;
  for (const Bound& bound : bounds) {
    const bool whole = bound.parts >= 3 || bound.has_prerelease;
    const auto order =
        whole ? Compare(*release.semantic, bound.version) : CompareParts(*release.semantic, bound);
    const bool fits = bound.op == "="    ? order == 0
                      : bound.op == "<"  ? order < 0
                      : bound.op == "<=" ? order <= 0
                      : bound.op == ">"  ? order > 0
                                         : order >= 0;
    if (!fits) return false;
  }
  return (build.empty() || MatchesWildcard(build, release.semantic->build)) &&
         (stage.empty() || MatchesWildcard(stage, release.semantic->prerelease));
}

Search ParseSearch(std::string_view text) {
  Search search;
  std::string contained;
  for (const std::string& word : Words(text)) {
    const auto [key, value] = SplitOnce(word, ':');
    if (key == "release" && !value.empty()) {
      AddEscaped(search.pattern, value, true);
    } else if (key == "release.version" || key == "release.package" || key == "release.build" ||
               key == "release.stage") {
      if (value.empty()) {
        search.nothing = true;
      } else if (key == "release.version") {
        if (!ParseBound(value, search)) search.nothing = true;
      } else if (key == "release.package") {
        search.package = value;
      } else if (key == "release.build") {
        search.build = value;
      } else {
        search.stage = value;
      }
    } else {
      if (!contained.empty()) contained += ' ';
      contained += word;
    }
  }
  if (!contained.empty() && search.pattern.empty()) {
    search.pattern = "%";
    AddEscaped(search.pattern, contained, false);
    search.pattern += "%";
  }
  return search;
}

}  // namespace gatehouse::releases
