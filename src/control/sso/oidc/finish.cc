// Finish: from the parameters of the return URL to an assertion.

#include <utility>

#include "control/sso/oidc/authorization.h"
#include "control/sso/oidc/errors.h"
#include "control/sso/oidc/id_token.h"
#include "control/sso/oidc/id_token_verifier.h"
#include "control/sso/oidc/labels.h"
#include "control/sso/oidc/oidc_adapter.h"
#include "control/sso/oidc/peer.h"
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
  std::vector<std::string> secrets;  // what no text may show
  json::Object claims;               // verified
  std::string user_message;
  bool second_factor = false;  // vouched for by the verified ID token
};

namespace {

constexpr std::size_t kMaxUserinfo = 256 * 1024;

std::unexpected<Error> RefuseLogin(std::string_view reason, std::string detail = {}) {
  return Fail(Code::kUnauthenticated, reason, std::move(detail));
}

// Adds what the ID token does not say. An address and the word on its verification stay together:
// they are taken from one source, or from userinfo about the very same address.
void MergeUserinfo(json::Object& claims, const json::Object& userinfo, std::string_view email) {
  bool same_email = MemberText(claims, email) == MemberText(userinfo, email);
  if (MemberText(claims, email).empty()) {
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

}  // namespace

Task<CallbackOutcome> OidcAdapter::Finish(json::Object config, CallbackInput input) {
  Attempt attempt;
  GH_CO_TRY(attempt.config, Config::FromJson(config));
  attempt.nonce = MemberText(input.flow, "nonce");
  attempt.verifier = MemberText(input.flow, "verifier");
  attempt.issuer = MemberText(input.flow, "issuer");
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
  Conceal(out, attempt.secrets);
  co_return out;
}

Task<identity::Assertion> OidcAdapter::Run(Attempt& attempt) {
  const Config& config = attempt.config;
  AuthorizationAnswer answer =
      ReadAuthorizationAnswer({.issuer = config.entered.issuer,
                               .flow_issuer = attempt.issuer,
                               .iss = config.entered.issuer,
                               .iss_required = config.iss_parameter_supported},
                              attempt.input.params, attempt.checks);
  attempt.user_message = answer.user_message;
  if (!answer.reason.empty()) co_return RefuseLogin(answer.reason);

  attempt.secrets = {answer.code, attempt.verifier, attempt.nonce, config.entered.client_secret};
  GH_CO_TRY(Tokens tokens, co_await Exchange(attempt, answer.code));
  attempt.secrets.push_back(tokens.access_token);
  attempt.secrets.push_back(tokens.refresh_token);
  GH_CO_TRY_VOID(co_await Verify(attempt, tokens, answer.code));

  const Entered& entered = config.entered;
  // Before userinfo is merged in: only the signed token vouches.
  SecondFactor factor = ReadSecondFactor(attempt.claims, entered.AcceptedAcr());
  attempt.second_factor = factor.vouched;
  if (entered.require_second_factor) {
    std::string expected = "amr with a second factor";
    if (!entered.acr_values.empty()) expected = "acr " + entered.acr_values + ", or " + expected;
    if (!attempt.checks.Add("id_token.second_factor", factor.vouched, expected, factor.received)) {
      co_return RefuseLogin(kSecondFactorMissing);
    }
  }
  bool wants_userinfo =
      entered.use_userinfo || MemberText(attempt.claims, entered.claim_email).empty();
  if (wants_userinfo && !config.endpoints.userinfo.empty()) {
    GH_CO_TRY(json::Object userinfo, co_await Userinfo(attempt, tokens));
    MergeUserinfo(attempt.claims, userinfo, entered.claim_email);
  }

  identity::Assertion assertion;
  assertion.issuer = entered.issuer;
  assertion.subject = MemberText(attempt.claims, "sub");
  std::string_view email = MemberText(attempt.claims, entered.claim_email);
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
  assertion.name = NameLabel(MemberText(attempt.claims, entered.claim_name));
  assertion.data = tokens.ToData();
  assertion.data[kDataSubject] = assertion.subject;
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

Task<void> OidcAdapter::Verify(Attempt& attempt, const Tokens& tokens, std::string_view code) {
  const Config& config = attempt.config;
  IdTokenInput input{.id_token = tokens.id_token,
                     .issuer = config.entered.issuer,
                     .jwks_uri = config.endpoints.jwks,
                     .algs = config.id_token_algs,
                     .client_id = config.entered.client_id,
                     .nonce = attempt.nonce,
                     .access_token = tokens.access_token,
                     .code = std::string(code),
                     .timeout = Remaining(attempt.deadline)};
  return VerifyIdToken(keys_, clock_, std::move(input), attempt.checks, attempt.claims);
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
    co_return RefuseLogin(kUserinfo, status);
  }
  std::string_view subject;
  bool same = IsSubject(*parsed, &subject) && subject == MemberText(attempt.claims, "sub");
  if (!checks.Add("userinfo.subject", same, Shown(attempt.claims, "sub"), Shown(*parsed, "sub"))) {
    co_return RefuseLogin(kUserinfoSub);
  }
  co_return std::move(*parsed);
}

}  // namespace gatehouse::sso::oidc
