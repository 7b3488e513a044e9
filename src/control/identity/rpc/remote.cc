#include "control/identity/rpc/remote.h"

#include <array>
#include <utility>

#include "control/identity/errors.h"
#include "control/identity/rpc/methods.h"
#include "platform/sql/errors.h"

namespace gatehouse::identity {

using methods::kService;
using rpc::Invoke;

rpc::Reasons RemoteReasons() {
  static constexpr std::string_view kSealBroken = "seal_broken";  // of crypto/keyring.h
  static constexpr std::array kReasons = {
      kInvalidIdentity,
      kIdentityNotFound,
      kIdentityConflict,
      kAccountInactive,
      kFilterEmpty,
      kFilterAmbiguous,
      kIdentityChanged,
      kProviderNotFound,
      kProviderTaken,
      kProviderInvalid,
      kMissingRefreshToken,
      kRefreshRefused,
      kRefreshOther,
      kRefreshForbidden,
      kRefreshFailed,
      kRefreshTimeout,
      kRefreshRejected,
      kRefreshGarbled,
      kRefreshInterrupted,
      kRefreshInProgress,
      kSealBroken,
      sql::kDatabaseUnavailable,
      sql::kDatabaseNotDurable,
      sql::kDiskFull,
      sql::kOverloaded,
      sql::kSerializationFailure,
  };
  return kReasons;
}

Task<std::optional<RpcProvider>> RemoteService::GetProvider(OrgId organization, PlaceId id) {
  co_return co_await Invoke(client_, kService, methods::kGetProvider, organization, id);
}

Task<std::optional<RpcProvider>> RemoteService::GetProvider(OrgId organization, std::string type,
                                                            std::string external_id) {
  co_return co_await Invoke(client_, kService, methods::kGetProviderByName, organization,
                            std::move(type), std::move(external_id));
}

Task<std::vector<RpcProvider>> RemoteService::ListProviders(OrgId organization) {
  co_return co_await Invoke(client_, kService, methods::kListProviders, organization);
}

Task<RpcProvider> RemoteService::AddProvider(OrgId organization, NewPlace place, Actor actor) {
  co_return co_await Invoke(client_, kService, methods::kAddProvider, organization,
                            std::move(place), std::move(actor));
}

Task<void> RemoteService::RemoveProvider(OrgId organization, PlaceId id, Actor actor) {
  co_return co_await Invoke(client_, kService, methods::kRemoveProvider, organization, id,
                            std::move(actor));
}

Task<std::vector<RpcIdentity>> RemoteService::GetIdentities(OrgId organization,
                                                            IdentityFilter filter) {
  co_return co_await Invoke(client_, kService, methods::kGetIdentities, organization,
                            std::move(filter));
}

Task<std::optional<RpcIdentity>> RemoteService::GetIdentity(OrgId organization,
                                                            IdentityFilter filter) {
  co_return co_await Invoke(client_, kService, methods::kGetIdentity, organization,
                            std::move(filter));
}

Task<std::vector<RpcIdentity>> RemoteService::GetUserIdentitiesByProviderType(
    UserId user, std::string type, bool exclude_matching_external_ids) {
  co_return co_await Invoke(client_, kService, methods::kGetByType, user, std::move(type),
                            exclude_matching_external_ids);
}

Task<std::vector<RpcIdentity>> RemoteService::ListOfUser(UserId user) {
  co_return co_await Invoke(client_, kService, methods::kListOfUser, user);
}

Task<LinkOutcome> RemoteService::LinkIdentity(OrgId organization, NewLink link, bool reattach,
                                              Actor actor) {
  co_return co_await Invoke(client_, kService, methods::kLinkIdentity, organization,
                            std::move(link), reattach, std::move(actor));
}

Task<RpcIdentity> RemoteService::UpdateData(OrgId organization, UserId user, LinkedId id,
                                            std::int64_t expected_version, json::Object data) {
  co_return co_await Invoke(client_, kService, methods::kUpdateData, organization, user, id,
                            expected_version, std::move(data));
}

Task<void> RemoteService::Disconnect(UserId user, LinkedId id, Actor actor) {
  co_return co_await Invoke(client_, kService, methods::kDisconnect, user, id, std::move(actor));
}

Task<std::int64_t> RemoteService::DeleteIdentities(UserId user, OrgId organization, Actor actor) {
  co_return co_await Invoke(client_, kService, methods::kDeleteIdentities, user, organization,
                            std::move(actor));
}

Task<Refreshed> RemoteService::RefreshIdentity(Target target, std::int64_t seen) {
  co_return co_await Invoke(client_, kService, methods::kRefreshIdentity, target, seen);
}

void Serve(rpc::Dispatcher& dispatcher, Service& service) {
  rpc::Serve(dispatcher, kService, service, methods::kGetProvider);
  rpc::Serve(dispatcher, kService, service, methods::kGetProviderByName);
  rpc::Serve(dispatcher, kService, service, methods::kListProviders);
  rpc::Serve(dispatcher, kService, service, methods::kAddProvider);
  rpc::Serve(dispatcher, kService, service, methods::kRemoveProvider);
  rpc::Serve(dispatcher, kService, service, methods::kGetIdentities);
  rpc::Serve(dispatcher, kService, service, methods::kGetIdentity);
  rpc::Serve(dispatcher, kService, service, methods::kGetByType);
  rpc::Serve(dispatcher, kService, service, methods::kListOfUser);
  rpc::Serve(dispatcher, kService, service, methods::kLinkIdentity);
  rpc::Serve(dispatcher, kService, service, methods::kUpdateData);
  rpc::Serve(dispatcher, kService, service, methods::kDisconnect);
  rpc::Serve(dispatcher, kService, service, methods::kDeleteIdentities);
  rpc::Serve(dispatcher, kService, service, methods::kRefreshIdentity);
}

}  // namespace gatehouse::identity
