#pragma once

// Reason slugs of this module.

#include <string_view>

namespace gatehouse::users {

inline constexpr std::string_view kUserNotFound = "user_not_found";
inline constexpr std::string_view kAmbiguousEmail = "ambiguous_email";
inline constexpr std::string_view kEmailInvalid = "email_invalid";
inline constexpr std::string_view kEmailTaken = "email_taken";
inline constexpr std::string_view kEmailNotFound = "email_not_found";
inline constexpr std::string_view kEmailIsPrimary = "email_is_primary";
inline constexpr std::string_view kEmailUnverified = "email_unverified";
inline constexpr std::string_view kEmailAlreadyVerified = "email_already_verified";
inline constexpr std::string_view kTooManyEmails = "too_many_emails";
inline constexpr std::string_view kNameInvalid = "name_invalid";
inline constexpr std::string_view kPasswordPolicy = "password_policy";
inline constexpr std::string_view kPasswordWrong = "password_wrong";
inline constexpr std::string_view kAccountManaged = "account_managed";
inline constexpr std::string_view kLinkInvalid = "link_invalid";
inline constexpr std::string_view kAlreadySetUp = "already_set_up";
inline constexpr std::string_view kLoginFailed = "login_failed";
inline constexpr std::string_view kRateLimited = "rate_limited";

}  // namespace gatehouse::users
