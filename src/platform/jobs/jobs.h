#pragma once

// Periodic work. Each job runs in one process at a time, the one that holds its lease in the
// database; the holder keeps it while it lives, another takes over when it has expired. A process
// that stops in order releases its leases at once.
//
// A lease is not a lock: a job that stalls for longer than its lease (three periods, at least a
// minute) may overlap with its successor, so a job is idempotent. A failed run is logged and
// repeated later: after one period, then two, four … up to five minutes (or the period, if that is
// longer).
//
// One coroutine per job on the runtime's network threads; the work of one job never overlaps with
// itself in a process. Table: job_leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL,
// expires_at BIGINT NOT NULL).

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/rng.h"
#include "platform/runtime/runtime.h"
#include "platform/runtime/task.h"
#include "platform/sql/sql.h"
#include "platform/telemetry/log.h"

namespace gatehouse::jobs {

class JobRunner {
 public:
  // Returns the coroutine of one run. Called again for each run; it must not itself be a capturing
  // coroutine: capture in a plain lambda that calls one.
  using Work = std::function<Task<void>()>;

  // `holder` names this process in the lease table. A name that survives a restart lets the process
  // take its own lease back at once after a crash; two living processes must not share one.
  // All references must outlive the runtime's Run().
  JobRunner(sql::Database& db, const Clock& clock, Rng& rng, telemetry::Logger& log,
            std::string holder);
  JobRunner(const JobRunner&) = delete;
  JobRunner& operator=(const JobRunner&) = delete;

  // Call before Start(). A name used twice or a period that is not positive is a CHECK failure.
  void Add(std::string name, Duration period, Work work);

  // Starts one coroutine per job; they end when the runtime stops. The runner must outlive Run().
  void Start(runtime::Runtime& runtime);

  // Takes the lease and runs the job once, now; false when another process holds the lease. The
  // error is that of the job or of the database. For the command line and tests.
  Task<bool> RunOnce(std::string name);

  struct Status {
    std::string name;
    std::uint64_t runs = 0;      // by this process, failed ones included
    std::uint64_t failures = 0;  // in a row
    Timestamp last_success;      // zero: none yet
  };
  // A snapshot for the health page and metrics; any thread.
  std::vector<Status> Snapshot() const;

 private:
  struct Job {
    std::string name;
    Duration period;
    Work work;
    std::uint64_t runs = 0;
    std::uint64_t failures = 0;
    Timestamp last_success = {};
  };

  Task<void> Loop(std::size_t index);
  Task<bool> RunJob(std::size_t index);
  Task<bool> Acquire(std::size_t index);
  Task<void> Release(std::size_t index);
  // The runtime's and the work's exceptions end a run, never the loop.
  static Task<void> Guarded(const Work* work);

  void Record(std::size_t index, bool success);
  Duration NextDelay(std::size_t index);
  Duration Jitter(Duration around);

  sql::Database& db_;
  const Clock& clock_;
  Rng& rng_;
  telemetry::Logger& log_;
  const std::string holder_;
  mutable std::mutex mutex_;  // the counters of jobs_; the rest is fixed by Start()
  std::vector<Job> jobs_;
};

}  // namespace gatehouse::jobs
