#pragma once

// The seam to the database. One SQL text serves SQLite and PostgreSQL ($1, $2 …; ON CONFLICT …
// RETURNING); only the driver differs.
//
// Sync inside a transaction, async outside: Database::Read and Write run a synchronous function on
// a database thread, so nothing can co_await inside a transaction and no HTTP, RPC or mail happens
// in one. The function may run more than once (serialization failures are re-run): it must be pure
// apart from its Tx, and must reset what it captured by reference.
//
// Column types are BIGINT (ids, microseconds UTC, flags, booleans as 0 or 1) and TEXT (text, JSON,
// enum names, sealed secrets). Nothing else, so that both engines read back exactly what was
// written.

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "platform/runtime/task.h"

namespace gatehouse::sql {

enum class Engine { kSqlite, kPostgres };

// A named SQL text, `inline constexpr` in a module's statements.h. The name is the metric key. The
// second text replaces the first on PostgreSQL; at most ten statements in the tree may need one.
// Every connection keeps it prepared; a statement without a name is prepared, run once and dropped.
struct Statement {
  std::string_view name;
  std::string_view text;
  std::string_view postgres = {};

  std::string_view For(Engine engine) const {
    return engine == Engine::kPostgres && !postgres.empty() ? postgres : text;
  }
};

// A bound argument. Holds text by reference: it must live until Query or Exec returns. Text must be
// UTF-8 without NUL, which is what both engines can store.
class Param {
 public:
  Param(std::nullptr_t) {}  // NULL
  template <std::integral T>
  Param(T v) : value_(static_cast<std::int64_t>(v)) {}
  Param(std::string_view v) : value_(v) {}
  Param(const std::string& v) : value_(std::string_view(v)) {}
  Param(const char* v) : value_(std::string_view(v)) {}
  Param(Timestamp v) : value_(v.micros) {}
  template <class Tag>
  Param(StrongId<Tag> v) : value_(v.value) {}
  template <class T>
  Param(const std::optional<T>& v) {
    if (v) *this = Param(*v);
  }

  using Value = std::variant<std::monostate, std::int64_t, std::string_view>;
  const Value& value() const { return value_; }

 private:
  Value value_;
};

using Params = std::span<const Param>;

class Rows;

// A view of one row; valid while its Rows lives. Reading a column as the wrong type is a CHECK
// failure (a programming error), reading NULL through a plain getter too.
class Row {
 public:
  bool IsNull(std::size_t column) const;
  std::int64_t Int(std::size_t column) const;
  bool Bool(std::size_t column) const { return Int(column) != 0; }
  std::string_view Text(std::size_t column) const;
  std::string String(std::size_t column) const { return std::string(Text(column)); }
  Timestamp Time(std::size_t column) const { return {Int(column)}; }
  template <class Id>
  Id As(std::size_t column) const {
    return Id{Int(column)};
  }
  // The same, std::nullopt for NULL.
  std::optional<std::int64_t> OptInt(std::size_t column) const;
  std::optional<std::string> OptString(std::size_t column) const;
  std::optional<Timestamp> OptTime(std::size_t column) const;
  template <class Id>
  std::optional<Id> OptAs(std::size_t column) const {
    auto v = OptInt(column);
    return v ? std::optional<Id>(Id{*v}) : std::nullopt;
  }

 private:
  friend class Rows;
  Row(const Rows* rows, std::size_t index) : rows_(rows), index_(index) {}
  const Rows* rows_;
  std::size_t index_;
};

// A result set, read completely.
class Rows {
 public:
  using Value = std::variant<std::monostate, std::int64_t, std::string>;

  Rows() = default;
  Rows(std::size_t columns, std::vector<Value> values, std::int64_t affected)
      : columns_(columns), values_(std::move(values)), affected_(affected) {}

  bool empty() const { return values_.empty(); }
  std::size_t size() const { return columns_ == 0 ? 0 : values_.size() / columns_; }
  Row operator[](std::size_t index) const { return Row(this, index); }
  Row front() const { return Row(this, 0); }
  // Rows changed by INSERT, UPDATE or DELETE.
  std::int64_t affected() const { return affected_; }

