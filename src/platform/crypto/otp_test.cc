#include "platform/crypto/otp.h"

#include <gtest/gtest.h>

#include <utility>

namespace gatehouse::crypto {
namespace {

constexpr std::string_view kSecret = "12345678901234567890";

TEST(Base32Test, Rfc4648Vectors) {
  const std::pair<std::string_view, std::string_view> kVectors[] = {{"", ""},
                                                                    {"f", "MY"},
                                                                    {"fo", "MZXQ"},
                                                                    {"foo", "MZXW6"},
                                                                    {"foob", "MZXW6YQ"},
                                                                    {"fooba", "MZXW6YTB"},
                                                                    {"foobar", "MZXW6YTBOI"}};
  for (auto [plain, encoded] : kVectors) {
    EXPECT_EQ(Base32Encode(plain), encoded);
    EXPECT_EQ(Base32Decode(encoded), std::string(plain));
  }
  EXPECT_EQ(Base32Encode(std::string(10, '\xff')), std::string(16, '7'));
}

TEST(Base32Test, AValueHasOneSpelling) {
  for (std::string_view bad :
       {"mzxw6", "MZXW6===", "MZ XW6", "MZXW1", "M", "MZX", "MZXW6A", "MZ", "MZXW6Y!", "MZXW6\n"}) {
    EXPECT_EQ(Base32Decode(bad), std::nullopt) << bad;
  }
}

TEST(OtpTest, Rfc4226Vectors) {
  const std::string_view kCodes[] = {"755224", "287082", "359152", "969429", "338314",
                                     "254676", "287922", "162583", "399871", "520489"};
  for (std::uint64_t i = 0; i < 10; ++i) EXPECT_EQ(Hotp(kSecret, i, 6), kCodes[i]) << i;
}

TEST(OtpTest, Rfc6238Vectors) {
  const std::pair<std::int64_t, std::string_view> kVectors[] = {
      {59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
      {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
  for (auto [seconds, code] : kVectors) {
    std::int64_t step = TotpStep(Timestamp::FromSeconds(seconds));
    EXPECT_EQ(Hotp(kSecret, static_cast<std::uint64_t>(step), 8), code);
    EXPECT_EQ(Totp(kSecret, step), code.substr(2));
  }
}

// AUTH-03: RFC 6238 §5.2.
TEST(OtpTest, OnlyTheStepsBesideNowMatch) {
  Timestamp now = Timestamp::FromSeconds(1'800'000'010);
  std::int64_t step = TotpStep(now);
  for (std::int64_t away : {-1, 0, 1}) {
    EXPECT_EQ(MatchTotp(kSecret, Totp(kSecret, step + away), now), step + away);
  }
  for (std::int64_t away : {-3, -2, 2, 3}) {
    EXPECT_EQ(MatchTotp(kSecret, Totp(kSecret, step + away), now), std::nullopt) << away;
  }
  EXPECT_EQ(MatchTotp("other secret", Totp(kSecret, step), now), std::nullopt);
}

// AUTH-03
TEST(OtpTest, ACodeIsSixAsciiDigits) {
  Timestamp now = Timestamp::FromSeconds(1'800'000'010);
  std::string code = Totp(kSecret, TotpStep(now));
  EXPECT_TRUE(MatchTotp(kSecret, " " + code + "\r\n", now));
  std::string arabic_indic;
  for (char digit : code) arabic_indic += {'\xD9', static_cast<char>(0xA0 + (digit - '0'))};
  using namespace std::string_literals;
  for (const std::string& bad :
       {""s, code.substr(1), code + "0", "0" + code, code.substr(0, 3) + " " + code.substr(3),
        arabic_indic, "+" + code.substr(1), code + "\0"s, "１" + code.substr(1)}) {
    EXPECT_FALSE(MatchTotp(kSecret, bad, now)) << bad;
  }
}

TEST(OtpTest, TheUriCarriesHostileLabelsHarmlessly) {
  EXPECT_EQ(TotpUri("foobar", "Gate house", "a&secret=B@exämple.com"),
            "otpauth://totp/Gate%20house:a%26secret%3DB%40ex%C3%A4mple.com?secret=MZXW6YTBOI"
            "&issuer=Gate%20house&algorithm=SHA1&digits=6&period=30");
}

}  // namespace
}  // namespace gatehouse::crypto
