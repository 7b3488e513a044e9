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

std::string PeerWords(const Error& error) {
  std::string words(error.reason);
  if (error.Is("peer_unreachable")) {
    // The client's words for a name without an address.
    words += error.detail.contains("resolve host")
                 ? ": the name of the host is not known (DNS)"
                 : ": nothing accepts connections there (refused, or no way to it)";
  } else if (error.Is("peer_timeout")) {
    words += ": no answer in time";
  } else if (error.Is("peer_tls_failed")) {
    words += ": its certificate is not accepted";
    if (!error.detail.empty()) words += " (" + error.detail + ")";
  } else if (error.Is("url_forbidden")) {
    words += ": not https, or an address in a private network; see the option allowed_origins";
  }
  return words;
}

}  // namespace gatehouse::sso::oidc
