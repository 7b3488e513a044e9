// AUTHZ-17: calls that are not signed, wrongly signed, old, repeated or altered on the way.

#include "platform/rpc/signature.h"

#include <gtest/gtest.h>

#include "platform/rpc/errors.h"

namespace gatehouse::rpc {
namespace {

constexpr std::string_view kPath = "/api/0/internal/rpc/echo/say/";
constexpr std::string_view kBody = R"({"meta":{},"args":{}})";

Key KeyOf(char c) { return {.id = std::string("k-") + c, .secret = std::string(32, c)}; }
KeyList Keys(std::vector<Key> keys) { return KeyList::Of(std::move(keys)).value(); }

class SignatureTest : public testing::Test {
 protected:
  Signed Sign(const Key& key = KeyOf('a')) {
    return SignCall(key, clock_, rng_, "POST", kPath, kBody);
  }
  Result<Verifier::Caller> Verify(std::string_view authorization, std::string_view body = kBody,
                                  std::string_view path = kPath, std::string_view method = "POST") {
    return verifier_.Verify(method, path, body, authorization);
  }
  void ExpectRefused(const Result<Verifier::Caller>& caller, std::string_view why) {
    ASSERT_FALSE(caller.has_value()) << why;
    EXPECT_EQ(caller.error().code, Code::kUnauthenticated);
    EXPECT_EQ(caller.error().reason, kSignatureInvalid);
    EXPECT_EQ(caller.error().detail, why);
  }

