#include "platform/rpc/message.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.h"
#include "platform/rpc/errors.h"

namespace gatehouse::rpc {
namespace {

constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxDetail = 512;

// What the other end says of the call itself: something is wrong between the two, not with whoever
// waits for the answer.
constexpr std::array kOfTheCall = {kSignatureInvalid, kCallInvalid, kMethodUnknown};

std::optional<Code> CodeOf(std::string_view name) {
  for (Code code : {Code::kInvalidArgument, Code::kUnauthenticated, Code::kPermissionDenied,
                    Code::kNotFound, Code::kAlreadyExists, Code::kConflict,
                    Code::kFailedPrecondition, Code::kResourceExhausted, Code::kUnavailable,
                    Code::kDeadlineExceeded, Code::kCancelled, Code::kDataLoss, Code::kInternal}) {
    if (CodeName(code) == name) return code;
  }
  return std::nullopt;
}

Error ErrorOf(const json::Object& said, Reasons reasons) {
  const std::string_view slug = json::GetString(said, "reason").value_or("");
  const std::string_view detail = json::GetString(said, "detail").value_or("");
  const auto code = CodeOf(json::GetString(said, "code").value_or(""));
  if (!code) return Error{Code::kInternal, kAnswerInvalid, "an unknown code"};
  Error error{*code, kReasonUnknown, Printable(detail, kMaxDetail)};
  if (std::ranges::find(kOfTheCall, slug) != kOfTheCall.end()) {
    return Error{Code::kInternal, kRefused, std::string(slug) + ": " + error.detail};
  }
  if (slug == kBusy) {
    error.reason = kBusy;
    return error;
  }
  auto known = std::ranges::find(reasons, slug);
  if (known != reasons.end()) {
    error.reason = *known;
  } else {
    error.detail = Printable(slug, 64) + ": " + error.detail;
  }
  return error;
}

}  // namespace

std::string WriteCall(json::Object arguments) {
  json::Object call;
  call["meta"] = json::Object();
  call["args"] = std::move(arguments);
  return json::Serialize(call);
}

Result<json::Object> ReadCall(std::string_view body) {
  auto call = json::ParseObject(body, {.max_bytes = kMaxCall, .max_depth = kMaxDepth});
  if (!call) return Fail(Code::kInvalidArgument, kCallInvalid, std::string(call.error().reason));
  json::Value* arguments = call->if_contains("args");
  if (arguments == nullptr || !arguments->is_object()) {
    return Fail(Code::kInvalidArgument, kCallInvalid, "no args");
  }
  return std::move(arguments->as_object());
}

Answer WriteAnswer(json::Value value) {
  json::Object answer;
  answer["meta"] = json::Object();
  answer["value"] = std::move(value);
  return {.status = 200, .body = json::Serialize(answer)};
}

Answer WriteError(const Error& error) {
  json::Object said;
  said["code"] = CodeName(error.code);
  said["reason"] = error.reason;
  said["detail"] = Printable(error.detail, kMaxDetail);
  json::Object answer;
  answer["meta"] = json::Object();
  answer["error"] = std::move(said);
  return {.status = HttpStatus(error.code), .body = json::Serialize(answer)};
}

Result<json::Value> ReadAnswer(const Answer& answer, Reasons reasons) {
  if (answer.body.size() > kMaxAnswer) return Fail(Code::kInternal, kAnswerInvalid, "too large");
  auto said = json::ParseObject(answer.body, {.max_bytes = kMaxAnswer, .max_depth = kMaxDepth});
  const std::string status = "HTTP " + std::to_string(answer.status);
  if (said && answer.status == 200) {
    json::Value* value = said->if_contains("value");
    if (value != nullptr) return std::move(*value);
  }
  const json::Object* error = said ? json::GetObject(*said, "error") : nullptr;
  if (error != nullptr && answer.status != 200) {
    return std::unexpected(ErrorOf(*error, reasons));
  }
  if (answer.status >= 502 && answer.status <= 504) {
    return Fail(Code::kUnavailable, kUnreachable, status);
  }
  return Fail(Code::kInternal, kAnswerInvalid, status);
}

}  // namespace gatehouse::rpc
