#pragma once

// Error values. Every fallible call returns Result<T>; exceptions mean "broken" and are converted
// at the third-party adapter that can throw them.

#include <expected>
#include <string>
#include <string_view>

namespace gatehouse {

// Closed set. HTTP status, retry rule and log level are total functions of the code.
enum class Code {
  kInvalidArgument,
  kUnauthenticated,
  kPermissionDenied,
  kNotFound,
  kAlreadyExists,
  kConflict,
  kFailedPrecondition,
  kResourceExhausted,
  kUnavailable,
  kDeadlineExceeded,
  kCancelled,
  kDataLoss,
  kInternal,
};

std::string_view CodeName(Code code);
int HttpStatus(Code code);
// True only for kUnavailable: the one code after which an idempotent call may be repeated.
bool IsRetryable(Code code);

// `reason` is a stable public slug ("pipeline_expired"): a constant of the module's errors.h with a
// line in the message catalogue. `detail` is for the log only and never crosses the edge.
struct Error {
  Code code = Code::kInternal;
  std::string_view reason;  // points to a constant with static storage duration
  std::string detail;

  bool Is(std::string_view slug) const { return reason == slug; }
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> Fail(Code code, std::string_view reason, std::string detail = {}) {
  return std::unexpected(Error{code, reason, std::move(detail)});
}

}  // namespace gatehouse

// GH_TRY(auto x, f());  unwraps a Result or returns its error. GH_CO_TRY does so in a coroutine.
#define GH_CAT_(a, b) a##b
#define GH_CAT(a, b) GH_CAT_(a, b)
#define GH_TRY_(ret, tmp, decl, ...)             \
  auto tmp = (__VA_ARGS__);                      \
  if (!tmp) [[unlikely]]                         \
    ret std::unexpected(std::move(tmp).error()); \
  decl = std::move(*tmp)
#define GH_TRY_VOID_(ret, tmp, ...)                \
  if (auto tmp = (__VA_ARGS__); !tmp) [[unlikely]] \
  ret std::unexpected(std::move(tmp).error())
#define GH_TRY(decl, ...) GH_TRY_(return, GH_CAT(gh_try_, __LINE__), decl, __VA_ARGS__)
#define GH_TRY_VOID(...) GH_TRY_VOID_(return, GH_CAT(gh_try_, __LINE__), __VA_ARGS__)
#define GH_CO_TRY(decl, ...) GH_TRY_(co_return, GH_CAT(gh_try_, __LINE__), decl, __VA_ARGS__)
#define GH_CO_TRY_VOID(...) GH_TRY_VOID_(co_return, GH_CAT(gh_try_, __LINE__), __VA_ARGS__)
