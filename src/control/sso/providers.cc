#include "control/sso/providers.h"

#include "control/sso/statements.h"

namespace gatehouse::sso {
namespace {

constexpr std::string_view kPurpose = "sso-provider-config";

std::string Binding(ProviderId id, OrgId organization) {
  return "auth_providers|config|" + id.ToString() + "|" + organization.ToString();
}

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
  GH_TRY(std::string opened,
         keys_.Open(kPurpose, Binding(provider.id, provider.organization), rows.front().Text(5)));
  GH_TRY(provider.config, json::ParseObject(opened));
  return std::optional<LiveProvider>(std::move(provider));
}

Result<bool> ProviderStore::Insert(sql::Tx& tx, const LiveProvider& p) const {
  std::string sealed =
      keys_.Seal(kPurpose, Binding(p.id, p.organization), json::Serialize(p.config));
  GH_TRY(std::int64_t n, tx.Exec(statements::kProviderInsert, {p.id, p.organization, p.kind, p.name,
                                                               p.issuer, sealed, clock_.Now()}));
  return n == 1;
}

Result<bool> ProviderStore::Replace(sql::Tx& tx, const LiveProvider& p) const {
  std::string sealed =
      keys_.Seal(kPurpose, Binding(p.id, p.organization), json::Serialize(p.config));
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
  GH_TRY_VOID(tx.Exec(statements::kProviderDelete, {organization, id}));
  return {};
}

}  // namespace gatehouse::sso
