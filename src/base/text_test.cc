#include "base/text.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/clock.h"

namespace gatehouse {
namespace {

TEST(Text, SplitsAndJoins) {
  EXPECT_EQ(Split("a,,b,", ','), (std::vector<std::string_view>{"a", "", "b", ""}));
  EXPECT_EQ(Split("", ','), (std::vector<std::string_view>{""}));
  EXPECT_EQ(SplitOnce("a=b=c", '=').second, "b=c");
  EXPECT_EQ(SplitOnce("a", '=').second, "");
  EXPECT_EQ(Join({"a", "b"}, ", "), "a, b");
  EXPECT_EQ(Trim(" \t a b\r\n"), "a b");
  EXPECT_TRUE(EqualsIgnoreCase("Basic", "bAsIC"));
  EXPECT_FALSE(EqualsIgnoreCase("a", "ab"));
}

TEST(Text, Utf8IsWhatRfc3629Allows) {
  EXPECT_TRUE(IsValidUtf8("gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x90\xA8"));
  for (const char* bad : {"\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82",
                          "\x80", "\xF8\x88\x80\x80\x80"}) {
    EXPECT_FALSE(IsValidUtf8(bad)) << HexEncode(bad);
  }
}

TEST(Text, IsCutBetweenCharacters) {
  EXPECT_EQ(TruncateUtf8("abc", 5), "abc");
  EXPECT_EQ(TruncateUtf8("a\xE2\x82\xAC", 3), "a");
  EXPECT_EQ(TruncateUtf8("a\xE2\x82\xAC", 4), "a\xE2\x82\xAC");
  EXPECT_EQ(Printable("a\nb\x7F", 10), "a?b?");
  EXPECT_EQ(Printable("a\xFFz", 10), "a?z");
  EXPECT_EQ(Printable("abcdef", 3), "abc");
}

TEST(Bytes, OneSpellingPerValue) {
  const std::string raw("\x00\xFF\x10", 3);
  EXPECT_EQ(HexEncode(raw), "00ff10");
  EXPECT_EQ(Base64Encode("ab"), "YWI=");
  EXPECT_EQ(Base64UrlEncode("\xFB\xFF"), "-_8");
  EXPECT_EQ(HexDecode("00ff10"), raw);
  EXPECT_EQ(Base64UrlDecode("-_8"), "\xFB\xFF");
  EXPECT_EQ(Base64Decode("YWI="), "ab");
  for (const char* bad : {"0", "0G", "FF", "0 "}) EXPECT_FALSE(HexDecode(bad)) << bad;
  for (const char* bad : {"YWI", "YWI= ", "YWJ=", "Y=I=", "===="})
    EXPECT_FALSE(Base64Decode(bad)) << bad;
  for (const char* bad : {"-_8=", "-_9", "+/8", "A"}) EXPECT_FALSE(Base64UrlDecode(bad)) << bad;
}

TEST(Timestamp, IsWrittenInUtc) {
  const Timestamp t{1'795'247'640'123'456};
  EXPECT_EQ(FormatIso8601(t), "2026-11-21T07:54:00.123456Z");
  EXPECT_EQ(FormatHuman(t), "21 Nov 2026, 07:54 UTC");
}

}  // namespace
}  // namespace gatehouse
