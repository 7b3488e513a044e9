// A log-in and a refresh at a provider that answers every question with the same arbitrary bytes:
// as JSON or as a form, by the first byte. Nobody is logged in by garbage, and nothing secret is
// shown.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/clock.h"
#include "base/rng.h"
#include "control/sso/oauth2/generic/generic.h"
#include "control/sso/oauth2/oauth2_adapter.h"
#include "platform/runtime/runtime.h"

using namespace gatehouse;
using namespace gatehouse::sso;

namespace {

constexpr const char* kGoodTokens =
    R"({"access_token":"planted-access-token","refresh_token":"planted-refresh-token",
        "token_type":"Bearer","expires_in":60})";

// The token endpoint answers well (0), or with the bytes as JSON (1) or as a form (2).
class Echo final : public http::Client {
 public:
  Task<http::ClientResponse> Send(http::ClientRequest request) override {
    http::ClientResponse answer;
    answer.status = status;
    bool good = mode == 0 && request.url == "https://id.test/token";
    if (good) answer.status = 200;
    answer.headers.Add("Content-Type",
                       mode == 2 ? "application/x-www-form-urlencoded" : "application/json");
    answer.body = good ? kGoodTokens : std::string(body);
    co_return answer;
  }
  int mode = 0;
  int status = 200;
  std::string_view body;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr int kStatuses[] = {200, 400, 401, 403, 500};
  Echo echo;
  echo.mode = data[0] % 3;
  echo.status = kStatuses[(data[0] / 3) % 5];
  echo.body = std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1);
  const ManualClock clock;
  SeededRng rng(1);
  oauth2::OAuth2Adapter adapter(oauth2::generic::NewVendor(), echo, clock, rng);
  const json::Object config = {{"client_id", "client-1"},
                               {"client_secret", "planted-secret"},
                               {"authorization_url", "https://id.test/authorize"},
                               {"token_url", "https://id.test/token"},
                               {"user_url", "https://id.test/me"},
                               {"claim_id", "data.id"},
                               {"claim_email", "email"},
                               {"claim_verified", "verified"},
                               {"claim_name", "name"},
                               {"pkce", "none"}};
  CallbackInput input;
  input.params = {{"code", "planted-code"}};
  input.redirect_uri = "https://gate.test/";
  input.flow["issuer"] = "https://id.test/me";
  auto outcome = runtime::RunSync(adapter.Finish(config, std::move(input)));
  GH_CHECK(outcome.has_value());
  GH_CHECK(outcome->assertion.has_value() == outcome->reason.empty());
  GH_CHECK(!outcome->checks.empty());
  std::string shown = outcome->user_message;
  for (const Check& check : outcome->checks) {
    GH_CHECK(check.expected.size() <= 300 && check.received.size() <= 300);
    shown += check.expected + check.received;
  }
  GH_CHECK(shown.find("planted") == std::string::npos ||
           echo.body.find("planted") != std::string_view::npos);
  if (outcome->assertion) {
    const identity::Assertion& assertion = *outcome->assertion;
    GH_CHECK(!assertion.subject.empty() && assertion.subject.size() <= 255);
    GH_CHECK(assertion.email.size() <= 254 && assertion.name.size() <= 200);
    GH_CHECK(!assertion.email_verified || !assertion.email.empty());
  } else {
    GH_CHECK(!outcome->checks.back().passed);
  }

  const json::Object stored = {
      {"access_token", "planted-old"}, {"refresh_token", "planted-refresh"}, {"subject", "alice"}};
  auto refreshed = runtime::RunSync(adapter.Refresh(config, stored));
  GH_CHECK(refreshed.has_value());
  bool valid = refreshed->kind == RefreshOutcome::Kind::kValid;
  GH_CHECK(valid == refreshed->reason.empty());
  GH_CHECK(!valid || json::GetString(refreshed->data, "access_token").has_value());
  return 0;
}
