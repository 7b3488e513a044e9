#include "control/authn/session_cache.h"

#include <gtest/gtest.h>

#include <chrono>

#include "platform/crypto/hash.h"

namespace gatehouse::authn {
namespace {

std::shared_ptr<const Principal> Of(UserId user, SessionId session) {
  auto principal = std::make_shared<Principal>();
  principal->user.id = user;
  principal->session = Session{};
  principal->session->id = session;
  return principal;
}

class SessionCacheTest : public ::testing::Test {
 protected:
  void Put(const std::string& text, std::shared_ptr<const Principal> principal) {
    cache_.Put(crypto::Sha256(text), std::move(principal), cache_.generation());
  }
  std::shared_ptr<const Principal> Find(const std::string& text) {
    return cache_.Find(crypto::Sha256(text));
  }
  ManualClock clock_;
  SessionCache cache_{clock_, 64};
};

TEST_F(SessionCacheTest, AnEntryLivesOneSecondOfMonotonicTime) {
  Put("a", Of(UserId{1}, SessionId{11}));
  clock_.SetWall(clock_.Now() - std::chrono::hours(24));  // changes nothing
  clock_.Advance(std::chrono::milliseconds(999));
  EXPECT_NE(Find("a"), nullptr);
  clock_.Advance(std::chrono::milliseconds(1));
  EXPECT_EQ(Find("a"), nullptr);
}

TEST_F(SessionCacheTest, ForgetsUsersAndSessions) {
  Put("a", Of(UserId{1}, SessionId{11}));
  Put("b", Of(UserId{1}, SessionId{12}));
  Put("c", Of(UserId{2}, SessionId{13}));
  cache_.Forget(SessionId{12});
  EXPECT_EQ(Find("b"), nullptr);
  EXPECT_NE(Find("a"), nullptr);
  cache_.Forget(UserId{1});
  EXPECT_EQ(Find("a"), nullptr);
  EXPECT_NE(Find("c"), nullptr);
  cache_.ForgetAll();
  EXPECT_EQ(cache_.size(), 0u);
}

TEST_F(SessionCacheTest, WhatWasForgottenDuringTheReadIsNotPutBack) {
  std::uint64_t before = cache_.generation();  // a request asks the database …
  cache_.Forget(UserId{1});                    // … and the user logs out meanwhile
  cache_.Put(crypto::Sha256("a"), Of(UserId{1}, SessionId{11}), before);
  EXPECT_EQ(Find("a"), nullptr);
}

TEST_F(SessionCacheTest, SizeIsBounded) {
  for (int i = 0; i < 1000; ++i) Put(std::to_string(i), Of(UserId{i}, SessionId{i}));
  EXPECT_LE(cache_.size(), 64u);
  EXPECT_GT(cache_.size(), 0u);
}

}  // namespace
}  // namespace gatehouse::authn
