// The claims of an ID token after its signature, the token endpoint's answer and the redaction of
// claims, over arbitrary bytes.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "control/sso/oidc/id_token.h"
#include "control/sso/oidc/token_endpoint.h"

using namespace gatehouse;
using namespace gatehouse::sso::oidc;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const Timestamp now = Timestamp::FromSeconds(1'800'000'000);

  http::ClientResponse answer;
  answer.status = 200;
  answer.headers.Add("Content-Type", "application/json");
  answer.body = text;
  Checks token_checks;
  if (auto tokens = ParseTokenAnswer(answer, now, token_checks)) {
    GH_CHECK(!tokens->id_token.empty() && !tokens->access_token.empty());
    GH_CHECK(!tokens->ToData().contains("id_token"));
  }

  auto claims = json::ParseObject(text, {.max_bytes = 64 * 1024, .max_depth = 16});
  if (!claims) return 0;
  Checks checks;
  std::string_view reason = CheckIdToken(*claims,
                                         {.issuer = "https://idp.test",
                                          .client_id = "client-1",
                                          .nonce = "n-1",
                                          .alg = "RS256",
                                          .access_token = "at-123",
                                          .code = "c-1",
                                          .now = now},
                                         checks);
  GH_CHECK(checks.rows().back().passed == reason.empty());
  for (const sso::Check& check : checks.rows()) {
    GH_CHECK(check.expected.size() <= 300 && check.received.size() <= 300);
  }
  if (reason.empty()) {
    GH_CHECK(json::GetString(*claims, "iss") == "https://idp.test");
    GH_CHECK(json::GetString(*claims, "nonce") == "n-1");
    std::string_view subject;
    GH_CHECK(IsSubject(*claims, &subject) && !subject.empty() && subject.size() <= 255);
  }
  GH_CHECK(!RedactClaims(*claims).contains("nonce"));
  return 0;
}
