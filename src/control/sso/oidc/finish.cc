// Finish: from the parameters of the return URL to an assertion.

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "control/sso/oidc/authorization.h"
#include "control/sso/oidc/errors.h"
#include "control/sso/oidc/id_token.h"
#include "control/sso/oidc/oidc_adapter.h"
#include "control/sso/oidc/second_factor.h"

namespace gatehouse::sso::oidc {

struct OidcAdapter::Attempt {
  Config config;
  CallbackInput input;
  std::string nonce;
  std::string verifier;
  std::string issuer;  // when the flow began
  Duration deadline{0};
  Checks checks;
  json::Object claims;  // verified
  std::string user_message;
  bool second_factor = false;  // vouched for by the verified ID token
};

namespace {

constexpr std::size_t kMaxUserinfo = 256 * 1024;
constexpr std::size_t kMaxEmail = 254;
constexpr std::size_t kMaxName = 200;

// Errors that are not a refusal: they say nothing about the person or the provider.
bool IsOurs(const Error& error) {
  return error.code == Code::kInternal || error.code == Code::kCancelled || error.Is("overloaded");
}

// What the HTTP client said, as the reason of a refusal.
Error PeerError(const Error& error) {
  if (IsOurs(error)) return error;
  if (error.Is("url_forbidden") || error.Is("url_invalid")) {
    return Error{Code::kPermissionDenied, kUrlForbidden, error.detail};
  }
  if (error.Is(kJwksInvalid)) return Error{Code::kUnauthenticated, kJwksInvalid, error.detail};
  return Error{Code::kUnavailable, kIdpUnavailable, std::string(error.reason) + " " + error.detail};
}

std::unexpected<Error> Refuse(std::string_view reason, std::string detail = {}) {
  return Fail(Code::kUnauthenticated, reason, std::move(detail));
}

// A label, not an address to trust: one '@' inside, no spaces or control bytes.
bool IsEmail(std::string_view text) {
  std::size_t at = text.find('@');
  return text.size() <= kMaxEmail && at != std::string_view::npos && at > 0 &&
         at + 1 < text.size() && text.find('@', at + 1) == std::string_view::npos &&
         !HasControl(text) && !text.contains(' ') && IsValidUtf8(text);
}

std::string_view Text(const json::Object& claims, std::string_view name) {
  return json::GetString(claims, name).value_or(std::string_view());
}

// Adds what the ID token does not say. An address and the word on its verification stay together:
// they are taken from one source, or from userinfo about the very same address.
void MergeUserinfo(json::Object& claims, const json::Object& userinfo, std::string_view email) {
  bool same_email = Text(claims, email) == Text(userinfo, email);
  if (Text(claims, email).empty()) {
    claims.erase(email);
    claims.erase("email_verified");
    same_email = true;
  }
  for (const auto& member : userinfo) {
    if (claims.contains(member.key())) continue;
    if (member.key() == "email_verified" && !same_email) continue;
    claims.emplace(member.key(), member.value());
  }
}

std::string_view VerifyReason(const Error& error) {
  if (error.Is("jws_alg")) return kAlg;
  if (error.Is("jws_crit")) return kCrit;
  if (error.Is("jws_kid_unknown")) return kKidUnknown;
  if (error.Is("jws_signature")) return kSigInvalid;
  return kIdTokenMalformed;
}

}  // namespace

Task<CallbackOutcome> OidcAdapter::Finish(json::Object config, CallbackInput input) {
  Attempt attempt;
  GH_CO_TRY(attempt.config, Config::FromJson(config));
  attempt.nonce = Text(input.flow, "nonce");
  attempt.verifier = Text(input.flow, "verifier");
  attempt.issuer = Text(input.flow, "issuer");
  if (attempt.nonce.empty() || attempt.verifier.empty() || attempt.issuer.empty()) {
    co_return Fail(Code::kInternal, kFlowInvalid);
  }
  attempt.input = std::move(input);
  attempt.deadline = clock_.Monotonic() + options_.budget;

  Result<identity::Assertion> result = co_await Run(attempt);
  if (!result && IsOurs(result.error())) co_return std::unexpected(result.error());
  CallbackOutcome out;
  if (result) {
    out.assertion = std::move(*result);
  } else {
    out.reason = result.error().reason;
  }
  out.second_factor = out.assertion.has_value() && attempt.second_factor;
  out.user_message = std::move(attempt.user_message);
  out.claims = RedactClaims(attempt.claims);
  out.checks = attempt.checks.Take();
  co_return out;
}

Task<identity::Assertion> OidcAdapter::Run(Attempt& attempt) {
  const Config& config = attempt.config;
  AuthorizationAnswer answer =
      ReadAuthorizationAnswer(config, attempt.issuer, attempt.input.params, attempt.checks);
  attempt.user_message = answer.user_message;
  if (!answer.reason.empty()) co_return Refuse(answer.reason);

  GH_CO_TRY(Tokens tokens, co_await Exchange(attempt, answer.code));
  GH_CO_TRY(attempt.claims, co_await Verify(attempt, tokens, answer.code));

  const Entered& entered = config.entered;
  // Before userinfo is merged in: only the signed token vouches.
  SecondFactor factor = ReadSecondFactor(attempt.claims, entered.AcceptedAcr());
  attempt.second_factor = factor.vouched;
  if (entered.require_second_factor) {
    std::string expected = "amr with a second factor";
    if (!entered.acr_values.empty()) expected = "acr " + entered.acr_values + ", or " + expected;
    if (!attempt.checks.Add("id_token.second_factor", factor.vouched, expected, factor.received)) {
      co_return Refuse(kSecondFactorMissing);
    }
  }
  bool wants_userinfo = entered.use_userinfo || Text(attempt.claims, entered.claim_email).empty();
  if (wants_userinfo && !config.endpoints.userinfo.empty()) {
    GH_CO_TRY(json::Object userinfo, co_await Userinfo(attempt, tokens));
    MergeUserinfo(attempt.claims, userinfo, entered.claim_email);
  }

  identity::Assertion assertion;
  assertion.issuer = entered.issuer;
  assertion.subject = Text(attempt.claims, "sub");
  std::string_view email = Text(attempt.claims, entered.claim_email);
  bool is_email = IsEmail(email);
  // Only a label: a provider without addresses can log people in.
  attempt.checks.Add("claims.email", true, "an e-mail address, or none",
                     is_email        ? std::string(email)
                     : email.empty() ? "absent"
                                     : "left out: not an address");
  if (is_email) assertion.email = email;
  // JSON true and nothing else; other claims than "email" have nobody's word (nOAuth).
  assertion.email_verified = is_email && entered.claim_email == "email" &&
                             json::GetBool(attempt.claims, "email_verified") == true;
  attempt.checks.Add("claims.email_verified", true, "true counts as verified",
                     entered.claim_email == "email" ? Shown(attempt.claims, "email_verified")
                                                    : "not said about this claim");
  std::string_view name = Text(attempt.claims, entered.claim_name);
  if (!HasControl(name)) assertion.name = TruncateUtf8(name, kMaxName);
  assertion.data = tokens.ToData();
  co_return assertion;
}

// One request, never repeated: a code is good for one try.
Task<Tokens> OidcAdapter::Exchange(Attempt& attempt, std::string code) {
  std::optional<crypto::Jwk> key;
  if (attempt.config.entered.auth_method == kPrivateKeyJwt) {
    GH_CO_TRY(key, PrivateKey(attempt.config));
  }
  TokenGrant grant{.code = std::move(code),
                   .redirect_uri = attempt.input.redirect_uri,
                   .verifier = attempt.verifier};
  GH_CO_TRY(http::ClientRequest request,
            BuildTokenRequest(attempt.config, grant, key ? &*key : nullptr, clock_.Now(), rng_));
  request.timeout = Remaining(attempt.deadline);
  Result<http::ClientResponse> answer = co_await client_.Send(std::move(request));
  if (!answer) {
    attempt.checks.Add("token.answer", false, "an answer from " + attempt.config.endpoints.token,
                       answer.error().reason);
    co_return std::unexpected(PeerError(answer.error()));
  }
  co_return ParseTokenAnswer(*answer, clock_.Now(), attempt.checks);
}

Task<json::Object> OidcAdapter::Verify(Attempt& attempt, const Tokens& tokens,
                                       std::string_view code) {
  const Config& config = attempt.config;
  Checks& checks = attempt.checks;
  const std::string algs = Join(config.id_token_algs, ", ");
  auto header = crypto::PeekJwsHeader(tokens.id_token);
  if (!header) {
    std::string_view reason = VerifyReason(header.error());
    checks.Add(reason == kAlg ? "id_token.alg" : "id_token.header", false,
               reason == kAlg ? algs : "a signed JWT without crit",
               reason == kCrit ? "crit" : header.error().detail);
    co_return Refuse(reason, header.error().detail);
  }
  bool alg_holds =
      std::ranges::find(config.id_token_algs, header->alg) != config.id_token_algs.end();
  if (!checks.Add("id_token.alg", alg_holds, algs, header->alg)) co_return Refuse(kAlg);
  // A token of another kind (at+jwt, logout+jwt) signed by the same keys is not an ID token.
  bool typ_holds = header->typ.empty() || EqualsIgnoreCase(header->typ, "JWT");
  if (!checks.Add("id_token.typ", typ_holds, "JWT, or absent",
                  header->typ.empty() ? "absent" : header->typ)) {
    co_return Refuse(kTyp);
  }

  const std::string& issuer = config.entered.issuer;
  const std::string& jwks = config.endpoints.jwks;
  auto keys = co_await keys_.Get(issuer, jwks, Remaining(attempt.deadline));
  Result<std::string> payload = Fail(Code::kUnauthenticated, "jws_kid_unknown");
  if (keys) {
    payload = crypto::VerifyJws(tokens.id_token, *keys->set, config.id_token_algs);
    // The keys may have been rotated since. Without a kid only the signature can tell.
    bool maybe_rotated = !payload && (payload.error().Is("jws_kid_unknown") ||
                                      (header->kid.empty() && payload.error().Is("jws_signature")));
    if (maybe_rotated && !keys->just_fetched) {
      std::uint64_t seen = keys->generation;
      keys = co_await keys_.Refresh(issuer, jwks, seen, Remaining(attempt.deadline));
      if (keys && keys->generation != seen) {
        payload = crypto::VerifyJws(tokens.id_token, *keys->set, config.id_token_algs);
      }
    }
  }
  if (!keys) {
    checks.Add("jwks.fetched", false, jwks, keys.error().reason);
    co_return std::unexpected(PeerError(keys.error()));
  }
  std::string kid = header->kid.empty() ? "no kid" : "kid " + header->kid;
  if (!payload) {
    std::string_view reason = VerifyReason(payload.error());
    std::string_view row = reason == kKidUnknown ? "id_token.key" : "id_token.signature";
    checks.Add(row, false,
               reason == kKidUnknown ? "a key of " + jwks : "signed by a key of " + jwks, kid);
    co_return Refuse(reason, payload.error().detail);
  }
  checks.Add("id_token.signature", true, "signed by a key of " + jwks, kid);

  auto claims = json::ParseObject(*payload, {.max_bytes = 64 * 1024, .max_depth = 16});
  if (!claims) {
    checks.Add("id_token.claims", false, "a JSON object", claims.error().reason);
    co_return Refuse(kIdTokenMalformed, std::string(claims.error().reason));
  }
  std::string_view reason = CheckIdToken(*claims,
                                         {.issuer = issuer,
                                          .client_id = config.entered.client_id,
                                          .nonce = attempt.nonce,
                                          .alg = header->alg,
                                          .access_token = tokens.access_token,
                                          .code = code,
                                          .now = clock_.Now()},
                                         checks);
  if (!reason.empty()) {
    attempt.claims = std::move(*claims);  // signed by the provider: worth showing
    co_return Refuse(reason);
  }
  co_return std::move(*claims);
}

Task<json::Object> OidcAdapter::Userinfo(Attempt& attempt, const Tokens& tokens) {
  Checks& checks = attempt.checks;
  http::ClientRequest request;
  request.url = attempt.config.endpoints.userinfo;
  request.timeout = Remaining(attempt.deadline);
  request.max_response = kMaxUserinfo;
  request.headers.Add("Accept", "application/json");
  request.headers.Add("Authorization", "Bearer " + tokens.access_token);
  Result<http::ClientResponse> answer = co_await client_.Send(std::move(request));
  if (!answer) {
    checks.Add("userinfo.answer", false, "an answer from " + attempt.config.endpoints.userinfo,
               answer.error().reason);
    co_return std::unexpected(PeerError(answer.error()));
  }
  std::string status = "HTTP " + std::to_string(answer->status);
  if (answer->status >= 500 || answer->status == 429) {
    checks.Add("userinfo.answer", false, "HTTP 200", status);
    co_return Fail(Code::kUnavailable, kIdpUnavailable, "userinfo: " + status);
  }
  auto parsed = json::ParseObject(answer->body, {.max_bytes = kMaxUserinfo, .max_depth = 16});
  bool good = answer->status == 200 && parsed;
  if (!checks.Add(
          "userinfo.answer", good, "HTTP 200 with a JSON object",
          good ? status : status + ", " + std::string(answer->headers.Get("Content-Type")))) {
    co_return Refuse(kUserinfo, status);
  }
  std::string_view subject;
  bool same = IsSubject(*parsed, &subject) && subject == Text(attempt.claims, "sub");
  if (!checks.Add("userinfo.subject", same, Shown(attempt.claims, "sub"), Shown(*parsed, "sub"))) {
    co_return Refuse(kUserinfoSub);
  }
  co_return std::move(*parsed);
}

}  // namespace gatehouse::sso::oidc
