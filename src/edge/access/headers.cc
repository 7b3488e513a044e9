#include "edge/access/headers.h"

namespace gatehouse::access {

namespace {
// form-action also governs the redirects that follow a form in some browsers. Every form of ours is
// answered on this origin: the hop to an identity provider is a page of its own with a refresh.
constexpr const char* kCsp =
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors "
    "'none'";
constexpr const char* kPermissions =
    "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), "
    "payment=(), usb=()";
constexpr const char* kHttpsOnly = "max-age=31536000; includeSubDomains";
}  // namespace

void SetAnswerHeaders(http::Response& response, bool https) {
  http::Headers& headers = response.headers;
  if (!headers.Has("X-Content-Type-Options")) headers.Set("X-Content-Type-Options", "nosniff");
  if (https && !headers.Has("Strict-Transport-Security")) {
    headers.Set("Strict-Transport-Security", kHttpsOnly);
  }
}

void SetStaticHeaders(http::Response& response, bool https) {
  http::Headers& headers = response.headers;
  headers.Set("Content-Security-Policy", kCsp);
  headers.Set("X-Content-Type-Options", "nosniff");
  headers.Set("Referrer-Policy", "same-origin");
  headers.Set("Cross-Origin-Opener-Policy", "same-origin");
  headers.Set("Cross-Origin-Resource-Policy", "same-origin");
  headers.Set("Permissions-Policy", kPermissions);
  if (https) headers.Set("Strict-Transport-Security", kHttpsOnly);
}

void SetPageHeaders(http::Response& response, const PageHeaders& options) {
  SetStaticHeaders(response, options.https);
  if (options.token_in_url) response.headers.Set("Referrer-Policy", "no-referrer");
  response.headers.Set("Cache-Control", "no-store, no-transform");
}

}  // namespace gatehouse::access
