#include "control/identity/linked.h"

#include "control/identity/seal.h"
#include "control/identity/statements.h"

namespace gatehouse::identity {
namespace {

RpcProvider ToProvider(const sql::Row& row) {
  return {.id = row.As<PlaceId>(0),
          .organization = row.As<OrgId>(1),
          .type = row.String(2),
          .external_id = row.String(3),
          .name = row.String(4),
          .issuer = row.String(5),
          .created_at = row.Time(6)};
}

LinkStatus ToStatus(std::string_view name) {
  if (name == "valid") return LinkStatus::kValid;
  return name == "invalid" ? LinkStatus::kInvalid : LinkStatus::kUnknown;
}

std::string ScopesText(const std::vector<std::string>& scopes) {
  json::Array array;
  for (const std::string& scope : scopes) array.emplace_back(scope);
  return json::Serialize(json::Value(std::move(array)));
}

std::vector<std::string> ToScopes(std::string_view text) {
  std::vector<std::string> scopes;
  auto parsed = json::Parse(text);
  const json::Array* array = parsed ? parsed->if_array() : nullptr;
  if (array == nullptr) return scopes;
  for (const json::Value& one : *array) {
    if (const auto* scope = one.if_string()) scopes.emplace_back(scope->data(), scope->size());
  }
  return scopes;
}

}  // namespace

Result<LinkedStore::Place> LinkedStore::ReadPlace(const sql::Row& row) const {
  Place place{.provider = ToProvider(row), .config = {}};
  const RpcProvider& p = place.provider;
  GH_TRY(std::string opened,
         keys_.Open(kPlacePurpose, PlaceBinding(p.organization, p.id.value), row.Text(8)));
  GH_TRY(place.config, json::ParseObject(opened));
  return place;
}

Result<std::optional<LinkedStore::Place>> LinkedStore::FindPlace(sql::Tx& tx, OrgId organization,
                                                                 PlaceId id) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kPlaceFind, {organization, id}));
  if (rows.empty()) return std::nullopt;
  GH_TRY(Place place, ReadPlace(rows.front()));
  return std::optional<Place>(std::move(place));
}

Result<std::optional<LinkedStore::Place>> LinkedStore::FindPlace(
    sql::Tx& tx, OrgId organization, std::string_view type, std::string_view external_id) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kPlaceFindByName, {organization, type, external_id}));
  if (rows.empty()) return std::nullopt;
  GH_TRY(Place place, ReadPlace(rows.front()));
  return std::optional<Place>(std::move(place));
}

Result<std::vector<RpcProvider>> LinkedStore::ListPlaces(sql::Tx& tx, OrgId organization) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kPlaceList, {organization}));
  std::vector<RpcProvider> places;
  for (sql::Row row : rows) places.push_back(ToProvider(row));
  return places;
}

Result<std::optional<RpcProvider>> LinkedStore::InsertPlace(sql::Tx& tx, OrgId organization,
                                                            const NewPlace& place) const {
  const auto id = ids_.Next<PlaceId>();
  const Timestamp now = clock_.Now();
  const std::string sealed = keys_.Seal(kPlacePurpose, PlaceBinding(organization, id.value),
                                        json::Serialize(place.config));
  GH_TRY(std::int64_t inserted,
         tx.Exec(sqls::kPlaceInsert, {id, organization, place.type, place.external_id, place.name,
                                      place.issuer, now, sealed}));
  if (inserted == 0) return std::nullopt;
  return RpcProvider{.id = id,
                     .organization = organization,
                     .type = place.type,
                     .external_id = place.external_id,
                     .name = place.name,
                     .issuer = place.issuer,
                     .created_at = now};
}

