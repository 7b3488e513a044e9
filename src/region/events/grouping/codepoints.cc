#include "region/events/grouping/codepoints.h"

#include <algorithm>
#include <iterator>

namespace gatehouse::grouping {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u; }

struct Range {
  char32_t first;
  char32_t last;
};

// Code points from U+0080 that are neither letter nor digit of any script: controls, punctuation,
// symbols, combining marks, emoji. Blocks, not single characters: what lies outside is a word.
constexpr Range kNoWord[] = {
    {0x80, 0xA9},       {0xAB, 0xB1},       {0xB4, 0xB4},     {0xB6, 0xB8},     {0xBB, 0xBB},
    {0xBF, 0xBF},       {0xD7, 0xD7},       {0xF7, 0xF7},     {0x2C2, 0x2C5},   {0x2D2, 0x2DF},
    {0x300, 0x36F},     {0x37E, 0x37E},     {0x387, 0x387},   {0x483, 0x489},   {0x55A, 0x55F},
    {0x591, 0x5C7},     {0x5F3, 0x5F4},     {0x600, 0x61F},   {0x64B, 0x65F},   {0x66A, 0x66D},
    {0x6D4, 0x6D4},     {0x964, 0x965},     {0xE3F, 0xE3F},   {0x2000, 0x206F}, {0x207A, 0x207E},
    {0x208A, 0x208E},   {0x20A0, 0x20FF},   {0x2116, 0x2118}, {0x2120, 0x2123}, {0x2190, 0x245F},
    {0x2500, 0x2775},   {0x2794, 0x2BFF},   {0x2E00, 0x2E2E}, {0x2E30, 0x2E7F}, {0x3000, 0x3004},
    {0x3008, 0x3020},   {0x302A, 0x3030},   {0x303D, 0x303F}, {0x30A0, 0x30A0}, {0x30FB, 0x30FB},
    {0xE000, 0xF8FF},   {0xFD3E, 0xFD3F},   {0xFE00, 0xFE6F}, {0xFEFF, 0xFEFF}, {0xFF01, 0xFF0F},
    {0xFF1A, 0xFF20},   {0xFF3B, 0xFF40},   {0xFF5B, 0xFF65}, {0xFFE0, 0xFFFF}, {0x1F000, 0x1F0FF},
    {0x1F110, 0x1FBEF}, {0xE0000, 0xE0FFF},
};

}  // namespace

CodePoint Decode(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (length == 0 || lead > 0xF4 || at + length > text.size()) return {kReplacement, 1};
  char32_t value = lead & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if (!IsContinuation(text[at + i])) return {kReplacement, 1};
    value = (value << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3Fu);
  }
  return {value, length};
}

CodePoint DecodeBefore(std::string_view text, std::size_t end) {
  std::size_t at = end - 1;
  while (at > 0 && end - at < 4 && IsContinuation(text[at])) --at;
  const CodePoint point = Decode(text, at);
  return point.bytes == end - at ? point : CodePoint{kReplacement, 1};
}

bool IsWord(char32_t c) {
  if (c < 0x80) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  }
  const Range* end = std::end(kNoWord);
  const Range* range = std::upper_bound(
      std::begin(kNoWord), end, c, [](char32_t value, const Range& r) { return value < r.first; });
  return range == std::begin(kNoWord) || c > std::prev(range)->last;
}

bool IsSpace(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F);
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool AtWordBoundary(std::string_view text, std::size_t at) {
  const bool before = at > 0 && IsWord(DecodeBefore(text, at).value);
  const bool after = at < text.size() && IsWord(Decode(text, at).value);
  return before != after;
}

std::size_t CountCodePoints(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += IsContinuation(c) ? 0u : 1u;
  return count;
}

std::string Shorten(std::string_view text, std::size_t limit) {
  if (text.size() <= limit || CountCodePoints(text) <= limit) return std::string(text);
  std::size_t end = 0;
  for (std::size_t kept = 0; end < text.size(); ++end) {
    if (IsContinuation(text[end])) continue;
    if (kept++ == limit - 3) break;
  }
  return std::string(text.substr(0, end)) + "...";
}

std::vector<std::string_view> Lines(std::string_view text, std::size_t limit) {
  std::vector<std::string_view> lines;
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size() && lines.size() < limit;) {
    const CodePoint c = Decode(text, at);
    const bool ends = (c.value >= '\n' && c.value <= '\r') ||
                      (c.value >= 0x1C && c.value <= 0x1E) || c.value == 0x85 ||
                      c.value == 0x2028 || c.value == 0x2029;
    if (!ends) {
      at += c.bytes;
      continue;
    }
    lines.push_back(text.substr(start, at - start));
    at += c.bytes;
    if (c.value == '\r' && at < text.size() && text[at] == '\n') ++at;
    start = at;
  }
  if (start < text.size() && lines.size() < limit) lines.push_back(text.substr(start));
  return lines;
}

std::string_view FirstLine(std::string_view text) {
  const auto lines = Lines(text, 1);
  return lines.empty() ? std::string_view() : lines.front();
}

bool IsBlank(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = Decode(text, at);
    if (!IsSpace(c.value)) return false;
    at += c.bytes;
  }
  return true;
}

std::string_view TrimSpace(std::string_view text) {
  while (!text.empty()) {
    const CodePoint c = Decode(text, 0);
    if (!IsSpace(c.value)) break;
    text.remove_prefix(c.bytes);
  }
  while (!text.empty()) {
    const CodePoint c = DecodeBefore(text, text.size());
    if (!IsSpace(c.value)) break;
    text.remove_suffix(c.bytes);
  }
  return text;
}

}  // namespace gatehouse::grouping
