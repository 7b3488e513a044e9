#pragma once

// The tables identity_providers and linked_identities: rows in, rows out, data sealed. Functions
// run in a control transaction of the organization (or of sql::Tenant::All() where they say so).

#include "control/identity/service.h"

namespace gatehouse::identity {

inline constexpr std::int64_t kMaxFound = 1000;

class LinkedStore {
 public:
  LinkedStore(const Clock& clock, IdGenerator& ids, const crypto::KeyRing& keys)
      : clock_(clock), ids_(ids), keys_(keys) {}

  // A place with its opened config, for whoever speaks to the provider.
  struct Place {
    RpcProvider provider;
    json::Object config;
  };
  Result<std::optional<Place>> FindPlace(sql::Tx& tx, OrgId organization, PlaceId id) const;
  Result<std::optional<Place>> FindPlace(sql::Tx& tx, OrgId organization, std::string_view type,
                                         std::string_view external_id) const;
  Result<std::vector<RpcProvider>> ListPlaces(sql::Tx& tx, OrgId organization) const;
  // std::nullopt: the organization has one of this name.
  Result<std::optional<RpcProvider>> InsertPlace(sql::Tx& tx, OrgId organization,
                                                 const NewPlace& place) const;

  // At most `limit`, oldest first.
  Result<std::vector<RpcIdentity>> Find(sql::Tx& tx, OrgId organization,
                                        const IdentityFilter& filter,
                                        std::int64_t limit = kMaxFound) const;
  // REQUIRES: a transaction of sql::Tenant::All().
  Result<std::vector<RpcIdentity>> ListOfUser(sql::Tx& tx, UserId user) const;
  // std::nullopt: the account, or the user there, is linked already.
  Result<std::optional<LinkedId>> Insert(sql::Tx& tx, OrgId organization,
                                         const NewLink& link) const;
  // A row of the same user and external id gets new data. false: it is another one by now. A
  // missing refresh token keeps the old one.
  Result<bool> Renew(sql::Tx& tx, const RpcIdentity& identity, const NewLink& link) const;
  Result<bool> SetData(sql::Tx& tx, const RpcIdentity& identity, const json::Object& data) const;
  Result<bool> Delete(sql::Tx& tx, const RpcIdentity& identity) const;

 private:
  Result<Place> ReadPlace(const sql::Row& row) const;
  Result<std::vector<RpcIdentity>> Read(const sql::Rows& rows) const;

  const Clock& clock_;
  IdGenerator& ids_;
  const crypto::KeyRing& keys_;
};

}  // namespace gatehouse::identity
