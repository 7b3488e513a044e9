#pragma once

// Task<T>: the coroutine of every asynchronous call. It is lazy, runs on the network thread of the
// request that started it and is awaited exactly once. Await with
//
//   GH_CO_TRY(auto user, co_await users.Find(id));
//
// Rules (clang-tidy errors): no capturing-lambda coroutines; no reference or string_view parameter
// that can outlive the caller's full expression unless the header says who keeps it alive.

#include <boost/asio/awaitable.hpp>

#include "base/error.h"

namespace gatehouse {

template <class T>
using Task = boost::asio::awaitable<Result<T>>;

}  // namespace gatehouse