  ManualClock clock_;
  SeededRng rng_{1};
  Verifier verifier_{Keys({KeyOf('a'), KeyOf('b')}), clock_, 4};
};

TEST_F(SignatureTest, AGoodCallCountsOnce) {
  const Signed call = Sign();
  auto caller = Verify(call.authorization);
  ASSERT_TRUE(caller.has_value()) << caller.error().detail;
  EXPECT_EQ(caller->key->id, "k-a");
  EXPECT_EQ(caller->nonce, call.nonce);
  ExpectRefused(Verify(call.authorization), "seen before");
  // Also at the very end of its life, when the memory has turned over.
  clock_.Advance(kWindow);
  ExpectRefused(Verify(call.authorization), "seen before");
  clock_.Advance(std::chrono::microseconds(1));
  ExpectRefused(Verify(call.authorization), "outside the window");
}

TEST_F(SignatureTest, ACallOfAClockAheadIsRememberedAsLongAsItCounts) {
  ManualClock ahead(clock_.Now() + kWindow);
  const Signed call = SignCall(KeyOf('a'), ahead, rng_, "POST", kPath, kBody);
  ASSERT_TRUE(Verify(call.authorization).has_value());
  for (int i = 0; i < 8; ++i) {
    clock_.Advance(std::chrono::seconds(15));
    ExpectRefused(Verify(call.authorization), "seen before");
  }
  clock_.Advance(std::chrono::microseconds(1));
  ExpectRefused(Verify(call.authorization), "outside the window");
}

TEST_F(SignatureTest, NothingOfItCanBeSwapped) {
  const std::string good = Sign().authorization;
  ExpectRefused(Verify(good, R"({"meta":{},"args":{"a":1}})"), "wrong signature");
  ExpectRefused(Verify(good, kBody, "/api/0/internal/rpc/echo/shout/"), "wrong signature");
  ExpectRefused(Verify(good, kBody, kPath, "PUT"), "wrong signature");
  for (std::size_t i = good.find("rpc1:") + 5; i < good.size(); ++i) {
    std::string other = good;
    other[i] = other[i] == '0' ? '1' : '0';
    EXPECT_FALSE(Verify(other).has_value()) << other;
  }
  EXPECT_TRUE(Verify(good).has_value()) << "what was refused has used nothing up";
}

TEST_F(SignatureTest, WhatIsNotInTheFormIsRefused) {
  const std::string good = Sign().authorization;
  ExpectRefused(Verify(""), "not signed");
  ExpectRefused(Verify("Bearer x"), "not signed");
  ExpectRefused(Verify("Rpcsignature rpc0:" + std::string(64, '0')), "not signed");
  ExpectRefused(Verify(good + ":x"), "malformed");
  ExpectRefused(Verify("Rpcsignature rpc1:k-a:-5:n:m"), "malformed");
  ExpectRefused(Verify("Rpcsignature rpc1:k-a:99999999999999999999:n:m"), "malformed");
  ExpectRefused(Verify("Rpcsignature rpc1:k-a:1:a b:m"), "malformed");
  ExpectRefused(Verify("Rpcsignature rpc1:k-z:1:n:m"), "unknown key");
}

TEST_F(SignatureTest, OldAndFutureCallsAreRefused) {
  const Signed old = Sign();
  ManualClock ahead(clock_.Now() + kWindow + std::chrono::microseconds(1));
  const Signed future = SignCall(KeyOf('a'), ahead, rng_, "POST", kPath, kBody);
  ExpectRefused(Verify(future.authorization), "outside the window");
  clock_.Advance(kWindow + std::chrono::microseconds(1));
  ExpectRefused(Verify(old.authorization), "outside the window");
}

TEST_F(SignatureTest, KeysAreRotatedWithoutAGap) {
  EXPECT_TRUE(Verify(Sign(KeyOf('b')).authorization).has_value()) << "any of the list";
  ExpectRefused(Verify(Sign(KeyOf('c')).authorization), "unknown key");
  const Key other{.id = "k-a", .secret = std::string(32, 'z')};
  ExpectRefused(Verify(Sign(other).authorization), "wrong signature");
}

TEST_F(SignatureTest, ARestartLetsNobodyRepeatACall) {
  const Signed call = Sign();
  ASSERT_TRUE(Verify(call.authorization).has_value());
  clock_.Advance(std::chrono::seconds(1));
  Verifier restarted(Keys({KeyOf('a')}), clock_);
  auto repeated = restarted.Verify("POST", kPath, kBody, call.authorization);
  ASSERT_FALSE(repeated.has_value());
  EXPECT_EQ(repeated.error().code, Code::kUnavailable);
  EXPECT_EQ(repeated.error().reason, kBusy);
  EXPECT_TRUE(restarted.Verify("POST", kPath, kBody, Sign().authorization).has_value());
}

TEST_F(SignatureTest, MoreThanItCanRememberIsRefusedNotForgotten) {
  const Signed first = Sign();
  ASSERT_TRUE(Verify(first.authorization).has_value());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Verify(Sign().authorization).has_value());
  auto full = Verify(Sign().authorization);
  ASSERT_FALSE(full.has_value());
  EXPECT_EQ(full.error().code, Code::kUnavailable);
  EXPECT_EQ(full.error().reason, kBusy);
  ExpectRefused(Verify(first.authorization), "seen before");
  clock_.Advance(2 * kWindow);
  EXPECT_TRUE(Verify(Sign().authorization).has_value());
}

TEST(KeyListTest, RefusesWhatIsNoList) {
  for (std::vector<Key> bad : {std::vector<Key>{},
                               {KeyOf('a'), KeyOf('a')},
                               {{.id = "", .secret = std::string(32, 'x')}},
                               {{.id = "a:b", .secret = std::string(32, 'x')}},
                               {{.id = "a", .secret = std::string(31, 'x')}}}) {
    auto keys = KeyList::Of(std::move(bad));
    ASSERT_FALSE(keys.has_value());
    EXPECT_EQ(keys.error().reason, kKeysInvalid);
  }
}

TEST(AnswerSignature, IsForThisCallAndThisAnswer) {
  const Key key = KeyOf('a');
  const std::string good = SignAnswer(key, "n-1", 200, "{}");
  EXPECT_TRUE(VerifyAnswer(key, "n-1", 200, "{}", good));
  EXPECT_FALSE(VerifyAnswer(key, "n-2", 200, "{}", good));
  EXPECT_FALSE(VerifyAnswer(key, "n-1", 404, "{}", good));
  EXPECT_FALSE(VerifyAnswer(key, "n-1", 200, "{ }", good));
  EXPECT_FALSE(VerifyAnswer(KeyOf('b'), "n-1", 200, "{}", good));
  EXPECT_FALSE(VerifyAnswer(key, "n-1", 200, "{}", ""));
}

}  // namespace
}  // namespace gatehouse::rpc
