#pragma once

// Reason slugs of the OpenID Connect adapter. Each has one way to come about, one line in the
// message catalogue and at least one test that produces it.

#include <string_view>

namespace gatehouse::sso::oidc {

// ---- settings -----------------------------------------------------------------------------------
inline constexpr std::string_view kFieldRequired = "field_required";
inline constexpr std::string_view kFieldTooLong = "field_too_long";
inline constexpr std::string_view kFieldInvalid = "field_invalid";
inline constexpr std::string_view kUrlInvalid = "url_invalid";
inline constexpr std::string_view kUrlForbidden = "url_forbidden";  // the egress guard
inline constexpr std::string_view kDiscoveryInvalid = "discovery_invalid";
inline constexpr std::string_view kJwksInvalid = "jwks_invalid";
inline constexpr std::string_view kAuthMethodUnsupported = "oidc_auth_method_unsupported";
// A stored secret is never sent to another issuer or for another client: enter it again.
inline constexpr std::string_view kSecretRequired = "secret_required";

// ---- the answer at the return URL ---------------------------------------------------------------
inline constexpr std::string_view kMixup = "oidc_mixup";        // RFC 9207 iss
inline constexpr std::string_view kResponse = "oidc_response";  // code missing, or with error
inline constexpr std::string_view kProviderError = "oidc_provider_error";
inline constexpr std::string_view kAccessDenied = "oidc_access_denied";

// ---- token endpoint -----------------------------------------------------------------------------
inline constexpr std::string_view kIdpUnavailable = "idp_unavailable";
inline constexpr std::string_view kTokenEndpoint = "oidc_token_endpoint";
inline constexpr std::string_view kClientAuth = "oidc_client_auth";    // invalid_client
inline constexpr std::string_view kCodeInvalid = "oidc_code_invalid";  // invalid_grant
inline constexpr std::string_view kIdTokenMissing = "oidc_id_token_missing";

// ---- ID token -----------------------------------------------------------------------------------
inline constexpr std::string_view kIdTokenMalformed = "oidc_id_token_malformed";
inline constexpr std::string_view kAlg = "oidc_alg";
inline constexpr std::string_view kCrit = "oidc_crit";
inline constexpr std::string_view kTyp = "oidc_typ";
inline constexpr std::string_view kKidUnknown = "oidc_kid_unknown";
inline constexpr std::string_view kSigInvalid = "oidc_sig_invalid";
inline constexpr std::string_view kIss = "oidc_iss";
inline constexpr std::string_view kAud = "oidc_aud";
inline constexpr std::string_view kAzp = "oidc_azp";
inline constexpr std::string_view kSub = "oidc_sub";
inline constexpr std::string_view kExp = "oidc_exp";
inline constexpr std::string_view kIat = "oidc_iat";
inline constexpr std::string_view kNbf = "oidc_nbf";
inline constexpr std::string_view kNonce = "oidc_nonce";
inline constexpr std::string_view kAtHash = "oidc_at_hash";
inline constexpr std::string_view kCHash = "oidc_c_hash";

// ---- what the provider vouches for --------------------------------------------------------------
inline constexpr std::string_view kSecondFactorMissing = "sso_second_factor_missing";

// ---- userinfo -----------------------------------------------------------------------------------
inline constexpr std::string_view kUserinfo = "oidc_userinfo";
inline constexpr std::string_view kUserinfoSub = "oidc_userinfo_sub";

// ---- broken state, never caused by a provider ---------------------------------------------------
inline constexpr std::string_view kConfigInvalid = "oidc_config_invalid";
inline constexpr std::string_view kFlowInvalid = "oidc_flow_invalid";

}  // namespace gatehouse::sso::oidc
