// Identities as their owner sees them, and taking one off the account.

#include <algorithm>

#include "control/sso/errors.h"
#include "control/sso/service_impl.h"

namespace gatehouse::sso {

Task<std::vector<LinkedIdentity>> ServiceImpl::IdentitiesOf(UserId user) {
  // All tenants: the account's own identities, wherever they are.
  co_return co_await d_.db.Read(
      sql::Tenant::All(), [&](sql::Tx& tx) -> Result<std::vector<LinkedIdentity>> {
        GH_TRY(users::User owner, d_.users.Find(tx, user));
        GH_TRY(std::vector<identity::Identity> identities, d_.identities.ListOfUser(tx, user));
        std::vector<LinkedIdentity> linked;
        for (identity::Identity& identity : identities) {
          GH_TRY(auto provider, providers_.FindSealed(tx, identity.organization));
          LinkedIdentity one{std::move(identity), "", "", false, !owner.has_password};
          if (provider) {
            one.provider_kind = provider->kind;
            one.provider_name = provider->name;
            one.needed_by_organization = !provider->allow_unlinked;
          }
          linked.push_back(std::move(one));
        }
        return linked;
      });
}

Task<identity::RefreshOutcome> ServiceImpl::AskProvider(OrgId organization, std::int64_t provider,
                                                        json::Object data) {
  GH_CO_TRY(auto live, co_await d_.db.Read(sql::Tenant::Of(organization),
                                           [&](sql::Tx& tx) -> Result<std::optional<LiveProvider>> {
                                             return providers_.Find(tx, organization);
                                           }));
  Adapter* adapter = live && live->id.value == provider ? Find(live->kind) : nullptr;
  if (adapter == nullptr) co_return Fail(Code::kNotFound, kSsoNotConfigured);
  co_return co_await adapter->Refresh(*live->config, std::move(data));
}

Result<void> ServiceImpl::OnValidityChange(sql::Tx& tx, OrgId organization, std::int64_t provider,
                                           UserId user, bool valid) {
  if (valid) {
    GH_TRY(users::User owner, d_.users.Find(tx, user));
    return effects_.MemberLinked(tx, organization, {.user = std::move(owner)},
                                 {.user = {}, .label = "provider", .ip = "", .correlation_id = ""});
  }
  // What rested on the identity ends with it (L12).
  GH_TRY_VOID(d_.sessions.RevokeProofs(tx, ProviderId{provider}, {user}));
  return d_.identities.MarkInvalid(tx, organization, user);
}

Task<void> ServiceImpl::RepairLink(OrgId organization, UserId user) {
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
    GH_TRY(auto live, providers_.FindSealed(tx, organization));
    if (!live) return {};
    GH_TRY(auto identity, d_.identities.FindByUser(tx, organization, live->id, user));
    if (!identity) return {};
    if (!identity->is_valid) return d_.identities.MarkInvalid(tx, organization, user);
    return OnValidityChange(tx, organization, live->id.value, user, /*valid=*/true);
  });
}

Task<void> ServiceImpl::ForgetNoMember(OrgId organization, UserId user) {
  co_return co_await ApplyMemberRemoved(
      organization, user, {.user = {}, .label = "re-check", .ip = "", .correlation_id = ""});
}

Task<void> ServiceImpl::Unlink(Client client, IdentityId identity) {
  if (!client.principal) co_return Fail(Code::kUnauthenticated, kNotAuthed);
  const users::User& user = client.principal->user;
  GH_CO_TRY(std::vector<LinkedIdentity> linked, co_await IdentitiesOf(user.id));
  auto found = std::ranges::find_if(
      linked, [&](const LinkedIdentity& one) { return one.identity.id == identity; });
  if (found == linked.end()) co_return Fail(Code::kNotFound, kIdentityNotFound);
  if (found->needed_by_organization || found->needed_by_account) {
    co_return Fail(Code::kFailedPrecondition, kIdentityNeeded);
  }
  const identity::Identity taken = found->identity;
  const identity::Actor actor = ActorFor(client, user);
  GH_CO_TRY_VOID(
      co_await d_.db.Write(sql::Tenant::Of(taken.organization), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY_VOID(d_.identities.Detach(tx, taken, user.id, actor));
        GH_TRY_VOID(d_.sessions.RevokeProofs(tx, taken.provider, {user.id}));
        return {};
      }));
  co_await Settle(std::move(client), taken.organization, {taken.user});
  co_return Result<void>();
}

}  // namespace gatehouse::sso