Result<std::vector<RpcIdentity>> LinkedStore::Read(const sql::Rows& rows) const {
  std::vector<RpcIdentity> found;
  for (sql::Row row : rows) {
    RpcIdentity one;
    one.id = row.As<LinkedId>(0);
    one.idp_id = row.As<PlaceId>(1);
    one.organization = row.As<OrgId>(2);
    one.user_id = row.As<UserId>(3);
    one.external_id = row.String(4);
    one.name = row.String(5);
    one.scopes = ToScopes(row.Text(6));
    one.status = ToStatus(row.Text(8));
    std::tie(one.state, one.state_reason) =
        ShownState(row.Text(9), row.String(10), row.OptTime(11), clock_.Now());
    one.version = row.Int(12);
    one.verified_at = row.Time(13);
    one.synced_at = row.Time(14);
    one.created_at = row.Time(15);
    one.idp_type = row.String(16);
    one.idp_name = row.String(17);
    one.idp_external_id = row.String(18);
    GH_TRY(std::string opened,
           keys_.Open(kLinkedPurpose, LinkedBinding(one.organization, one.user_id, one.id.value),
                      row.Text(7)));
    GH_TRY(one.data, json::ParseObject(opened));
    found.push_back(std::move(one));
  }
  return found;
}

Result<std::vector<RpcIdentity>> LinkedStore::Find(sql::Tx& tx, OrgId organization,
                                                   const IdentityFilter& filter,
                                                   std::int64_t limit) const {
  GH_TRY(sql::Rows rows,
         tx.Query(sqls::kLinkedFilter,
                  {organization, filter.id, filter.user_id, filter.identity_ext_id,
                   filter.provider_id, filter.provider_ext_id, filter.provider_type, limit}));
  return Read(rows);
}

Result<std::vector<RpcIdentity>> LinkedStore::ListOfUser(sql::Tx& tx, UserId user) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kLinkedOfUser, {user}));
  return Read(rows);
}

Result<std::optional<LinkedId>> LinkedStore::Insert(sql::Tx& tx, OrgId organization,
                                                    const NewLink& link) const {
  const auto id = ids_.Next<LinkedId>();
  const std::string scopes = ScopesText(link.scopes);
  const std::string sealed = keys_.Seal(
      kLinkedPurpose, LinkedBinding(organization, link.user, id.value), json::Serialize(link.data));
  GH_TRY(std::int64_t inserted,
         tx.Exec(sqls::kLinkedInsert, {id, link.provider, organization, link.user, link.external_id,
                                       link.name, scopes, sealed, clock_.Now()}));
  if (inserted == 0) return std::nullopt;
  return id;
}

Result<bool> LinkedStore::Renew(sql::Tx& tx, const RpcIdentity& identity,
                                const NewLink& link) const {
  json::Object data = link.data;
  if (!data.contains(kRefreshToken)) {
    if (const json::Value* token = identity.data.if_contains(kRefreshToken)) {
      data[kRefreshToken] = *token;
    }
  }
  const std::string scopes = ScopesText(link.scopes);
  const std::string sealed = keys_.Seal(
      kLinkedPurpose, LinkedBinding(identity.organization, identity.user_id, identity.id.value),
      json::Serialize(data));
  GH_TRY(
      std::int64_t renewed,
      tx.Exec(sqls::kLinkedRenew, {identity.organization, identity.id, identity.user_id,
                                   identity.external_id, link.name, scopes, sealed, clock_.Now()}));
  return renewed == 1;
}

Result<bool> LinkedStore::SetData(sql::Tx& tx, const RpcIdentity& identity,
                                  const json::Object& data) const {
  const std::string sealed = keys_.Seal(
      kLinkedPurpose, LinkedBinding(identity.organization, identity.user_id, identity.id.value),
      json::Serialize(data));
  GH_TRY(std::int64_t changed,
         tx.Exec(sqls::kLinkedSetData, {identity.organization, identity.id, identity.user_id,
                                        identity.version, sealed, clock_.Now() - kRefreshLease}));
  return changed == 1;
}

Result<bool> LinkedStore::Delete(sql::Tx& tx, const RpcIdentity& identity) const {
  GH_TRY(std::int64_t gone,
         tx.Exec(sqls::kLinkedDeleteOne, {identity.organization, identity.id, identity.user_id}));
  return gone == 1;
}

}  // namespace gatehouse::identity
