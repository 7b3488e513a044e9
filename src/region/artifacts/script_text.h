#pragma once

// The text of a source file, by line and column. Columns count UTF-16 units, as JavaScript does.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::artifacts {

class ScriptText {
 public:
  explicit ScriptText(std::string text);

  std::size_t lines() const { return starts_.size(); }
  // From 0; without its end. "" beyond the last one.
  std::string_view Line(std::size_t line) const;
  // The byte of a line at which the column begins; the line's length beyond its end.
  static std::size_t ByteOfColumn(std::string_view line, std::size_t column);
  // The JavaScript identifier that begins there, or "".
  std::string_view IdentifierAt(std::size_t line, std::size_t column) const;
  std::string_view text() const { return text_; }
  std::size_t memory() const { return text_.capacity() + starts_.capacity() * 4; }

 private:
  std::string text_;
  std::vector<std::uint32_t> starts_;
};

// A line fit for a page: at most 140 characters around the column, the rest "{snip}"; valid UTF-8.
std::string TrimmedLine(std::string_view line, std::size_t column);

}  // namespace gatehouse::artifacts
