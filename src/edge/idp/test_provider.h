#pragma once

// An OpenID provider to try Gatehouse with and to test it against: standards-true (Core 1.0 code
// flow, Discovery, RFC 7636, RFC 9207) unless told to misbehave. It knows no passwords: whoever
// opens its page picks who to be. Never mount it where strangers may log in to something real.
//
// Routes below the prefix: /.well-known/openid-configuration, /jwks, /authorize (GET, POST),
// /token, /userinfo, /faults (GET, POST), /idp.css and / (what to enter in the settings form).
//
// State is in memory and bounded: codes live 60 s and are good once, access tokens one hour, at
// most 1,000 of each. Thread-safe once the routes are registered.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/rng.h"
#include "edge/idp/faults.h"
#include "platform/http/router.h"

namespace gatehouse::idp {

inline constexpr std::string_view kDemoClientId = "gatehouse-demo";

struct User {
  std::string subject;
  std::string email;  // "" if none
  bool email_verified = true;
  std::string name;
};

struct Options {
  std::string origin;       // "http://127.0.0.1:8000", where this server is reached; no final slash
  std::string prefix;       // "" or "/demo/idp"
  std::string product_url;  // return URLs must begin with this and a slash
  std::string client_id = std::string(kDemoClientId);
  std::string client_secret;
  std::string client_jwks;  // key set of the client, for private_key_jwt; "" if none
  std::vector<User> users;
  Duration slow_delay = std::chrono::seconds(15);  // of the fault "slow"
};

class TestProvider {
 public:
  // `clock` and `rng` outlive the provider. Errors: kInvalidArgument "idp_options_invalid" (no
  // user, no secret, bad URL or key set); kInternal "template_invalid".
  static Result<std::unique_ptr<TestProvider>> Create(Options options, const Clock& clock,
                                                      Rng& rng);
  ~TestProvider();

  // The provider outlives the router's use.
  void Register(http::Router& router);

  // Moves the provider: for a server whose port is chosen by the system. Before serving only.
  void SetOrigin(std::string origin);
  void SetProductUrl(std::string product_url);
  // The client's public keys for private_key_jwt. Errors: "jwks_invalid".
  Result<void> SetClientKeys(std::string_view jwks);

  std::string Issuer() const;
  // For the next log-in, or for all until another call. kNone clears.
  void SetFault(Fault fault, bool sticky);

 private:
  struct Impl;
  explicit TestProvider(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace gatehouse::idp
