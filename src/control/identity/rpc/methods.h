#pragma once

// The identity service on the wire.

#include "control/identity/rpc/values.h"
#include "platform/rpc/method.h"

namespace gatehouse::identity::methods {

inline constexpr std::string_view kService = "identity";

using rpc::Describe;
using rpc::kChange;
using rpc::kRead;
// The provider is asked in the meantime.
inline constexpr rpc::CallOptions kAsk{.idempotent = false, .timeout = std::chrono::seconds(25)};

using ById = Task<std::optional<RpcProvider>> (Service::*)(OrgId, PlaceId);
using ByName = Task<std::optional<RpcProvider>> (Service::*)(OrgId, std::string, std::string);

inline constexpr auto kGetProvider =
    Describe(static_cast<ById>(&Service::GetProvider), "get_provider",
             {"organization_id", "provider_id"}, kRead);
inline constexpr auto kGetProviderByName =
    Describe(static_cast<ByName>(&Service::GetProvider), "get_provider_by_name",
             {"organization_id", "provider_type", "provider_ext_id"}, kRead);
inline constexpr auto kListProviders =
    Describe(&Service::ListProviders, "list_providers", {"organization_id"}, kRead);
inline constexpr auto kAddProvider = Describe(&Service::AddProvider, "add_provider",
                                              {"organization_id", "provider", "actor"}, kChange);
inline constexpr auto kRemoveProvider =
    Describe(&Service::RemoveProvider, "remove_provider",
             {"organization_id", "provider_id", "actor"}, kChange);
inline constexpr auto kGetIdentities =
    Describe(&Service::GetIdentities, "get_identities", {"organization_id", "filter"}, kRead);
inline constexpr auto kGetIdentity =
    Describe(&Service::GetIdentity, "get_identity", {"organization_id", "filter"}, kRead);
inline constexpr auto kGetByType =
    Describe(&Service::GetUserIdentitiesByProviderType, "get_user_identities_by_provider_type",
             {"user_id", "provider_type", "exclude_matching_external_ids"}, kRead);
inline constexpr auto kListOfUser =
    Describe(&Service::ListOfUser, "list_of_user", {"user_id"}, kRead);
inline constexpr auto kLinkIdentity =
    Describe(&Service::LinkIdentity, "link_identity",
             {"organization_id", "link", "should_reattach", "actor"}, kChange);
inline constexpr auto kUpdateData =
    Describe(&Service::UpdateData, "update_data",
             {"organization_id", "user_id", "identity_id", "expected_version", "data"}, kChange);
inline constexpr auto kDisconnect =
    Describe(&Service::Disconnect, "disconnect", {"user_id", "identity_id", "actor"}, kChange);
inline constexpr auto kDeleteIdentities =
    Describe(&Service::DeleteIdentities, "delete_identities",
             {"user_id", "organization_id", "actor"}, kChange);
inline constexpr auto kRefreshIdentity =
    Describe(&Service::RefreshIdentity, "refresh_identity", {"target", "seen"}, kAsk);

}  // namespace gatehouse::identity::methods
