// Settings of a configured provider.

#include "control/sso/errors.h"
#include "control/sso/service_impl.h"

namespace gatehouse::sso {
namespace {

audit::Entry EntryFor(const Client& client, const orgs::Organization& organization,
                      audit::Event event, ProviderId provider) {
  audit::Entry entry;
  entry.organization = organization.id;
  entry.event = event;
  entry.actor = client.principal->user.id;
  entry.actor_label = client.principal->user.username;
  entry.target_object = provider.value;
  entry.ip = client.ip;
  entry.correlation_id = client.correlation_id;
  return entry;
}

}  // namespace

Task<void> ServiceImpl::ChangeSettings(Client client, orgs::Organization organization,
                                       SettingsChange change) {
  GH_CO_TRY(orgs::Member actor_member, co_await RequireManager(client, organization.id));
  if (change.default_role) {
    // Nobody hands out more than they have.
    int wanted = orgs::RolePriority(*change.default_role);
    if (wanted < 0) co_return Fail(Code::kInvalidArgument, "role_unknown", *change.default_role);
    if (wanted > orgs::RolePriority(actor_member.role)) {
      co_return Fail(Code::kPermissionDenied, kRoleTooHigh, *change.default_role);
    }
  }
  GH_CO_TRY(std::vector<orgs::Member> owners, co_await d_.orgs.Owners(organization.id));

  GH_CO_TRY_VOID(
      co_await d_.db.Write(sql::Tenant::Of(organization.id), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY(auto live, providers_.FindSealed(tx, organization.id));
        if (!live) return Fail(Code::kNotFound, kSsoNotConfigured);
        identity::Actor actor = ActorFor(client, client.principal->user);
        audit::Entry entry = EntryFor(client, organization, audit::Event::kSsoEdit, live->id);

        const bool required_now = !live->allow_unlinked;
        if (change.require_link && *change.require_link != required_now) {
          if (*change.require_link) {
            bool linked_owner = false;
            for (const orgs::Member& owner : owners) {
              if (!owner.user || !owner.sso_linked() || owner.sso_invalid()) continue;
              GH_TRY(auto identity,
                     d_.identities.FindByUser(tx, organization.id, live->id, *owner.user));
              linked_owner = linked_owner || (identity && identity->is_valid);
            }
            if (!linked_owner) return Fail(Code::kFailedPrecondition, kNoLinkedOwner);
          }
          GH_TRY_VOID(
              providers_.SetAllowUnlinked(tx, organization.id, live->id, !*change.require_link));
          entry.data["require_link"] = *change.require_link ? "to True" : "to False";
        }
        if (change.default_role && *change.default_role != organization.default_role) {
          GH_TRY_VOID(effects_.DefaultRole(tx, organization.id, *change.default_role, actor));
          entry.data["default_role"] = "to " + *change.default_role;
        }
        if (entry.data.empty()) return {};
        GH_TRY_VOID(d_.audit.Record(tx, entry));
        return {};
      }));
  co_await Settle(client, organization.id, {});
  co_return Result<void>();
}

Task<void> ServiceImpl::RemindUnlinked(Client client, orgs::Organization organization) {
  GH_CO_TRY_VOID(co_await RequireManager(client, organization.id));
  GH_CO_TRY_VOID(
      co_await d_.db.Write(sql::Tenant::Of(organization.id), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY(auto live, providers_.FindSealed(tx, organization.id));
        if (!live) return Fail(Code::kNotFound, kSsoNotConfigured);
        ratelimit::Limit limit{5, std::chrono::hours(1)};
        GH_TRY(auto verdict, d_.limiter.Take(tx, "sso:remind:" + organization.id.ToString(), limit,
                                             d_.clock.Now()));
        if (!verdict.allowed) return Fail(Code::kResourceExhausted, kRateLimited, "reminders");
        return effects_.SendLinkMails(tx, organization.id, ActorFor(client, client.principal->user),
                                      live->name);
      }));
  co_await Settle(client, organization.id, {});
  co_return Result<void>();
}

