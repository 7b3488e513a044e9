#pragma once

// Reason slugs of the OAuth 2 adapters. The steps that they share with OpenID Connect (parameters
// of the return URL, token endpoint, ID token) keep the slugs of control/sso/oidc.

#include <string_view>

namespace gatehouse::sso::oauth2 {

// ---- what the vendor says about the person ------------------------------------------------------
inline constexpr std::string_view kUser = "oauth2_user";  // not the documents that it promises
inline constexpr std::string_view kTokenRefused = "oauth2_token_refused";  // 401 for its own token
inline constexpr std::string_view kSubject = "oauth2_subject";             // no usable id
// Set-up: the person belongs to nothing that could be chosen.
inline constexpr std::string_view kNothingToChoose = "oauth2_nothing_to_choose";

// ---- broken state, never caused by a vendor -----------------------------------------------------
inline constexpr std::string_view kConfigInvalid = "oauth2_config_invalid";
inline constexpr std::string_view kFlowInvalid = "oauth2_flow_invalid";

}  // namespace gatehouse::sso::oauth2
