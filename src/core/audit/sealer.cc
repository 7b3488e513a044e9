#include "core/audit/sealer.h"

#include <map>

#include "core/audit/errors.h"
#include "core/audit/recent.h"
#include "core/audit/statements.h"
#include "platform/crypto/hash.h"

namespace gatehouse::audit {
namespace {

constexpr std::int64_t kSealBatch = 500;
constexpr int kTries = 8;

// Appends to the chains in one transaction.
class Chains {
 public:
  Chains(sql::Tx& tx, const MacKey& key, Timestamp now) : tx_(tx), key_(key), now_(now) {}

  Result<void> Append(const LogRow& row, bool adopted, std::string_view entry_mac) {
    const std::int64_t organization = row.organization.value_or(0);
    auto at = heads_.find(organization);
    if (at == heads_.end()) {
      // From the chain itself: who changes audit_heads changes no chain.
      GH_TRY(const sql::Rows last, tx_.Query(kLastLink, {organization}));
      Head head{OrgId{organization}, 0, ""};
      if (!last.empty()) head = {OrgId{organization}, last.front().Int(0), last.front().String(1)};
      at = heads_.emplace(organization, std::move(head)).first;
    }
    Head& head = at->second;
    std::string mac = key_.Link(organization, head.seq + 1, row.id, adopted, entry_mac, head.mac);
    GH_TRY_VOID(tx_.Exec(kAppendLink, {organization, head.seq + 1, row.id, adopted, mac, now_}));
    ++head.seq;
    head.mac = std::move(mac);
    return {};
  }
  Result<void> Finish() {
    for (const auto& [organization, head] : heads_) {
      GH_TRY_VOID(tx_.Exec(kSetHead, {organization, head.seq, head.mac}));
    }
    return {};
  }

 private:
  sql::Tx& tx_;
  const MacKey& key_;
  const Timestamp now_;
  std::map<std::int64_t, Head> heads_;
};

}  // namespace

Result<Sealed> Sealer::SealBatch(sql::Tx& tx, Position& reached) const {
  Sealed sealed;
  GH_TRY(const sql::Rows rows, tx.Query(kUnsealed, {kSealBatch}));
  Chains chains(tx, key_, clock_.Now());
  for (const sql::Row row : rows) {
    const std::int64_t id = row.Int(0);
    const bool gone = row.IsNull(1);
    const LogRow entry = gone ? LogRow{} : ReadLogRow(row, 1);
    const std::string mac = gone ? "" : key_.Entry(entry);
    if (gone || !crypto::ConstantTimeEqual(mac, entry.mac)) {
      GH_TRY_VOID(tx.Exec(kRefuse, {id}));
      ++sealed.refused;
      continue;
    }
    GH_TRY_VOID(chains.Append(entry, /*adopted=*/false, mac));
    GH_TRY_VOID(tx.Exec(kUnqueue, {id}));
    ++sealed.entries;
  }
  GH_TRY_VOID(chains.Finish());
  reached.last = rows.size() < static_cast<std::size_t>(kSealBatch);
  return sealed;
}

Result<Sealed> Sealer::AdoptBatch(sql::Tx& tx, std::int64_t after, Position& reached) const {
  Sealed sealed;
  reached = {.last = true, .id = after};
  if (after == 0) {
    const auto marker = static_cast<std::int64_t>(Event::kAuditAdopt);
    GH_TRY(const sql::Rows over, tx.Query(kAdoptionOver, {marker}));
    if (!over.empty()) return sealed;
  }
  GH_TRY(const sql::Rows rows, tx.Query(kUnadopted, {after, kSealBatch}));
  Chains chains(tx, key_, clock_.Now());
  for (const sql::Row row : rows) {
    const LogRow entry = ReadLogRow(row, 1);
    GH_TRY_VOID(chains.Append(entry, /*adopted=*/true, key_.Entry(entry, /*adopted=*/true)));
    ++sealed.entries;
    reached = {.last = false, .id = entry.id};
  }
  sealed.adopted = sealed.entries;
  GH_TRY_VOID(chains.Finish());
  if (!reached.last) return sealed;
  GH_TRY(const sql::Rows adopted, tx.Query(kCountAdopted));
  Entry entry;
  entry.event = Event::kAuditAdopt;
  entry.actor_label = "audit";
  entry.data["entries"] = adopted.front().Int(0);
  GH_TRY_VOID(log_.Record(tx, entry));
  return sealed;
}

Task<Sealed> Sealer::Repeat(bool adopting) {
  Sealed total;
  int failures = 0;
  for (Position done; !done.last;) {
    Position reached;
    // Every organization's entries: the log is one, and its keeper serves all of them.
    auto sealed = co_await db_.Write(sql::Tenant::All(), [&](sql::Tx& tx) {
      return adopting ? AdoptBatch(tx, done.id, reached) : SealBatch(tx, reached);
    });
    if (!sealed) {
      // Another process was faster: what it sealed is no longer in the queue.
      const Code code = sealed.error().code;
      if (code != Code::kAlreadyExists && code != Code::kConflict) {
        co_return std::unexpected(std::move(sealed).error());
      }
      if (++failures == kTries) {
        co_return Fail(Code::kUnavailable, kSealContended, sealed.error().detail);
      }
      continue;
    }
    failures = 0;
    done = reached;
    total.entries += sealed->entries;
    total.adopted += sealed->adopted;
    total.refused += sealed->refused;
  }
  co_return total;
}

Task<Sealed> Sealer::Seal() {
  Sealed total;
  if (!adoption_over_) {
    GH_CO_TRY(total, co_await Repeat(/*adopting=*/true));
    adoption_over_ = true;
  }
  GH_CO_TRY(const bool waiting, co_await Waiting());
  if (!waiting) co_return total;
  GH_CO_TRY(const Sealed sealed, co_await Repeat(/*adopting=*/false));
  total.entries += sealed.entries;
  total.refused += sealed.refused;
  co_return total;
}

Task<bool> Sealer::Waiting() {
  co_return co_await db_.Read(sql::Tenant::All(), [](sql::Tx& tx) -> Result<bool> {
    GH_TRY(const sql::Rows rows, tx.Query(kAnythingUnsealed));
    return !rows.empty();
  });
}

Task<std::vector<Head>> Sealer::Heads() {
  co_return co_await db_.Read(sql::Tenant::All(), [](sql::Tx& tx) -> Result<std::vector<Head>> {
    GH_TRY(const sql::Rows rows, tx.Query(kHeads));
    std::vector<Head> heads;
    for (const sql::Row row : rows) {
      heads.push_back({row.As<OrgId>(0), row.Int(1), row.String(2)});
    }
    return heads;
  });
}

Task<Recent> Sealer::CheckEnd(OrgId organization, std::optional<Head> seen, std::int64_t links) {
  co_return co_await db_.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return CheckRecent(tx, key_, organization, seen, links);
  });
}

}  // namespace gatehouse::audit
