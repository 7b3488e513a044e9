#pragma once

// Reason slugs of this module.

#include <string_view>

namespace gatehouse::identity {

inline constexpr std::string_view kInvalidIdentity = "invalid_identity";
inline constexpr std::string_view kIdentityNotFound = "identity_not_found";
inline constexpr std::string_view kIdentityConflict = "identity_conflict";
inline constexpr std::string_view kAccountInactive = "account_inactive";

// ---- look-ups and changes of linked accounts ----------------------------------------------------
inline constexpr std::string_view kFilterEmpty = "identity_filter_empty";
inline constexpr std::string_view kFilterAmbiguous = "identity_filter_ambiguous";
inline constexpr std::string_view kIdentityChanged =
    "identity_changed";  // another version is there
inline constexpr std::string_view kProviderNotFound = "identity_provider_not_found";
inline constexpr std::string_view kProviderTaken = "identity_provider_taken";
inline constexpr std::string_view kProviderInvalid = "identity_provider_invalid";

// ---- refresh ------------------------------------------------------------------------------------
// The provider has withdrawn the identity.
inline constexpr std::string_view kMissingRefreshToken = "missing_refresh_token";
inline constexpr std::string_view kRefreshRefused = "refresh_refused";  // invalid_grant, or 401
inline constexpr std::string_view kRefreshOther = "refresh_other_identity";  // another sub or iss
// It no longer lets the account into what the organization asks for (GitHub organization, domain).
inline constexpr std::string_view kRefreshForbidden = "refresh_forbidden";
// No answer that means anything.
inline constexpr std::string_view kRefreshFailed = "refresh_failed";  // 5xx, 429, unreachable
inline constexpr std::string_view kRefreshTimeout = "refresh_timeout";
inline constexpr std::string_view kRefreshRejected = "refresh_rejected";        // any other 4xx
inline constexpr std::string_view kRefreshGarbled = "refresh_garbled";          // 200 and no tokens
inline constexpr std::string_view kRefreshInterrupted = "refresh_interrupted";  // this end died
inline constexpr std::string_view kRefreshInProgress = "refresh_in_progress";

}  // namespace gatehouse::identity
