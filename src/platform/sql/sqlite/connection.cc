#include "platform/sql/sqlite/connection.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/text.h"
#include "platform/sql/errors.h"
#include "platform/sql/sqlite/pacing.h"

namespace gatehouse::sql {

namespace {

constexpr int kBusyTimeoutMs = 5000;
// The longer it waits, the fewer pages it moves twice.
constexpr int kCheckpointPages = 4000;
constexpr int kRestartPages =
    8000;  // 32 MiB of WAL: wait a moment for the readers to let it shrink
constexpr std::size_t kMaxStatements = 1000;

// Creates the file before SQLite does, so that it never exists with a wider mode. The -wal and -shm
// files take their mode from it. An existing file is not opened here: closing that descriptor would
// drop the POSIX locks this process holds on it.
Result<void> CreateFile(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) {
    ::close(fd);
    return {};
  }
  struct stat info{};
  if (errno != EEXIST || ::stat(file.c_str(), &info) != 0) {
    return Fail(Code::kUnavailable, kDatabaseUnavailable,
                file.string() + ": " + std::strerror(errno));
  }
  if ((info.st_mode & 077) != 0 && ::chmod(file.c_str(), 0600) != 0) {
    return Fail(Code::kUnavailable, kDatabaseUnavailable,
                file.string() + ": others may read it and its mode cannot be changed");
  }
  return {};
}

bool IsChange(std::string_view text) {
  const std::string_view word = Trim(text).substr(0, 7);
  for (std::string_view verb : {"INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"}) {
    if (EqualsIgnoreCase(word.substr(0, verb.size()), verb)) return true;
  }
  return false;
}

}  // namespace

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::Open(const std::filesystem::path& file,
                                                                 Role role,
                                                                 const std::string& synchronous) {
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(role));
  GH_TRY_VOID(connection->Configure(file, synchronous));
  return connection;
}

SqliteConnection::~SqliteConnection() {
  Forget();
  for (sqlite3_stmt* handle : {begin_, commit_, rollback_, savepoint_, release_, rollback_to_}) {
    sqlite3_finalize(handle);
  }
  sqlite3_close(db_);
}

void SqliteConnection::Forget() {
  for (auto& [address, prepared] : statements_) sqlite3_finalize(prepared.handle);
  statements_.clear();
}

Result<void> SqliteConnection::Configure(const std::filesystem::path& file,
                                         const std::string& synchronous) {
  // Nobody asks SQLite how much memory it uses, and keeping count takes a lock at each allocation
  // that all connections share. Refused, to no harm, once SQLite is in use.
  static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  (void)uncounted;
  PaceWrites();
  if (role_ == Role::kWriter) GH_TRY_VOID(CreateFile(file));
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (const int rc = sqlite3_open_v2(file.c_str(), &db_, flags, nullptr); rc != SQLITE_OK) {
    return Fail(Code::kUnavailable, kDatabaseUnavailable,
                file.string() + ": " + sqlite3_errstr(rc));
  }
  sqlite3_busy_timeout(db_, role_ == Role::kLookup ? 0 : kBusyTimeoutMs);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  // As in PostgreSQL, "x" is a column and never a text.
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);

  // LIKE minds the case as PostgreSQL's does. No mmap: an I/O error there is a SIGBUS.
  GH_TRY_VOID(
      Execute("PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
              "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0; PRAGMA case_sensitive_like=ON"));
  if (role_ != Role::kWriter) {
    sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    return Execute("PRAGMA cache_size=-1024; PRAGMA wal_autocheckpoint=0; PRAGMA query_only=ON");
  }

  GH_TRY_VOID(Execute("PRAGMA cache_size=-4096; PRAGMA journal_size_limit=33554432"));
  GH_TRY_VOID(Execute(("PRAGMA synchronous=" + synchronous).c_str()));
  GH_TRY(Rows mode, Run(Statement{"", "PRAGMA journal_mode=WAL"}, {}));
  if (mode.empty() || mode.front().Text(0) != "wal") {
    return Fail(Code::kUnavailable, kDatabaseUnavailable,
                file.string() + ": the file system does not support WAL");
  }
  // Replaces the automatic checkpoint, which would run inside COMMIT while callers wait for it.
  checkpoint_at_ = kCheckpointPages;
  sqlite3_wal_hook(
      db_,
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<SqliteConnection*>(self)->wal_pages_ = pages;
        return SQLITE_OK;
      },
      this);
  return {};
}

