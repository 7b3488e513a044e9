#pragma once

// A write that meets what another transaction has just committed. The database re-runs a
// transaction by itself when two of them change one row. It does not when a row refers to one that
// has gone meanwhile, or has a key that was taken meanwhile: such a write is run once more here,
// and then sees what there is.

#include <type_traits>
#include <utility>

#include "platform/sql/errors.h"
#include "platform/sql/sql.h"

namespace gatehouse::members {

// `f` as for sql::Database::Write.
template <class F>
auto WriteAgain(sql::Database& db, sql::Tenant tenant, F f)
    -> Task<typename std::invoke_result_t<F, sql::Tx&>::value_type> {
  const auto call = [&f](sql::Tx& tx) { return f(tx); };
  auto result = co_await db.Write(tenant, call);
  if (!result &&
      (result.error().Is(sql::kUniqueViolation) || result.error().Is(sql::kForeignKeyViolation))) {
    result = co_await db.Write(tenant, call);
  }
  co_return result;
}

}  // namespace gatehouse::members
