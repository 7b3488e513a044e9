// ParseDiscovery over arbitrary documents. What it accepts must be usable as it stands.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "control/sso/oidc/authorization.h"
#include "control/sso/oidc/discovery.h"
#include "platform/http/form.h"
#include "platform/http/url.h"

using namespace gatehouse;
using namespace gatehouse::sso::oidc;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view body(reinterpret_cast<const char*>(data), size);
  Checks checks;
  auto discovery = ParseDiscovery(body, "https://idp.test", checks);
  GH_CHECK(!checks.rows().empty());
  GH_CHECK(checks.rows().back().passed == discovery.has_value());
  if (!discovery) return 0;
  GH_CHECK(!discovery->id_token_algs.empty());
  for (const std::string& alg : discovery->id_token_algs) GH_CHECK(IsAcceptedAlg(alg));
  for (const std::string* url : {&discovery->endpoints.authorization, &discovery->endpoints.token,
                                 &discovery->endpoints.jwks}) {
    auto parsed = http::ParseUrl(*url);
    GH_CHECK(parsed && parsed->scheme == "https" && !parsed->has_userinfo && !parsed->has_fragment);
  }
  Config config;
  config.entered.issuer = "https://idp.test";
  config.entered.client_id = "c";
  config.endpoints = discovery->endpoints;
  std::string url =
      AuthorizationUrl(config, AuthorizationInput{.state = "s",
                                                  .redirect_uri = "https://gate.test/",
                                                  .nonce = "n",
                                                  .challenge = "c",
                                                  .login_hint = ""});
  auto query = http::Form::Parse(std::string_view(url).substr(url.find('?') + 1));
  if (!query) return 0;  // more fields than we would read, or a value that is no text
  for (const char* name : {"client_id", "redirect_uri", "scope", "state", "nonce"}) {
    auto one = query->One(name);
    GH_CHECK(one && *one);
  }
  return 0;
}
