#include "region/sessions/tally.h"

#include <algorithm>

namespace gatehouse::sessions {
namespace {

constexpr std::uint64_t kMaxCount = 1'000'000'000;

std::int64_t Bounded(std::uint64_t count) {
  return static_cast<std::int64_t>(std::min(count, kMaxCount));
}

Counts& CountsOf(const projects::Project& project, const ingest::SessionAttributes& attributes,
                 Timestamp started, Tally& tally) {
  return tally[{project.organization, project.id, attributes.release, attributes.environment,
                started.micros / kHourMicros}];
}

}  // namespace

void Counts::Merge(const Counts& other) {
  sessions += other.sessions;
  errored += other.errored;
  abnormal += other.abnormal;
  unhandled += other.unhandled;
  crashed += other.crashed;
  duration += other.duration;
  durations += other.durations;
  duration_parts.Merge(other.duration_parts);
  errored_ids.Merge(other.errored_ids);
  users.Merge(other.users);
  users_errored.Merge(other.users_errored);
  users_abnormal.Merge(other.users_abnormal);
  users_unhandled.Merge(other.users_unhandled);
  users_crashed.Merge(other.users_crashed);
}

std::int64_t Counts::Healthy() const { return std::max<std::int64_t>(sessions - Errored(), 0); }

double Counts::CrashFreeSessions() const {
  if (sessions <= 0) return 1;
  return std::clamp(1 - static_cast<double>(crashed) / static_cast<double>(sessions), 0.0, 1.0);
}

double Counts::CrashFreeUsers() const {
  const std::int64_t all = users.Count();
  if (all <= 0) return 1;
  return std::clamp(1 - static_cast<double>(users_crashed.Count()) / static_cast<double>(all), 0.0,
                    1.0);
}

void Add(const projects::Project& project, const ingest::SessionUpdate& session, Tally& tally) {
  using enum ingest::SessionStatus;
  Counts& counts = CountsOf(project, session.attributes, session.started, tally);
  // Only the first update of a session is a new session; later ones say how it went on.
  if (session.init) ++counts.sessions;
  if (!session.distinct_id.empty()) counts.users.Add(session.distinct_id);
  const bool failed = session.errors > 0 || (session.status != kOk && session.status != kExited);
  if (failed) {
    counts.errored_ids.Add(session.session_id.ToString());
    if (!session.distinct_id.empty()) counts.users_errored.Add(session.distinct_id);
  }
  const auto ended = [&](std::int64_t& number, Sketch& users) {
    ++number;
    if (!session.distinct_id.empty()) users.Add(session.distinct_id);
  };
  if (session.status == kCrashed) ended(counts.crashed, counts.users_crashed);
  if (session.status == kAbnormal) ended(counts.abnormal, counts.users_abnormal);
  if (session.status == kUnhandled) ended(counts.unhandled, counts.users_unhandled);
  // Told at the end.
  if (session.status != kOk && session.duration && *session.duration >= 0 &&
      *session.duration < 1e9) {
    const Duration duration(static_cast<std::int64_t>(*session.duration * 1e6));
    counts.duration += duration;
    ++counts.durations;
    counts.duration_parts.Add(duration);
  }
}

void Add(const projects::Project& project, const ingest::SessionAggregates& sessions,
         Tally& tally) {
  for (const ingest::SessionBucket& bucket : sessions.buckets) {
    Counts& counts = CountsOf(project, sessions.attributes, bucket.started, tally);
    const std::int64_t abnormal = Bounded(bucket.abnormal);
    const std::int64_t unhandled = Bounded(bucket.unhandled);
    const std::int64_t crashed = Bounded(bucket.crashed);
    const std::int64_t failed = Bounded(bucket.errored) + abnormal + unhandled + crashed;
    counts.sessions += Bounded(bucket.exited) + failed;
    counts.errored += failed;
    counts.abnormal += abnormal;
    counts.unhandled += unhandled;
    counts.crashed += crashed;
    if (bucket.distinct_id.empty()) continue;
    counts.users.Add(bucket.distinct_id);
    if (failed > 0) counts.users_errored.Add(bucket.distinct_id);
    if (abnormal > 0) counts.users_abnormal.Add(bucket.distinct_id);
    if (unhandled > 0) counts.users_unhandled.Add(bucket.distinct_id);
    if (crashed > 0) counts.users_crashed.Add(bucket.distinct_id);
  }
}

}  // namespace gatehouse::sessions