void SqliteConnection::CheckpointIfDue() {
  if (wal_pages_ < checkpoint_at_ - kCheckpointPages) checkpoint_at_ = kCheckpointPages;
  if (wal_pages_ < checkpoint_at_) return;
  int rc = SQLITE_OK;
  if (wal_pages_ < kRestartPages) {
    rc = sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  } else {
    sqlite3_busy_timeout(db_, 100);
    rc = sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
    sqlite3_busy_timeout(db_, kBusyTimeoutMs);
  }
  // The WAL starts anew with the next commit if everything was moved; if not, try again later.
  checkpoint_at_ = wal_pages_ + kCheckpointPages;
  if ((rc & 0xff) == SQLITE_IOERR) broken_ = true;
}

bool SqliteConnection::InTransaction() const { return sqlite3_get_autocommit(db_) == 0; }

std::unexpected<Error> SqliteConnection::Failure(std::string_view what) {
  const int extended = sqlite3_extended_errcode(db_);
  std::string message = sqlite3_errmsg(db_);
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: {
      // "UNIQUE constraint failed: users.name"
      const auto colon = message.find(": ");
      return Fail(Code::kAlreadyExists, kUniqueViolation,
                  colon == std::string::npos ? message : message.substr(colon + 2));
    }
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return Fail(Code::kFailedPrecondition, kForeignKeyViolation, std::string(what));
    default:
      break;
  }
  std::string detail = std::string(what) + ": " + message;
  switch (extended & 0xff) {
    case SQLITE_FULL:
      return Fail(Code::kResourceExhausted, kDiskFull, std::move(detail));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Fail(Code::kConflict, kSerializationFailure, std::move(detail));
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      broken_ = true;
      return Fail(Code::kUnavailable, kDatabaseUnavailable, std::move(detail));
    default:
      return Fail(Code::kInternal, kSqlError, std::move(detail));
  }
}

Result<void> SqliteConnection::Execute(const char* text) {
  if (sqlite3_exec(db_, text, nullptr, nullptr, nullptr) != SQLITE_OK) {
    auto failure = Failure("configure");
    return Fail(Code::kUnavailable, kDatabaseUnavailable, std::move(failure).error().detail);
  }
  return {};
}

Result<SqliteConnection::Prepared> SqliteConnection::Prepare(const Statement& statement,
                                                             bool persistent) {
  const std::string_view text = statement.For(Engine::kSqlite);
  Prepared prepared;
  prepared.text = text;
  const char* tail = nullptr;
  const unsigned flags = persistent ? SQLITE_PREPARE_PERSISTENT : 0;
  if (sqlite3_prepare_v3(db_, prepared.text.c_str(), static_cast<int>(prepared.text.size()), flags,
                         &prepared.handle, &tail) != SQLITE_OK) {
    return Failure(statement.name);
  }
  std::string problem;
  if (prepared.handle == nullptr) {
    problem = "empty statement";
  } else if (!Trim(tail).empty()) {
    problem = "more than one statement";
  } else {
    // $1 is a name to SQLite, numbered in order of appearance.
    const int count = sqlite3_bind_parameter_count(prepared.handle);
    for (int i = 1; i <= count && problem.empty(); ++i) {
      const char* name = sqlite3_bind_parameter_name(prepared.handle, i);
      const char* end = name == nullptr ? nullptr : name + std::strlen(name);
      std::uint16_t number = 0;
      if (name == nullptr || *name != '$' || std::from_chars(name + 1, end, number).ptr != end ||
          number == 0) {
        problem = std::string("parameter is not of the form $1: ") + (name == nullptr ? "?" : name);
        break;
      }
      prepared.bind.push_back(static_cast<std::uint16_t>(number - 1));
      prepared.params = std::max<std::size_t>(prepared.params, number);
    }
    prepared.changes = sqlite3_stmt_readonly(prepared.handle) == 0 && IsChange(text);
  }
  if (!problem.empty()) {
    sqlite3_finalize(prepared.handle);
    return Fail(Code::kInternal, kSqlError, std::string(statement.name) + ": " + problem);
  }
  return prepared;
}

