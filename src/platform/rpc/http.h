#pragma once

// RPC over HTTP: POST <prefix>/<service>/<method>/, signed (signature.h), both ways bounded.
//
// The routes belong on a listener of their own that no stranger reaches, never beside pages.

#include <string>

#include "base/rng.h"
#include "platform/http/client.h"
#include "platform/http/router.h"
#include "platform/rpc/client.h"
#include "platform/rpc/dispatcher.h"
#include "platform/rpc/signature.h"

namespace gatehouse::rpc {

inline constexpr std::string_view kPrefix = "/api/0/internal/rpc";

// Adds the route. Both outlive the router. Errors of the call are answers of the protocol: 401
// without a good signature, whatever is called; 404 for what is unknown; 400 for arguments.
void Mount(http::Router& router, const Dispatcher& dispatcher, Verifier& verifier);

class HttpTransport final : public Transport {
 public:
  // `origin`: "https://control.internal:8443", without a slash at the end. `client` may connect
  // there (EgressPolicy::allowed_origins). All outlive the transport.
  HttpTransport(http::Client& client, std::string origin, KeyList keys, const Clock& clock,
                Rng& rng)
      : client_(client),
        origin_(std::move(origin)),
        keys_(std::move(keys)),
        clock_(clock),
        rng_(rng) {}

  Task<Answer> Send(Call call) override;

 private:
  http::Client& client_;
  const std::string origin_;
  const KeyList keys_;
  const Clock& clock_;
  Rng& rng_;
};

}  // namespace gatehouse::rpc
