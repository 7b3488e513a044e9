#pragma once

// The identity service over the stores of this folder.

#include "control/authn/authn.h"
#include "control/identity/linked.h"
#include "control/identity/service.h"
#include "core/outbox/outbox.h"

namespace gatehouse::identity {

class ServiceImpl final : public Service {
 public:
  // Everything outlives the service.
  struct Parts {
    sql::Database& db;  // control
    const Store& store;
    const LinkedStore& linked;
    const audit::Log& audit;
    const authn::Store& sessions;
    authn::Service& authn;  // its cache
    outbox::Drainer& drainer;
    Refresher& refresher;
  };
  explicit ServiceImpl(Parts parts) : p_(parts) {}

  Task<std::optional<RpcProvider>> GetProvider(OrgId organization, PlaceId id) override;
  Task<std::optional<RpcProvider>> GetProvider(OrgId organization, std::string type,
                                               std::string external_id) override;
  Task<std::vector<RpcProvider>> ListProviders(OrgId organization) override;
  Task<RpcProvider> AddProvider(OrgId organization, NewPlace place, Actor actor) override;
  Task<void> RemoveProvider(OrgId organization, PlaceId id, Actor actor) override;

  Task<std::vector<RpcIdentity>> GetIdentities(OrgId organization, IdentityFilter filter) override;
  Task<std::optional<RpcIdentity>> GetIdentity(OrgId organization, IdentityFilter filter) override;
  Task<std::vector<RpcIdentity>> GetUserIdentitiesByProviderType(
      UserId user, std::string type, bool exclude_matching_external_ids) override;
  Task<std::vector<RpcIdentity>> ListOfUser(UserId user) override;
  Task<LinkOutcome> LinkIdentity(OrgId organization, NewLink link, bool reattach,
                                 Actor actor) override;
  Task<RpcIdentity> UpdateData(OrgId organization, UserId user, LinkedId id,
                               std::int64_t expected_version, json::Object data) override;
  Task<void> Disconnect(UserId user, LinkedId id, Actor actor) override;

  Task<std::int64_t> DeleteIdentities(UserId user, OrgId organization, Actor actor) override;
  Task<Refreshed> RefreshIdentity(Target target, std::int64_t seen) override;

 private:
  Result<LinkOutcome> Link(sql::Tx& tx, const RpcProvider& place, const NewLink& link,
                           bool reattach, const Actor& actor) const;
  Result<RpcIdentity> Get(sql::Tx& tx, OrgId organization, LinkedId id) const;

  Parts p_;
};

}  // namespace gatehouse::identity
