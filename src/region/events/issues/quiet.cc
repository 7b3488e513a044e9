// Issues that have been quiet for as long as their project says are resolved. (option
// "resolve_age")

#include "region/events/issues/service_impl.h"
#include "region/events/issues/statements.h"

namespace gatehouse::issues {
namespace {

struct Ageing {
  ProjectId project;
  OrgId organization;
  std::int64_t hours = 0;
};

}  // namespace

Task<std::int64_t> ServiceImpl::ResolveQuiet() {
  const Timestamp now = d_.clock.Now();
  // All: everybody's projects are looked at in one go.
  GH_CO_TRY(
      const auto ageing,
      co_await d_.db.Read(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<std::vector<Ageing>> {
        GH_TRY(const sql::Rows rows, tx.Query(sqls::kResolveAges));
        std::vector<Ageing> out;
        for (const sql::Row row : rows) {
          const auto options = json::ParseObject(row.Text(2));
          if (!options) continue;
          const std::int64_t hours = json::GetInt(*options, "resolve_age").value_or(0);
          if (hours <= 0) continue;
          out.push_back({row.As<ProjectId>(0), row.As<OrgId>(1), hours});
        }
        return out;
      }));
  std::int64_t resolved = 0;
  for (const Ageing& one : ageing) {
    const Timestamp before = now - std::chrono::hours(one.hours);
    const std::string data = json::Serialize(json::Object{{"age", one.hours}});
    GH_CO_TRY(const std::int64_t changed,
              co_await d_.db.Write(
                  sql::Tenant::Of(one.organization), [&](sql::Tx& tx) -> Result<std::int64_t> {
                    GH_TRY(const sql::Rows quiet,
                           tx.Query(sqls::kQuiet, {one.organization, one.project, before}));
                    std::int64_t rows = 0;
                    for (const sql::Row row : quiet) {
                      const auto issue = row.As<IssueId>(0);
                      GH_TRY(const std::int64_t now_resolved,
                             tx.Exec(sqls::kResolveQuiet, {one.organization, issue, before, now}));
                      if (now_resolved == 0) continue;
                      ++rows;
                      GH_TRY_VOID(tx.Exec(sqls::kAddActivity,
                                          {d_.ids.NextValue(), one.organization, one.project, issue,
                                           "set_resolved_by_age", nullptr, data, now}));
                    }
                    return rows;
                  }));
    resolved += changed;
  }
  co_return resolved;
}

}  // namespace gatehouse::issues
