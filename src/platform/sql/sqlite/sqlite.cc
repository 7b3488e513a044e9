#include "platform/sql/sqlite/sqlite.h"

#include <pthread.h>

#include <algorithm>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "base/text.h"
#include "platform/sql/driver.h"
#include "platform/sql/errors.h"
#include "platform/sql/sqlite/connection.h"

namespace gatehouse::sql {

namespace {

// After an error this many groups use savepoints, so that a stream of failing jobs does not run its
// neighbours twice each time.
constexpr int kCarefulGroups = 32;
// The longest wait for jobs that may share a commit.
constexpr Duration kMostGathering = std::chrono::milliseconds(2);

using driver::QueuedJob;
using Role = SqliteConnection::Role;

class SqliteDatabase final : public Database {
 public:
  explicit SqliteDatabase(const SqliteOptions& options)
      : options_(options), writes_(options.max_queue), reads_(options.max_queue) {}
  ~SqliteDatabase() override;

  Result<void> Start();
  Engine engine() const override { return Engine::kSqlite; }
  // The tenant is not enforced here: see sql.h.
  void Submit(Access access, Tenant tenant, Job job, driver::Done done) override;
  std::optional<Result<void>> RunHere(Job& job) override;

 private:
  using Handle = std::unique_ptr<SqliteConnection>;

  Result<Handle> Connect(Role role) const {
    return SqliteConnection::Open(options_.file, role, options_.synchronous);
  }
  // Replaces a connection that saw an I/O error.
  Result<void> Ready(Handle& connection, Role role) const;
  void WriterLoop(Handle connection);
  void ReaderLoop(Handle connection);
  void RunGroup(Handle& connection, std::span<QueuedJob> group, std::span<Result<void>> results);
  bool RunPlainGroup(Handle& connection, std::span<QueuedJob> group,
                     std::span<Result<void>> results);
  Result<void> RunRead(Handle& connection, Role role, Job& job);

