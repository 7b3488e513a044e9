#pragma once

// One SQLite connection with its prepared statements. Used by one thread at a time.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/sql/driver.h"

struct sqlite3;
struct sqlite3_stmt;

namespace gatehouse::sql {

class SqliteConnection {
 public:
  // kLookup is a reader that waits for no lock.
  enum class Role { kReader, kLookup, kWriter };

  // The writer creates the file, mode 0600, and switches it to WAL; the others cannot write.
  static Result<std::unique_ptr<SqliteConnection>> Open(const std::filesystem::path& file,
                                                        Role role, const std::string& synchronous);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  Result<Rows> Run(const Statement& statement, Params params);

  Result<void> Begin();
  Result<void> Commit();
  void Rollback();
  Result<void> Savepoint();
  Result<void> Release();
  Result<void> RollbackToSavepoint();

  // false after SQLite itself rolled the transaction back (disk full, I/O error).
  bool InTransaction() const;
  // An I/O error was seen: close this connection and open another, so that nothing read or written
  // around the error stays cached.
  bool broken() const { return broken_; }
  // Writer, outside a transaction: moves committed pages from the WAL to the database when due.
  void CheckpointIfDue();

 private:
  struct Prepared {
    std::string text;
    sqlite3_stmt* handle = nullptr;
    std::vector<std::uint16_t> bind;  // bind[i]: which argument is SQLite's parameter i + 1
    std::size_t params = 0;
    bool changes = false;  // INSERT, UPDATE or DELETE
  };

  explicit SqliteConnection(Role role) : role_(role) {}
  Result<void> Configure(const std::filesystem::path& file, const std::string& synchronous);
  Result<void> Execute(const char* text);
  Result<Prepared> Prepare(const Statement& statement, bool persistent);
  Result<Prepared*> Find(const Statement& statement);
  Result<Rows> Step(const Statement& statement, const Prepared& prepared, Params params);
  Result<void> Simple(sqlite3_stmt*& handle, const char* text);
  std::unexpected<Error> Failure(std::string_view what);
  void Forget();

  const Role role_;
  sqlite3* db_ = nullptr;
  bool broken_ = false;
  int wal_pages_ = 0;
  int checkpoint_at_ = 0;
  // By address of the text; the copy in Prepared tells a reused address from a known statement.
  std::unordered_map<const char*, Prepared> statements_;
  sqlite3_stmt* begin_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
  sqlite3_stmt* rollback_ = nullptr;
  sqlite3_stmt* savepoint_ = nullptr;
  sqlite3_stmt* release_ = nullptr;
  sqlite3_stmt* rollback_to_ = nullptr;
};

class SqliteTx final : public driver::DriverTx {
 public:
  explicit SqliteTx(SqliteConnection& connection) : connection_(connection) {}
  Engine engine() const override { return Engine::kSqlite; }

 protected:
  Result<Rows> Execute(const Statement& statement, Params params) override {
    return connection_.Run(statement, params);
  }

 private:
  SqliteConnection& connection_;
};

}  // namespace gatehouse::sql
