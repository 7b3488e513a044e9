#pragma once

// Source maps, revision 3 (ECMA-426): which place of a source file a place of the generated one was
// made from. Index maps are flattened. Immutable, thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "platform/json/json.h"

namespace gatehouse::artifacts {

class SourceMap {
 public:
  struct Limits {
    std::size_t bytes = 64u << 20;
    std::size_t tokens = 8'000'000;
    std::size_t sources = 200'000;
  };
  // Lines and columns from 0.
  struct Token {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::uint32_t source = 0;  // kNone: made by the tool
    std::uint32_t source_line = 0;
    std::uint32_t source_column = 0;
    std::uint32_t name = 0;  // or kNone
  };
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  // Errors: kInvalidArgument "source_map_invalid".
  static Result<SourceMap> Parse(std::string_view text, Limits limits);
  static Result<SourceMap> Parse(std::string_view text) { return Parse(text, Limits()); }

  // The last token at or before the place, on its line. Null: none.
  const Token* Find(std::uint32_t line, std::uint32_t column) const;
  // In order of the generated file; for walking back from a token.
  const std::vector<Token>& tokens() const { return tokens_; }

  // With the sourceRoot in front.
  std::string_view Source(const Token& token) const;
  // "": not in the map.
  std::string_view Name(const Token& token) const;
  // Null: the map does not hold it.
  const std::string* SourceContent(std::uint32_t source) const;
  // Files that people do not want to see (ignoreList).
  bool IsIgnored(std::uint32_t source) const;
  // Normal text or "".
  const std::string& debug_id() const { return debug_id_; }
  std::size_t memory() const;

 private:
  struct Source_ {
    std::string path;
    std::optional<std::string> content;
    bool ignored = false;
  };
  Result<void> Add(const json::Object& map, std::uint32_t line, std::uint32_t column,
                   const Limits& limits, int depth);
  Result<void> AddMappings(std::string_view mappings, std::uint32_t line, std::uint32_t column,
                           std::size_t first_source, std::size_t first_name, const Limits& limits);

  std::vector<Token> tokens_;
  std::vector<Source_> sources_;
  std::vector<std::string> names_;
  std::string debug_id_;
};

// The reference in the last "//# sourceMappingURL=" of a script, or "".
std::string_view SourceMapReference(std::string_view script);
// The id of its "//# debugId=" comment, normal, or "".
std::string DebugIdComment(std::string_view script);

}  // namespace gatehouse::artifacts
