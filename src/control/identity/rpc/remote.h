#pragma once

// Both ends of the identity service over platform/rpc. Callers hold an identity::Service and cannot
// tell which they have. Thread-safe.

#include "control/identity/service.h"
#include "platform/rpc/client.h"
#include "platform/rpc/dispatcher.h"

namespace gatehouse::identity {

// What the service may answer: for the client that RemoteService is given.
rpc::Reasons RemoteReasons();

class RemoteService final : public Service {
 public:
  // Errors of every call: those of the service; besides them those of rpc::Client.
  explicit RemoteService(rpc::Client& client) : client_(client) {}

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
  rpc::Client& client_;
};

// Adds the methods to the dispatcher, which `service` outlives.
void Serve(rpc::Dispatcher& dispatcher, Service& service);

}  // namespace gatehouse::identity
