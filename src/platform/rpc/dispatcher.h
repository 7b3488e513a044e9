#pragma once

// The end that serves: methods by name, from bytes to bytes. Filled by src/app before it serves,
// read-only afterwards.

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "platform/rpc/message.h"
#include "platform/runtime/task.h"

namespace gatehouse::rpc {

class Dispatcher {
 public:
  using Handler = std::function<Task<json::Value>(const json::Object& arguments)>;

  // REQUIRES: the pair is new.
  void Add(std::string service, std::string method, Handler handler);

  // Never fails: what goes wrong is an answer.
  boost::asio::awaitable<Answer> Dispatch(std::string service, std::string method,
                                          std::string body) const;

 private:
  std::map<std::pair<std::string, std::string>, Handler> methods_;
};

}  // namespace gatehouse::rpc