Result<SqliteConnection::Prepared*> SqliteConnection::Find(const Statement& statement) {
  const std::string_view text = statement.For(Engine::kSqlite);
  auto found = statements_.find(text.data());
  if (found != statements_.end()) {
    if (found->second.text == text) return &found->second;
    sqlite3_finalize(found->second.handle);
    statements_.erase(found);
  }
  if (statements_.size() >= kMaxStatements) Forget();
  GH_TRY(Prepared prepared, Prepare(statement, true));
  return &statements_.emplace(text.data(), std::move(prepared)).first->second;
}

Result<Rows> SqliteConnection::Run(const Statement& statement, Params params) {
  if (!statement.name.empty()) {
    GH_TRY(Prepared * prepared, Find(statement));
    return Step(statement, *prepared, params);
  }
  GH_TRY(Prepared once, Prepare(statement, false));
  Result<Rows> rows = Step(statement, once, params);
  sqlite3_finalize(once.handle);
  return rows;
}

Result<Rows> SqliteConnection::Step(const Statement& statement, const Prepared& prepared,
                                    Params params) {
  if (params.size() != prepared.params) {
    return Fail(Code::kInternal, kSqlError,
                std::string(statement.name) + ": wants " + std::to_string(prepared.params) +
                    " arguments, got " + std::to_string(params.size()));
  }
  sqlite3_stmt* const handle = prepared.handle;
  int rc = SQLITE_OK;
  for (std::size_t i = 0; i < prepared.bind.size() && rc == SQLITE_OK; ++i) {
    const Param::Value& value = params[prepared.bind[i]].value();
    const int index = static_cast<int>(i) + 1;
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      rc = sqlite3_bind_int64(handle, index, *number);
    } else if (const auto* text = std::get_if<std::string_view>(&value)) {
      // A null pointer would bind NULL; an empty view may hold one.
      rc = sqlite3_bind_text64(handle, index, text->empty() ? "" : text->data(), text->size(),
                               SQLITE_STATIC, SQLITE_UTF8);
    } else {
      rc = sqlite3_bind_null(handle, index);
    }
  }

  std::vector<Rows::Value> values;
  std::size_t columns = 0;
  if (rc == SQLITE_OK) {
    while ((rc = sqlite3_step(handle)) == SQLITE_ROW) {
      const int count = sqlite3_column_count(handle);
      columns = static_cast<std::size_t>(count);
      for (int i = 0; i < count; ++i) {
        switch (sqlite3_column_type(handle, i)) {
          case SQLITE_NULL:
            values.emplace_back();
            break;
          case SQLITE_INTEGER:
            values.emplace_back(std::int64_t{sqlite3_column_int64(handle, i)});
            break;
          default: {
            const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle, i));
            const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle, i));
            values.emplace_back(std::in_place_type<std::string>, text == nullptr ? "" : text, size);
          }
        }
      }
    }
  }
  if (rc != SQLITE_DONE) {
    auto failure = Failure(statement.name);
    sqlite3_reset(handle);
    sqlite3_clear_bindings(handle);
    return failure;
  }
  const std::int64_t affected = prepared.changes ? sqlite3_changes64(db_) : 0;
  sqlite3_reset(handle);
  sqlite3_clear_bindings(handle);
  return Rows(columns, std::move(values), affected);
}

Result<void> SqliteConnection::Simple(sqlite3_stmt*& handle, const char* text) {
  if (handle == nullptr &&
      sqlite3_prepare_v3(db_, text, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr) != SQLITE_OK) {
    return Failure(text);
  }
  const int rc = sqlite3_step(handle);
  Result<void> result;
  if (rc != SQLITE_DONE) result = Failure(text);
  sqlite3_reset(handle);
  return result;
}

Result<void> SqliteConnection::Begin() {
  return role_ == Role::kWriter ? Simple(begin_, "BEGIN IMMEDIATE") : Simple(begin_, "BEGIN");
}

Result<void> SqliteConnection::Commit() { return Simple(commit_, "COMMIT"); }

void SqliteConnection::Rollback() {
  if (!InTransaction()) return;
  if (!Simple(rollback_, "ROLLBACK")) broken_ = true;
}

Result<void> SqliteConnection::Savepoint() { return Simple(savepoint_, "SAVEPOINT job"); }
Result<void> SqliteConnection::Release() { return Simple(release_, "RELEASE job"); }
Result<void> SqliteConnection::RollbackToSavepoint() {
  GH_TRY_VOID(Simple(rollback_to_, "ROLLBACK TO job"));
  return Release();
}

}  // namespace gatehouse::sql