  class Iterator {
   public:
    Iterator(const Rows* rows, std::size_t index) : rows_(rows), index_(index) {}
    Row operator*() const { return (*rows_)[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const Rows* rows_;
    std::size_t index_;
  };
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }

 private:
  friend class Row;
  std::size_t columns_ = 0;
  std::vector<Value> values_;
  std::int64_t affected_ = 0;
};

// An open transaction. Used by one thread. After any error result the transaction is dead: return
// the error (the driver rolls back). Use ON CONFLICT where a conflict is an expected outcome.
//
// Errors: kAlreadyExists "unique_violation", kFailedPrecondition "foreign_key_violation" (detail =
// constraint or column), kConflict "serialization_failure" (re-run by the driver), kUnavailable
// "database_unavailable", kResourceExhausted "disk_full", kInvalidArgument "invalid_text" (a text
// argument with NUL or invalid UTF-8), kInternal "sql_error".
class Tx {
 public:
  virtual ~Tx() = default;
  virtual Engine engine() const = 0;
  virtual Result<Rows> Run(const Statement& statement, Params params) = 0;

  Result<Rows> Query(const Statement& statement, std::initializer_list<Param> params = {}) {
    return Run(statement, Params(params.begin(), params.size()));
  }
  // Returns the number of rows changed.
  Result<std::int64_t> Exec(const Statement& statement, std::initializer_list<Param> params = {}) {
    GH_TRY(Rows rows, Run(statement, Params(params.begin(), params.size())));
    return rows.affected();
  }
};

enum class Access { kRead, kWrite };

// Whose rows a transaction may see and write: the second net under statements that name the owner
// of what they touch. PostgreSQL enforces it on every table that migrate.h protects; there a
// transaction that names nobody finds no row of anybody. SQLite does not: it has no such thing, and
// every store and service test runs on both engines, so that a forgotten tenant shows.
class Tenant {
 public:
  // Nobody's rows: for tables that belong to no tenant. May still append rows without an owner.
  static constexpr Tenant None() { return Tenant(Kind::kNone, 0); }
  static constexpr Tenant Of(std::int64_t id) { return Tenant(Kind::kOne, id); }
  template <class Tag>
  static constexpr Tenant Of(StrongId<Tag> id) {
    return Of(id.value);
  }
  // Everybody's rows: for work that crosses tenants by its nature. Say why where it is used.
  static constexpr Tenant All() { return Tenant(Kind::kAll, 0); }

  // What the database is told: "", a number or "*".
  std::string Setting() const {
    if (kind_ == Kind::kOne) return std::to_string(id_);
    return kind_ == Kind::kAll ? "*" : "";
  }
  friend constexpr bool operator==(const Tenant&, const Tenant&) = default;

 private:
  enum class Kind : std::uint8_t { kNone, kOne, kAll };
  constexpr Tenant(Kind kind, std::int64_t id) : kind_(kind), id_(id) {}

  Kind kind_;
  std::int64_t id_;
};

using Job = std::move_only_function<Result<void>(Tx&)>;

// A database. Thread-safe. Write() returns after the durable commit (SQLite: WAL, synchronous=FULL,
// group commit; PostgreSQL: REPEATABLE READ, re-run on 40001 and 40P01).
//
// Errors besides those of the function: kUnavailable "database_unavailable" and
// "overloaded" (queue full), kConflict "serialization_failure" after five re-runs, kInternal
// "internal" (the function threw). After any error nothing of the function's work is committed,
// except that kUnavailable may also mean a commit whose outcome is not known.
class Database {
 public:
  virtual ~Database() = default;
  virtual Engine engine() const = 0;

  // Runs `job` in a transaction on a database thread and calls `done` from that thread. `job` is
  // called again after a serialization failure.
  virtual void Submit(Access access, Tenant tenant, Job job,
                      std::move_only_function<void(Result<void>)> done) = 0;
  // Runs the read `job` here and now, for Lookup(). std::nullopt: it is a database thread's; it may
  // have been called.
  virtual std::optional<Result<void>> RunHere(Job& /*job*/) { return std::nullopt; }

