#include "region/ingest/intake/outcomes.h"

#include "region/ingest/intake/statements.h"

namespace gatehouse::ingest {
namespace {

constexpr std::int64_t kHourMicros = 3'600'000'000;

}  // namespace

void Outcomes::Count(const Outcome& outcome, Counts& counts) {
  if (outcome.organization_id == 0 || outcome.category == DataCategory::kInternal) return;
  Key key{outcome.organization_id,
          outcome.project_id,
          outcome.key_id,
          outcome.timestamp.micros / kHourMicros,
          OutcomeName(outcome.kind),
          outcome.reason,
          CategoryName(outcome.category)};
  counts[std::move(key)] += static_cast<std::int64_t>(outcome.quantity);
}

Result<void> Outcomes::WriteCounts(sql::Tx& tx, const Counts& counts) {
  for (const auto& [key, quantity] : counts) {
    const auto& [organization, project, key_id, hour, outcome, reason, category] = key;
    GH_TRY_VOID(tx.Exec(sqls::kOutcomesAdd, {organization, project, key_id, hour, outcome, reason,
                                             category, quantity}));
  }
  return {};
}

Result<void> Outcomes::Write(sql::Tx& tx, std::span<const Outcome> outcomes) {
  Counts counts;
  for (const Outcome& outcome : outcomes) Count(outcome, counts);
  return WriteCounts(tx, counts);
}

void Outcomes::Add(const Outcome& outcome) {
  std::lock_guard lock(mutex_);
  Count(outcome, counts_);
}

Task<void> Outcomes::Flush() {
  Counts counts;
  {
    std::lock_guard lock(mutex_);
    counts.swap(counts_);
  }
  if (counts.empty()) co_return Result<void>();
  // All: the counts of many organizations.
  auto written =
      co_await db_.Write(sql::Tenant::All(), [&](sql::Tx& tx) { return WriteCounts(tx, counts); });
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
        GH_TRY(const sql::Rows rows,
               tx.Query(sqls::kOutcomesList, {organization, project, from_hour}));
        std::vector<Row> out;
        for (const sql::Row row : rows) {
          out.push_back({row.Int(0), row.String(1), row.String(2), row.String(3), row.Int(4)});
        }
        return out;
      });
}

Task<std::vector<Outcomes::Row>> Outcomes::ListRange(OrgId organization,
                                                     std::vector<std::int64_t> projects,
                                                     std::int64_t from_hour, std::int64_t to_hour) {
  co_return co_await db_.Read(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<std::vector<Row>> {
        std::vector<Row> out;
        for (const std::int64_t project : projects) {
          GH_TRY(const sql::Rows rows,
                 tx.Query(sqls::kOutcomesRange, {organization, project, from_hour, to_hour}));
          for (const sql::Row row : rows) {
            out.push_back(
                {row.Int(0), row.String(1), row.String(2), row.String(3), row.Int(4), project});
          }
        }
        return out;
      });
}

Task<std::vector<Outcomes::Row>> Outcomes::ListBuckets(OrgId organization,
                                                       std::vector<std::int64_t> projects,
                                                       std::int64_t from_hour, std::int64_t to_hour,
                                                       std::int64_t bucket_hours) {
  co_return co_await db_.Read(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<std::vector<Row>> {
        std::vector<Row> out;
        for (const std::int64_t project : projects) {
          GH_TRY(const sql::Rows rows,
                 tx.Query(sqls::kOutcomesBuckets,
                          {organization, project, from_hour, to_hour, bucket_hours}));
          for (const sql::Row row : rows) {
            out.push_back({row.Int(0) * bucket_hours, row.String(1), row.String(2), row.String(3),
                           row.Int(4), project});
          }
        }
        return out;
      });
}

}  // namespace gatehouse::ingest