Task<Step> ServiceImpl::RotateSecret(Client client, orgs::Organization organization,
                                     std::string secret) {
  GH_CO_TRY(Provider provider, co_await GetProvider(organization.id));
  const Adapter* adapter = Find(provider.kind);
  if (adapter == nullptr) co_return Fail(Code::kNotFound, kSsoNotConfigured, provider.kind);
  Settings settings;
  for (const SettingField& field : adapter->fields()) {
    if (field.kind == "secret") {
      settings.emplace_back(field.name, secret);
    } else if (const json::Value* value = provider.public_config.if_contains(field.name)) {
      if (const auto* text = value->if_string()) {
        settings.emplace_back(field.name, std::string(text->data(), text->size()));
      } else if (const bool* flag = value->if_bool()) {
        if (*flag) settings.emplace_back(field.name, "1");
      }
    }
  }
  co_return co_await BeginSetup(std::move(client), std::move(organization), provider.kind,
                                provider.name, std::move(settings));
}

Task<void> ServiceImpl::Disable(Client client, orgs::Organization organization) {
  GH_CO_TRY_VOID(co_await RequireManager(client, organization.id));
  GH_CO_TRY_VOID(
      co_await d_.db.Write(sql::Tenant::Of(organization.id), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY(auto live, providers_.Find(tx, organization.id));
        if (!live) return Fail(Code::kNotFound, kSsoNotConfigured);
        identity::Actor actor = ActorFor(client, client.principal->user);
        audit::Entry entry = EntryFor(client, organization, audit::Event::kSsoDisable, live->id);
        entry.data["provider"] = live->kind;
        if (const Adapter* adapter = Find(live->kind)) {
          entry.data["config"] = adapter->PublicConfig(*live->config);
        }
        GH_TRY_VOID(d_.audit.Record(tx, entry));
        GH_TRY(auto owners, d_.identities.DeleteAll(tx, organization.id, live->id));
        GH_TRY_VOID(d_.sessions.RevokeProofs(tx, live->id, owners));
        GH_TRY_VOID(providers_.Delete(tx, organization.id, live->id));
        return effects_.SsoDisabled(tx, organization.id, actor, live->name);
      }));
  co_await Settle(client, organization.id, {});
  d_.authn.ForgetAll();
  co_return Result<void>();
}

Task<void> ServiceImpl::Unlock(OrgId organization, std::string operator_label) {
  GH_CO_TRY_VOID(
      co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY(auto live, providers_.FindSealed(tx, organization));
        if (!live) return Fail(Code::kNotFound, kSsoNotConfigured);
        if (live->allow_unlinked) return {};  // members may enter already
        GH_TRY_VOID(providers_.SetAllowUnlinked(tx, organization, live->id, true));
        audit::Entry entry;
        entry.organization = organization;
        entry.event = audit::Event::kSsoUnlock;
        entry.actor_label = operator_label;
        entry.target_object = live->id.value;
        entry.data["require_link"] = "to False";
        GH_TRY_VOID(d_.audit.Record(tx, entry));
        return {};
      }));
  co_return Result<void>();
}

Task<void> ServiceImpl::ApplyMemberRemoved(OrgId organization, UserId user, orgs::Actor actor) {
  identity::Actor by{actor.user, actor.label, actor.ip, actor.correlation_id};
  GH_CO_TRY_VOID(
      co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY(std::vector<ProviderId> providers,
               d_.identities.DeleteOfMember(tx, organization, user, by));
        for (ProviderId provider : providers) {
          GH_TRY_VOID(d_.sessions.RevokeProofs(tx, provider, {user}));
        }
        GH_TRY_VOID(d_.identities.UnlinkAccountsOfMember(tx, organization, user, by));
        return {};
      }));
  d_.authn.Forget(user);
  co_return Result<void>();
}

}  // namespace gatehouse::sso
