#include "control/sso/oidc/key_cache.h"

#include <gtest/gtest.h>

#include <atomic>

#include "control/sso/oidc/errors.h"
#include "control/sso/oidc/scripted_provider.h"

namespace gatehouse::sso::oidc {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kJwksUri = "https://idp.test/jwks";

class KeyCacheTest : public testing::Test {
 protected:
  Result<KeyCache::Keys> Get(std::string issuer = "https://idp.test", std::string uri = kJwksUri) {
    return runtime::RunSync(cache.Get(std::move(issuer), std::move(uri), seconds(5)));
  }
  Result<KeyCache::Keys> Refresh(std::uint64_t seen) {
    return runtime::RunSync(cache.Refresh("https://idp.test", kJwksUri, seen, seconds(5)));
  }
  ManualClock clock;
  ScriptedProvider provider{clock};
  KeyCache cache{provider, clock, 4};
};

TEST(KeyLifetime, StaysBetweenTenMinutesAndADay) {
  EXPECT_EQ(KeyLifetime(""), hours(1));
  EXPECT_EQ(KeyLifetime("public, max-age=20000, must-revalidate"), seconds(20000));
  EXPECT_EQ(KeyLifetime("Max-Age=1"), minutes(10));
  EXPECT_EQ(KeyLifetime("max-age=99999999999"), hours(24));
  EXPECT_EQ(KeyLifetime("max-age=999999999999999999999999"), hours(1));
  EXPECT_EQ(KeyLifetime("no-store, max-age=90000"), minutes(10));
  EXPECT_EQ(KeyLifetime("max-age=-5"), hours(1));
  EXPECT_EQ(KeyLifetime("max-age=\"60\""), hours(1));
}

TEST_F(KeyCacheTest, FetchesAgainAfterTheLifetimeOnly) {
  provider.cache_control = "max-age=1200";
  ASSERT_TRUE(Get());
  clock.Advance(seconds(1199));
  ASSERT_TRUE(Get());
  EXPECT_EQ(provider.Count(kJwksUri), 1u);
  clock.Advance(seconds(2));
  ASSERT_TRUE(Get());
  EXPECT_EQ(provider.Count(kJwksUri), 2u);
}

TEST_F(KeyCacheTest, AClockSetBackDoesNotKeepOldKeysAlive) {
  ASSERT_TRUE(Get());
  clock.Advance(hours(2));
  clock.SetWall(Timestamp::FromSeconds(1));
  ASSERT_TRUE(Get());
  EXPECT_EQ(provider.Count(kJwksUri), 2u);
}

TEST_F(KeyCacheTest, ExpiredKeysAreNotUsedWhenTheProviderIsDownAndComeBackWithIt) {
  ASSERT_TRUE(Get());
  clock.Advance(hours(25));
  provider.errors[kJwksUri] = Error{Code::kUnavailable, "peer_unreachable", ""};
  EXPECT_EQ(Get().error().reason, "peer_unreachable");
  provider.errors.clear();
  provider.answers[kJwksUri] = {503, {}, ""};
  EXPECT_EQ(Get().error().reason, kIdpUnavailable);
  provider.answers[kJwksUri] = {200, {}, "<html>"};
  EXPECT_EQ(Get().error().reason, kJwksInvalid);
  provider.answers[kJwksUri] = {200, {}, R"({"keys":[]})"};
  EXPECT_EQ(Get().error().reason, kJwksInvalid);
  provider.answers.clear();
  EXPECT_TRUE(Get());
}

TEST_F(KeyCacheTest, ForcedFetchHappensOnceAMinuteAlsoWhenItFails) {
  std::uint64_t seen = Get().value().generation;
  provider.errors[kJwksUri] = Error{Code::kUnavailable, "peer_unreachable", ""};
  EXPECT_FALSE(Refresh(seen));
  EXPECT_EQ(Refresh(seen).value().generation, seen);
  EXPECT_EQ(provider.Count(kJwksUri), 2u);
  provider.errors.clear();
  clock.Advance(seconds(60));
  EXPECT_GT(Refresh(seen).value().generation, seen);
  EXPECT_EQ(provider.Count(kJwksUri), 3u);
  // Somebody else fetched since: no need to ask again, whatever the pause says.
  clock.Advance(seconds(600));
  EXPECT_GT(Refresh(seen).value().generation, seen);
  EXPECT_EQ(provider.Count(kJwksUri), 3u);
}

TEST_F(KeyCacheTest, CopiedIssuerNameWithOtherKeysMeetsOtherKeys) {
  crypto::Jwk evil = ScriptedProvider::NewKey("ES256", "k1");
  json::Object set;
  set["keys"] = json::Array{json::Value(evil.PublicJwk())};
  provider.answers["https://evil.test/jwks"] = {200, {}, json::Serialize(set)};
  auto honest = Get();
  auto copied = Get("https://idp.test", "https://evil.test/jwks");
  ASSERT_TRUE(honest && copied);
  EXPECT_NE(honest->set, copied->set);
  EXPECT_EQ(Get().value().set, honest->set);
}

TEST_F(KeyCacheTest, NumberOfProvidersIsBoundedAndTheLongestUnusedGoes) {
  for (int i = 0; i < 50; ++i) {
    clock.Advance(seconds(1));
    ASSERT_TRUE(Get());
    ASSERT_TRUE(Get("https://p" + std::to_string(i)));
  }
  EXPECT_LE(cache.size(), 4u);
  EXPECT_EQ(provider.Count(kJwksUri), 51u) << "the one in use was never dropped";
}

Task<void> GetOnce(KeyCache* cache, std::atomic<int>* good) {
  auto keys = co_await cache->Get("https://idp.test", kJwksUri, seconds(5));
  if (keys) ++*good;
  co_return Result<void>();
}

Task<void> StopWhen(runtime::Runtime* rt, std::atomic<int>* good, int wanted) {
  for (int i = 0; i < 500 && *good < wanted; ++i) {
    if (!co_await runtime::Sleep(std::chrono::milliseconds(10))) break;
  }
  rt->Stop();
  co_return Result<void>();
}

TEST_F(KeyCacheTest, ParallelLogInsShareOneFetch) {
  provider.delay = std::chrono::milliseconds(50);
  runtime::Runtime rt(2);
  std::atomic<int> good = 0;
  for (int i = 0; i < 16; ++i) rt.Spawn("get", GetOnce(&cache, &good));
  rt.Spawn("stop", StopWhen(&rt, &good, 16));
  rt.Run();
  EXPECT_EQ(good, 16);
  EXPECT_EQ(provider.Count(kJwksUri), 1u);
}

}  // namespace
}  // namespace gatehouse::sso::oidc
