#include "region/events/issues/service_impl.h"

#include <algorithm>
#include <deque>

#include "region/events/issues/errors.h"
#include "region/events/issues/statements.h"
#include "region/events/save/prepare.h"
#include "region/orgs/members/errors.h"
#include "region/orgs/members/standing.h"
#include "region/releases/store.h"

namespace gatehouse::issues {
namespace {

constexpr std::size_t kMaxPage = 100;

Issue ReadIssue(const sql::Row& row) {
  Issue issue{.id = row.As<IssueId>(0),
              .organization = row.As<OrgId>(1),
              .project = row.As<ProjectId>(2),
              .project_slug = row.String(3),
              .short_id = ShortId(row.Text(3), row.Int(4)),
              .status = row.String(5),
              .substatus = row.String(6),
              .priority = row.Int(7),
              .type = row.String(8),
              .level = std::string(events::LevelName(row.Int(9))),
              .platform = row.String(10),
              .logger = row.String(11),
              .title = row.String(12),
              .culprit = row.String(13),
              .metadata = {},
              .times_seen = row.Int(15),
              .first_seen = row.Time(16),
              .last_seen = row.Time(17),
              .first_release = row.OptAs<ReleaseId>(18),
              .assignee = row.String(19)};
  if (auto metadata = json::ParseObject(row.Text(14))) issue.metadata = std::move(*metadata);
  return issue;
}

// Conditions of a search and what they bind. REQUIRES: not moved after the first bind.
class Where {
 public:
  explicit Where(OrgId organization)
      : text_("i.organization_id = " + Bind(organization.value) +
              " AND i.status IN ('unresolved', 'resolved', 'ignored')") {}

  std::string Bind(sql::Param value) {
    params_.push_back(value);
    return "$" + std::to_string(params_.size());
  }
  std::string BindText(std::string text) { return Bind(texts_.emplace_back(std::move(text))); }
  void And(const std::string& condition) { text_ += " AND " + condition; }
  void Equal(std::string_view column, const std::string& value) {
    if (!value.empty()) And(std::string(column) + " = " + BindText(value));
  }

  const std::string& text() const { return text_; }
  sql::Params params() const { return params_; }

 private:
  std::vector<sql::Param> params_;
  std::deque<std::string> texts_;
  std::string text_;
};

// LIKE with '!' as the escape.
std::string Contains(std::string_view text) {
  std::string out = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '!') out += '!';
    out += c;
  }
  return out + "%";
}

void Add(Where& where, OrgId organization, const Query& query) {
  const Terms& terms = query.terms;
  if (!query.projects.empty()) {
    std::string list;
    for (const ProjectId project : query.projects) {
      list += (list.empty() ? "" : ", ") + where.Bind(project);
    }
    where.And("i.project_id IN (" + list + ")");
  }
  where.Equal("i.status", terms.status);
  where.Equal("i.substatus", terms.substatus);
  if (terms.level) where.And("i.level = " + where.Bind(*terms.level));
  where.Equal("i.logger", terms.logger);
  where.Equal("i.platform", terms.platform);
  where.Equal("i.type", terms.type);
  if (terms.seen_more_than) where.And("i.times_seen > " + where.Bind(*terms.seen_more_than));
  if (terms.seen_less_than) where.And("i.times_seen < " + where.Bind(*terms.seen_less_than));
  if (terms.assigned == "none") {
    where.And("i.assignee = ''");
  } else if (terms.assigned == "any") {
    where.And("i.assignee <> ''");
  } else {
    where.Equal("i.assignee", terms.assigned);
  }
  if (!terms.release.empty()) {
    where.And(
        "EXISTS (SELECT 1 FROM issue_releases ir JOIN releases r ON r.id = ir.release_id "
        "WHERE ir.issue_id = i.id AND r.organization_id = " +
        where.Bind(organization) + " AND r.version = " + where.BindText(terms.release) + ")");
  }
  if (!terms.first_release.empty()) {
    where.And(
        "EXISTS (SELECT 1 FROM releases r WHERE r.id = i.first_release_id AND "
        "r.organization_id = " +
        where.Bind(organization) + " AND r.version = " + where.BindText(terms.first_release) + ")");
  }
  if (!terms.environment.empty()) {
    where.And(
        "EXISTS (SELECT 1 FROM issue_environments ie JOIN environments e ON "
        "e.id = ie.environment_id WHERE ie.issue_id = i.id AND e.organization_id = " +
        where.Bind(organization) + " AND e.name = " + where.BindText(terms.environment) + ")");
  }
  for (const std::string& text : terms.texts) {
    where.And("lower(i.message || ' ' || i.title) LIKE lower(" + where.BindText(Contains(text)) +
              ") ESCAPE '!'");
  }
}