  const SqliteOptions options_;
  driver::JobQueue writes_;
  driver::JobQueue reads_;
  std::thread writer_;
  // Writer thread: groups still to run with savepoints because one had an error lately, and how
  // long the last commit of a group took.
  int careful_groups_ = 0;
  Duration commit_time_ = Duration::zero();
  const SystemClock clock_;
  std::vector<std::thread> readers_;
  // For lookups on the threads of their callers, one at a time: a second one goes to the readers.
  std::mutex lookup_mutex_;
  Handle lookup_;
};

Result<void> SqliteDatabase::Start() {
  if (!EqualsIgnoreCase(options_.synchronous, "FULL") &&
      !EqualsIgnoreCase(options_.synchronous, "EXTRA") &&
      !EqualsIgnoreCase(options_.synchronous, "NORMAL") &&
      !EqualsIgnoreCase(options_.synchronous, "OFF")) {
    return Fail(Code::kInvalidArgument, kDatabaseUnavailable, "no such synchronous mode");
  }
  GH_TRY(Handle writer, Connect(Role::kWriter));
  std::vector<Handle> readers;
  for (std::size_t i = 0; i < std::max<std::size_t>(options_.readers, 1); ++i) {
    GH_TRY(Handle reader, Connect(Role::kReader));
    readers.push_back(std::move(reader));
  }
  GH_TRY(lookup_, Connect(Role::kLookup));
  writer_ = std::thread(&SqliteDatabase::WriterLoop, this, std::move(writer));
  for (Handle& reader : readers) {
    readers_.emplace_back(&SqliteDatabase::ReaderLoop, this, std::move(reader));
  }
  return {};
}

SqliteDatabase::~SqliteDatabase() {
  reads_.Stop();
  for (std::thread& reader : readers_) reader.join();
  lookup_.reset();
  // Last, because the last connection to close moves the whole WAL into the database file.
  writes_.Stop();
  if (writer_.joinable()) writer_.join();
}

void SqliteDatabase::Submit(Access access, Tenant tenant, Job job, driver::Done done) {
  auto& queue = access == Access::kWrite ? writes_ : reads_;
  queue.Push({access, tenant, std::move(job), std::move(done)});
}

Result<void> SqliteDatabase::Ready(Handle& connection, Role role) const {
  if (connection != nullptr && !connection->broken()) return {};
  connection.reset();
  GH_TRY(connection, Connect(role));
  return {};
}

void SqliteDatabase::WriterLoop(Handle connection) {
  pthread_setname_np(pthread_self(), "sql-write");
  std::vector<QueuedJob> group;
  std::vector<Result<void>> results;
  while (writes_.Pop(options_.max_group, group)) {
    // Several wait at once: as long as a commit takes, more are worth waiting for, because each
    // that comes saves one. Who is alone never waits.
    if (group.size() > 1) {
      writes_.PopLater(std::min(commit_time_, kMostGathering), options_.max_group, group);
    }
    results.assign(group.size(), Result<void>());
    RunGroup(connection, group, results);
    // Every answer after the commit: before it nothing is durable.
    for (std::size_t i = 0; i < group.size(); ++i) driver::Answer(group[i], std::move(results[i]));
    group.clear();
    if (connection != nullptr) connection->CheckpointIfDue();
  }
}

// Runs the group as one transaction without savepoints, which cost a copy of every page that is
// changed. false: a job failed, nothing is written, and the jobs are to be run again (they may be,
// see Database::Submit) so that the error stays with its job.
bool SqliteDatabase::RunPlainGroup(Handle& connection, std::span<QueuedJob> group,
                                   std::span<Result<void>> results) {
  if (!Ready(connection, Role::kWriter) || !connection->Begin()) return false;
  for (QueuedJob& queued : group) {
    SqliteTx tx(*connection);
    if (!driver::RunJob(queued.job, tx)) {
      connection->Rollback();
      return false;
    }
  }
  const Duration begun = clock_.Monotonic();
  auto committed = connection->Commit();
  commit_time_ = clock_.Monotonic() - begun;
  if (!committed) {
    connection->Rollback();
    // Not again: whether it is on disk is not known.
    std::ranges::fill(results, Result<void>(std::unexpected(committed.error())));
    return true;
  }
  if (options_.on_commit) options_.on_commit(group.size());
  return true;
}

void SqliteDatabase::RunGroup(Handle& connection, std::span<QueuedJob> group,
                              std::span<Result<void>> results) {
  if (group.size() > 1) {
    if (careful_groups_ > 0) {
      --careful_groups_;
    } else if (RunPlainGroup(connection, group, results)) {
      return;
    } else {
      careful_groups_ = kCarefulGroups;
    }
  }

  // Gives the error to all jobs of [from, to) that had succeeded so far.
  auto fail = [&](std::size_t from, std::size_t to, const Error& error) {
    for (std::size_t i = from; i < to; ++i) {
      if (results[i]) results[i] = std::unexpected(error);
    }
  };
  if (auto ready = Ready(connection, Role::kWriter); !ready) {
    return fail(0, group.size(), ready.error());
  }
  if (auto begun = connection->Begin(); !begun) return fail(0, group.size(), begun.error());

  const bool single = group.size() == 1;
  std::size_t first = 0;  // first job of the open transaction
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (!single) results[i] = connection->Savepoint();
    if (results[i]) {
      SqliteTx tx(*connection);
      results[i] = driver::RunJob(group[i].job, tx);
      if (results[i] && !single) results[i] = connection->Release();
    }
    if (results[i]) continue;
    if (connection->InTransaction() && !single && connection->RollbackToSavepoint()) continue;
    // The transaction is lost, and with it the work of the jobs before this one.
    connection->Rollback();
    fail(first, i, results[i].error());
    first = i + 1;
    if (first == group.size()) return;
    Result<void> begun = Ready(connection, Role::kWriter);
    if (begun) begun = connection->Begin();
    if (!begun) return fail(first, group.size(), begun.error());
  }

  if (auto committed = connection->Commit(); !committed) {
    connection->Rollback();
    return fail(first, group.size(), committed.error());
  }
  if (options_.on_commit) options_.on_commit(group.size() - first);
}

void SqliteDatabase::ReaderLoop(Handle connection) {
  pthread_setname_np(pthread_self(), "sql-read");
  std::vector<QueuedJob> jobs;
  while (reads_.Pop(1, jobs)) {
    Result<void> result = RunRead(connection, Role::kReader, jobs.front().job);
    driver::Answer(jobs.front(), std::move(result));
    jobs.clear();
  }
}

std::optional<Result<void>> SqliteDatabase::RunHere(Job& job) {
  const std::unique_lock lock(lookup_mutex_, std::try_to_lock);
  if (!lock) return std::nullopt;
  Result<void> result = RunRead(lookup_, Role::kLookup, job);
  // Another process holds the file: a reader waits for it, a network thread does not.
  if (!result && result.error().reason == kSerializationFailure) return std::nullopt;
  return result;
}

Result<void> SqliteDatabase::RunRead(Handle& connection, Role role, Job& job) {
  GH_TRY_VOID(Ready(connection, role));
  GH_TRY_VOID(connection->Begin());
  SqliteTx tx(*connection);
  Result<void> result = driver::RunJob(job, tx);
  connection->Rollback();
  return result;
}

}  // namespace

Result<std::unique_ptr<Database>> OpenSqlite(const SqliteOptions& options) {
  auto database = std::make_unique<SqliteDatabase>(options);
  GH_TRY_VOID(database->Start());
  return database;
}

}  // namespace gatehouse::sql
