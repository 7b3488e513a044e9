#include "edge/access/cookies.h"

#include <algorithm>

#include "base/bytes.h"
#include "control/authn/authn.h"

namespace gatehouse::access {

namespace {
// A mailed link has to come back to the same browser, which may have been closed in between.
constexpr std::int64_t kBrowserSeconds = 30L * 24 * 3600;
}  // namespace

Cookies::Cookies(bool https)
    : https_(https),
      session_name_(https ? "__Host-sid" : "sid"),
      browser_name_(https ? "__Host-bid" : "bid"),
      pending_name_(https ? "__Host-pending" : "pending") {}

http::SetCookie Cookies::Session(std::string token, Timestamp now, Timestamp expires_at) const {
  http::SetCookie cookie;
  cookie.name = session_name_;
  cookie.value = std::move(token);
  cookie.max_age_seconds = std::max<std::int64_t>(0, (expires_at - now).count() / 1'000'000);
  cookie.secure = https_;
  return cookie;
}

http::SetCookie Cookies::ClearSession() const {
  http::SetCookie cookie;
  cookie.name = session_name_;
  cookie.max_age_seconds = 0;
  cookie.secure = https_;
  return cookie;
}

http::SetCookie Cookies::Browser(std::string id) const {
  http::SetCookie cookie;
  cookie.name = browser_name_;
  cookie.value = std::move(id);
  cookie.max_age_seconds = kBrowserSeconds;
  cookie.secure = https_;
  return cookie;
}

http::SetCookie Cookies::Pending(std::string token) const {
  http::SetCookie cookie;
  cookie.name = pending_name_;
  cookie.value = std::move(token);
  cookie.max_age_seconds = authn::kPendingLife.count() / 1'000'000;
  cookie.secure = https_;
  return cookie;
}

http::SetCookie Cookies::ClearPending() const {
  http::SetCookie cookie;
  cookie.name = pending_name_;
  cookie.max_age_seconds = 0;
  cookie.secure = https_;
  return cookie;
}

bool IsBrowserId(std::string_view text) {
  if (text.size() != 43) return false;
  auto bytes = Base64UrlDecode(text);
  return bytes && bytes->size() == 32;
}

}  // namespace gatehouse::access
