#include "core/audit/retention.h"

#include "core/audit/statements.h"

namespace gatehouse::audit {
namespace {

constexpr std::int64_t kPruneBatch = 1000;

// Through which link a chain may be dropped.
struct Plan {
  std::int64_t through = 0;  // 0: nothing
  std::int64_t entries = 0;
};

// A cut is where everything before it is old: the chain's order is not quite that of the times.
Result<Plan> MakePlan(sql::Tx& tx, OrgId organization, Timestamp before) {
  Plan plan;
  GH_TRY(const sql::Rows last, tx.Query(kLastLink, {organization}));
  if (last.empty()) return plan;
  std::int64_t at = 0;
  for (bool old = true; old;) {
    GH_TRY(const sql::Rows rows, tx.Query(kOldestLinks, {organization, at, kPruneBatch}));
    if (rows.empty()) break;
    for (const sql::Row row : rows) {
      at = row.Int(0);
      // A link without its entry stays: it is evidence.
      old = !row.IsNull(2) && row.Time(2) < before && at < last.front().Int(0);
      if (!old) break;
      plan.through = at;
      ++plan.entries;
    }
  }
  return plan;
}

Result<void> Announce(sql::Tx& tx, const Log& log, OrgId organization, const Plan& plan) {
  Entry entry;
  if (organization) entry.organization = organization;
  entry.event = Event::kAuditRetention;
  entry.actor_label = "retention";
  entry.data = {{"through_seq", plan.through}, {"entries", plan.entries}};
  GH_TRY_VOID(log.Record(tx, entry));
  return {};
}

// Some of the chain's beginning; false when nothing is left to drop.
Result<bool> DropSome(sql::Tx& tx, const MacKey& key, OrgId organization, std::int64_t through,
                      Timestamp now, std::int64_t& dropped) {
  dropped = 0;
  GH_TRY(const sql::Rows rows, tx.Query(kOldestLinks, {organization, 0, kPruneBatch}));
  std::int64_t seq = 0;
  std::string chain_mac;
  for (const sql::Row row : rows) {
    if (row.Int(0) > through) break;
    seq = row.Int(0);
    chain_mac = row.String(1);
    ++dropped;
  }
  if (seq == 0) return false;
  const std::string mac = key.Anchor(organization.value, seq, chain_mac, now.micros);
  GH_TRY_VOID(tx.Exec(kDropEntries, {organization, seq}));
  GH_TRY_VOID(tx.Exec(kDropLinks, {organization, seq}));
  GH_TRY_VOID(tx.Exec(kSetAnchor, {organization, seq, chain_mac, mac, now}));
  return seq < through;
}

}  // namespace

Task<Dropped> ApplyRetention(sql::Database& db, const Clock& clock, const Log& log, Sealer& sealer,
                             std::string key, Duration keep) {
  Dropped total;
  const MacKey mac_key(std::move(key));
  GH_CO_TRY_VOID(co_await sealer.Seal());
  GH_CO_TRY(const std::vector<Head> heads, co_await sealer.Heads());
  const Timestamp before = clock.Now() - keep;
  for (const Head& head : heads) {
    const OrgId organization = head.organization;
    // Entries without an organization are visible to nobody but All().
    const sql::Tenant tenant = organization ? sql::Tenant::Of(organization) : sql::Tenant::All();
    GH_CO_TRY(const Plan plan, co_await db.Read(tenant, [&](sql::Tx& tx) {
      return MakePlan(tx, organization, before);
    }));
    if (plan.through == 0) continue;
    // The chain tells of it before it happens.
    GH_CO_TRY_VOID(co_await db.Write(
        tenant, [&](sql::Tx& tx) { return Announce(tx, log, organization, plan); }));
    GH_CO_TRY_VOID(co_await sealer.Seal());
    for (bool more = true; more;) {
      std::int64_t dropped = 0;
      GH_CO_TRY(more, co_await db.Write(tenant, [&](sql::Tx& tx) {
        return DropSome(tx, mac_key, organization, plan.through, clock.Now(), dropped);
      }));
      total.entries += dropped;
    }
    ++total.organizations;
  }
  co_return total;
}

}  // namespace gatehouse::audit
