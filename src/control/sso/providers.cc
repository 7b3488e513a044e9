#include "control/sso/providers.h"

#include "control/sso/sealed.h"
#include "control/sso/statements.h"

namespace gatehouse::sso {
namespace {

LiveProvider ReadRow(const sql::Row& row) {
  LiveProvider p;
  p.id = row.As<ProviderId>(0);
  p.organization = row.As<OrgId>(1);
  p.kind = row.String(2);
  p.name = row.String(3);
  p.issuer = row.String(4);
  p.revision = row.Int(6);
  p.allow_unlinked = row.Bool(7);
  p.created_at = row.Time(8);
  p.updated_at = row.Time(9);
  return p;
}

}  // namespace

Result<std::optional<LiveProvider>> ProviderStore::FindSealed(sql::Tx& tx,
                                                              OrgId organization) const {
  GH_TRY(sql::Rows rows, tx.Query(statements::kProviderFind, {organization}));
  if (rows.empty()) return std::optional<LiveProvider>();
  return std::optional<LiveProvider>(ReadRow(rows.front()));
}

Result<std::optional<LiveProvider>> ProviderStore::Hold(sql::Tx& tx, OrgId organization) const {
  GH_TRY(sql::Rows rows, tx.Query(statements::kProviderHold, {organization}));
  if (rows.empty()) return std::optional<LiveProvider>();
  return std::optional<LiveProvider>(ReadRow(rows.front()));
}

Result<std::optional<LiveProvider>> ProviderStore::Find(sql::Tx& tx, OrgId organization) const {
  GH_TRY(sql::Rows rows, tx.Query(statements::kProviderFind, {organization}));
  if (rows.empty()) return std::optional<LiveProvider>();
  LiveProvider provider = ReadRow(rows.front());
  const std::string_view sealed = rows.front().Text(5);
  // The same text of the same row opens to the same config: it was sealed for this row alone.
  const auto seen = LastSeen(organization);
  if (seen && seen->provider.id == provider.id && seen->sealed == sealed) {
    provider.config = seen->provider.config;
    return std::optional<LiveProvider>(std::move(provider));
  }
  GH_TRY(std::string opened,
         keys_.Open(kProviderPurpose, ProviderBinding(provider.id, provider.organization), sealed));
  GH_TRY(json::Object config, json::ParseObject(opened));
  provider.config = std::make_shared<const json::Object>(std::move(config));
  Remember(provider, sealed);
  return std::optional<LiveProvider>(std::move(provider));
}

std::shared_ptr<const SeenProvider> ProviderStore::LastSeen(OrgId organization) const {
  std::lock_guard lock(mutex_);
  auto it = seen_.find(organization.value);
  return it == seen_.end() ? nullptr : it->second;
}

Result<bool> ProviderStore::IsStill(sql::Tx& tx, const SeenProvider& seen) const {
  const LiveProvider& expected = seen.provider;
  GH_TRY(sql::Rows rows, tx.Query(statements::kProviderFind, {expected.organization}));
  if (rows.empty()) return false;
  const sql::Row row = rows.front();
  return row.As<ProviderId>(0) == expected.id && row.Text(2) == expected.kind &&
         row.Int(6) == expected.revision && row.Text(5) == seen.sealed;
}

void ProviderStore::Remember(const LiveProvider& provider, std::string_view sealed) const {
  auto seen = std::make_shared<const SeenProvider>(provider, std::string(sealed));
  std::lock_guard lock(mutex_);
  if (seen_.size() >= kMaxSeen) seen_.clear();
  seen_.insert_or_assign(provider.organization.value, std::move(seen));
}

void ProviderStore::Forget(OrgId organization) const {
  std::lock_guard lock(mutex_);
  seen_.erase(organization.value);
}

Result<bool> ProviderStore::Insert(sql::Tx& tx, const LiveProvider& p) const {
  std::string sealed = keys_.Seal(kProviderPurpose, ProviderBinding(p.id, p.organization),
                                  json::Serialize(*p.config));
  GH_TRY(std::int64_t n, tx.Exec(statements::kProviderInsert, {p.id, p.organization, p.kind, p.name,
                                                               p.issuer, sealed, clock_.Now()}));
  return n == 1;
}

Result<bool> ProviderStore::Replace(sql::Tx& tx, const LiveProvider& p) const {
  std::string sealed = keys_.Seal(kProviderPurpose, ProviderBinding(p.id, p.organization),
                                  json::Serialize(*p.config));
  GH_TRY(std::int64_t n,
         tx.Exec(statements::kProviderUpdateConfig,
                 {p.organization, p.id, p.revision, p.name, p.issuer, sealed, clock_.Now()}));
  return n == 1;
}

Result<void> ProviderStore::SetAllowUnlinked(sql::Tx& tx, OrgId organization, ProviderId id,
                                             bool allow) const {
  GH_TRY_VOID(
      tx.Exec(statements::kProviderSetAllowUnlinked, {organization, id, allow, clock_.Now()}));
  return {};
}

Result<void> ProviderStore::Delete(sql::Tx& tx, OrgId organization, ProviderId id) const {
  // Its secrets need not stay in memory.
  Forget(organization);
  GH_TRY_VOID(tx.Exec(statements::kProviderDelete, {organization, id}));
  return {};
}

}  // namespace gatehouse::sso
