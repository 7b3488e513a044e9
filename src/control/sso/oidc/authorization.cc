#include "control/sso/oidc/authorization.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "control/sso/oidc/errors.h"
#include "platform/http/form.h"
#include "platform/http/url.h"

namespace gatehouse::sso::oidc {
namespace {

constexpr std::size_t kMaxHint = 320;
constexpr std::size_t kMaxCode = 4096;

// Ours to set, or able to change what ours mean (RFC 9101, OpenID Connect Core §3.1.2.1).
constexpr std::array<std::string_view, 16> kReserved = {
    "response_type",  "client_id",     "redirect_uri",
    "scope",          "state",         "nonce",
    "code_challenge", "request",       "code_challenge_method",
    "login_hint",     "request_uri",   "response_mode",
    "prompt",         "id_token_hint", "resource",
    "registration"};

// What cannot be decoded might be read by the provider as anything.
bool IsNamed(std::string_view raw_name, std::string_view wanted) {
  auto name = http::PercentDecode(raw_name, true);
  return !name || EqualsIgnoreCase(*name, wanted);  // some servers do not tell cases apart
}

bool IsReserved(std::string_view raw_name) {
  return std::ranges::any_of(kReserved,
                             [&](std::string_view name) { return IsNamed(raw_name, name); });
}

}  // namespace

std::string WithParameters(std::string_view endpoint,
                           const std::vector<std::pair<std::string, std::string>>& params) {
  auto [base, query] = SplitOnce(endpoint, '?');
  std::string url(base);
  char separator = '?';
  for (std::string_view piece : Split(query, '&')) {
    std::string_view name = SplitOnce(piece, '=').first;
    bool ours =
        std::ranges::any_of(params, [&](const auto& param) { return IsNamed(name, param.first); });
    if (piece.empty() || ours || IsReserved(name)) continue;
    url += separator;
    url += piece;
    separator = '&';
  }
  for (const auto& [name, value] : params) http::AppendQuery(url, name, value);
  return url;
}

bool IsLoginHint(std::string_view text) {
  return !text.empty() && text.size() <= kMaxHint && IsValidUtf8(text) && !HasControl(text);
}

std::string AuthorizationUrl(const Config& config, const AuthorizationInput& input) {
  std::vector<std::pair<std::string, std::string>> params = {
      {"response_type", "code"},
      {"client_id", config.entered.client_id},
      {"redirect_uri", input.redirect_uri},
      {"scope", config.entered.scopes},
      {"state", input.state},
      {"nonce", input.nonce},
      {"code_challenge", input.challenge},
      {"code_challenge_method", "S256"},
  };
  if (!config.entered.acr_values.empty()) {
    params.emplace_back("acr_values", config.entered.acr_values);
  }
  if (IsLoginHint(input.login_hint)) params.emplace_back("login_hint", input.login_hint);
  return WithParameters(config.endpoints.authorization, params);
}

AuthorizationAnswer ReadAuthorizationAnswer(
    const AnswerRules& rules, const std::vector<std::pair<std::string, std::string>>& params,
    Checks& checks) {
  AuthorizationAnswer out;
  const std::string *code = nullptr, *error = nullptr, *description = nullptr, *iss = nullptr;
  bool repeated = false;
  for (const auto& [name, value] : params) {
    auto take = [&](std::string_view wanted, const std::string*& slot) {
      if (name != wanted) return;
      repeated = repeated || slot != nullptr;
      slot = &value;
    };
    take("code", code);
    take("error", error);
    take("error_description", description);
    take("iss", iss);
  }
  if (repeated) {
    checks.Add("callback.parameters", false, "each once", "repeated");
    out.reason = kResponse;
    return out;
  }

  // The provider was edited between redirect and answer, or the answer is another provider's.
  if (rules.flow_issuer != rules.issuer) {
    checks.Add("callback.issuer", false, rules.flow_issuer, rules.issuer);
    out.reason = kMixup;
    return out;
  }
  bool iss_holds = iss != nullptr ? rules.iss.empty() || *iss == rules.iss : !rules.iss_required;
  if (!checks.Add("callback.issuer", iss_holds,
                  rules.iss.empty() ? "no name to compare with" : rules.iss,
                  iss != nullptr       ? *iss
                  : rules.iss_required ? "absent, though announced"
                                       : "not sent by this provider")) {
    out.reason = kMixup;
    return out;
  }

  if (error != nullptr) {
    std::string said = *error;
    if (description != nullptr) said += ": " + *description;
    if (code != nullptr) {
      checks.Add("callback.code", false, "a code or an error", "both");
      out.reason = kResponse;
      return out;
    }
    checks.Add("callback.code", false, "a code", said);
    out.reason = *error == "access_denied" ? kAccessDenied : kProviderError;
    out.user_message =
        Redact(description != nullptr && !description->empty() ? *description : *error);
    return out;
  }
  bool has_code = code != nullptr && !code->empty() && code->size() <= kMaxCode;
  if (!checks.Add("callback.code", has_code, "a code", has_code ? "present" : "absent")) {
    out.reason = kResponse;
    return out;
  }
  out.code = *code;
  return out;
}

}  // namespace gatehouse::sso::oidc
