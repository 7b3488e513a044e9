#include "region/ingest/protocol/auth.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "platform/compress/encode.h"
#include "region/ingest/protocol/category.h"
#include "region/ingest/protocol/origin.h"
#include "region/ingest/protocol/rate_limits.h"
#include "region/ingest/protocol/rejection.h"
#include "region/ingest/protocol/response.h"
#include "region/ingest/protocol/store.h"

namespace gatehouse::ingest {
namespace {

constexpr std::string_view kKey = "a1b2c3d4e5f60718293a4b5c6d7e8f90";
const std::string kHeader = "Sentry sentry_key=" + std::string(kKey);

TEST(Auth, EverySourceIsEquivalent) {
  std::string basic = "Basic " + Base64Encode(std::string(kKey) + ":");
  std::string query = "sentry_key=" + std::string(kKey) + "&sentry_version=7";
  const AuthSources cases[] = {
      {.x_sentry_auth = kHeader},
      {.authorization = kHeader},
      {.authorization = basic},
      {.query = query},
      {.path_key = kKey},
      {.x_sentry_auth = "  ", .query = query},
      {.authorization = "Bearer abc", .query = query},
  };
  for (const AuthSources& sources : cases) {
    auto auth = RequireAuth(sources);
    ASSERT_TRUE(auth) << auth.error().reason;
    EXPECT_EQ(auth->public_key, kKey);
    EXPECT_EQ(auth->version, 7);
  }
}

TEST(Auth, HeaderSpellingsOfTheWild) {
  auto auth = RequireAuth(
      {.x_sentry_auth = "sEnTrY sentry_version=5,sentry_client=raven-php 1.0 , ,"
                        "sentry_key=A1B2C3D4E5F60718293A4B5C6D7E8F90:no-cache, sentry_secret=x, "
                        "sentry_timestamp=1.5, new=thing"});
  ASSERT_TRUE(auth) << auth.error().reason;
  EXPECT_EQ(auth->public_key, kKey);
  EXPECT_EQ(auth->version, 5);
  EXPECT_EQ(auth->client, "raven-php 1.0");
  EXPECT_EQ(ClientName(*auth, "agent"), "raven-php 1.0");
  auto query =
      RequireAuth({.query = "x=1&sentry_client=sentry.javascript.node%2F11.12.0&sentry_key=" +
                            std::string(kKey)});
  EXPECT_EQ(query->client, "sentry.javascript.node/11.12.0");
}

TEST(Auth, RefusalsHaveTheDocumentedStatus) {
  struct Case {
    AuthSources sources;
    std::string_view slug;
    int status;
  };
  std::string query = "sentry_key=" + std::string(kKey);
  std::string version = kHeader + ", sentry_version=";
  const std::string eight = version + "8", two = version + "2", word = version + "x";
  const std::string twice = kHeader + ", sentry_key=" + std::string(kKey);
  const Case cases[] = {
      {{}, kMissingAuth, 401},
      {{.authorization = "Bearer abc"}, kMissingAuth, 401},
      {{.x_sentry_auth = kHeader, .query = query}, kMultipleAuth, 401},
      {{.x_sentry_auth = kHeader, .authorization = kHeader}, kMultipleAuth, 401},
      {{.query = query, .path_key = kKey}, kMultipleAuth, 401},
      {{.x_sentry_auth = "Basic abc"}, kMalformedAuth, 401},
      {{.x_sentry_auth = "Sentry nonsense"}, kMalformedAuth, 401},
      {{.x_sentry_auth = "Sentry sentry_version=7"}, kMalformedAuth, 401},
      {{.x_sentry_auth = twice}, kMalformedAuth, 401},
      {{.authorization = "Basic ???"}, kMalformedAuth, 401},
      {{.x_sentry_auth = word}, kMalformedAuth, 401},
      {{.query = "sentry_version=7"}, kMalformedAuth, 401},
      {{.x_sentry_auth = "Sentry sentry_key=xyz"}, kBadKey, 400},
      {{.query = "sentry_key="}, kBadKey, 400},
      {{.path_key = "a1b2c3d4e5f60718293a4b5c6d7e8f9"}, kBadKey, 400},
      {{.x_sentry_auth = eight}, kBadVersion, 400},
      {{.x_sentry_auth = two}, kBadVersion, 400},
  };
  for (const Case& c : cases) {
    auto auth = RequireAuth(c.sources);
    ASSERT_FALSE(auth) << c.slug;
    EXPECT_EQ(auth.error().reason, c.slug);
    EXPECT_EQ(RejectionOf(auth.error()).status, c.status);
  }
  auto none = FindAuth({.query = "sentry_data=abc&a=b"});
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  EXPECT_EQ(RejectedBody(RequireAuth({}).error()),
            R"({"detail":"missing authorization information"})");
}

TEST(Dsn, FormsThatHold) {
  struct Case {
    std::string_view text, base, plain;
  };
  const Case cases[] = {
      {"https://a1b2c3d4e5f60718293a4b5c6d7e8f90@sentry.io/1", "https://sentry.io",
       "https://a1b2c3d4e5f60718293a4b5c6d7e8f90@sentry.io/1"},
      {"HTTP://A1B2C3D4E5F60718293A4B5C6D7E8F90:old@Host:9000/a/b/77/", "http://host:9000/a/b",
       "http://a1b2c3d4e5f60718293a4b5c6d7e8f90@host:9000/a/b/77"},
      {"https://a1b2c3d4e5f60718293a4b5c6d7e8f90@[::1]:443/7", "https://[::1]",
       "https://a1b2c3d4e5f60718293a4b5c6d7e8f90@[::1]/7"},
  };
  for (const Case& c : cases) {
    auto dsn = Dsn::Parse(c.text);
    ASSERT_TRUE(dsn) << c.text << dsn.error().detail;
    EXPECT_EQ(dsn->BaseUrl(), c.base);
    EXPECT_EQ(dsn->ToString(), c.plain);
  }
}

TEST(Dsn, FormsThatDoNot) {
  const std::string key(kKey);
  for (const std::string& text : std::initializer_list<std::string>{
           std::string(), "https://sentry.io/1", "ftp://" + key + "@h/1", "https://" + key + "@h",
           "https://" + key + "@h/", "https://" + key + "@h/x", "https://" + key + "@h/0",
           "https://" + key + "@h/-1", "https://" + key + "@h/007", "https://abc@h/1",
           "https://" + key + "@/1", "https://" + key + "@h:0/1", "https://" + key + "@h:99999/1",
           "https://" + key + "@h:x/1", "https://" + key + "@a@h/1", "https://" + key + "@h/1?x=1",
           "https://" + key + "@h o/1"}) {
    EXPECT_FALSE(Dsn::Parse(text)) << text;
  }
}

TEST(Dsn, UrlsOfAKey) {
  KeyUrls urls = MakeKeyUrls("https://gate.example.com:8443/x/", 42, kKey, "s3cret");
  std::string key(kKey);
  EXPECT_EQ(urls.dsn, "https://" + key + "@gate.example.com:8443/x/42");
  EXPECT_EQ(urls.dsn_secret, "https://" + key + ":s3cret@gate.example.com:8443/x/42");
  EXPECT_EQ(urls.security, "https://gate.example.com:8443/x/api/42/security/?sentry_key=" + key);
  EXPECT_EQ(urls.crons,
            "https://gate.example.com:8443/x/api/42/cron/___MONITOR_SLUG___/" + key + "/");
  EXPECT_EQ(Dsn::Parse(urls.dsn_secret)->project_id, 42);
}

TEST(Origin, HeaderThenReferer) {
  EXPECT_EQ(RequestOrigin("http://a", "http://b"), "http://a");
  EXPECT_EQ(RequestOrigin("", "HTTPS://b/x"), "HTTPS://b/x");
  EXPECT_EQ(RequestOrigin("file://x", "http://b"), "http://b");
  EXPECT_EQ(RequestOrigin("file://x", ""), "");
  EXPECT_EQ(RequestOrigin("null", "http://b"), "null");
}

TEST(Origin, PatternsAllowWhatTheyName) {
  struct Case {
    std::vector<std::string> patterns;
    std::string_view origin;
    bool allowed;
  };
  const Case cases[] = {
      {{}, "http://a.example", false},
      {{}, "", true},
      {{"*"}, "http://a.example", true},
      {{"*"}, "null", true},
      {{"a.example"}, "null", false},
      {{"a.example"}, "https://A.example:8443/path", true},
      {{"a.example"}, "https://b.a.example", false},
      {{"a.example"}, "https://evila.example", false},
      {{"a.example"}, "https://a.example.evil.com", false},
      {{"a.example"}, "https://a.example@evil.com", false},
      {{"*.a.example"}, "https://a.example", true},
      {{"*.a.example"}, "https://x.y.a.example", true},
      {{"*.a.example"}, "https://xa.example", false},
      {{"https://a.example"}, "https://a.example", true},
      {{"https://a.example"}, "http://a.example", false},
      {{"https://a.example"}, "https://a.example:8443", false},
      {{"http://a.example:8080"}, "http://a.example:8080/x", true},
      {{"a.example:8080"}, "http://a.example", false},
      {{"*:8080"}, "http://whatever:8080", true},
      {{"*:80"}, "http://whatever", true},
      {{"*:8080"}, "http://whatever", false},
      {{"*."}, "http://x", false},
      {{"http://x:y"}, "http://x", false},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(AllowedOrigins(c.patterns).Allows(c.origin), c.allowed)
        << (c.patterns.empty() ? "" : c.patterns[0]) << " " << c.origin;
  }
}

TEST(RateLimits, HeaderTextOfSeveralLimits) {
  using enum DataCategory;
  std::vector<RateLimit> limits = {
      {60, {}, LimitScope::kOrganization, "", {}},
      {2700, {kDefault, kError, kSecurity}, LimitScope::kOrganization, "quota_exceeded", {}},
      {2700, {kMetricBucket}, LimitScope::kOrganization, "quota_exceeded", {"custom"}},
      {5, {kSession}, LimitScope::kKey, "bad\r\nreason", {}},
  };
  std::string text = FormatRateLimits(limits);
  EXPECT_EQ(text,
            "60::organization, 2700:default;error;security:organization:quota_exceeded, "
            "2700:metric_bucket:organization:quota_exceeded:custom, 5:session:key");
  EXPECT_EQ(RetryAfter(limits), 2700);
  EXPECT_EQ(FormatRateLimits({}), "");
  limits[3].reason_code.clear();
  EXPECT_EQ(ParseRateLimits(text), limits);
  EXPECT_TRUE(Covers(limits[0], kReplay));
  EXPECT_FALSE(Covers(limits[0], kInternal));
  EXPECT_FALSE(Covers(limits[1], kReplay));
}

TEST(RateLimits, ParsingPassesOverWhatItDoesNotKnow) {
  auto limits = ParseRateLimits(
      "invalid, 30:nonsense:project, 4711:error;nonsense:project:r:ns:future:x , :error:key, "
      "12.2::global, -1::key, 5:error:planet, ");
  ASSERT_EQ(limits.size(), 2u);
  EXPECT_EQ(limits[0].retry_after, 4711);
  EXPECT_EQ(limits[0].categories, std::vector{DataCategory::kError});
  EXPECT_EQ(limits[0].scope, LimitScope::kProject);
  EXPECT_EQ(limits[1].retry_after, 13);
  EXPECT_TRUE(ParseRateLimits("").empty());
}

TEST(Category, TableIsOneToOne) {
  for (const CategoryInfo& row : Categories()) {
    EXPECT_EQ(CategoryByName(row.name), row.id);
    EXPECT_EQ(CategoryById(static_cast<std::int64_t>(row.id)), row.id);
    EXPECT_EQ(CategoryName(row.id), row.name);
  }
  EXPECT_EQ(CategoryByName("feedback"), DataCategory::kUserReportV2);
  EXPECT_EQ(CategoryByName("internal"), std::nullopt);
}

TEST(Store, EveryFormAnEventHasBeenSentIn) {
  SeededRng rng(1);
  std::string json = R"({"event_id":"9EC79C33EC9942AB8353589FCB2E04DC","message":"hi"})";
  std::string zipped = compress::Deflate(json);
  std::string lines = Base64Encode(zipped);
  lines.insert(20, "\r\n");
  std::string padless = Base64Encode(json);
  while (padless.ends_with('=')) padless.pop_back();
  for (const std::string& body : {json, Base64Encode(json), Base64Encode(zipped), lines, padless,
                                  Base64UrlEncode(zipped), Base64Encode("  " + json)}) {
    auto request = ParseStore(body, "", 1 << 20, rng);
    ASSERT_TRUE(request) << body << request.error().detail;
    EXPECT_EQ(request->event_id.ToString(), "9ec79c33ec9942ab8353589fcb2e04dc");
    EXPECT_EQ(request->type, ItemType::kEvent);
  }
}

TEST(Store, TypeAndGeneratedId) {
  SeededRng rng(1);
  auto request = ParseStore(R"({"type":"transaction","event_id":"bad"})", "", 1 << 20, rng);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->type, ItemType::kTransaction);
  EXPECT_FALSE(request->event_id.IsNil());
}

TEST(Store, RefusesWhatIsNoEvent) {
  SeededRng rng(1);
  EXPECT_EQ(ParseStore("", "", 100, rng).error().reason, kEmptyBody);
  EXPECT_EQ(ParseStore("{\"a\":", "", 100, rng).error().reason, kInvalidJson);
  EXPECT_EQ(ParseStore("!!!", "", 100, rng).error().reason, kInvalidJson);
  EXPECT_EQ(ParseStore(" {}", "", 100, rng).error().reason, kInvalidJson);
  std::string bomb = Base64Encode(compress::Deflate(std::string(1 << 20, ' ')));
  auto refused = ParseStore(bomb, "", 100'000, rng);
  ASSERT_FALSE(refused);
  EXPECT_EQ(RejectionOf(refused.error()).status, 413);
  EXPECT_EQ(RejectionOf(ParseStore(Base64Encode("junk"), "", 100, rng).error()).outcome,
            "invalid_compression");
}

TEST(Store, OldPythonMayWriteNaN) {
  SeededRng rng(1);
  auto request = ParseStore(R"({"a":NaN})", "raven-python/6.0", 100, rng);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->payload, R"({"a":null})");
  EXPECT_EQ(ParseStore(R"({"a":NaN})", "other/1", 100, rng).error().reason, "json_invalid");
}

TEST(Store, WhatCannotBeReadLaterIsRefusedAtOnce) {
  SeededRng rng(1);
  for (const char* text : {R"({"a":nonsense})", R"({"a":1,})", R"({"a":01})", "{\"a\":\"\xff\"}"}) {
    auto refused = ParseStore(text, "", 1000, rng);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(RejectionOf(refused.error()).status, 400) << text;
  }
  const std::string deep =
      "{\"extra\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  EXPECT_EQ(ParseStore(deep, "", 1 << 20, rng).error().reason, "json_depth");
  // What is repaired later is no reason.
  for (const char* text : {R"({"a":1,"a":2})", R"({"a":"\ud800"})", R"({"a":1e999})"}) {
    EXPECT_TRUE(ParseStore(text, "", 1000, rng)) << text;
  }
}

TEST(Store, TheNilIdIsNone) {
  SeededRng rng(1);
  auto request = ParseStore("{\"event_id\":\"" + std::string(32, '0') + "\"}", "", 1000, rng);
  ASSERT_TRUE(request);
  EXPECT_FALSE(request->event_id.IsNil());
}

TEST(Store, QueryCarriesABody) {
  SeededRng rng(1);
  std::string json = R"({"message":"a+b ?>"})";
  std::string raw = Base64Encode(json);
  auto body = StoreBodyOfQuery("sentry_key=x&sentry_data=" + raw);
  ASSERT_TRUE(body);
  EXPECT_EQ(ParseStore(*body, "", 100, rng)->payload, json);
  EXPECT_EQ(*StoreBodyOfQuery("sentry_data=%7B%22a%22%3A1%7D"), R"({"a":1})");
  EXPECT_EQ(StoreBodyOfQuery("a=b").error().reason, kEmptyBody);
}

}  // namespace
}  // namespace gatehouse::ingest