std::string_view OrderOf(Sort sort) {
  switch (sort) {
    case Sort::kFirstSeen:
      return " ORDER BY i.first_seen DESC, i.id DESC";
    case Sort::kTimesSeen:
      return " ORDER BY i.times_seen DESC, i.id DESC";
    default:
      return " ORDER BY i.last_seen DESC, i.id DESC";
  }
}

Result<Issue> Find(sql::Tx& tx, OrgId organization, IssueId issue) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kFind, {organization, issue}));
  if (!rows.empty()) return ReadIssue(rows.front());
  return Fail(Code::kNotFound, kIssueNotFound);
}

}  // namespace

Task<Page> ServiceImpl::List(OrgId organization, Query query) {
  const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, kMaxPage);
  co_return co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Page> {
    Where where(organization);
    Add(where, organization, query);
    Page page;
    const std::string count = "SELECT COUNT(*) FROM issues i WHERE " + where.text();
    GH_TRY(const sql::Rows total, tx.Run(sql::Statement{"", count}, where.params()));
    page.total = total.front().Int(0);
    const std::string select = std::string(sqls::kSelect) + " WHERE " + where.text() +
                               std::string(OrderOf(query.sort)) + " LIMIT " + where.Bind(limit) +
                               " OFFSET " + where.Bind(query.offset);
    GH_TRY(const sql::Rows rows, tx.Run(sql::Statement{"", select}, where.params()));
    for (const sql::Row row : rows) page.issues.push_back(ReadIssue(row));
    return page;
  });
}

Task<Issue> ServiceImpl::Get(OrgId organization, std::string id_or_short_id) {
  co_return co_await d_.db.Lookup(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Issue> {
    if (auto id = IssueId::Parse(id_or_short_id)) return Find(tx, organization, *id);
    const auto parsed = ParseShortId(id_or_short_id);
    if (!parsed) return Fail(Code::kNotFound, kIssueNotFound);
    GH_TRY(const sql::Rows rows,
           tx.Query(sqls::kFindByShortId, {organization, parsed->project_slug, parsed->number}));
    if (rows.empty()) return Fail(Code::kNotFound, kIssueNotFound);
    return ReadIssue(rows.front());
  });
}

Task<std::vector<Activity>> ServiceImpl::Activities(OrgId organization, IssueId issue) {
  co_return co_await d_.db.Read(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<std::vector<Activity>> {
        GH_TRY(const sql::Rows rows, tx.Query(sqls::kActivities, {organization, issue}));
        std::vector<Activity> out;
        for (const sql::Row row : rows) {
          Activity activity{.id = row.Int(0),
                            .type = row.String(1),
                            .user = row.OptAs<UserId>(2),
                            .data = {},
                            .created_at = row.Time(4)};
          if (auto data = json::ParseObject(row.Text(3))) activity.data = std::move(*data);
          out.push_back(std::move(activity));
        }
        return out;
      });
}

Task<std::vector<std::string>> ServiceImpl::Hashes(OrgId organization, IssueId issue) {
  co_return co_await d_.db.Read(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<std::vector<std::string>> {
        GH_TRY(const sql::Rows rows, tx.Query(sqls::kHashes, {organization, issue}));
        std::vector<std::string> out;
        for (const sql::Row row : rows) out.push_back(row.String(0));
        return out;
      });
}

Result<void> ServiceImpl::Note(sql::Tx& tx, const Issue& issue, std::string_view type,
                               json::Object data, const Caller& caller) const {
  GH_TRY_VOID(tx.Exec(sqls::kAddActivity,
                      {d_.ids.NextValue(), issue.organization, issue.project, issue.id, type,
                       caller.actor.user, json::Serialize(data), d_.clock.Now()}));
  return {};
}

