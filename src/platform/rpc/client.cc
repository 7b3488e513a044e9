#include "platform/rpc/client.h"

#include <utility>

#include "platform/rpc/errors.h"
#include "platform/runtime/runtime.h"

namespace gatehouse::rpc {
namespace {

constexpr int kAttempts = 3;
constexpr Duration kPause = std::chrono::milliseconds(50);

}  // namespace

Task<Answer> LoopbackTransport::Send(Call call) {
  co_return co_await dispatcher_.Dispatch(std::move(call.service), std::move(call.method),
                                          std::move(call.body));
}

Task<json::Value> Client::Send(std::string service, std::string method, json::Object arguments,
                               CallOptions options) {
  const runtime::Deadline deadline(clock_, options.timeout);
  const std::string body = WriteCall(std::move(arguments));
  if (body.size() > kMaxCall) {
    co_return Fail(Code::kInvalidArgument, kCallInvalid, "the arguments are too large");
  }
  Duration pause = kPause;
  for (int attempt = 1;; ++attempt, pause *= 2) {
    Call call{
        .service = service, .method = method, .body = body, .timeout = deadline.Remaining(clock_)};
    Result<Answer> answer = co_await transport_.Send(std::move(call));
    Result<json::Value> value = answer ? ReadAnswer(*answer, reasons_)
                                       : Result<json::Value>(std::unexpected(answer.error()));
    const bool again = !value && IsRetryable(value.error().code) && options.idempotent &&
                       attempt < kAttempts && deadline.Remaining(clock_) > pause;
    if (!again) {
      if (!value) value.error().detail = service + "." + method + ": " + value.error().detail;
      co_return std::move(value);
    }
    GH_CO_TRY_VOID(co_await runtime::Sleep(pause));
  }
}

}  // namespace gatehouse::rpc
