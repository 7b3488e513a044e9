#include "control/sso/oidc/discovery.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "control/sso/oidc/errors.h"
#include "platform/http/url.h"

namespace gatehouse::sso::oidc {
namespace {

constexpr std::array<std::string_view, 10> kAlgs = {"RS256", "RS384", "RS512", "PS256", "PS384",
                                                    "PS512", "ES256", "ES384", "ES512", "EdDSA"};
constexpr json::Limits kLimits = {.max_bytes = kMaxDiscoveryBytes, .max_depth = 16};
constexpr std::size_t kMaxUrl = 2048;
constexpr std::size_t kMaxListed = 200;

std::unexpected<Error> Invalid(std::string detail) {
  return Fail(Code::kInvalidArgument, kDiscoveryInvalid, std::move(detail));
}

// std::nullopt: the member is there but is not a list of strings.
std::optional<std::vector<std::string>> Strings(const json::Object& document,
                                                std::string_view member) {
  std::vector<std::string> out;
  const json::Value* value = document.if_contains(member);
  if (value == nullptr || value->is_null()) return out;
  const json::Array* array = value->if_array();
  if (array == nullptr || array->size() > kMaxListed) return std::nullopt;
  for (const json::Value& item : *array) {
    if (!item.is_string()) return std::nullopt;
    out.emplace_back(item.get_string().data(), item.get_string().size());
  }
  return out;
}

// Adds the row and answers with the URL, "" for an optional endpoint that is absent.
Result<std::string> Endpoint(const json::Object& document, std::string_view member, bool required,
                             const http::Url& issuer, Checks& checks) {
  std::string name = "discovery." + std::string(member);
  const json::Value* value = document.if_contains(member);
  if (value == nullptr || value->is_null()) {
    if (!required) return std::string();
    checks.Add(name, false, "a URL", "absent");
    return Invalid(name);
  }
  if (!value->is_string() || value->get_string().size() > kMaxUrl) {
    checks.Add(name, false, "a URL", value->is_string() ? "more than 2048 bytes" : "not a string");
    return Invalid(name);
  }
  std::string text(value->get_string().data(), value->get_string().size());
  auto url = http::ParseUrl(text);
  if (!url || url->has_userinfo || url->has_fragment) {
    checks.Add(name, false, "a URL without user and fragment", text);
    return Invalid(name);
  }
  // An http origin is reachable only when the operator allowed it; then the whole provider lives
  // there. Everything else is https on a named host.
  bool own_origin = url->Origin() == issuer.Origin();
  if (!own_origin && (url->scheme != "https" || url->host_is_ip)) {
    checks.Add(name, false, "https on a named host", text);
    return Fail(Code::kInvalidArgument, kUrlForbidden, name);
  }
  checks.Add(name, true, own_origin ? "on the issuer's origin" : "https on a named host", text);
  return text;
}

}  // namespace

bool IsAcceptedAlg(std::string_view alg) { return std::ranges::find(kAlgs, alg) != kAlgs.end(); }

Result<Discovery> ParseDiscovery(std::string_view body, std::string_view issuer, Checks& checks) {
  auto parsed = json::ParseObject(body, kLimits);
  if (!parsed) {
    checks.Add("discovery.document", false, "a JSON object", parsed.error().reason);
    return Invalid(std::string(parsed.error().reason));
  }
  checks.Add("discovery.document", true, "a JSON object", std::to_string(body.size()) + " bytes");
  const json::Object& document = *parsed;

  // Byte for byte: a slash, a letter's case or a port more is another issuer, and ID tokens would
  // carry that one.
  std::string_view said = json::GetString(document, "issuer").value_or(std::string_view());
  if (!checks.Add("discovery.issuer", said == issuer, issuer, Shown(document, "issuer"))) {
    return Invalid("issuer");
  }
  GH_TRY(http::Url origin, http::ParseUrl(issuer));

  Discovery out;
  GH_TRY(out.endpoints.authorization,
         Endpoint(document, "authorization_endpoint", true, origin, checks));
  GH_TRY(out.endpoints.token, Endpoint(document, "token_endpoint", true, origin, checks));
  GH_TRY(out.endpoints.jwks, Endpoint(document, "jwks_uri", true, origin, checks));
  GH_TRY(out.endpoints.userinfo, Endpoint(document, "userinfo_endpoint", false, origin, checks));

  auto types = Strings(document, "response_types_supported");
  bool code = types && std::ranges::find(*types, "code") != types->end();
  if (!checks.Add("discovery.response_types", code, "code",
                  Shown(document, "response_types_supported"))) {
    return Invalid("response_types_supported");
  }
  auto grants = Strings(document, "grant_types_supported");
  bool grant = grants && (grants->empty() ||
                          std::ranges::find(*grants, "authorization_code") != grants->end());
  if (!checks.Add("discovery.grant_types", grant, "authorization_code, or not said",
                  Shown(document, "grant_types_supported"))) {
    return Invalid("grant_types_supported");
  }

  auto algs = Strings(document, "id_token_signing_alg_values_supported");
  if (algs) {
    for (std::string& alg : *algs) {
      bool fresh = std::ranges::find(out.id_token_algs, alg) == out.id_token_algs.end();
      if (fresh && IsAcceptedAlg(alg)) out.id_token_algs.push_back(std::move(alg));
    }
  }
  if (!checks.Add("discovery.id_token_algs", !out.id_token_algs.empty(),
                  "one of RS, PS, ES 256-512 or EdDSA",
                  Shown(document, "id_token_signing_alg_values_supported"))) {
    return Invalid("id_token_signing_alg_values_supported");
  }

  auto methods = Strings(document, "token_endpoint_auth_methods_supported");
  auto assertion_algs = Strings(document, "token_endpoint_auth_signing_alg_values_supported");
  if (!methods || !assertion_algs) {
    checks.Add("discovery.auth_methods", false, "lists of names",
               Shown(document, "token_endpoint_auth_methods_supported"));
    return Invalid("token_endpoint_auth_methods_supported");
  }
  out.auth_methods = std::move(*methods);
  out.assertion_algs = std::move(*assertion_algs);
  // RFC 9207 §3.
  out.iss_parameter_supported =
      json::GetBool(document, "authorization_response_iss_parameter_supported").value_or(false);
  return out;
}

}  // namespace gatehouse::sso::oidc
