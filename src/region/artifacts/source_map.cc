#include "region/artifacts/source_map.h"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>

#include "base/text.h"
#include "region/artifacts/bundle.h"
#include "region/artifacts/errors.h"

namespace gatehouse::artifacts {
namespace {

constexpr int kMaxDepth = 3;
constexpr std::size_t kMaxPath = 4096;
// How far from the end of a script its comments are looked for.
constexpr std::size_t kTail = 64 * 1024;

std::unexpected<Error> InvalidMap(std::string_view detail) {
  return Fail(Code::kInvalidArgument, kSourceMapInvalid, std::string(detail));
}

constexpr std::array<std::int8_t, 256> MakeDigits() {
  std::array<std::int8_t, 256> digits{};
  digits.fill(-1);
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  return digits;
}
constexpr std::array<std::int8_t, 256> kDigits = MakeDigits();

// One number of a segment. false: not one, or none that fits.
bool ReadVlq(std::string_view text, std::size_t& at, std::int64_t& value) {
  std::uint64_t bits = 0;
  for (int shift = 0; shift <= 30; shift += 5) {
    if (at >= text.size()) return false;
    const int digit = kDigits[static_cast<unsigned char>(text[at])];
    if (digit < 0) return false;
    ++at;
    bits |= static_cast<std::uint64_t>(digit & 31) << shift;
    if ((digit & 32) == 0) {
      value = static_cast<std::int64_t>(bits >> 1);
      if ((bits & 1) != 0) value = -value;
      return true;
    }
  }
  return false;
}

bool Fits(std::int64_t value) {
  return value >= 0 && value < std::numeric_limits<std::uint32_t>::max();
}

std::string Joined(std::string_view root, std::string_view source) {
  if (root.empty() || source.starts_with('/') || source.find("://") != std::string_view::npos) {
    return std::string(source);
  }
  std::string out(root);
  if (!out.ends_with('/')) out += '/';
  return out + std::string(source);
}

std::string_view Comment(std::string_view script, std::string_view name) {
  if (script.size() > kTail) script.remove_prefix(script.size() - kTail);
  for (const std::string_view mark : {"//# ", "//@ "}) {
    const std::string wanted = std::string(mark) + std::string(name) + "=";
    const std::size_t at = script.rfind(wanted);
    if (at == std::string_view::npos) continue;
    std::string_view rest = script.substr(at + wanted.size());
    return Trim(rest.substr(0, rest.find_first_of("\r\n")));
  }
  return {};
}

}  // namespace

Result<SourceMap> SourceMap::Parse(std::string_view text, Limits limits) {
  // Servers put this in front so that no page can include the file as a script.
  if (text.starts_with(")]}")) {
    const std::size_t line = text.find('\n');
    if (line == std::string_view::npos) return InvalidMap("no map");
    text.remove_prefix(line + 1);
  }
  auto parsed = json::ParseObject(text, {.max_bytes = limits.bytes, .max_depth = 16});
  if (!parsed) return InvalidMap(parsed.error().reason);
  SourceMap map;
  GH_TRY_VOID(map.Add(*parsed, 0, 0, limits, 0));
  const auto by_place = [](const Token& a, const Token& b) {
    return std::tie(a.line, a.column, a.source, a.source_line, a.source_column) <
           std::tie(b.line, b.column, b.source, b.source_line, b.source_column);
  };
  // Most tools write them in order, and the standard wants no more than order by line.
  if (!std::ranges::is_sorted(map.tokens_, by_place)) {
    std::ranges::sort(map.tokens_, by_place);
  }
  map.tokens_.shrink_to_fit();
  for (const std::string_view key : {"debug_id", "debugId"}) {
    if (map.debug_id_.empty()) {
      map.debug_id_ = NormalDebugId(json::GetString(*parsed, key).value_or("")).value_or("");
    }
  }
  return map;
}

Result<void> SourceMap::Add(const json::Object& map, std::uint32_t line, std::uint32_t column,
                            const Limits& limits, int depth) {
  if (depth >= kMaxDepth) return InvalidMap("sections in sections");
  if (const json::Array* sections = json::GetArray(map, "sections")) {
    for (const json::Value& one : *sections) {
      if (!one.is_object()) return InvalidMap("section");
      const json::Object* offset = json::GetObject(one.as_object(), "offset");
      const json::Object* inner = json::GetObject(one.as_object(), "map");
      if (offset == nullptr || inner == nullptr) return InvalidMap("section");
      const std::int64_t down = json::GetInt(*offset, "line").value_or(-1);
      const std::int64_t right = json::GetInt(*offset, "column").value_or(-1);
      if (!Fits(down) || !Fits(right) || !Fits(down + line) || !Fits(right + column)) {
        return InvalidMap("offset");
      }
      // The column counts on the section's first line alone.
      const std::int64_t start = down == 0 ? right + column : right;
      GH_TRY_VOID(Add(*inner, static_cast<std::uint32_t>(down + line),
                      static_cast<std::uint32_t>(start), limits, depth + 1));
    }
    return {};
  }
  const json::Array* sources = json::GetArray(map, "sources");
  const auto mappings = json::GetString(map, "mappings");
  if (!mappings) return InvalidMap("no mappings");
  const std::size_t first_source = sources_.size();
  const std::size_t first_name = names_.size();
  const std::string_view root = json::GetString(map, "sourceRoot").value_or("");
  if (root.size() > kMaxPath) return InvalidMap("sourceRoot");
  if (sources != nullptr) {
    if (sources->size() > limits.sources - std::min(limits.sources, sources_.size())) {
      return InvalidMap("too many sources");
    }
    for (const json::Value& one : *sources) {
      const std::string_view path = one.is_string() ? std::string_view(one.as_string()) : "";
      if (path.size() > kMaxPath) return InvalidMap("source");
      sources_.push_back({.path = Joined(root, path), .content = std::nullopt});
    }
  }
  if (const json::Array* contents = json::GetArray(map, "sourcesContent")) {
    for (std::size_t i = 0; i < contents->size() && first_source + i < sources_.size(); ++i) {
      const json::Value& one = (*contents)[i];
      if (one.is_string()) sources_[first_source + i].content = std::string(one.as_string());
    }
  }
  for (const std::string_view key : {"ignoreList", "x_google_ignoreList"}) {
    const json::Array* ignored = json::GetArray(map, key);
    if (ignored == nullptr) continue;
    for (const json::Value& one : *ignored) {
      if (!one.is_int64() || one.as_int64() < 0) continue;
      const auto index = static_cast<std::size_t>(one.as_int64());
      if (index < sources_.size() - first_source) sources_[first_source + index].ignored = true;
    }
  }
  if (const json::Array* names = json::GetArray(map, "names")) {
    if (names->size() > limits.tokens - std::min(limits.tokens, names_.size()))
      return InvalidMap("too many names");
    for (const json::Value& one : *names) {
      names_.emplace_back(one.is_string() ? std::string_view(one.as_string()) : "");
    }
  }
  return AddMappings(*mappings, line, column, first_source, first_name, limits);
}

Result<void> SourceMap::AddMappings(std::string_view mappings, std::uint32_t line,
                                    std::uint32_t column, std::size_t first_source,
                                    std::size_t first_name, const Limits& limits) {
  // Of this map, relative to the one before: column, source, source line, source column, name.
  std::array<std::int64_t, 5> at{};
  std::int64_t row = line;
  const std::size_t sources = sources_.size() - first_source;
  const std::size_t names = names_.size() - first_name;
  std::size_t i = 0;
  while (i < mappings.size()) {
    if (mappings[i] == ';') {
      ++row;
      at[0] = 0;
      ++i;
      continue;
    }
    if (mappings[i] == ',') {
      ++i;
      continue;
    }
    std::size_t fields = 0;
    while (i < mappings.size() && mappings[i] != ',' && mappings[i] != ';') {
      std::int64_t delta = 0;
      if (fields == at.size() || !ReadVlq(mappings, i, delta)) return InvalidMap("mappings");
      at[fields++] += delta;
    }
    if (fields != 1 && fields != 4 && fields != 5) return InvalidMap("segment");
    const std::int64_t shown = at[0] + (row == line ? column : 0);
    if (!Fits(shown) || !Fits(row)) return InvalidMap("place");
    if (tokens_.size() >= limits.tokens) return InvalidMap("too many tokens");
    Token token{.line = static_cast<std::uint32_t>(row),
                .column = static_cast<std::uint32_t>(shown),
                .source = kNone,
                .source_line = 0,
                .source_column = 0,
                .name = kNone};
    if (fields >= 4) {
      if (!Fits(at[1]) || static_cast<std::size_t>(at[1]) >= sources || !Fits(at[2]) ||
          !Fits(at[3])) {
        return InvalidMap("source");
      }
      token.source = static_cast<std::uint32_t>(first_source + static_cast<std::size_t>(at[1]));
      token.source_line = static_cast<std::uint32_t>(at[2]);
      token.source_column = static_cast<std::uint32_t>(at[3]);
    }
    if (fields == 5) {
      if (!Fits(at[4]) || static_cast<std::size_t>(at[4]) >= names) return InvalidMap("name");
      token.name = static_cast<std::uint32_t>(first_name + static_cast<std::size_t>(at[4]));
    }
    tokens_.push_back(token);
  }
  return {};
}

const SourceMap::Token* SourceMap::Find(std::uint32_t line, std::uint32_t column) const {
  const auto after = std::ranges::upper_bound(
      tokens_, std::pair(line, column), {},
      [](const Token& token) { return std::pair(token.line, token.column); });
  if (after == tokens_.begin()) return nullptr;
  const Token& found = *(after - 1);
  return found.line == line ? &found : nullptr;
}

std::string_view SourceMap::Source(const Token& token) const {
  return token.source == kNone ? std::string_view() : sources_[token.source].path;
}

std::string_view SourceMap::Name(const Token& token) const {
  return token.name == kNone ? std::string_view() : names_[token.name];
}

const std::string* SourceMap::SourceContent(std::uint32_t source) const {
  if (source >= sources_.size() || !sources_[source].content) return nullptr;
  return &*sources_[source].content;
}

bool SourceMap::IsIgnored(std::uint32_t source) const {
  return source < sources_.size() && sources_[source].ignored;
}

std::size_t SourceMap::memory() const {
  std::size_t bytes = tokens_.capacity() * sizeof(Token);
  for (const Source_& source : sources_) {
    bytes += sizeof(Source_) + source.path.capacity();
    if (source.content) bytes += source.content->capacity();
  }
  for (const std::string& name : names_) bytes += sizeof(std::string) + name.capacity();
  return bytes;
}

std::string_view SourceMapReference(std::string_view script) {
  return Comment(script, "sourceMappingURL");
}

std::string DebugIdComment(std::string_view script) {
  return NormalDebugId(Comment(script, "debugId")).value_or("");
}

}  // namespace gatehouse::artifacts
