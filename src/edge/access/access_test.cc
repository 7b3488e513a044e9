#include "edge/access/access.h"

#include <gtest/gtest.h>

#include "edge/access/access_fixture.h"
#include "edge/access/headers.h"

namespace gatehouse::access {
namespace {

// ---- who is asking ------------------------------------------------------------------------------

TEST_F(AccessTest, AnonymousVisitorGetsABrowserId) {
  Guard guard = MakeGuard();
  Visitor visitor = Visit(guard, RequestWith(""));
  EXPECT_EQ(visitor.principal, nullptr);
  EXPECT_TRUE(visitor.new_browser);
  EXPECT_TRUE(IsBrowserId(visitor.browser));
  EXPECT_EQ(visitor.client.browser, visitor.browser);
  EXPECT_EQ(visitor.client.ip, "192.0.2.7");
  EXPECT_EQ(visitor.client.correlation_id, "c-1");

  Visitor again = Visit(guard, RequestWith("__Host-bid=" + visitor.browser));
  EXPECT_FALSE(again.new_browser);
  EXPECT_EQ(again.browser, visitor.browser);
}

TEST_F(AccessTest, BrowserIdOfOurOwnMakingOnly) {
  Guard guard = MakeGuard();
  for (const char* bad : {"", "x", "short", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                          "!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    Visitor visitor = Visit(guard, RequestWith(std::string("__Host-bid=") + bad));
    EXPECT_TRUE(visitor.new_browser) << bad;
    EXPECT_NE(visitor.browser, bad);
  }
}

TEST_F(AccessTest, SessionCookieNamesThePrincipal) {
  Guard guard = MakeGuard();
  Visitor visitor = WithProofs(guard, {PasswordProof()});
  ASSERT_NE(visitor.principal, nullptr);
  EXPECT_EQ(visitor.principal->user.id, ada_);
  EXPECT_TRUE(visitor.has_own_proof());
  EXPECT_TRUE(visitor.client.principal.has_value());
}

TEST_F(AccessTest, DeadSessionIsAnonymousAndADownDatabaseIsAnError) {
  Guard guard = MakeGuard();
  Visitor visitor = Visit(guard, RequestWith("__Host-sid=gone"));
  EXPECT_EQ(visitor.principal, nullptr);
  EXPECT_TRUE(visitor.stale_session);
  EXPECT_TRUE(visitor.session_token.empty());

  world_.down = true;
  http::Request request = RequestWith("__Host-sid=gone");
  auto down = runtime::RunSync(guard.Visit(request));
  ASSERT_FALSE(down.has_value());
  EXPECT_EQ(down.error().code, Code::kUnavailable);
}

TEST_F(AccessTest, TwoSessionCookiesOrHeadersAreNone) {
  Guard guard = MakeGuard();
  std::string token = world_.AddSession(ada_, {PasswordProof()});
  Visitor twice = Visit(guard, RequestWith("__Host-sid=" + token + "; __Host-sid=other"));
  EXPECT_EQ(twice.principal, nullptr);
  http::Request request = RequestWith("__Host-sid=" + token);
  request.headers.Add("Cookie", "__Host-sid=other");
  EXPECT_EQ(Visit(guard, request).principal, nullptr);
}

TEST_F(AccessTest, CookieOfPlainHttpIsNotReadOverHttps) {
  Guard guard = MakeGuard();
  std::string token = world_.AddSession(ada_, {PasswordProof()});
  EXPECT_EQ(Visit(guard, RequestWith("sid=" + token)).principal, nullptr);
  Guard plain = MakeGuard("http://localhost:8000");
  EXPECT_NE(Visit(plain, RequestWith("sid=" + token)).principal, nullptr);
}

TEST_F(AccessTest, BearerTokenNamesThePrincipal) {
  Guard guard = MakeGuard();
  http::Request request = RequestWith("");
  request.headers.Add("Authorization", "Bearer " + world_.AddToken(ada_, {"org:read"}));
  auto visitor = runtime::RunSync(guard.VisitByToken(request));
  ASSERT_TRUE(visitor.has_value());
  EXPECT_TRUE(visitor->principal->token_id.has_value());
  for (const char* bad : {"", "Bearer", "Bearer ", "Basic x", "Bearer nope"}) {
    http::Request wrong = RequestWith("");
    wrong.headers.Add("Authorization", bad);
    auto refused = runtime::RunSync(guard.VisitByToken(wrong));
    ASSERT_FALSE(refused.has_value()) << bad;
    EXPECT_EQ(refused.error().reason, kTokenInvalid);
  }
}

// ---- cookies (WEB-08) ---------------------------------------------------------------------------

TEST_F(AccessTest, CredentialsSentInTheClearAreRefused) {  // WEB-19
  Guard guard = MakeGuard();
  http::Request request = RequestWith("");
  request.headers.Add("X-Forwarded-Proto", "http");
  request.headers.Add("Authorization", "Bearer ghp_x");
  EXPECT_TRUE(guard.CameInTheClear(request));
  auto by_cookie = runtime::RunSync(guard.Visit(request));
  ASSERT_FALSE(by_cookie.has_value());
  EXPECT_EQ(by_cookie.error().reason, kHttpsRequired);
  EXPECT_EQ(HttpStatus(by_cookie.error().code), 400);
  auto by_token = runtime::RunSync(guard.VisitByToken(request));
  ASSERT_FALSE(by_token.has_value());
  EXPECT_EQ(by_token.error().reason, kHttpsRequired);
  request.headers.Set("X-Forwarded-Proto", "https");
  EXPECT_FALSE(guard.CameInTheClear(request));
  EXPECT_TRUE(runtime::RunSync(guard.Visit(request)).has_value());
  // A laptop without TLS has nothing to insist on.
  Guard plain = MakeGuard("http://localhost:8000");
  request.headers.Set("X-Forwarded-Proto", "http");
  EXPECT_FALSE(plain.CameInTheClear(request));
}

TEST(CookiesTest, HttpsCookiesCarryHostPrefixSecureHttpOnlyLax) {
  Cookies cookies(true);
  const Timestamp now = Timestamp::FromSeconds(1'000);
  for (const std::string& text :
       {cookies.Session("t", now, now + std::chrono::hours(1)).ToString(),
        cookies.Browser("b").ToString(), cookies.ClearSession().ToString()}) {
    EXPECT_TRUE(text.starts_with("__Host-")) << text;
    EXPECT_NE(text.find("; Secure"), std::string::npos) << text;
    EXPECT_NE(text.find("; HttpOnly"), std::string::npos) << text;
    EXPECT_NE(text.find("; SameSite=Lax"), std::string::npos) << text;
    EXPECT_NE(text.find("; Path=/"), std::string::npos) << text;
    EXPECT_EQ(text.find("Domain"), std::string::npos) << text;
  }
  EXPECT_NE(cookies.Session("t", now, now + std::chrono::hours(1)).ToString().find("Max-Age=3600"),
            std::string::npos);
  EXPECT_NE(cookies.ClearSession().ToString().find("Max-Age=0"), std::string::npos);
}

TEST(CookiesTest, OnlyPlainHttpGoesWithoutSecure) {
  Cookies cookies(false);
  std::string text = cookies.Browser("b").ToString();
  EXPECT_TRUE(text.starts_with("bid=")) << text;
  EXPECT_EQ(text.find("Secure"), std::string::npos);
  EXPECT_NE(text.find("HttpOnly"), std::string::npos);
}

// ---- CSRF (WEB-01, WEB-02) ----------------------------------------------------------------------

struct Post {
  const char* what;
  const char* token;  // "good", "other browser", "session", "none", "twice", "empty"
  const char* origin;
  const char* site;
  const char* base_url;
  bool accepted;
};

class CsrfTest : public AccessTest, public ::testing::WithParamInterface<Post> {};

TEST_P(CsrfTest, OnlyOurOwnFormsAreAccepted) {
  const Post& post = GetParam();
  Guard guard = MakeGuard(post.base_url);
  Visitor visitor = Visit(guard, RequestWith(""));
  Visitor other = Visit(guard, RequestWith(""));
  const std::string kind = post.token;
  std::string body = "a=b";
  const std::string good = guard.CsrfToken(visitor);
  if (kind == "good") body += "&csrf=" + good;
  if (kind == "other browser") body += "&csrf=" + guard.CsrfToken(other);
  if (kind == "twice") body += "&csrf=" + good + "&csrf=" + good;
  if (kind == "empty") body += "&csrf=";
  http::Request request = RequestWith("");
  request.method = http::Method::kPost;
  request.body = body;
  request.headers.Add("Content-Type", "application/x-www-form-urlencoded");
  if (*post.origin) request.headers.Add("Origin", post.origin);
  if (*post.site) request.headers.Add("Sec-Fetch-Site", post.site);
  auto form = guard.CheckPost(request, visitor);
  EXPECT_EQ(form.has_value(), post.accepted) << post.what;
  if (!form) {
    EXPECT_EQ(form.error().reason, kCsrf);
    EXPECT_EQ(form.error().code, Code::kPermissionDenied);
  }
}

constexpr const char* kHttps = "https://gate.example";
constexpr const char* kHttp = "http://gate.example:8000";

INSTANTIATE_TEST_SUITE_P(
    Matrix, CsrfTest,
    ::testing::Values(
        Post{"same origin", "good", kHttps, "same-origin", kHttps, true},
        Post{"old browser, no headers", "good", "", "", kHttps, true},
        Post{"no headers, no token", "none", "", "", kHttps, false},
        Post{"no token", "none", kHttps, "same-origin", kHttps, false},
        Post{"empty token", "empty", kHttps, "same-origin", kHttps, false},
        Post{"token twice", "twice", kHttps, "same-origin", kHttps, false},
        Post{"token of another browser", "other browser", kHttps, "same-origin", kHttps, false},
        Post{"cross-site with a good token", "good", "https://evil.example", "cross-site", kHttps,
             false},
        Post{"evil origin, no fetch metadata", "good", "https://evil.example", "", kHttps, false},
        Post{"sub-domain of evil", "good", "https://gate.example.evil.example", "", kHttps, false},
        Post{"sibling site", "good", "", "same-site", kHttps, false},
        Post{"other port", "good", "https://gate.example:8443", "", kHttps, false},
        Post{"plain-http origin", "good", "http://gate.example", "", kHttps, false},
        Post{"fetch metadata lies about nothing", "good", kHttps, "cross-site", kHttps, false},
        Post{"null origin of a no-referrer page", "good", "null", "same-origin", kHttps, true},
        Post{"null origin of a sandbox", "good", "null", "cross-site", kHttps, false},
        Post{"null origin, no fetch metadata", "good", "null", "", kHttps, false},
        Post{"null origin on plain http", "good", "null", "", kHttp, true},
        Post{"null origin on plain http, no token", "none", "null", "", kHttp, false}));

TEST_F(AccessTest, CsrfTokenOfAnotherUserOrOldSessionIsRefused) {
  Guard guard = MakeGuard();
  Visitor visitor = WithProofs(guard, {PasswordProof()});
  Visitor before = WithProofs(guard, {PasswordProof()});
  UserId eve = world_.AddUser("Eve", "eve@evil.example", "x");
  Visitor attacker =
      Visit(guard, RequestWith("__Host-sid=" + world_.AddSession(eve, {PasswordProof()})));
  Visitor anonymous;
  anonymous.browser = visitor.session_token;  // a browser id must not pass for a session
  for (const Visitor* other : {&before, &attacker, &anonymous}) {
    http::Request request = RequestWith("");
    request.method = http::Method::kPost;
    request.headers.Add("Content-Type", "application/x-www-form-urlencoded");
    request.body = "csrf=" + guard.CsrfToken(*other);
    EXPECT_FALSE(guard.CheckPost(request, visitor).has_value());
  }
  EXPECT_EQ(guard.CsrfToken(visitor), guard.CsrfToken(visitor));
}

TEST_F(AccessTest, OnlyUrlencodedFormsAreRead) {
  Guard guard = MakeGuard();
  Visitor visitor = Visit(guard, RequestWith(""));
  for (const char* type : {"", "text/plain", "multipart/form-data", "application/json"}) {
    http::Request request = RequestWith("");
    request.method = http::Method::kPost;
    if (*type) request.headers.Add("Content-Type", type);
    request.body = "csrf=" + guard.CsrfToken(visitor);
    EXPECT_FALSE(guard.CheckPost(request, visitor).has_value()) << type;
  }
}

// ---- headers ------------------------------------------------------------------------------------

TEST(PageHeadersTest, EveryPageIsLockedDown) {
  http::Response response = http::Response::Html(200, "x");
  SetPageHeaders(response, {.token_in_url = false, .https = true});
  auto get = [&](std::string_view name) { return std::string(response.headers.Get(name)); };
  const std::string csp = get("Content-Security-Policy");
  for (const char* part : {"default-src 'none'", "script-src 'self'", "style-src 'self'",
                           "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"}) {
    EXPECT_NE(csp.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(csp.find("unsafe"), std::string::npos);
  EXPECT_EQ(get("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(get("Referrer-Policy"), "same-origin");
  EXPECT_EQ(get("Cross-Origin-Opener-Policy"), "same-origin");
  EXPECT_EQ(get("Cross-Origin-Resource-Policy"), "same-origin");
  EXPECT_EQ(get("Cache-Control"), "no-store, no-transform");
  EXPECT_TRUE(get("Strict-Transport-Security").starts_with("max-age=31536000"));
  SetPageHeaders(response, {.token_in_url = true, .https = false});
  EXPECT_EQ(get("Referrer-Policy"), "no-referrer");
}

TEST(PageHeadersTest, NoHstsWithoutHttps) {
  http::Response response;
  SetPageHeaders(response, {.token_in_url = false, .https = false});
  EXPECT_FALSE(response.headers.Has("Strict-Transport-Security"));
}

}  // namespace
}  // namespace gatehouse::access
