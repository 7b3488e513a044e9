#pragma once

// What is on the wire, as bytes: a call's arguments, and an answer.
//
//   call    {"meta":{},"args":{…}}
//   answer  {"meta":{},"value":…}   or   {"meta":{},"error":{"code":…,"reason":…,"detail":…}}
//
// Bounded on both sides; `meta` is room for what later versions may want to say. Pure.

#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "platform/json/json.h"

namespace gatehouse::rpc {

inline constexpr std::size_t kMaxCall = 1024 * 1024;
inline constexpr std::size_t kMaxAnswer = 8 * 1024 * 1024;

struct Answer {
  int status = 0;  // of HTTP: 200, or that of the error's code
  std::string body;
};

// The reasons that a caller knows: constants with static storage duration.
using Reasons = std::span<const std::string_view>;

std::string WriteCall(json::Object arguments);
// Errors: kInvalidArgument "rpc_call_invalid".
Result<json::Object> ReadCall(std::string_view body);

Answer WriteAnswer(json::Value value);
// The detail goes along, printable and cut: the other end logs it.
Answer WriteError(const Error& error);
// The value, or the error that the other end has returned, with one of `reasons` or else
// "rpc_reason_unknown". Errors of its own: kInternal "rpc_answer_invalid", "rpc_refused" (the other
// end knows no such call or does not believe the signature: nothing that a user could mend);
// kUnavailable "rpc_unreachable" (a proxy's 502, 503 or 504).
Result<json::Value> ReadAnswer(const Answer& answer, Reasons reasons);

}  // namespace gatehouse::rpc
