#include "region/events/save/grams.h"

#include <gtest/gtest.h>

#include <string>

#include "base/rng.h"

namespace gatehouse::events {
namespace {

Grams Of(std::string_view text) {
  Grams grams{};
  AddGrams(grams, text);
  return grams;
}

bool MayContain(const Grams& text, const Grams& word) {
  for (std::size_t i = 0; i < kGramWords; ++i) {
    if ((text[i] & word[i]) != word[i]) return false;
  }
  return true;
}

TEST(Grams, ATextHasThoseOfEachOfItsParts) {
  SeededRng rng(7);
  const auto below = [&rng](std::size_t n) { return rng.Next64() % n; };
  for (int round = 0; round < 200; ++round) {
    std::string text;
    const std::size_t size = 3 + below(200);
    while (text.size() < size) {
      text += round % 3 == 0 && below(9) == 0 ? "\xC3\xA4"
                                              : std::string(1, static_cast<char>(32 + below(95)));
    }
    const Grams grams = Of(text);
    for (int part = 0; part < 20; ++part) {
      const std::size_t at = below(text.size());
      EXPECT_TRUE(MayContain(grams, Of(text.substr(at, 1 + below(30))))) << text;
    }
  }
}

TEST(Grams, AnotherWordIsToldFromALongMessage) {
  std::string message;
  for (int i = 0; i < 40; ++i) message += "could not open socket " + std::to_string(i * 7919) + " ";
  const Grams grams = GramsOfIssue(message, "SocketError: could not open");
  EXPECT_TRUE(MayContain(grams, Of("SOCKET")));
  EXPECT_TRUE(MayContain(grams, Of("SocketError: could")));
  EXPECT_FALSE(MayContain(grams, Of("TypeError")));
  EXPECT_FALSE(MayContain(grams, Of("undefined is not")));
}

TEST(Grams, MessageAndTitleAreOneText) {
  EXPECT_TRUE(MayContain(GramsOfIssue("it broke", "Boom"), Of("broke boom")));
  EXPECT_FALSE(MayContain(GramsOfIssue("it broke", "Boom"), Of("brokeboom")));
}

TEST(Grams, CaseIsPassedOverAndOtherScriptsDoNotCount) {
  EXPECT_EQ(Of("NullPointer"), Of("nULLpOINTER"));
  EXPECT_EQ(Of("\xC3\x84pfel"), Of("\xC3\xA4pfel"));
  EXPECT_EQ(Of("\xE4\xB8\xAD\xE6\x96\x87"), Grams{});
  // KELVIN SIGN and I WITH DOT ABOVE.
  EXPECT_EQ(Of("\xE2\x84\xAA"
               "ette"),
            Of("kette"));
  EXPECT_EQ(Of("\xC4\xB0stanbul"), Of("istanbul"));
  EXPECT_EQ(Of("ab"), Grams{});
}

}  // namespace
}  // namespace gatehouse::events
