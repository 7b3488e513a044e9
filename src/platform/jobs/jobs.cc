#include "platform/jobs/jobs.h"

#include <algorithm>
#include <exception>

#include "base/check.h"
#include "platform/jobs/errors.h"
#include "platform/jobs/statements.h"

namespace gatehouse::jobs {

namespace {

constexpr Duration kMaxFirstDelay = std::chrono::seconds(5);
constexpr Duration kMaxBackoff = std::chrono::minutes(5);
constexpr Duration kMinLease = std::chrono::minutes(1);

Duration LeaseLength(Duration period) { return std::max(3 * period, kMinLease); }

}  // namespace

JobRunner::JobRunner(sql::Database& db, const Clock& clock, Rng& rng, telemetry::Logger& log,
                     std::string holder)
    : db_(db), clock_(clock), rng_(rng), log_(log), holder_(std::move(holder)) {}

void JobRunner::Add(std::string name, Duration period, Work work) {
  GH_CHECK(period > Duration::zero());
  GH_CHECK(std::ranges::find(jobs_, name, &Job::name) == jobs_.end());
  jobs_.push_back({.name = std::move(name), .period = period, .work = std::move(work)});
}

void JobRunner::Start(runtime::Runtime& runtime) {
  for (std::size_t i = 0; i < jobs_.size(); ++i) {
    runtime.Spawn("job " + jobs_[i].name, Loop(i));
  }
}

Task<void> JobRunner::Loop(std::size_t index) {
  const Job& job = jobs_[index];
  // Spread the first runs of a start over a few seconds.
  Result<void> slept = co_await runtime::Sleep(Jitter(std::min(job.period, kMaxFirstDelay) / 2));
  while (slept) {
    Result<bool> ran = co_await RunJob(index);
    if (!ran && ran.error().code == Code::kCancelled) break;
    slept = co_await runtime::Sleep(NextDelay(index));
  }
  co_return co_await Release(index);
}

Task<bool> JobRunner::RunJob(std::size_t index) {
  const Job& job = jobs_[index];
  Result<bool> leased = co_await Acquire(index);
  if (leased && !*leased) co_return false;
  Result<void> done;
  if (leased) {
    done = co_await Guarded(&job.work);
  } else {
    done = std::unexpected(std::move(leased).error());
  }
  if (!done && done.error().code == Code::kCancelled) {
    co_return std::unexpected(std::move(done).error());
  }
  Record(index, done.has_value());
  if (!done) {
    log_.LogError("job_failed", done.error(), {{"job", job.name}});
    co_return std::unexpected(std::move(done).error());
  }
  co_return true;
}

Task<void> JobRunner::Guarded(const Work* work) {
  std::string what;
  try {
    co_return co_await (*work)();
  } catch (const std::exception& e) {
    what = e.what();
  } catch (...) {
    what = "unknown exception";
  }
  co_return Fail(Code::kInternal, kJobThrew, std::move(what));
}

Task<bool> JobRunner::Acquire(std::size_t index) {
  const Job& job = jobs_[index];
  const Duration lease = LeaseLength(job.period);
  co_return co_await db_.Write([this, &job, lease](sql::Tx& tx) -> Result<bool> {
    const Timestamp now = clock_.Now();
    GH_TRY(sql::Rows rows,
           tx.Query(kAcquireLease, {job.name, holder_, now + lease, now, now + lease}));
    return !rows.empty();
  });
}

Task<void> JobRunner::Release(std::size_t index) {
  const Job& job = jobs_[index];
  // Best effort: a lease that stays expires by itself.
  (void)co_await db_.Write([this, &job](sql::Tx& tx) -> Result<void> {
    GH_TRY_VOID(tx.Exec(kReleaseLease, {job.name, holder_}));
    return {};
  });
  co_return Result<void>();
}

Task<bool> JobRunner::RunOnce(std::string name) {
  auto found = std::ranges::find(jobs_, name, &Job::name);
  if (found == jobs_.end()) co_return Fail(Code::kNotFound, kUnknownJob, name);
  co_return co_await RunJob(static_cast<std::size_t>(found - jobs_.begin()));
}

void JobRunner::Record(std::size_t index, bool success) {
  std::lock_guard lock(mutex_);
  Job& job = jobs_[index];
  ++job.runs;
  job.failures = success ? 0 : job.failures + 1;
  if (success) job.last_success = clock_.Now();
}

std::vector<JobRunner::Status> JobRunner::Snapshot() const {
  std::lock_guard lock(mutex_);
  std::vector<Status> out;
  for (const Job& job : jobs_) {
    out.push_back({.name = job.name,
                   .runs = job.runs,
                   .failures = job.failures,
                   .last_success = job.last_success});
  }
  return out;
}

Duration JobRunner::NextDelay(std::size_t index) {
  std::uint64_t failures = 0;
  {
    std::lock_guard lock(mutex_);
    failures = jobs_[index].failures;
  }
  Duration delay = jobs_[index].period;
  const Duration most = std::max(delay, kMaxBackoff);
  for (std::uint64_t i = 1; i < failures && delay < most; ++i) delay *= 2;
  return Jitter(std::min(delay, most));
}

// Within a tenth, so that processes started together drift apart.
Duration JobRunner::Jitter(Duration around) {
  const auto tenth = static_cast<std::uint64_t>(around.count() / 10);
  if (tenth == 0) return around;
  return around - around / 10 + Duration(static_cast<std::int64_t>(rng_.Next64() % (2 * tenth)));
}

}  // namespace gatehouse::jobs
