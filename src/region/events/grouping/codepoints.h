#pragma once

// Code points of UTF-8 text, and the two classes of them that grouping's published hashes depend
// on: "word" (letters, digits, underscore in any script) and "space". Byte sequences that are no
// UTF-8 decode as one replacement per byte, so that every input has a defined result.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::grouping {

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 0;
};

// REQUIRES: at < text.size().
CodePoint Decode(std::string_view text, std::size_t at);
CodePoint DecodeBefore(std::string_view text, std::size_t end);  // REQUIRES: end > 0

bool IsWord(char32_t c);
bool IsSpace(char32_t c);

// True where exactly one of the two neighbours is a word character.
bool AtWordBoundary(std::string_view text, std::size_t at);

std::size_t CountCodePoints(std::string_view text);
// At most `limit` code points; a longer text ends with "...", which counts.
std::string Shorten(std::string_view text, std::size_t limit);
// Lines as Unicode ends them (LF, CR, CRLF, VT, FF, FS, GS, RS, NEL, LS, PS), without the ends.
std::vector<std::string_view> Lines(std::string_view text, std::size_t limit);
std::string_view FirstLine(std::string_view text);
bool IsBlank(std::string_view text);
std::string_view TrimSpace(std::string_view text);

}  // namespace gatehouse::grouping
