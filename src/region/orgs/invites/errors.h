#pragma once

// Reason slugs of invitations; service.h says when each is returned. The ones that members and
// organizations share (forbidden, role_too_high, membership_locked, team_unknown, member_not_found,
// role_unknown, sso_active, organization_not_found) are in region/orgs/members/errors.h and
// region/orgs/errors.h.

#include <string_view>

namespace gatehouse::invites {

inline constexpr std::string_view kEmailInvalid = "email_invalid";
inline constexpr std::string_view kAlreadyMember = "already_member";
inline constexpr std::string_view kInvitesDisabled = "invites_disabled";
inline constexpr std::string_view kRateLimited = "rate_limited";
inline constexpr std::string_view kInviteExpired = "invite_expired";
inline constexpr std::string_view kInviteRequested = "invite_requested";
inline constexpr std::string_view kJoinRequestsDisabled = "join_requests_disabled";
inline constexpr std::string_view kRequestNotFound = "request_not_found";
inline constexpr std::string_view kOwnRequest = "own_request";
inline constexpr std::string_view kInviteInvalid = "invite_invalid";
inline constexpr std::string_view kInviteGone = "invite_gone";
inline constexpr std::string_view kSsoRequired = "sso_required";
inline constexpr std::string_view kNeeds2fa = "needs_2fa";
inline constexpr std::string_view kEmailUnverified = "email_unverified";
inline constexpr std::string_view kInviteEmailMismatch = "invite_email_mismatch";

}  // namespace gatehouse::invites
