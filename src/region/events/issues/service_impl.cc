#include "region/events/issues/service_impl.h"

#include "region/events/issues/errors.h"
#include "region/events/issues/statements.h"
#include "region/events/issues/store.h"

namespace gatehouse::issues {
namespace {

Result<std::vector<UserId>> Users(sql::Tx& tx, const sql::Statement& statement, OrgId organization,
                                  IssueId issue) {
  GH_TRY(const sql::Rows rows, tx.Query(statement, {organization, issue}));
  std::vector<UserId> out;
  for (const sql::Row row : rows) out.push_back(row.As<UserId>(0));
  return out;
}

}  // namespace

Task<Issue> ServiceImpl::Get(OrgId organization, std::string id_or_short_id,
                             std::optional<UserId> viewer) {
  co_return co_await d_.db.Lookup(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Issue> {
    GH_TRY(Issue issue, store::Find(tx, organization, std::string_view(id_or_short_id)));
    std::vector<Issue> one;
    one.push_back(std::move(issue));
    GH_TRY_VOID(store::AddDetails(tx, organization, viewer, one));
    return std::move(one.front());
  });
}

Task<std::vector<Activity>> ServiceImpl::Activities(OrgId organization, IssueId issue) {
  co_return co_await d_.db.Read(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<std::vector<Activity>> {
        GH_TRY(const sql::Rows rows, tx.Query(sqls::kActivities, {organization, issue}));
        std::vector<Activity> out;
        for (const sql::Row row : rows) out.push_back(store::ReadActivity(row));
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

Task<ReleaseSpan> ServiceImpl::Releases(OrgId organization, IssueId issue) {
  co_return co_await d_.db.Lookup(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<ReleaseSpan> {
        ReleaseSpan span;
        GH_TRY(const sql::Rows first, tx.Query(sqls::kFirstRelease, {organization, issue}));
        if (!first.empty()) span.first = first.front().String(0);
        GH_TRY(const sql::Rows last, tx.Query(sqls::kLastRelease, {organization, issue}));
        if (!last.empty()) span.last = last.front().String(0);
        return span;
      });
}

Task<std::vector<UserId>> ServiceImpl::SeenBy(OrgId organization, IssueId issue) {
  co_return co_await d_.db.Lookup(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return Users(tx, sqls::kSeenBy, organization, issue);
  });
}

Task<std::vector<UserId>> ServiceImpl::Participants(OrgId organization, IssueId issue) {
  co_return co_await d_.db.Lookup(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return Users(tx, sqls::kParticipants, organization, issue);
  });
}

}  // namespace gatehouse::issues
