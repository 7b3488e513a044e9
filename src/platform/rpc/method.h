#pragma once

// One table of methods for both ends of a service:
//
//   inline constexpr auto kFind = rpc::Describe(&Service::Find, "find", {"id"}, rpc::kRead);
//
//   rpc::Serve(dispatcher, "people", service, kFind);                    // the end that serves
//   co_return co_await rpc::Invoke(client, "people", kFind, id);         // the end that calls
//
// Arguments and results travel by name through codec.h.

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "platform/rpc/client.h"
#include "platform/rpc/codec.h"
#include "platform/rpc/dispatcher.h"
#include "platform/rpc/errors.h"

namespace gatehouse::rpc {

template <class S, class R, class... A>
struct Method {
  Task<R> (S::*function)(A...);
  std::string_view name;
  std::array<std::string_view, sizeof...(A)> arguments;
  CallOptions options;
};

inline constexpr CallOptions kRead{.idempotent = true};
inline constexpr CallOptions kChange{};

template <class S, class R, class... A>
constexpr Method<S, R, A...> Describe(Task<R> (S::*function)(A...), std::string_view name,
                                      std::array<std::string_view, sizeof...(A)> arguments,
                                      CallOptions options) {
  return {function, name, arguments, options};
}

namespace internal {

template <class S, class R, class... A>
Task<json::Value> Run(S* service, Task<R> (S::*function)(A...), std::tuple<A...> arguments) {
  auto start = [service, function](A&... each) { return (service->*function)(std::move(each)...); };
  Result<R> result = co_await std::apply(start, arguments);
  if (!result) co_return std::unexpected(std::move(result.error()));
  if constexpr (std::is_void_v<R>) {
    co_return json::Value(nullptr);
  } else {
    co_return Encode(*result);
  }
}

inline Task<json::Value> Refuse(std::string where) {
  co_return Fail(Code::kInvalidArgument, kCallInvalid, std::move(where));
}

template <std::size_t I = 0, class Names, class... A>
bool DecodeArguments(const json::Object& given, const Names& names, std::tuple<A...>& out,
                     std::string& where) {
  if constexpr (I == sizeof...(A)) {
    return true;
  } else {
    const json::Value* found = given.if_contains(names[I]);
    if (found == nullptr || !Decode(*found, std::get<I>(out), where)) {
      where.insert(0, names[I]);
      return false;
    }
    return DecodeArguments<I + 1>(given, names, out, where);
  }
}

template <class R>
Result<R> DecodeResult(const json::Value& value) {
  if constexpr (std::is_void_v<R>) {
    return {};
  } else {
    R out{};
    std::string where;
    if (Decode(value, out, where)) return out;
    return Fail(Code::kInternal, kAnswerInvalid, "result" + where);
  }
}

}  // namespace internal

// `service` outlives the dispatcher.
template <class S, class R, class... A>
void Serve(Dispatcher& dispatcher, std::string_view name, std::type_identity_t<S>& service,
           const Method<S, R, A...>& method) {
  dispatcher.Add(std::string(name), std::string(method.name),
                 [&service, method](const json::Object& given) -> Task<json::Value> {
                   std::tuple<A...> arguments;
                   std::string where;
                   if (!internal::DecodeArguments(given, method.arguments, arguments, where)) {
                     return internal::Refuse(std::move(where));
                   }
                   return internal::Run(&service, method.function, std::move(arguments));
                 });
}

// Errors: those of the method; besides them those of Client::Send.
template <class S, class R, class... A>
Task<R> Invoke(Client& client, std::string_view service, const Method<S, R, A...>& method,
               std::type_identity_t<A>... arguments) {
  json::Object given;
  std::size_t next = 0;
  ((given[method.arguments[next++]] = Encode(arguments)), ...);
  GH_CO_TRY(json::Value value, co_await client.Send(std::string(service), std::string(method.name),
                                                    std::move(given), method.options));
  co_return internal::DecodeResult<R>(value);
}

}  // namespace gatehouse::rpc
