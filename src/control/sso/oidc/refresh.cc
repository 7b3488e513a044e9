// Refresh: the refresh-token grant (RFC 6749 §6) and what a new ID token has to say
// (OpenID Connect Core 1.0 §12).

#include <utility>

#include "control/identity/errors.h"
#include "control/sso/oidc/errors.h"
#include "control/sso/oidc/id_token_verifier.h"
#include "control/sso/oidc/labels.h"
#include "control/sso/oidc/oidc_adapter.h"

namespace gatehouse::sso::oidc {
namespace {

RefreshOutcome Outcome(RefreshOutcome::Kind kind, std::string_view reason, std::string detail) {
  return {.kind = kind, .data = {}, .reason = std::string(reason), .detail = std::move(detail)};
}

}  // namespace

Task<RefreshOutcome> OidcAdapter::Refresh(json::Object config_json, json::Object data) {
  using Kind = RefreshOutcome::Kind;
  GH_CO_TRY(Config config, Config::FromJson(config_json));
  TokenGrant grant;
  grant.refresh_token = MemberText(data, "refresh_token");
  if (grant.refresh_token.empty()) {
    co_return Outcome(Kind::kInvalid, identity::kMissingRefreshToken, "Missing refresh token");
  }
  const Duration deadline = clock_.Monotonic() + options_.budget;
  std::optional<crypto::Jwk> key;
  if (config.entered.auth_method == kPrivateKeyJwt) {
    GH_CO_TRY(key, PrivateKey(config));
  }
  GH_CO_TRY(http::ClientRequest request,
            BuildTokenRequest(config, grant, key ? &*key : nullptr, clock_.Now(), rng_));
  request.timeout = Remaining(deadline);
  Result<http::ClientResponse> answer = co_await client_.Send(std::move(request));
  if (!answer && answer.error().code == Code::kCancelled) {
    co_return std::unexpected(answer.error());
  }
  RefreshAnswer read = ReadRefreshAnswer(answer, clock_.Now(), {.id_token = false});
  if (!read.tokens) {
    // Providers repeat what they were sent.
    read.refused.detail = Conceal(std::move(read.refused.detail),
                                  {grant.refresh_token, config.entered.client_secret});
    co_return std::move(read.refused);
  }
  const Tokens& tokens = *read.tokens;

  if (!tokens.id_token.empty()) {
    // Not demanded; but one that speaks of somebody else must not be overlooked.
    Checks checks;
    json::Object claims;
    IdTokenInput input{.id_token = tokens.id_token,
                       .issuer = config.entered.issuer,
                       .jwks_uri = config.endpoints.jwks,
                       .algs = config.id_token_algs,
                       .client_id = config.entered.client_id,
                       .nonce = {},
                       .access_token = tokens.access_token,
                       .code = {},
                       .refreshed = true,
                       .timeout = Remaining(deadline)};
    auto verified = co_await VerifyIdToken(keys_, clock_, std::move(input), checks, claims);
    // Who asks for these tokens' identity must get the one that logged in.
    const std::string_view subject = MemberText(data, kDataSubject);
    const bool other = (!verified && verified.error().Is(kIss)) ||
                       (verified && !subject.empty() && MemberText(claims, "sub") != subject);
    if (other) co_return Outcome(Kind::kInvalid, identity::kRefreshOther, "another sub or iss");
    if (!verified) {
      if (verified.error().code == Code::kCancelled) co_return std::unexpected(verified.error());
      RefreshOutcome unknown =
          Outcome(Kind::kUnavailable,
                  verified.error().code == Code::kUnavailable ? identity::kRefreshFailed
                                                              : identity::kRefreshGarbled,
                  std::string(verified.error().reason));
      // The old tokens may be dead.
      unknown.data = RenewedData(std::move(data), tokens);
      co_return unknown;
    }
  }
  RefreshOutcome out;
  out.kind = Kind::kValid;
  out.data = RenewedData(std::move(data), tokens);
  co_return out;
}

}  // namespace gatehouse::sso::oidc
