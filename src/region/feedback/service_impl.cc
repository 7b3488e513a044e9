#include "region/feedback/service_impl.h"

#include <algorithm>

#include "base/text.h"
#include "region/feedback/errors.h"
#include "region/feedback/statements.h"

namespace gatehouse::feedback {
namespace {

constexpr Duration kEventAge = std::chrono::minutes(30);
constexpr Duration kReportAge = std::chrono::minutes(5);
constexpr Duration kLinkAge = std::chrono::hours(2);
constexpr std::size_t kMaxPage = 100;
// What the Unreal crash reporter writes when nobody sits at the machine.
constexpr std::string_view kUnattended = "Sent in the unattended mode";

Report ReadReport(const sql::Row& row) {
  return {.project = row.As<ProjectId>(0),
          .event_id = row.String(1),
          .issue_id = row.OptInt(2),
          .name = row.String(3),
          .email = row.String(4),
          .comments = row.String(5),
          .created_at = row.Time(6)};
}

bool SaysNothing(std::string_view comments) {
  comments = Trim(comments);
  return comments.empty() || comments.starts_with(kUnattended);
}

}  // namespace

Result<Fate> Take(sql::Tx& tx, const Arrived& arrived, const std::optional<EventPlace>& place) {
  const ingest::UserReport& report = arrived.report;
  if (SaysNothing(report.comments)) return Fate::kIgnored;
  const std::string event_id = report.event_id.ToString();
  std::optional<std::int64_t> issue;
  if (place) {
    if (arrived.received - place->timestamp > kEventAge) return Fate::kFrozen;
    if (place->issue_id != 0) issue = place->issue_id;
  }
  if (!issue) {
    GH_TRY(const sql::Rows saved,
           tx.Query(sqls::kSavedIssue, {arrived.organization, arrived.project, event_id}));
    if (!saved.empty()) issue = saved.front().OptInt(0);
  }
  GH_TRY(const sql::Rows known,
         tx.Query(sqls::kFind, {arrived.organization, arrived.project, event_id}));
  if (!known.empty() && arrived.received - ReadReport(known.front()).created_at > kReportAge) {
    return Fate::kFrozen;
  }
  GH_TRY_VOID(tx.Exec(sqls::kPut, {arrived.organization, arrived.project, event_id, issue,
                                   report.name, report.email, report.comments, arrived.received}));
  return Fate::kTaken;
}

Task<std::optional<EventPlace>> PlaceOf(eventstore::EventStore& store, std::int64_t project,
                                        std::string event_id) {
  GH_CO_TRY(const auto event, co_await store.Get(project, std::move(event_id)));
  if (!event) co_return std::optional<EventPlace>();
  co_return std::optional<EventPlace>(EventPlace{event->group_id, event->timestamp});
}

Task<std::vector<Report>> ServiceImpl::List(OrgId organization, Query query) {
  co_return co_await d_.db.Read(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<std::vector<Report>> {
        const Timestamp before = query.after ? query.after->created_at : Timestamp{INT64_MAX};
        const std::string last = query.after ? query.after->event_id : std::string();
        GH_TRY(const sql::Rows rows,
               tx.Query(sqls::kList,
                        {organization, before, query.project.value_or(ProjectId{}),
                         query.issue_id.value_or(0), last, std::min(query.limit, kMaxPage)}));
        std::vector<Report> out;
        for (const sql::Row row : rows) out.push_back(ReadReport(row));
        return out;
      });
}

Task<Report> ServiceImpl::Submit(Arrived arrived) {
  GH_CO_TRY(const auto place,
            co_await PlaceOf(d_.store, arrived.project.value, arrived.report.event_id.ToString()));
  co_return co_await d_.db.Write(
      sql::Tenant::Of(arrived.organization), [&](sql::Tx& tx) -> Result<Report> {
        GH_TRY(const Fate fate, Take(tx, arrived, place));
        if (fate == Fate::kIgnored) return Fail(Code::kInvalidArgument, kFeedbackInvalid);
        if (fate == Fate::kFrozen) return Fail(Code::kConflict, kFeedbackFrozen);
        GH_TRY(const sql::Rows rows, tx.Query(sqls::kFind, {arrived.organization, arrived.project,
                                                            arrived.report.event_id.ToString()}));
        return ReadReport(rows.front());
      });
}

Task<std::int64_t> ServiceImpl::LinkLate() {
  const Timestamp since = d_.clock.Now() - kLinkAge;
  // All: reports of every organization.
  co_return co_await d_.db.Write(sql::Tenant::All(),
                                 [&](sql::Tx& tx) { return tx.Exec(sqls::kLink, {since}); });
}

}  // namespace gatehouse::feedback
