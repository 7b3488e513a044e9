#include "region/ingest/intake/outcomes.h"

namespace gatehouse::ingest {
namespace {

constexpr std::int64_t kHourMicros = 3'600'000'000;

constexpr sql::Statement kAdd{
    "outcomes_add",
    "INSERT INTO outcomes (organization_id, project_id, key_id, hour, outcome, reason, category, "
    "quantity) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (organization_id, project_id, "
    "hour, key_id, outcome, reason, category) DO UPDATE SET quantity = outcomes.quantity + "
    "excluded.quantity"};
constexpr sql::Statement kList{
    "outcomes_list",
    "SELECT hour, outcome, reason, category, sum(quantity) FROM outcomes WHERE organization_id = "
    "$1 AND project_id = $2 AND hour >= $3 GROUP BY hour, outcome, reason, category ORDER BY hour, "
    "outcome, reason, category"};

}  // namespace

void Outcomes::Add(const Outcome& outcome) {
  if (outcome.organization_id == 0 || outcome.category == DataCategory::kInternal) return;
  Key key{outcome.organization_id,
          outcome.project_id,
          outcome.key_id,
          outcome.timestamp.micros / kHourMicros,
          OutcomeName(outcome.kind),
          outcome.reason,
          CategoryName(outcome.category)};
  std::lock_guard lock(mutex_);
  counts_[std::move(key)] += static_cast<std::int64_t>(outcome.quantity);
}

Task<void> Outcomes::Flush() {
  std::map<Key, std::int64_t> counts;
  {
    std::lock_guard lock(mutex_);
    counts.swap(counts_);
  }
  if (counts.empty()) co_return Result<void>();
  // All: the counts of many organizations.
  auto written = co_await db_.Write(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<void> {
    for (const auto& [key, quantity] : counts) {
      const auto& [organization, project, key_id, hour, outcome, reason, category] = key;
      GH_TRY_VOID(tx.Exec(
          kAdd, {organization, project, key_id, hour, outcome, reason, category, quantity}));
    }
    return {};
  });
  if (!written) {
    std::lock_guard lock(mutex_);
    for (auto& [key, quantity] : counts) counts_[key] += quantity;
  }
  co_return written;
}

Task<std::vector<Outcomes::Row>> Outcomes::List(OrgId organization, std::int64_t project,
                                                std::int64_t from_hour) {
  co_return co_await db_.Read(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<std::vector<Row>> {
        GH_TRY(const sql::Rows rows, tx.Query(kList, {organization, project, from_hour}));
        std::vector<Row> out;
        for (const sql::Row row : rows) {
          out.push_back({row.Int(0), row.String(1), row.String(2), row.String(3), row.Int(4)});
        }
        return out;
      });
}

}  // namespace gatehouse::ingest
