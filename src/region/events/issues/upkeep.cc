// Periodic work on issues: what a decision leaves to the event store, users of an issue, and the
// conditions under which ignored issues come back.

#include <algorithm>
#include <map>

#include "region/events/issues/service_impl.h"
#include "region/events/issues/statements.h"
#include "region/events/save/search_rows.h"
#include "region/events/save/wake.h"

namespace gatehouse::issues {
namespace {

// An event is counted as saved before the event store has it.
constexpr Duration kOverlap = std::chrono::minutes(2);
constexpr Duration kSavedWindow = std::chrono::hours(1);
// Counting reads every user of an issue: it rests so many times as long as it took, so that a large
// installation does not spend its time with it. Below kSavedWindow, or issues would be missed.
constexpr int kCountingRest = 50;
constexpr Duration kLongestRest = std::chrono::minutes(30);

struct Pending {
  IssueId issue;
  OrgId organization;
  ProjectId project;
  bool merged = false;
  std::optional<IssueId> target = {};
};

Result<void> Forget(sql::Tx& tx, const Pending& pending) {
  for (const sql::Statement* one :
       {&sqls::kForgetEnvironments, &sqls::kForgetReleases, &sqls::kForgetActivities,
        &sqls::kForgetMarks, &sqls::kForgetSearch, &sqls::kForgetReports,
        &sqls::kForgetCrashReports, &sqls::kDropResolution, &sqls::kDropSnooze, &sqls::kDropHashes,
        &sqls::kForget}) {
    GH_TRY_VOID(tx.Exec(*one, {pending.organization, pending.issue}));
  }
  return {};
}

// An ignored issue whose condition may be over.
struct Sleeper {
  IssueId issue;
  OrgId organization;
  ProjectId project;
  Snooze snooze;
  std::int64_t times_seen = 0;
};

}  // namespace

Task<std::int64_t> ServiceImpl::FinishPending() {
  // All: what is left to do is everybody's.
  GH_CO_TRY(
      const auto pending,
      co_await d_.db.Read(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<std::vector<Pending>> {
        GH_TRY(const sql::Rows rows, tx.Query(sqls::kPending));
        std::vector<Pending> out;
        for (const sql::Row row : rows) {
          out.push_back({.issue = row.As<IssueId>(0),
                         .organization = row.As<OrgId>(1),
                         .project = row.As<ProjectId>(2),
                         .merged = row.Text(3) == "pending_merge",
                         .target = row.OptAs<IssueId>(4)});
        }
        return out;
      }));
  std::int64_t finished = 0;
  for (const Pending& one : pending) {
    if (one.merged && one.target) {
      GH_CO_TRY_VOID(
          co_await d_.store.MoveGroup(one.project.value, one.issue.value, one.target->value));
    } else {
      GH_CO_TRY_VOID(co_await d_.store.DeleteGroup(one.project.value, one.issue.value));
    }
    GH_CO_TRY_VOID(co_await d_.db.Write(sql::Tenant::Of(one.organization),
                                        [&](sql::Tx& tx) { return Forget(tx, one); }));
    ++finished;
  }
  co_return finished;
}

Task<std::int64_t> ServiceImpl::ReadTexts() {
  std::int64_t total = 0;
  for (;;) {
    // All: an older version's issues of everybody. A saver that changes one of them at the same
    // time writes the same row: one of the two runs again.
    GH_CO_TRY(const std::int64_t read,
              co_await d_.db.Write(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<std::int64_t> {
                GH_TRY(const sql::Rows rows, tx.Query(sqls::kUnread));
                for (const sql::Row row : rows) {
                  GH_TRY_VOID(events::SetGrams(tx, row.As<OrgId>(1), row.As<IssueId>(0),
                                               events::GramsOfIssue(row.Text(2), row.Text(3))));
                }
                return static_cast<std::int64_t>(rows.size());
              }));
    if (read == 0) co_return total;
    total += read;
  }
}

Task<std::int64_t> ServiceImpl::CountUsers() {
  const Duration began = d_.clock.Monotonic();
  if (began < count_users_at_.load()) co_return 0;
  const Timestamp now = d_.clock.Now();
  const Timestamp since{std::max(counted_until_.load(), (now - kSavedWindow).micros)};
  // All: a count is a count, whose ever the issue is.
  GH_CO_TRY(const auto touched,
            co_await d_.db.Read(
                sql::Tenant::All(),
                [&](sql::Tx& tx) -> Result<std::map<std::int64_t, std::vector<std::int64_t>>> {
                  GH_TRY(const sql::Rows rows, tx.Query(sqls::kTouched, {since}));
                  std::map<std::int64_t, std::vector<std::int64_t>> out;
                  for (const sql::Row row : rows) out[row.Int(0)].push_back(row.Int(1));
                  return out;
                }));
  std::vector<std::pair<std::int64_t, std::int64_t>> counts;
  for (const auto& [project, groups] : touched) {
    const eventstore::TimeRange range{now - kUserWindow};
    GH_CO_TRY(const auto users, co_await d_.store.DistinctUsersOf(project, groups, range));
    for (std::size_t i = 0; i < groups.size(); ++i) counts.emplace_back(groups[i], users[i]);
  }
  GH_CO_TRY(const std::int64_t changed,
            co_await d_.db.Write(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<std::int64_t> {
              std::int64_t rows = 0;
              for (const auto& [issue, users] : counts) {
                GH_TRY(const std::int64_t one, tx.Exec(sqls::kSetUsers, {issue, users}));
                rows += one;
              }
              return rows;
            }));
  counted_until_ = (now - kOverlap).micros;
  const Duration ended = d_.clock.Monotonic();
  count_users_at_ = ended + std::min(kCountingRest * (ended - began), kLongestRest);
  co_return changed;
}

Task<std::int64_t> ServiceImpl::WakeSnoozed() {
  const Timestamp now = d_.clock.Now();
  // All: everybody's conditions are looked at in one go.
  GH_CO_TRY(
      const auto sleepers,
      co_await d_.db.Read(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<std::vector<Sleeper>> {
        GH_TRY(const sql::Rows rows, tx.Query(sqls::kSnoozed, {now}));
        std::vector<Sleeper> out;
        for (const sql::Row row : rows) {
          out.push_back({.issue = row.As<IssueId>(0),
                         .organization = row.As<OrgId>(1),
                         .project = row.As<ProjectId>(2),
                         .snooze = {.until = row.OptTime(3),
                                    .events = row.OptInt(4),
                                    .window_minutes = row.OptInt(5),
                                    .users = row.OptInt(6),
                                    .user_window_minutes = row.OptInt(7),
                                    .events_then = row.Int(8),
                                    .users_then = row.Int(9)},
                         .times_seen = row.Int(10)});
        }
        return out;
      }));
  std::int64_t woken = 0;
  for (const Sleeper& one : sleepers) {
    const Snooze& snooze = one.snooze;
    std::string_view substatus;
    if (snooze.until && *snooze.until <= now) substatus = "ongoing";
    if (substatus.empty() && snooze.events) {
      std::int64_t events = one.times_seen - snooze.events_then;
      if (events >= *snooze.events && snooze.window_minutes) {
        eventstore::CountQuery query;
        query.project_id = one.project.value;
        query.group_ids = {one.issue.value};
        query.range.from = now - std::chrono::minutes(*snooze.window_minutes);
        GH_CO_TRY(const auto series, co_await d_.store.Counts(query));
        std::int64_t within = 0;
        for (const std::int64_t n : series.front().counts) within += n;
        events = std::min(events, within);
      }
      if (events >= *snooze.events) substatus = "escalating";
    }
    if (substatus.empty() && snooze.users) {
      const Duration window = snooze.user_window_minutes
                                  ? Duration(std::chrono::minutes(*snooze.user_window_minutes))
                                  : kUserWindow;
      const eventstore::TimeRange range{now - window};
      GH_CO_TRY(const std::int64_t users,
                co_await d_.store.DistinctUsers(one.project.value, one.issue.value, range));
      if (users - (snooze.user_window_minutes ? 0 : snooze.users_then) >= *snooze.users) {
        substatus = "escalating";
      }
    }
    if (substatus.empty()) continue;
    GH_CO_TRY(const bool is_awake,
              co_await d_.db.Write(sql::Tenant::Of(one.organization), [&](sql::Tx& tx) {
                return events::Wake(tx, d_.ids, one.organization, one.project, one.issue, substatus,
                                    now);
              }));
    if (is_awake) ++woken;
  }
  co_return woken;
}

}  // namespace gatehouse::issues
