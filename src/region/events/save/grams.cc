#include "region/events/save/grams.h"

#include <string>

namespace gatehouse::events {
namespace {

constexpr std::uint64_t kBits = kGramWords * 64;

void Set(Grams& grams, std::uint32_t gram) {
  const std::uint32_t mixed = gram * 2654435761U;
  const std::uint64_t bit = (mixed * kBits) >> 32;
  const std::uint64_t word = static_cast<std::uint64_t>(grams[bit / 64]) | (1ULL << (bit % 64));
  grams[bit / 64] = static_cast<std::int64_t>(word);
}

// The two characters outside of ASCII that PostgreSQL makes an ASCII letter of: U+0130 and U+212A.
// `size` is how many bytes they take; 0: another one.
char LowerInAscii(std::string_view at, std::size_t& size) {
  if (at.starts_with("\xC4\xB0")) {
    size = 2;
    return 'i';
  }
  if (at.starts_with("\xE2\x84\xAA")) {
    size = 3;
    return 'k';
  }
  size = 0;
  return 0;
}

}  // namespace

void AddGrams(Grams& grams, std::string_view text) {
  std::uint32_t last = 0;
  int run = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x80) {
      std::size_t size = 0;
      c = LowerInAscii(text.substr(i), size);
      if (size == 0) {
        run = 0;
        continue;
      }
      i += size - 1;
    }
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    last = ((last << 8) | static_cast<unsigned char>(c)) & 0xFFFFFF;
    if (++run >= 3) Set(grams, last);
  }
}

Grams GramsOfIssue(std::string_view message, std::string_view title) {
  std::string text;
  text.reserve(message.size() + 1 + title.size());
  text += message;
  text += ' ';
  text += title;
  Grams grams{};
  AddGrams(grams, text);
  return grams;
}

}  // namespace gatehouse::events
