#include "region/artifacts/script_text.h"

#include <algorithm>

#include "base/text.h"

namespace gatehouse::artifacts {
namespace {

constexpr std::size_t kShown = 140;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

bool IsIdentifierByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

ScriptText::ScriptText(std::string text) : text_(std::move(text)) {
  starts_.push_back(0);
  // Beyond 4 GiB there is nothing: no file is that long.
  for (std::size_t at = 0; at < text_.size(); ++at) {
    if (text_[at] == '\r' && at + 1 < text_.size() && text_[at + 1] == '\n') continue;
    if (text_[at] == '\n' || text_[at] == '\r') {
      starts_.push_back(static_cast<std::uint32_t>(at + 1));
    }
  }
  starts_.shrink_to_fit();
}

std::string_view ScriptText::Line(std::size_t line) const {
  if (line >= starts_.size()) return {};
  const std::size_t begin = starts_[line];
  std::size_t end = line + 1 < starts_.size() ? starts_[line + 1] : text_.size();
  while (end > begin && (text_[end - 1] == '\n' || text_[end - 1] == '\r')) --end;
  return std::string_view(text_).substr(begin, end - begin);
}

std::size_t ScriptText::ByteOfColumn(std::string_view line, std::size_t column) {
  std::size_t at = 0;
  for (std::size_t units = 0; at < line.size() && units < column;) {
    const auto lead = static_cast<unsigned char>(line[at]);
    units += lead >= 0xF0 ? 2 : 1;
    ++at;
    while (at < line.size() && IsContinuation(line[at])) ++at;
  }
  return at;
}

std::string_view ScriptText::IdentifierAt(std::size_t line, std::size_t column) const {
  std::string_view rest = Line(line);
  rest.remove_prefix(ByteOfColumn(rest, column));
  if (rest.empty() || (rest.front() >= '0' && rest.front() <= '9')) return {};
  const auto end = std::ranges::find_if_not(rest, IsIdentifierByte);
  return rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
}

std::string TrimmedLine(std::string_view line, std::size_t column) {
  if (line.size() <= kShown) return Printable(line, kShown);
  // Beyond its end the column says nothing.
  std::size_t at = ScriptText::ByteOfColumn(line, column);
  std::size_t begin = at > kShown / 2 ? at - kShown / 2 : 0;
  begin = std::min(begin, line.size() - kShown);
  std::size_t end = begin + kShown;
  // The edges of a line are worth more than a few characters of it.
  if (begin < 5) begin = 0;
  if (line.size() - end < 5) end = line.size();
  while (begin > 0 && begin < end && IsContinuation(line[begin])) ++begin;
  while (end < line.size() && end > begin && IsContinuation(line[end])) --end;
  std::string out = begin > 0 ? "{snip} " : "";
  out += Printable(line.substr(begin, end - begin), kShown + 16);
  if (end < line.size()) out += " {snip}";
  return out;
}

}  // namespace gatehouse::artifacts
