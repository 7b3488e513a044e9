#pragma once

// One PostgreSQL connection with its prepared statements. Used by one thread at a time.

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "platform/sql/driver.h"

struct pg_conn;
struct pg_result;

namespace gatehouse::sql {

class PostgresConnection {
 public:
  // Connects, sets the session up and refuses a server that does not make commits durable.
  static Result<std::unique_ptr<PostgresConnection>> Open(const std::string& url);
  ~PostgresConnection();
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  Result<Rows> Run(const Statement& statement, Params params);
  // A command without arguments, outside or inside of a transaction.
  Result<void> Command(const std::string& text);

  // The tenant goes with the same round trip and ends with the transaction.
  Result<void> Begin(Access access, Tenant tenant);
  // An error with lost() means that the outcome of the commit is not known.
  Result<void> Commit();
  void Rollback();

  // The connection is gone, or must not be used any more.
  bool lost() const { return lost_; }

 private:
  struct Prepared {
    std::string text;
    std::string name;
  };
  struct Freed {
    void operator()(pg_result* result) const;
  };
  using Answer = std::unique_ptr<pg_result, Freed>;

  PostgresConnection() = default;
  Result<void> Connect(const std::string& url);
  Result<void> CheckDurable();
  Result<const char*> Find(const Statement& statement);
  Result<Rows> Read(const Statement& statement, const pg_result* answer);
  void Forget();
  std::unexpected<Error> Failure(std::string_view what, const pg_result* answer);

  pg_conn* connection_ = nullptr;
  bool lost_ = false;
  bool stale_ = false;  // a table changed under a prepared statement
  std::uint64_t next_name_ = 0;
  // By address of the text; the copy in Prepared tells a reused address from a known statement.
  std::unordered_map<const char*, Prepared> statements_;
  // Arguments of the current statement, kept for their capacity.
  std::string argument_text_;
  std::vector<std::size_t> argument_at_;
  std::vector<const char*> arguments_;
};

class PostgresTx final : public driver::DriverTx {
 public:
  explicit PostgresTx(PostgresConnection& connection) : connection_(connection) {}
  Engine engine() const override { return Engine::kPostgres; }

 protected:
  Result<Rows> Execute(const Statement& statement, Params params) override {
    return connection_.Run(statement, params);
  }

 private:
  PostgresConnection& connection_;
};

}  // namespace gatehouse::sql
