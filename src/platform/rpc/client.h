#pragma once

// The end that calls, over a transport: loopback here, HTTP in http.h.
//
// Retry rule: only what is kUnavailable, only methods that may be done twice, at most three times,
// inside the time of the call. A call that ran out of time may have been done all the same.

#include <string>
#include <string_view>

#include "base/clock.h"
#include "platform/rpc/dispatcher.h"
#include "platform/rpc/message.h"
#include "platform/runtime/task.h"

namespace gatehouse::rpc {

struct Call {
  std::string service;
  std::string method;
  std::string body;
  Duration timeout{};
};

class Transport {
 public:
  virtual ~Transport() = default;
  // Errors: kUnavailable "rpc_unreachable"; kDeadlineExceeded "rpc_timeout"; kInternal
  // "rpc_answer_invalid"; kCancelled.
  virtual Task<Answer> Send(Call call) = 0;
};

// To a dispatcher of this process, through the same bytes as to any other. For the tests of each
// service: what works over it does not depend on the two ends sharing memory.
class LoopbackTransport final : public Transport {
 public:
  explicit LoopbackTransport(const Dispatcher& dispatcher) : dispatcher_(dispatcher) {}
  Task<Answer> Send(Call call) override;

 private:
  const Dispatcher& dispatcher_;
};

struct CallOptions {
  bool idempotent = false;
  Duration timeout = std::chrono::seconds(5);  // with all repeats
};

class Client {
 public:
  // All outlive the client; `reasons` is what the service may answer.
  Client(Transport& transport, const Clock& clock, Reasons reasons)
      : transport_(transport), clock_(clock), reasons_(reasons) {}

  Task<json::Value> Send(std::string service, std::string method, json::Object arguments,
                         CallOptions options);

 private:
  Transport& transport_;
  const Clock& clock_;
  Reasons reasons_;
};

}  // namespace gatehouse::rpc
