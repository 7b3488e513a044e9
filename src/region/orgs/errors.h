#pragma once

// Reason slugs of organizations and members.

#include <string_view>

namespace gatehouse::orgs {

inline constexpr std::string_view kOrganizationNotFound = "organization_not_found";
inline constexpr std::string_view kSlugInvalid = "slug_invalid";
inline constexpr std::string_view kSlugTaken = "slug_taken";
inline constexpr std::string_view kNameInvalid = "name_invalid";
inline constexpr std::string_view kRoleUnknown = "role_unknown";
inline constexpr std::string_view kInvalidFlagValue = "invalid_flag_value";
inline constexpr std::string_view kUnknownFlag = "unknown_flag";
inline constexpr std::string_view kSsoActive = "sso_active";
// Somebody else has changed the organization since the caller looked.
inline constexpr std::string_view kOrganizationChanged = "organization_changed";
inline constexpr std::string_view kUnknownSignal = "unknown_signal";
// An effect's arguments are not what their kind promises.
inline constexpr std::string_view kEffectInvalid = "effect_invalid";

}  // namespace gatehouse::orgs
