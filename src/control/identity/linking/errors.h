#pragma once

// Reason slugs of this module, besides those of control/identity and of the kinds of providers.

#include <string_view>

namespace gatehouse::linking {

inline constexpr std::string_view kLinkStateInvalid = "link_state_invalid";
inline constexpr std::string_view kLinkFailed = "link_failed";  // the provider did not vouch
// Its token endpoint: no trusted certificate, no answer, no JSON.
inline constexpr std::string_view kLinkTlsFailed = "link_tls_failed";
inline constexpr std::string_view kLinkUnreachable = "link_unreachable";
inline constexpr std::string_view kLinkAnswerInvalid = "link_answer_invalid";
inline constexpr std::string_view kLinkedToOther = "linked_to_other";
inline constexpr std::string_view kOtherAccountLinked = "other_account_linked";
inline constexpr std::string_view kNotMember = "uid_mismatch";
inline constexpr std::string_view kNotAuthed = "not_authed";
inline constexpr std::string_view kKindUnknown = "provider_unknown";
inline constexpr std::string_view kForbidden = "forbidden";
inline constexpr std::string_view kRateLimited = "rate_limited";

}  // namespace gatehouse::linking
