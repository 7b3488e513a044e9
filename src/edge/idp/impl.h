#pragma once

// Inside of the built-in provider, shared by its sources: settings, bounded stores, and one
// function per endpoint.

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edge/idp/test_provider.h"
#include "platform/crypto/jose.h"
#include "platform/html/html.h"
#include "platform/http/form.h"
#include "platform/json/json.h"

namespace gatehouse::idp {

// At most `kMax` values by random key; the oldest goes first.
template <class T>
class BoundedStore {
 public:
  void Put(std::string key, T value) {
    if (order_.size() == kMax) {
      values_.erase(order_.front());
      order_.pop_front();
    }
    order_.push_back(key);
    values_.insert_or_assign(std::move(key), std::move(value));
  }
  T* Find(std::string_view key) {
    auto found = values_.find(key);
    return found == values_.end() ? nullptr : &found->second;
  }

 private:
  static constexpr std::size_t kMax = 1000;
  std::map<std::string, T, std::less<>> values_;
  std::deque<std::string> order_;
};

// A valid authorization request.
struct AuthorizeRequest {
  std::string redirect_uri;
  std::string state;
  std::string nonce;
  std::string scope;
  std::string challenge;
  std::string login_hint;
};

struct CodeGrant {
  AuthorizeRequest request;
  User user;
  Fault fault = Fault::kNone;
  Timestamp expires;
  bool used = false;
  std::string access_token;  // revoked when the code comes a second time
};

struct AccessGrant {
  User user;
  Fault fault = Fault::kNone;
  std::string scope;
  Timestamp expires;
  bool revoked = false;
};

struct TestProvider::Impl {
  Impl(Options settings, const Clock& the_clock, Rng& the_rng)
      : options(std::move(settings)), clock(the_clock), rng(the_rng) {}

  std::string Issuer() const { return options.origin + options.prefix; }

  // authorize.cc
  http::Response Index() const;
  http::Response Authorize(const http::Request& request);  // GET: the page
  http::Response Approve(const http::Request& request);    // POST: the choice
  http::Response Refused(std::string why) const;
  http::Response Page(int status, std::string body) const;
  // Exactly one of request and answer is set.
  struct Checked {
    std::optional<AuthorizeRequest> request;
    std::optional<http::Response> answer;
  };
  Checked CheckAuthorize(const http::Form& form) const;
  http::Response Back(const std::string& redirect_uri, std::string_view state,
                      const std::vector<std::pair<std::string, std::string>>& params) const;

  // token.cc
  http::Response Discovery() const;
  http::Response Jwks();
  Task<http::Response> Token(http::Request& request);
  http::Response Userinfo(const http::Request& request);
  bool ClientIsKnown(const http::Request& request, const http::Form& form);
  bool AssertionHolds(std::string_view assertion);
  http::Response Redeem(const http::Form& form, CodeGrant& grant);
  Result<std::string> IdToken(const CodeGrant& grant, const std::string& access_token);

  // faults endpoint, in test_provider.cc
  http::Response ShowFaults();
  http::Response ChangeFaults(const http::Request& request);
  Fault TakeFault();  // REQUIRES: mutex is held

  Options options;
  const Clock& clock;
  Rng& rng;
  std::unique_ptr<html::Templates> templates;

  std::mutex mutex;
  std::vector<crypto::Jwk> keys;  // published; the last one signs
  std::optional<crypto::JwkSet> client_keys;
  BoundedStore<CodeGrant> codes;
  BoundedStore<AccessGrant> access;
  BoundedStore<Timestamp> seen_jti;
  Fault fault = Fault::kNone;
  bool fault_is_sticky = false;
};

// Is it one of the words of a space-separated list?
bool HasScope(std::string_view scopes, std::string_view wanted);
http::Response JsonAnswer(int status, const json::Object& body);
http::Response OAuthError(int status, std::string_view error, std::string_view description);

}  // namespace gatehouse::idp