  // auto team = co_await db.Read(Tenant::Of(owner), [&](sql::Tx& tx) -> Result<Team> { ... });
  // Without a tenant: Tenant::None().
  template <class F>
  auto Read(Tenant tenant, F f) -> Task<typename std::invoke_result_t<F, Tx&>::value_type> {
    return Call(*this, Access::kRead, tenant, std::move(f));
  }
  // Read() for a function that finds a few rows by their keys: no list, no search, no scan. SQLite
  // runs it on the calling thread, because two changes of thread cost more than the rows (ADR
  // 0006); PostgreSQL as Read().
  template <class F>
  auto Lookup(Tenant tenant, F f) -> Task<typename std::invoke_result_t<F, Tx&>::value_type> {
    return Call(*this, Access::kRead, tenant, std::move(f), /*may_run_here=*/true);
  }
  template <class F>
  auto Write(Tenant tenant, F f) -> Task<typename std::invoke_result_t<F, Tx&>::value_type> {
    return Call(*this, Access::kWrite, tenant, std::move(f));
  }
  template <class F>
  auto Read(F f) -> Task<typename std::invoke_result_t<F, Tx&>::value_type> {
    return Call(*this, Access::kRead, Tenant::None(), std::move(f));
  }
  template <class F>
  auto Lookup(F f) -> Task<typename std::invoke_result_t<F, Tx&>::value_type> {
    return Lookup(Tenant::None(), std::move(f));
  }
  template <class F>
  auto Write(F f) -> Task<typename std::invoke_result_t<F, Tx&>::value_type> {
    return Call(*this, Access::kWrite, Tenant::None(), std::move(f));
  }
  // The same, blocking the calling thread: for the command line, start-up and tests only.
  template <class F>
  auto ReadSync(Tenant tenant, F f) -> std::invoke_result_t<F, Tx&> {
    return CallSync(Access::kRead, tenant, f);
  }
  template <class F>
  auto WriteSync(Tenant tenant, F f) -> std::invoke_result_t<F, Tx&> {
    return CallSync(Access::kWrite, tenant, f);
  }
  template <class F>
  auto ReadSync(F f) -> std::invoke_result_t<F, Tx&> {
    return CallSync(Access::kRead, Tenant::None(), f);
  }
  template <class F>
  auto WriteSync(F f) -> std::invoke_result_t<F, Tx&> {
    return CallSync(Access::kWrite, Tenant::None(), f);
  }

 private:
  Task<void> Await(Access access, Tenant tenant, Job job, bool may_run_here);
  Result<void> Block(Access access, Tenant tenant, Job job);

  template <class F>
  static auto Call(Database& db, Access access, Tenant tenant, F f, bool may_run_here = false)
      -> Task<typename std::invoke_result_t<F, Tx&>::value_type> {
    using T = typename std::invoke_result_t<F, Tx&>::value_type;
    if constexpr (std::is_void_v<T>) {
      co_return co_await db.Await(access, tenant, Job([&f](Tx& tx) { return f(tx); }),
                                  may_run_here);
    } else {
      std::optional<T> value;
      GH_CO_TRY_VOID(co_await db.Await(access, tenant, Job([&f, &value](Tx& tx) -> Result<void> {
                                         GH_TRY(T got, f(tx));
                                         value.emplace(std::move(got));
                                         return {};
                                       }),
                                       may_run_here));
      co_return std::move(*value);
    }
  }

  template <class F>
  auto CallSync(Access access, Tenant tenant, F& f) -> std::invoke_result_t<F, Tx&> {
    using T = typename std::invoke_result_t<F, Tx&>::value_type;
    if constexpr (std::is_void_v<T>) {
      return Block(access, tenant, Job([&f](Tx& tx) { return f(tx); }));
    } else {
      std::optional<T> value;
      GH_TRY_VOID(Block(access, tenant, Job([&f, &value](Tx& tx) -> Result<void> {
                          GH_TRY(T got, f(tx));
                          value.emplace(std::move(got));
                          return {};
                        })));
      return std::move(*value);
    }
  }
};

}  // namespace gatehouse::sql
