#include "control/authn/factors/policy.h"

#include <gtest/gtest.h>

#include <set>

#include "control/authn/factors/mails.h"
#include "control/authn/factors/options.h"

namespace gatehouse::factors {
namespace {

using std::chrono::minutes;

TEST(RecoveryCodeTest, ACodeHas80BitsAndManySpellings) {
  SystemRng rng;
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    std::string code = NewRecoveryCode(rng);
    ASSERT_EQ(code.size(), 19u);
    EXPECT_EQ(code[4], '-');
    EXPECT_EQ(code[9], '-');
    EXPECT_EQ(code[14], '-');
    EXPECT_EQ(CanonicalRecoveryCode(code).size(), 16u);
    EXPECT_TRUE(seen.insert(code).second);
  }
  EXPECT_EQ(CanonicalRecoveryCode(" abcd-efgh 2345\tWXYZ\r\n"), "ABCDEFGH2345WXYZ");
}

TEST(RecoveryCodeTest, WhatCanBeNoCodeIsNone) {
  for (const std::string& bad :
       {std::string(), std::string("ABCD-EFGH-2345"), std::string("ABCD-EFGH-2345-WXY1"),
        std::string("ABCD-EFGH-2345-WXYZ-A"), std::string("ABCDEFGH2345WXY%"),
        std::string(10'000, 'A'), std::string(64, '-')}) {
    EXPECT_EQ(CanonicalRecoveryCode(bad), "") << bad.size();
  }
}

TEST(FactorNameTest, NamesAreTrimmedAndBounded) {
  EXPECT_EQ(CheckFactorName("  Blue key ").value(), "Blue key");
  EXPECT_EQ(CheckFactorName(std::string(64, 'a')).value().size(), 64u);
  for (const std::string& bad : {std::string(), std::string("  "), std::string(65, 'a'),
                                 std::string("a\nb"), std::string("\xFF")}) {
    EXPECT_EQ(CheckFactorName(bad).error().reason, "name_invalid");
  }
}

TEST(RelyingPartyTest, ItIsTheHostOfTheBaseUrl) {
  auto check = [](std::string_view url, std::string_view id, std::string_view origin) {
    RelyingParty rp = RelyingPartyOf(url);
    EXPECT_EQ(rp.id, id) << url;
    EXPECT_EQ(rp.origin, origin) << url;
  };
  check("https://gate.example.com", "gate.example.com", "https://gate.example.com");
  check("https://Gate.Example.com:443/", "gate.example.com", "https://gate.example.com");
  check("http://localhost:8000", "localhost", "http://localhost:8000");
  check("http://localhost:80", "localhost", "http://localhost");
  check("https://gate.example.com:8443", "gate.example.com", "https://gate.example.com:8443");
  check("http://[::1]:8000", "[::1]", "http://[::1]:8000");
  check("http://[::1]", "[::1]", "http://[::1]");
}

// AUTH-16
TEST(PasskeyChallengeTest, ItIsOfThisServerThisBrowserAndThisTime) {
  SystemRng rng;
  Timestamp now = Timestamp::FromSeconds(1'800'000'000);
  std::string challenge = SealPasskeyChallenge("key", "browser", now, rng);
  EXPECT_EQ(challenge.size(), 32u);
  EXPECT_NE(challenge, SealPasskeyChallenge("key", "browser", now, rng));
  auto is = [&](std::string_view key, std::string_view browser, Timestamp at) {
    return IsPasskeyChallenge(key, browser, challenge, at);
  };
  EXPECT_TRUE(is("key", "browser", now));
  EXPECT_TRUE(is("key", "browser", now + minutes(5) - Duration(1)));
  EXPECT_FALSE(is("key", "browser", now + minutes(5)));
  EXPECT_FALSE(is("key", "browser", now - minutes(6)));
  EXPECT_FALSE(is("key", "another browser", now));
  EXPECT_FALSE(is("another key", "browser", now));
  for (std::size_t i = 0; i < challenge.size(); ++i) {
    std::string bent = challenge;
    bent[i] ^= 1;
    EXPECT_FALSE(IsPasskeyChallenge("key", "browser", bent, now)) << i;
  }
  EXPECT_FALSE(IsPasskeyChallenge("key", "browser", "", now));
}

TEST(OptionsTest, AHostileNameStaysAName) {
  CreationOptions options{.challenge = "abc",
                          .user_handle = "aGk",
                          .user_name = "\",\"rp\":{\"id\":\"evil.test\"}",
                          .display_name = "</script>",
                          .existing = {"b25l"}};
  std::string text = CreationOptionsJson(RelyingPartyOf("https://gate.example.com"), options);
  EXPECT_NE(text.find(R"("rp":{"id":"gate.example.com","name":"Gatehouse"})"), std::string::npos);
  EXPECT_EQ(text.find("\"evil.test\""), std::string::npos);
  EXPECT_NE(text.find(R"("attestation":"none")"), std::string::npos);
  EXPECT_NE(text.find(R"("excludeCredentials":[{"type":"public-key","id":"b25l"}])"),
            std::string::npos);
}

TEST(FactorMailTest, EveryMailSaysWhatToDoIfItWasSomebodyElse) {
  for (Change change : {Change::kAdded, Change::kRemoved, Change::kLastRemoved, Change::kReset,
                        Change::kRecoveryCodes, Change::kRecoveryCodeUsed}) {
    mail::Composed mail = ChangeMail(change, "an authenticator app", 3, "https://gate.example.com",
                                     Timestamp::FromSeconds(1'800'000'000), "192.0.2.1");
    EXPECT_FALSE(mail.subject.empty());
    EXPECT_NE(mail.text.find("https://gate.example.com/account/recover/"), std::string::npos);
    EXPECT_NE(mail.text.find("https://gate.example.com/account/two-factor/"), std::string::npos);
    EXPECT_NE(mail.html.find("15 Jan 2027"), std::string::npos) << mail.html;
  }
}

}  // namespace
}  // namespace gatehouse::factors
