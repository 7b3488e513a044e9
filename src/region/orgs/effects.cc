// The effects of the control half: the Apply* calls of the service.

#include <vector>

#include "region/orgs/errors.h"
#include "region/orgs/mails.h"
#include "region/orgs/service_impl.h"

namespace gatehouse::orgs {
namespace {

// What an organization has begun to use when it raises the signal; "" for an unknown one.
std::string_view FeatureOf(std::string_view signal) {
  if (signal == "sso_enabled") return "sso";
  if (signal == "member_invited") return "invitations";
  if (signal == "member_joined") return "members";
  return "";
}

}  // namespace

Result<std::optional<Organization>> ServiceImpl::BeginEffect(sql::Tx& tx, std::int64_t effect,
                                                             OrgId organization) const {
  GH_TRY(const bool fresh, outbox::ApplyOnce(tx, effect, d_.clock.Now()));
  if (!fresh) return std::nullopt;
  return store::FindAny(tx, organization);
}

void ServiceImpl::WakeMail() const {
  if (d_.on_mail) d_.on_mail();
}

Task<void> ServiceImpl::ApplyClearRequire2fa(std::int64_t effect, OrgId organization, Actor actor) {
  const OrganizationCache::Changing changing(cache_);
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
    GH_TRY(const std::optional<Organization> before, BeginEffect(tx, effect, organization));
    if (!before) return {};
    const store::FlagChange off{.set = 0, .clear = kRequire2fa};
    GH_TRY(const Organization after, store::ChangeFlags(tx, organization, off));
    GH_TRY_VOID(TellControl(tx, after));
    if (!before->require_2fa()) return {};
    audit::Entry entry;
    entry.organization = organization;
    entry.event = audit::Event::kOrgEdit;
    entry.target_object = organization.value;
    entry.data = {{"require_2fa", "to False when enabling SSO"}};
    return Audit(tx, std::move(entry), actor);
  });
}

Task<void> ServiceImpl::ApplyMarkInvalidSso(std::int64_t effect, OrgId organization, UserId user) {
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
    GH_TRY(const std::optional<Organization> found, BeginEffect(tx, effect, organization));
    if (!found) return {};
    const store::FlagChange invalid{.set = kSsoInvalid, .clear = kSsoLinked};
    return store::ChangeMemberFlags(tx, organization, user, invalid);
  });
}

Task<void> ServiceImpl::ApplySignal(std::int64_t effect, OrgId organization, std::string signal,
                                    std::string args_json) {
  const std::string_view feature = FeatureOf(signal);
  if (feature.empty()) co_return Fail(Code::kInvalidArgument, kUnknownSignal, signal);
  if (!json::ParseObject(args_json)) {
    co_return Fail(Code::kInvalidArgument, kEffectInvalid, "arguments of " + signal);
  }
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
    GH_TRY(const std::optional<Organization> found, BeginEffect(tx, effect, organization));
    if (!found) return {};
    return store::Adopt(tx, organization, feature, args_json, d_.clock.Now());
  });
}

Task<void> ServiceImpl::ApplySendLinkMails(std::int64_t effect, OrgId organization, Actor actor,
                                           std::string provider_name) {
  GH_CO_TRY(
      const bool wrote,
      co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<bool> {
        GH_TRY(const std::optional<Organization> found, BeginEffect(tx, effect, organization));
        if (!found || found->status != "active") return false;
        GH_TRY(const std::vector<Member> members,
               store::MembersWithout(tx, organization, kSsoLinked));
        const mail::Composed mail = LinkMail(d_.base_url, *found, actor.label, provider_name);
        for (const Member& member : members) {
          if (member.email.empty()) continue;
          const std::string id = "sso-link-" + std::to_string(effect) + "-" + member.id.ToString();
          GH_TRY_VOID(
              d_.outbox.EnqueueMail(tx, member.id.value, mail::Payload(id, member.email, mail)));
        }
        return !members.empty();
      }));
  if (wrote) WakeMail();
  co_return Result<void>();
}

Task<void> ServiceImpl::ApplyDefaultRole(std::int64_t effect, OrgId organization, std::string role,
                                         Actor actor) {
  if (FindRole(role) == nullptr) co_return Fail(Code::kInvalidArgument, kRoleUnknown, role);
  const OrganizationCache::Changing changing(cache_);
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
    GH_TRY(const std::optional<Organization> before, BeginEffect(tx, effect, organization));
    if (!before) return {};
    return ChangeDefaultRole(tx, *before, role, actor);
  });
}

Task<void> ServiceImpl::ApplySsoDisabled(std::int64_t effect, OrgId organization, Actor actor,
                                         std::string provider_name) {
  GH_CO_TRY(
      const bool wrote,
      co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<bool> {
        GH_TRY(const std::optional<Organization> found, BeginEffect(tx, effect, organization));
        if (!found) return false;
        GH_TRY_VOID(store::ClearFlagsOfAllMembers(tx, organization, kSsoLinked | kSsoInvalid));
        if (found->status != "active") return false;
        GH_TRY(const std::vector<Member> members, store::MembersWithUser(tx, organization));
        for (const Member& member : members) {
          if (member.email.empty()) continue;
          const mail::Composed mail =
              SsoDisabledMail(d_.base_url, *found, actor.label, provider_name, member.email);
          const std::string id =
              "sso-disabled-" + std::to_string(effect) + "-" + member.id.ToString();
          GH_TRY_VOID(
              d_.outbox.EnqueueMail(tx, member.id.value, mail::Payload(id, member.email, mail)));
        }
        return !members.empty();
      }));
  if (wrote) WakeMail();
  co_return Result<void>();
}

}  // namespace gatehouse::orgs
