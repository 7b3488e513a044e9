#pragma once

// Plain text: splitting, trimming, ASCII case, UTF-8 validity. Locale-free.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse {

std::string_view Trim(std::string_view text);  // ASCII white space on both sides
std::string AsciiLower(std::string_view text);
bool EqualsIgnoreCase(std::string_view a, std::string_view b);
std::vector<std::string_view> Split(std::string_view text, char separator);
// Text before and after the first separator; the second part is empty if there is none.
std::pair<std::string_view, std::string_view> SplitOnce(std::string_view text, char separator);
bool IsValidUtf8(std::string_view text);
bool HasControl(std::string_view text);  // any byte below 0x20, or 0x7F
// At most `max_bytes` bytes, never cutting a UTF-8 sequence in the middle.
std::string_view TruncateUtf8(std::string_view text, std::size_t max_bytes);
// What a stranger sent, fit for a database and a page: valid UTF-8 or ASCII, at most `max_bytes`,
// every control character (and every byte of what is not UTF-8) a '?'.
std::string Printable(std::string_view text, std::size_t max_bytes);
std::string Join(const std::vector<std::string>& parts, std::string_view separator);

}  // namespace gatehouse
