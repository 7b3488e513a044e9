#pragma once

// The outbound HTTP client, with the egress guard: every URL that anyone outside chose goes through
// here. https only, no IP literals, no userinfo, no redirects, no proxy, TLS >= 1.2 verified; the
// address that is really connected to is checked (CURLOPT_OPENSOCKETFUNCTION), so a name that
// re-binds gets nowhere. Connect 3 s, total 10 s, answer 1 MiB unless told otherwise.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "platform/http/message.h"
#include "platform/runtime/task.h"

namespace gatehouse::http {

struct ClientRequest {
  Method method = Method::kGet;
  std::string url;
  Headers headers;
  std::string body;
  Duration timeout = std::chrono::seconds(10);
  std::size_t max_response = 1024 * 1024;
};

struct ClientResponse {
  int status = 0;
  Headers headers;
  std::string body;
};

// Errors: kInvalidArgument "url_invalid"; kPermissionDenied "url_forbidden" (the guard; nothing was
// sent); kUnavailable "peer_unreachable", "peer_tls_failed"; kDeadlineExceeded "peer_timeout";
// kResourceExhausted "peer_answer_too_large"; kUnavailable "overloaded". A 4xx or 5xx is a value.
class Client {
 public:
  virtual ~Client() = default;
  virtual Task<ClientResponse> Send(ClientRequest request) = 0;
};

struct EgressPolicy {
  // Origins ("http://127.0.0.1:4000") exempt from the https and address rules: operator's choice,
  // e.g. a provider inside the private network, or the built-in test provider in demo mode.
  std::vector<std::string> allowed_origins;
  std::string ca_file;  // additional trust anchors; empty: the system's
  std::size_t max_connections_per_host = 8;
};

// true if the guard refuses this address: loopback, private, link-local, CGNAT, ULA, multicast,
// 0/8, and IPv4-mapped, NAT64, 6to4, Teredo forms of them. Unparsable text is refused.
bool IsForbiddenAddress(std::string_view ip);

// The URL rules alone, before any lookup. Errors: "url_invalid", "url_forbidden".
Result<void> CheckEgressUrl(const EgressPolicy& policy, std::string_view url);

// One thread driving curl_multi; keep-alive connections are reused.
std::unique_ptr<Client> NewCurlClient(EgressPolicy policy);

}  // namespace gatehouse::http
