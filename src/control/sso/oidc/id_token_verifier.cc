#include "control/sso/oidc/id_token_verifier.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "control/sso/oidc/errors.h"
#include "control/sso/oidc/id_token.h"
#include "control/sso/oidc/peer.h"
#include "platform/crypto/jose.h"

namespace gatehouse::sso::oidc {
namespace {

std::unexpected<Error> RefuseToken(std::string_view reason, std::string detail = {}) {
  return Fail(Code::kUnauthenticated, reason, std::move(detail));
}

std::string_view VerifyReason(const Error& error) {
  if (error.Is("jws_alg")) return kAlg;
  if (error.Is("jws_crit")) return kCrit;
  if (error.Is("jws_kid_unknown")) return kKidUnknown;
  if (error.Is("jws_signature")) return kSigInvalid;
  return kIdTokenMalformed;
}

Result<crypto::JwsHeader> ReadHeader(const IdTokenInput& input, Checks& checks) {
  const std::string algs = Join(input.algs, ", ");
  auto header = crypto::PeekJwsHeader(input.id_token);
  if (!header) {
    std::string_view reason = VerifyReason(header.error());
    checks.Add(reason == kAlg ? "id_token.alg" : "id_token.header", false,
               reason == kAlg ? algs : "a signed JWT without crit",
               reason == kCrit ? "crit" : header.error().detail);
    return RefuseToken(reason, header.error().detail);
  }
  bool alg_holds = std::ranges::find(input.algs, header->alg) != input.algs.end();
  if (!checks.Add("id_token.alg", alg_holds, algs, header->alg)) return RefuseToken(kAlg);
  // A token of another kind (at+jwt, logout+jwt) signed by the same keys is not an ID token.
  bool typ_holds = header->typ.empty() || EqualsIgnoreCase(header->typ, "JWT");
  if (!checks.Add("id_token.typ", typ_holds, "JWT, or absent",
                  header->typ.empty() ? "absent" : header->typ)) {
    return RefuseToken(kTyp);
  }
  return header;
}

}  // namespace

Task<void> VerifyIdToken(KeyCache& cache, const Clock& clock, IdTokenInput input, Checks& checks,
                         json::Object& claims) {
  GH_CO_TRY(crypto::JwsHeader header, ReadHeader(input, checks));
  const Duration deadline = clock.Monotonic() + input.timeout;
  const std::string& jwks = input.jwks_uri;
  auto keys = co_await cache.Get(input.issuer, jwks, input.timeout);
  Result<std::string> payload = Fail(Code::kUnauthenticated, "jws_kid_unknown");
  if (keys) {
    payload = crypto::VerifyJws(input.id_token, *keys->set, input.algs);
    // The keys may have been rotated since. Without a kid only the signature can tell.
    bool maybe_rotated = !payload && (payload.error().Is("jws_kid_unknown") ||
                                      (header.kid.empty() && payload.error().Is("jws_signature")));
    if (maybe_rotated && !keys->just_fetched) {
      std::uint64_t seen = keys->generation;
      Duration left =
          std::max<Duration>(deadline - clock.Monotonic(), std::chrono::milliseconds(1));
      keys = co_await cache.Refresh(input.issuer, jwks, seen, left);
      if (keys && keys->generation != seen) {
        payload = crypto::VerifyJws(input.id_token, *keys->set, input.algs);
      }
    }
  }
  if (!keys) {
    checks.Add("jwks.fetched", false, jwks, keys.error().reason);
    co_return std::unexpected(PeerError(keys.error()));
  }
  std::string kid = header.kid.empty() ? "no kid" : "kid " + header.kid;
  if (!payload) {
    std::string_view reason = VerifyReason(payload.error());
    std::string_view row = reason == kKidUnknown ? "id_token.key" : "id_token.signature";
    checks.Add(row, false,
               reason == kKidUnknown ? "a key of " + jwks : "signed by a key of " + jwks, kid);
    co_return RefuseToken(reason, payload.error().detail);
  }
  checks.Add("id_token.signature", true, "signed by a key of " + jwks, kid);

  auto parsed = json::ParseObject(*payload, {.max_bytes = 64 * 1024, .max_depth = 16});
  if (!parsed) {
    checks.Add("id_token.claims", false, "a JSON object", parsed.error().reason);
    co_return RefuseToken(kIdTokenMalformed, std::string(parsed.error().reason));
  }
  claims = std::move(*parsed);  // signed by the provider: worth showing
  std::string_view reason = CheckIdToken(claims,
                                         {.issuer = input.issuer,
                                          .client_id = input.client_id,
                                          .nonce = input.nonce,
                                          .alg = header.alg,
                                          .access_token = input.access_token,
                                          .code = input.code,
                                          .now = clock.Now(),
                                          .refreshed = input.refreshed},
                                         checks);
  if (!reason.empty()) co_return RefuseToken(reason);
  co_return Result<void>();
}

}  // namespace gatehouse::sso::oidc
