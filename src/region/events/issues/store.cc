#include "region/events/issues/store.h"

#include <algorithm>
#include <map>

#include "region/events/issues/errors.h"
#include "region/events/issues/statements.h"
#include "region/events/save/prepare.h"

namespace gatehouse::issues::store {
namespace {

constexpr int kMaxRedirects = 8;

// "$3, $4, $5" and what they bind: the ids of a list behind those that are bound already.
std::string BindIds(const std::vector<Issue>& issues, std::vector<sql::Param>& params) {
  std::string list;
  for (const Issue& issue : issues) {
    params.emplace_back(issue.id);
    list += (list.empty() ? "$" : ", $") + std::to_string(params.size());
  }
  return list;
}

}  // namespace

Issue ReadIssue(const sql::Row& row) {
  Issue issue{.id = row.As<IssueId>(0),
              .organization = row.As<OrgId>(1),
              .project = row.As<ProjectId>(2),
              .project_slug = row.String(3),
              .project_name = row.String(20),
              .project_platform = row.String(21),
              .short_id = ShortId(row.Text(3), row.Int(4)),
              .status = row.String(5),
              .substatus = row.String(6),
              .priority = row.Int(7),
              .priority_locked_at = row.OptTime(25),
              .type = row.String(8),
              .level = std::string(events::LevelName(row.Int(9))),
              .platform = row.String(10),
              .logger = row.String(11),
              .title = row.String(12),
              .culprit = row.String(13),
              .metadata = {},
              .times_seen = row.Int(15),
              .users_seen = row.Int(22),
              .comments = row.Int(23),
              .share_id = row.String(24),
              .first_seen = row.Time(16),
              .last_seen = row.Time(17),
              .first_release = row.OptAs<ReleaseId>(18),
              .assignee = row.String(19)};
  if (auto metadata = json::ParseObject(row.Text(14))) issue.metadata = std::move(*metadata);
  return issue;
}

Activity ReadActivity(const sql::Row& row) {
  Activity activity{.id = row.Int(0),
                    .type = row.String(1),
                    .user = row.OptAs<UserId>(2),
                    .data = {},
                    .created_at = row.Time(4)};
  if (auto data = json::ParseObject(row.Text(3))) activity.data = std::move(*data);
  return activity;
}

Result<Issue> Find(sql::Tx& tx, OrgId organization, IssueId issue) {
  IssueId wanted = issue;
  for (int hops = 0; hops < kMaxRedirects; ++hops) {
    GH_TRY(const sql::Rows rows, tx.Query(sqls::kFind, {organization, wanted}));
    if (!rows.empty()) return ReadIssue(rows.front());
    GH_TRY(const sql::Rows moved, tx.Query(sqls::kRedirect, {organization, wanted}));
    if (moved.empty()) break;
    wanted = moved.front().As<IssueId>(0);
  }
  return Fail(Code::kNotFound, kIssueNotFound);
}

Result<Issue> Find(sql::Tx& tx, OrgId organization, std::string_view id_or_short_id) {
  if (auto id = IssueId::Parse(id_or_short_id)) return Find(tx, organization, *id);
  const auto parsed = ParseShortId(id_or_short_id);
  if (!parsed) return Fail(Code::kNotFound, kIssueNotFound);
  GH_TRY(const sql::Rows rows,
         tx.Query(sqls::kFindByShortId, {organization, parsed->project_slug, parsed->number}));
  if (!rows.empty()) return ReadIssue(rows.front());
  GH_TRY(const sql::Rows moved,
         tx.Query(sqls::kRedirectByShortId, {organization, parsed->project_slug, parsed->number}));
  if (moved.empty()) return Fail(Code::kNotFound, kIssueNotFound);
  return Find(tx, organization, moved.front().As<IssueId>(0));
}

Result<std::vector<Issue>> FindMany(sql::Tx& tx, OrgId organization,
                                    const std::vector<IssueId>& ids) {
  std::vector<Issue> out;
  if (ids.empty()) return out;
  std::vector<sql::Param> params{organization};
  std::string list;
  for (const IssueId id : ids) {
    params.emplace_back(id);
    list += (list.empty() ? "$" : ", $") + std::to_string(params.size());
  }
  const std::string text = std::string(sqls::kSelect) +
                           "WHERE i.organization_id = $1 AND i.status IN ('unresolved', "
                           "'resolved', 'ignored') AND i.id IN (" +
                           list + ")";
  GH_TRY(const sql::Rows rows, tx.Run(sql::Statement{"", text}, params));
  std::map<IssueId, Issue> found;
  for (const sql::Row row : rows) {
    Issue issue = ReadIssue(row);
    const IssueId id = issue.id;
    found.emplace(id, std::move(issue));
  }
  for (const IssueId id : ids) {
    if (auto at = found.find(id); at != found.end()) {
      out.push_back(std::move(at->second));
      found.erase(at);
    }
  }
  return out;
}

Result<void> AddDetails(sql::Tx& tx, OrgId organization, std::optional<UserId> viewer,
                        std::vector<Issue>& issues) {
  if (issues.empty()) return {};
  std::map<IssueId, Issue*> by_id;
  for (Issue& issue : issues) by_id[issue.id] = &issue;
  if (viewer) {
    std::vector<sql::Param> params{organization, *viewer};
    const std::string text =
        "SELECT issue_id, seen_at, is_bookmarked, subscription, subscription_reason FROM "
        "issue_marks WHERE organization_id = $1 AND user_id = $2 AND issue_id IN (" +
        BindIds(issues, params) + ")";
    GH_TRY(const sql::Rows rows, tx.Run(sql::Statement{"", text}, params));
    for (const sql::Row row : rows) {
      Marks& marks = by_id[row.As<IssueId>(0)]->marks;
      marks.has_seen = !row.IsNull(1);
      marks.is_bookmarked = row.Bool(2);
      if (!row.IsNull(3)) marks.is_subscribed = row.Bool(3);
      marks.subscription_reason = row.String(4);
    }
  }
  if (std::ranges::any_of(issues, [](const Issue& i) { return i.status == "ignored"; })) {
    std::vector<sql::Param> params{organization};
    const std::string text =
        "SELECT issue_id, until_at, events, window_minutes, users, user_window_minutes, "
        "events_then, users_then, actor_user_id FROM issue_snoozes WHERE organization_id = $1 AND "
        "issue_id IN (" +
        BindIds(issues, params) + ")";
    GH_TRY(const sql::Rows rows, tx.Run(sql::Statement{"", text}, params));
    for (const sql::Row row : rows) {
      by_id[row.As<IssueId>(0)]->snooze = Snooze{.until = row.OptTime(1),
                                                 .events = row.OptInt(2),
                                                 .window_minutes = row.OptInt(3),
                                                 .users = row.OptInt(4),
                                                 .user_window_minutes = row.OptInt(5),
                                                 .events_then = row.Int(6),
                                                 .users_then = row.Int(7),
                                                 .actor = row.OptAs<UserId>(8)};
    }
  }
  if (std::ranges::any_of(issues, [](const Issue& i) { return i.status == "resolved"; })) {
    std::vector<sql::Param> params{organization};
    const std::string text =
        "SELECT s.issue_id, s.type, r.version, s.actor_user_id FROM issue_resolutions s LEFT JOIN "
        "releases r ON r.id = s.release_id WHERE s.organization_id = $1 AND s.issue_id IN (" +
        BindIds(issues, params) + ")";
    GH_TRY(const sql::Rows rows, tx.Run(sql::Statement{"", text}, params));
    for (const sql::Row row : rows) {
      by_id[row.As<IssueId>(0)]->resolution = Resolution{.type = row.String(1),
                                                         .release = row.OptString(2).value_or(""),
                                                         .actor = row.OptAs<UserId>(3)};
    }
  }
  return {};
}

}  // namespace gatehouse::issues::store