Result<void> ServiceImpl::Resolve(sql::Tx& tx, const Issue& issue, bool next_release,
                                  const Caller& caller) const {
  const Timestamp now = d_.clock.Now();
  GH_TRY_VOID(tx.Exec(sqls::kDropResolution, {issue.organization, issue.id}));
  GH_TRY_VOID(
      tx.Exec(sqls::kSetStatus, {issue.organization, issue.id, "resolved", "", sql::Param(now)}));
  json::Object data;
  if (next_release) {
    GH_TRY(const auto newest,
           releases::store::NewestOfProject(tx, issue.organization, issue.project));
    // Without a release there is nothing to be the next of: resolved as it is.
    if (!newest.empty()) {
      GH_TRY_VOID(tx.Exec(sqls::kAddResolution,
                          {issue.id, issue.organization, "in_next_release", newest.front().id,
                           newest.front().version, caller.actor.user, now}));
      data["current_version"] = newest.front().version;
    }
  }
  return Note(tx, issue, next_release ? "set_resolved_in_release" : "set_resolved", std::move(data),
              caller);
}

Task<std::int64_t> ServiceImpl::Update(OrgId organization, std::vector<IssueId> issues,
                                       Change change, Caller caller) {
  co_return co_await d_.db.Write(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<std::int64_t> {
        GH_TRY(const members::Standing standing, members::StandingOf(tx, organization, caller));
        if (!standing.Has("event:write")) {
          return Fail(Code::kPermissionDenied, members::kForbidden);
        }
        std::int64_t changed = 0;
        for (const IssueId id : issues) {
          auto issue = Find(tx, organization, id);
          if (!issue && issue.error().code == Code::kNotFound) continue;
          if (!issue) return std::unexpected(std::move(issue).error());
          ++changed;
          if (change.assignee && *change.assignee != issue->assignee) {
            GH_TRY_VOID(tx.Exec(sqls::kAssign, {organization, id, *change.assignee}));
            GH_TRY_VOID(Note(tx, *issue, "assigned", {{"assignee", *change.assignee}}, caller));
          }
          if (!change.status) continue;
          const std::string& status = *change.status;
          if (status == "resolved" || status == "resolvedInNextRelease") {
            GH_TRY_VOID(Resolve(tx, *issue, status != "resolved", caller));
          } else if (status == "ignored") {
            GH_TRY_VOID(tx.Exec(sqls::kDropResolution, {organization, id}));
            GH_TRY_VOID(tx.Exec(sqls::kSetStatus,
                                {organization, id, "ignored", "archived_forever", nullptr}));
            GH_TRY_VOID(Note(tx, *issue, "set_ignored", {}, caller));
          } else if (status == "unresolved") {
            GH_TRY_VOID(tx.Exec(sqls::kDropResolution, {organization, id}));
            GH_TRY_VOID(
                tx.Exec(sqls::kSetStatus, {organization, id, "unresolved", "ongoing", nullptr}));
            GH_TRY_VOID(Note(tx, *issue, "set_unresolved", {}, caller));
          } else {
            return Fail(Code::kInvalidArgument, kIssueStatusInvalid, status);
          }
        }
        return changed;
      });
}

Task<void> ServiceImpl::Delete(OrgId organization, IssueId issue, Caller caller) {
  GH_CO_TRY(
      const ProjectId project,
      co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<ProjectId> {
        GH_TRY(const members::Standing standing, members::StandingOf(tx, organization, caller));
        if (!standing.Has("event:admin")) {
          return Fail(Code::kPermissionDenied, members::kForbidden);
        }
        GH_TRY(const Issue found, Find(tx, organization, issue));
        // Events that come from now on make a new issue.
        GH_TRY_VOID(tx.Exec(sqls::kDropHashes, {organization, issue}));
        GH_TRY_VOID(tx.Exec(sqls::kDropResolution, {organization, issue}));
        GH_TRY_VOID(
            tx.Exec(sqls::kSetStatus, {organization, issue, "pending_deletion", "", nullptr}));
        return found.project;
      }));
  co_return co_await d_.store.DeleteGroup(project.value, issue.value);
}

}  // namespace gatehouse::issues
