#include "platform/rpc/dispatcher.h"

#include <exception>
#include <utility>

#include "base/check.h"
#include "platform/rpc/errors.h"

namespace gatehouse::rpc {

void Dispatcher::Add(std::string service, std::string method, Handler handler) {
  const bool added =
      methods_.emplace(std::pair(std::move(service), std::move(method)), std::move(handler)).second;
  GH_CHECK(added);
}

boost::asio::awaitable<Answer> Dispatcher::Dispatch(std::string service, std::string method,
                                                    std::string body) const {
  auto found = methods_.find(std::pair(service, method));
  if (found == methods_.end()) {
    co_return WriteError(Error{Code::kNotFound, kMethodUnknown, service + "." + method});
  }
  Result<json::Object> arguments = ReadCall(body);
  if (!arguments) co_return WriteError(arguments.error());
  Answer answer;
  try {
    Result<json::Value> value = co_await found->second(*arguments);
    answer = value ? WriteAnswer(std::move(*value)) : WriteError(value.error());
  } catch (const std::exception& broken) {
    answer = WriteError(Error{Code::kInternal, "internal", broken.what()});
  }
  if (answer.body.size() > kMaxAnswer) {
    answer = WriteError(Error{Code::kResourceExhausted, kAnswerInvalid, "the answer is too large"});
  }
  co_return answer;
}

}  // namespace gatehouse::rpc
