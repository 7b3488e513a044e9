#pragma once

// The cookies of a browser. `sid` is the session token; `bid` is a random browser id that binds
// sign-on pipelines, and CSRF tokens of pages without a session; `pending` is the token of a log-in
// that waits for its second factor, which opens nothing but the pages that ask for it. Over https
// they carry the __Host- prefix and Secure; without https (a laptop, a test) neither, because a
// browser would drop them.

#include <string>
#include <string_view>

#include "base/clock.h"
#include "platform/http/form.h"

namespace gatehouse::access {

class Cookies {
 public:
  explicit Cookies(bool https);

  const std::string& session_name() const { return session_name_; }
  const std::string& browser_name() const { return browser_name_; }
  const std::string& pending_name() const { return pending_name_; }

  // Ends with the session itself.
  http::SetCookie Session(std::string token, Timestamp now, Timestamp expires_at) const;
  http::SetCookie ClearSession() const;
  http::SetCookie Browser(std::string id) const;
  // Ends with the pending log-in itself (authn::kPendingLife).
  http::SetCookie Pending(std::string token) const;
  http::SetCookie ClearPending() const;

 private:
  bool https_;
  std::string session_name_;
  std::string browser_name_;
  std::string pending_name_;
};

// 32 bytes as base64url: the only shape a browser id can have.
bool IsBrowserId(std::string_view text);

}  // namespace gatehouse::access
