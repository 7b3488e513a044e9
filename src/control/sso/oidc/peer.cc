#include "control/sso/oidc/peer.h"

#include <string>

#include "control/sso/oidc/errors.h"

namespace gatehouse::sso::oidc {

bool IsOurs(const Error& error) {
  return error.code == Code::kInternal || error.code == Code::kCancelled || error.Is("overloaded");
}

Error PeerError(const Error& error) {
  if (IsOurs(error)) return error;
  if (error.Is("url_forbidden") || error.Is("url_invalid")) {
    return Error{Code::kPermissionDenied, kUrlForbidden, error.detail};
  }
  if (error.Is(kJwksInvalid)) return Error{Code::kUnauthenticated, kJwksInvalid, error.detail};
  return Error{Code::kUnavailable, kIdpUnavailable, std::string(error.reason) + " " + error.detail};
}

}  // namespace gatehouse::sso::oidc
