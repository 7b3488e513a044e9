#pragma once

// The HTTP/1.1 server, on Beast's parser over plain sockets: one acceptor per network thread
// (SO_REUSEPORT), a 16 KiB buffer reserved per connection, one deadline sweep per second and thread
// instead of a timer per read. TLS and HTTP/2 belong to a proxy in front.
//
// Limits: header 16 KiB in total, 100 fields, target 8 KiB; header read 10 s, idle keep-alive 30 s,
// whole request 60 s; body per route. Conflicting Content-Length / Transfer-Encoding, bare LF and
// obs-fold answer 400 and close. `Expect: 100-continue` is answered. Responses of text types above
// 1 KiB are gzip-encoded when accepted.

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/rng.h"
#include "platform/http/router.h"
#include "platform/runtime/runtime.h"

namespace gatehouse::http {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8000;  // 0: chosen by the system, see Server::port()
  // Accepted Host values (host[:port]; without a port: any port); anything else answers 421. Health
  // checks by IP: add them.
  std::vector<std::string> hosts;
  // CIDR blocks whose X-Forwarded-For is believed. Empty: the socket's address is the client.
  std::vector<std::string> trusted_proxies;
  // When there are so many, the oldest idle one of the network thread ends for a new one.
  std::size_t max_connections = 10'000;
  // From one IPv4 address or IPv6 /64, but for trusted proxies and these CIDR blocks: their
  // addresses stand for many clients.
  std::size_t max_connections_per_client = 2'500;
  std::vector<std::string> shared_addresses = {"127.0.0.0/8", "::1"};
  // Completes every answer before it is sent, also those of the ErrorRenderer. Does not throw.
  std::function<void(Response&)> complete = {};
  // How long running requests may go on after Runtime::Stop().
  std::chrono::seconds drain{10};
};

struct ServerStats {
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> connections{0};  // accepted in all
  std::atomic<std::uint64_t> open{0};
  std::atomic<std::uint64_t> refused{0};  // for lack of room
  std::atomic<std::uint64_t> status_2xx{0}, status_3xx{0}, status_4xx{0}, status_5xx{0};
};

// Called for every Error that leaves a handler and for the server's own answers: 400 "bad_request",
// 404 "not_found", 405 "method_not_allowed", 413 "body_too_large", 414 and 431 "header_too_large",
// 417 "bad_request", 421 "unknown_host", 501 "method_unknown".
using ErrorRenderer = std::function<Response(const Request&, const Error&, int status)>;
// Called after each answer, on the network thread.
using AccessLog = std::function<void(const Request&, const Response&, Duration elapsed)>;

class Server {
 public:
  // `router`, `runtime`, `clock`, `rng` outlive the server.
  Server(runtime::Runtime& runtime, ServerOptions options, const Router& router, const Clock& clock,
         Rng& rng, ErrorRenderer render_error, AccessLog access_log);
  ~Server();

  // Binds and starts accepting on every network thread. Errors: kUnavailable "listen_failed".
  // Registers itself with Runtime::OnStop: accepting ends, idle connections close, running requests
  // get up to ServerOptions::drain.
  Result<void> Start();
  std::uint16_t port() const;
  const ServerStats& stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gatehouse::http
