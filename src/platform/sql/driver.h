#pragma once

// What the drivers share: the bounded job queue, the rule that a transaction is dead after its
// first error, and the conversion of a job's exception. For sqlite/, postgres/ and testing/ only.

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "platform/sql/sql.h"

namespace gatehouse::sql::driver {

using Done = std::move_only_function<void(Result<void>)>;

struct QueuedJob {
  Access access;
  Tenant tenant;
  Job job;
  Done done;
};

// Destroys the job before it answers: what the job captured may belong to whoever waits for `done`.
void Answer(QueuedJob& queued, Result<void> result);

// Thread-safe, bounded, first in first out.
class JobQueue {
 public:
  explicit JobQueue(std::size_t max) : max_(max) {}

  // Answers `queued` itself with "overloaded" when full and with "database_unavailable" when
  // stopped.
  void Push(QueuedJob queued);
  // Waits for work and appends up to `max` jobs to `out`. false: stopped and empty.
  bool Pop(std::size_t max, std::vector<QueuedJob>& out);
  // Waits for `d`, less when stopped, and appends what has come, as long as `out` has less than
  // `max`.
  void PopLater(Duration d, std::size_t max, std::vector<QueuedJob>& out);
  // Everything that waits now, without waiting for more.
  std::vector<QueuedJob> TakeAll();
  // From now on nothing is accepted; Pop() still hands out what is queued.
  void Stop();
  bool stopped() const;
  // Waits for `d` or until Stop(). true when stopped.
  bool WaitStopped(Duration d);

 private:
  void TakeFront(std::size_t max, std::vector<QueuedJob>& out);  // with the lock held

  const std::size_t max_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable stop_;
  std::deque<QueuedJob> queue_;
  bool stopped_ = false;
};

// A transaction that refuses to go on after its first error, so that a job which ignores one cannot
// commit half of its work on one engine and nothing on the other.
class DriverTx : public Tx {
 public:
  Result<Rows> Run(const Statement& statement, Params params) final;
  // The first error of a statement.
  const std::optional<Error>& error() const { return error_; }

 protected:
  virtual Result<Rows> Execute(const Statement& statement, Params params) = 0;

 private:
  std::optional<Error> error_;
};

// Calls the job. A success after a failed statement is that statement's error; an exception is
// kInternal "internal" with its text in the detail.
Result<void> RunJob(Job& job, DriverTx& tx);

// PostgreSQL stores no NUL and no invalid UTF-8 in TEXT; SQLite would. Both refuse, alike.
Result<void> CheckTexts(const Statement& statement, Params params);

}  // namespace gatehouse::sql::driver
