#pragma once

// Reason slugs of this module.

#include <string_view>

namespace gatehouse::rpc {

// ---- the end that serves ------------------------------------------------------------------------
// Not signed, wrongly signed, by an unknown key, too old, from the future, or seen before.
inline constexpr std::string_view kSignatureInvalid = "rpc_signature_invalid";
inline constexpr std::string_view kCallInvalid = "rpc_call_invalid";  // no call, or other arguments
inline constexpr std::string_view kMethodUnknown = "rpc_method_unknown";
// This end cannot tell whether the call is a repeat: signed before it began, or too many at once.
inline constexpr std::string_view kBusy = "rpc_busy";

// ---- the end that calls -------------------------------------------------------------------------
inline constexpr std::string_view kUnreachable = "rpc_unreachable";
inline constexpr std::string_view kTimeout = "rpc_timeout";  // whether it was done is not known
// No answer of ours, not signed for this call, larger than allowed, or of another shape.
inline constexpr std::string_view kAnswerInvalid = "rpc_answer_invalid";
inline constexpr std::string_view kRefused =
    "rpc_refused";  // the other end does not take our calls
// An error whose reason this end does not know; its code is the other end's.
inline constexpr std::string_view kReasonUnknown = "rpc_reason_unknown";

// ---- either -------------------------------------------------------------------------------------
inline constexpr std::string_view kKeysInvalid = "rpc_keys_invalid";

}  // namespace gatehouse::rpc
