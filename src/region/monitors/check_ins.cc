#include "region/monitors/check_ins.h"

#include <algorithm>
#include <cmath>

#include "region/monitors/policy.h"
#include "region/monitors/store.h"

namespace gatehouse::monitors {
namespace {

constexpr std::size_t kJudgeBatch = 500;
// More missed runs than this of one job are one gap, not news.
constexpr int kMaxMissed = 60;

bool SameConfig(const Config& a, const Config& b) {
  return json::Serialize(ToJson(a)) == json::Serialize(ToJson(b));
}

bool IsFinished(const CheckIn& check_in) { return check_in.status != "in_progress"; }

std::int64_t Millis(double seconds) { return std::llround(std::min(seconds, 1e9) * 1000); }

// A public id that the same expected run has however often it is judged.
std::string MissedGuid(const Monitor& monitor, const Environment& environment, Timestamp expected) {
  std::uint64_t hash = 14695981039346656037ull;
  for (const char c : environment.name) {
    hash = (hash ^ static_cast<std::uint8_t>(c)) * 1099511628211ull;
  }
  hash ^= static_cast<std::uint64_t>(monitor.id.value) * 0x9e3779b97f4a7c15ull;
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string guid;
  for (std::uint64_t part : {hash, static_cast<std::uint64_t>(expected.micros)}) {
    for (int shift = 60; shift >= 0; shift -= 4) guid += kDigits[part >> shift & 15u];
  }
  return guid;
}

}  // namespace

Result<void> CheckIns::End(sql::Tx& tx, const Monitor& monitor, const CheckIn& check_in,
                           Environment& environment, Timestamp at) const {
  const bool was_failing = IsFailing(environment);
  Settle(monitor.config, check_in.status, environment);
  const bool failed = check_in.status != "ok";
  // One failure of a job that may fail sometimes is no news, nor is a success of one that is well.
  if (failed ? !IsFailing(environment) : !was_failing || IsFailing(environment)) return {};
  // An issue from before it was muted still ends when the job is well again.
  if (failed && (monitor.is_muted || environment.is_muted)) return {};
  json::Object data{{"slug", monitor.slug},
                    {"name", monitor.name},
                    {"guid", monitor.guid},
                    {"status", check_in.status},
                    {"failures", environment.failures},
                    {"config", ShowConfig(monitor.config)}};
  if (check_in.duration_millis) data["duration"] = *check_in.duration_millis;
  if (check_in.expected_at) data["expected"] = FormatIso8601(*check_in.expected_at);
  if (environment.last_check_in) data["last"] = FormatIso8601(*environment.last_check_in);
  if (!check_in.release.empty()) data["release"] = check_in.release;
  if (!check_in.trace_id.empty()) data["trace_id"] = check_in.trace_id;
  return store::AddOccurrence(tx, {.id = ids_.NextValue(),
                                   .organization = monitor.organization,
                                   .project = monitor.project,
                                   .monitor = monitor.id,
                                   .environment = environment.name,
                                   .is_failure = failed,
                                   .check_in = check_in.guid,
                                   .data = std::move(data),
                                   .at = at});
}

Result<CheckIns::Found> CheckIns::MonitorOf(sql::Tx& tx, const Arrived& arrived) const {
  const ingest::CheckIn& in = arrived.check_in;
  GH_TRY(std::optional<Monitor> monitor,
         store::FindInProject(tx, arrived.organization, arrived.project, in.monitor_slug));
  if (monitor) {
    if (!monitor->is_active) return Found{{}, Fate::kDisabled};
    if (in.config && !SameConfig(*in.config, monitor->config)) {
      monitor->config = *in.config;
      GH_TRY_VOID(store::Update(tx, *monitor));
    }
    return Found{std::move(monitor)};
  }
  if (!in.config) return Found{{}, Fate::kNoMonitor};
  GH_TRY(const std::int64_t count, store::Count(tx, arrived.organization, arrived.project));
  if (count >= limits_.monitors) return Found{{}, Fate::kTooMany};
  monitor = Monitor{.id = ids_.Next<MonitorId>(),
                    .organization = arrived.organization,
                    .project = arrived.project,
                    .guid = {},
                    .slug = in.monitor_slug,
                    .name = in.monitor_slug,
                    .config = *in.config,
                    .version = 1,
                    .created_at = arrived.received};
  // Derived from an id that is unique, so unique itself; it opens nothing.
  monitor->guid = MissedGuid(*monitor, {}, arrived.received);
  GH_TRY(const bool inserted, store::Insert(tx, *monitor));
  if (!inserted) {
    // Somebody else made it between the two statements.
    GH_TRY(monitor,
           store::FindInProject(tx, arrived.organization, arrived.project, in.monitor_slug));
    if (!monitor) return Fail(Code::kConflict, "serialization_failure");
  }
  return Found{std::move(monitor)};
}

Result<Fate> CheckIns::Take(sql::Tx& tx, const Arrived& arrived) const {
  const ingest::CheckIn& in = arrived.check_in;
  GH_TRY(Found found, MonitorOf(tx, arrived));
  if (!found.monitor) return found.otherwise;
  const Monitor& monitor = *found.monitor;
  const std::string name =
      in.environment.empty() ? std::string(kDefaultEnvironment) : in.environment;

  // Without an id it is the end of what runs, or a run of its own.
  std::optional<CheckIn> known;
  std::string guid = arrived.new_guid;
  if (!in.check_in_id.IsNil()) {
    guid = in.check_in_id.ToString();
    GH_TRY(known, store::FindCheckIn(tx, monitor, guid));
  } else {
    GH_TRY(known, store::FindCheckIn(tx, monitor, guid));
    if (!known && in.status != ingest::CheckInStatus::kInProgress) {
      GH_TRY(known, store::NewestInProgress(tx, monitor, name));
    }
  }
  if (known && IsFinished(*known)) return Fate::kFinished;

  const std::string status(ingest::CheckInStatusName(in.status));
  const bool ends = in.status != ingest::CheckInStatus::kInProgress;
  GH_TRY(std::optional<Environment> stored, store::FindEnvironment(tx, monitor, name));
  Environment environment = stored.value_or(Environment{.name = name});
  CheckIn ended;
  if (known) {
    // A sign of life: it may take its time again.
    known->status = status;
    if (in.duration) {
      known->duration_millis = Millis(*in.duration);
    } else if (ends) {
      known->duration_millis =
          std::max<std::int64_t>((arrived.received - known->created_at).count() / 1000, 0);
    }
    known->timeout_at =
        ends ? std::nullopt : std::optional(TimeoutOf(monitor.config, arrived.received));
    GH_TRY_VOID(store::UpdateCheckIn(tx, monitor, *known));
    ended = *known;
  } else {
    GH_TRY(const std::int64_t recent,
           store::CountSince(tx, monitor, name, arrived.received - std::chrono::minutes(1)));
    if (recent >= limits_.check_ins_per_minute) return Fate::kRateLimited;
    CheckIn fresh{.id = ids_.NextValue(),
                  .guid = guid,
                  .environment = name,
                  .status = status,
                  .release = in.release,
                  .trace_id = in.trace_id,
                  .expected_at = environment.next_check_in,
                  .created_at = arrived.received};
    if (in.duration) fresh.duration_millis = Millis(*in.duration);
    if (!ends) fresh.timeout_at = TimeoutOf(monitor.config, arrived.received);
    GH_TRY_VOID(store::InsertCheckIn(tx, monitor, fresh));
    ended = std::move(fresh);
  }
  // The job runs: the next run is another one.
  if (!environment.last_check_in || *environment.last_check_in <= arrived.received) {
    environment.last_check_in = arrived.received;
    Expect(monitor.config, *zones_.Find(monitor.config.timezone), arrived.received, environment);
  }
  if (ends) GH_TRY_VOID(End(tx, monitor, ended, environment, arrived.received));
  GH_TRY_VOID(store::PutEnvironment(tx, monitor, environment));
  return Fate::kTaken;
}

Result<void> CheckIns::Miss(sql::Tx& tx, const Monitor& monitor, Environment& environment,
                            Timestamp now) const {
  const auto zone = zones_.Find(monitor.config.timezone);
  for (int i = 0; i < kMaxMissed && environment.next_latest && *environment.next_latest <= now;
       ++i) {
    const Timestamp expected = *environment.next_check_in;
    const CheckIn missed{.id = ids_.NextValue(),
                         .guid = MissedGuid(monitor, environment, expected),
                         .environment = environment.name,
                         .status = "missed",
                         .release = {},
                         .trace_id = {},
                         .expected_at = expected,
                         .created_at = expected};
    GH_TRY_VOID(store::InsertCheckIn(tx, monitor, missed));
    GH_TRY_VOID(End(tx, monitor, missed, environment, now));
    Expect(monitor.config, *zone, expected, environment);
  }
  // A long gap (the server was off): from now on.
  if (environment.next_latest && *environment.next_latest <= now) {
    Expect(monitor.config, *zone, now, environment);
  }
  return store::PutEnvironment(tx, monitor, environment);
}

Result<std::int64_t> CheckIns::Judge(sql::Tx& tx, Timestamp now) const {
  std::int64_t judged = 0;
  GH_TRY(const auto overdue, store::OverdueCheckIns(tx, now, kJudgeBatch));
  for (const store::Due& due : overdue) {
    GH_TRY(const Monitor monitor, store::FindById(tx, due.organization, due.monitor));
    GH_TRY(std::optional<CheckIn> check_in, store::FindCheckIn(tx, monitor, due.what));
    if (!check_in) continue;
    check_in->status = "timeout";
    check_in->timeout_at.reset();
    GH_TRY_VOID(store::UpdateCheckIn(tx, monitor, *check_in));
    GH_TRY(std::optional<Environment> environment,
           store::FindEnvironment(tx, monitor, check_in->environment));
    ++judged;
    // A newer run says more about the job than this one.
    if (!environment ||
        (environment->last_check_in && *environment->last_check_in > check_in->created_at &&
         environment->status == "ok")) {
      continue;
    }
    GH_TRY_VOID(End(tx, monitor, *check_in, *environment, now));
    GH_TRY_VOID(store::PutEnvironment(tx, monitor, *environment));
  }
  GH_TRY(const auto missed, store::DueEnvironments(tx, now, kJudgeBatch));
  for (const store::Due& due : missed) {
    GH_TRY(const Monitor monitor, store::FindById(tx, due.organization, due.monitor));
    GH_TRY(std::optional<Environment> environment, store::FindEnvironment(tx, monitor, due.what));
    if (!environment) continue;
    GH_TRY_VOID(Miss(tx, monitor, *environment, now));
    ++judged;
  }
  return judged;
}

}  // namespace gatehouse::monitors
