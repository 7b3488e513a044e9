#include "region/orgs/service_impl.h"

#include <algorithm>

#include "region/orgs/errors.h"
#include "region/orgs/policy.h"

namespace gatehouse::orgs {
namespace {

constexpr std::size_t kMaxPage = 1000;

audit::Entry MakeEntry(OrgId organization, audit::Event event, std::int64_t target,
                       json::Object data) {
  audit::Entry entry;
  entry.organization = organization;
  entry.event = event;
  entry.target_object = target;
  entry.data = std::move(data);
  return entry;
}

}  // namespace

ServiceImpl::ServiceImpl(Parts parts)
    : d_(std::move(parts)), cache_(d_.clock, d_.organization_cache) {}

Result<void> ServiceImpl::Audit(sql::Tx& tx, audit::Entry entry, const Actor& actor) const {
  entry.actor = actor.user;
  entry.actor_label = actor.label;
  entry.ip = actor.ip;
  entry.correlation_id = actor.correlation_id;
  GH_TRY_VOID(d_.audit.Record(tx, entry));
  return {};
}

Result<void> ServiceImpl::TellControl(sql::Tx& tx, const Organization& organization) const {
  const json::Object payload = {{"slug", organization.slug},
                                {"name", organization.name},
                                {"flags", organization.flags},
                                {"version", organization.version}};
  GH_TRY_VOID(d_.outbox.Enqueue(tx, outbox::Category::kOrganizationUpdate, organization.id.value,
                                organization.id.value, payload));
  return {};
}

Result<void> ServiceImpl::Enforce2fa(sql::Tx& tx, OrgId organization, const Actor& actor) const {
  json::Object payload = {
      {"actor_label", actor.label}, {"ip", actor.ip}, {"correlation_id", actor.correlation_id}};
  if (actor.user) payload["actor_user_id"] = actor.user->value;
  GH_TRY_VOID(d_.outbox.Enqueue(tx, outbox::Category::kEnforce2fa, organization.value,
                                organization.value, payload));
  return {};
}

Result<Member> ServiceImpl::Join(sql::Tx& tx, OrgId organization, const UserCopy& user,
                                 const std::string& role, std::int64_t flags,
                                 const Actor& actor) const {
  GH_TRY(std::optional<Member> existing, store::FindMember(tx, organization, user.user));
  if (existing) return std::move(*existing);
  const Member member{.id = d_.ids.Next<MemberId>(),
                      .organization = organization,
                      .user = user.user,
                      .email = user.email,
                      .name = user.name,
                      .role = role,
                      .flags = flags,
                      .version = 1,
                      .user_is_active = user.is_active,
                      .user_has_2fa = user.has_2fa,
                      .created_at = d_.clock.Now()};
  GH_TRY(const bool inserted, store::InsertMember(tx, member));
  if (!inserted) {
    GH_TRY(existing, store::FindMember(tx, organization, user.user));
    if (existing) return std::move(*existing);
  }
  audit::Entry entry =
      MakeEntry(organization, audit::Event::kMemberAdd, member.id.value,
                {{"email", user.email}, {"user", user.user.value}, {"role", role}});
  entry.target_user = user.user;
  GH_TRY_VOID(Audit(tx, std::move(entry), actor));
  return member;
}

Result<void> ServiceImpl::ChangeDefaultRole(sql::Tx& tx, const Organization& organization,
                                            const std::string& role, const Actor& actor) const {
  GH_TRY(const bool changed, store::SetDefaultRole(tx, organization.id, role));
  if (!changed) return {};
  return Audit(tx,
               MakeEntry(organization.id, audit::Event::kOrgEdit, organization.id.value,
                         {{"default_role", "from " + organization.default_role + " to " + role}}),
               actor);
}

Task<Organization> ServiceImpl::GetBySlug(std::string slug) {
  if (auto known = cache_.FindBySlug(slug)) co_return std::move(*known);
  const std::uint64_t generation = cache_.generation();
  // All: the slug says which organization it is.
  GH_CO_TRY(Organization organization, co_await d_.db.Lookup(sql::Tenant::All(), [&](sql::Tx& tx) {
    return store::FindBySlug(tx, slug);
  }));
  cache_.Put(organization, generation);
  co_return organization;
}

Task<Organization> ServiceImpl::Get(OrgId organization) {
  if (auto known = cache_.Find(organization)) co_return std::move(*known);
  const std::uint64_t generation = cache_.generation();
  GH_CO_TRY(Organization found,
            co_await d_.db.Lookup(sql::Tenant::Of(organization),
                                  [&](sql::Tx& tx) { return store::Find(tx, organization); }));
  cache_.Put(found, generation);
  co_return found;
}

Task<std::pair<Organization, std::optional<Member>>> ServiceImpl::GetWithMember(std::string slug,
                                                                                UserId user) {
  using Both = std::pair<Organization, std::optional<Member>>;
  // All: the slug says which organization it is.
  co_return co_await d_.db.Lookup(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<Both> {
    GH_TRY(Organization organization, store::FindBySlug(tx, slug));
    GH_TRY(std::optional<Member> member, store::FindMember(tx, organization.id, user));
    return Both(std::move(organization), std::move(member));
  });
}

Task<std::optional<Member>> ServiceImpl::CheckMembership(OrgId organization, UserId user) {
  co_return co_await d_.db.Lookup(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return store::FindMember(tx, organization, user);
  });
}

Task<std::vector<OrgMembership>> ServiceImpl::ListForUser(UserId user) {
  // All: a user's memberships in all organizations.
  co_return co_await d_.db.Read(sql::Tenant::All(),
                                [&](sql::Tx& tx) { return store::MembershipsOf(tx, user); });
}

Task<MemberPage> ServiceImpl::ListMembers(OrgId organization, std::optional<MemberId> after,
                                          std::size_t limit) {
  const std::size_t size = std::clamp<std::size_t>(limit, 1, kMaxPage);
  co_return co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return store::ListMembers(tx, organization, after.value_or(MemberId{}), size);
  });
}

Task<std::vector<Member>> ServiceImpl::Owners(OrgId organization) {
  co_return co_await d_.db.Read(sql::Tenant::Of(organization),
                                [&](sql::Tx& tx) { return store::Owners(tx, organization); });
}

Task<std::int64_t> ServiceImpl::CountWithoutSso(OrgId organization) {
  co_return co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return store::CountWithout(tx, organization, kSsoLinked);
  });
}

Task<Organization> ServiceImpl::Create(std::string slug, std::string name, UserCopy owner,
                                       Actor actor) {
  if (!IsValidSlug(slug)) co_return Fail(Code::kInvalidArgument, kSlugInvalid);
  GH_CO_TRY(const std::string checked_name, CheckName(name));
  const OrganizationCache::Changing changing(cache_);
  const OrgId id = d_.ids.Next<OrgId>();
  co_return co_await d_.db.Write(sql::Tenant::Of(id), [&](sql::Tx& tx) -> Result<Organization> {
    const Organization organization{.id = id,
                                    .slug = slug,
                                    .name = checked_name,
                                    .status = "active",
                                    .default_role = "member",
                                    .flags = kAllowJoinLeave,
                                    .version = 1,
                                    .created_at = d_.clock.Now()};
    GH_TRY_VOID(store::Insert(tx, organization));
    const Member member{.id = d_.ids.Next<MemberId>(),
                        .organization = organization.id,
                        .user = owner.user,
                        .email = owner.email,
                        .name = owner.name,
                        .role = "owner",
                        .flags = 0,
                        .version = 1,
                        .user_is_active = owner.is_active,
                        .user_has_2fa = owner.has_2fa,
                        .created_at = organization.created_at};
    GH_TRY_VOID(store::InsertMember(tx, member));
    GH_TRY_VOID(Audit(tx,
                      MakeEntry(organization.id, audit::Event::kOrgAdd, organization.id.value,
                                {{"slug", organization.slug}, {"name", organization.name}}),
                      actor));
    return organization;
  });
}

Task<Member> ServiceImpl::AddMember(OrgId organization, UserCopy user, std::string role,
                                    std::int64_t flags, Actor actor) {
  if (FindRole(role) == nullptr) co_return Fail(Code::kInvalidArgument, kRoleUnknown, role);
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Member> {
    GH_TRY_VOID(store::Find(tx, organization));
    return Join(tx, organization, user, role, flags, actor);
  });
}

Task<Organization> ServiceImpl::UpdateFlags(OrgId organization, json::Object flags, bool sso_active,
                                            std::int64_t expected_version, Actor actor) {
  GH_CO_TRY(const store::FlagChange change, ParseFlags(flags, sso_active));
  const OrganizationCache::Changing changing(cache_);
  co_return co_await d_.db.Write(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Organization> {
        GH_TRY(Organization before, store::Find(tx, organization));
        if (expected_version != 0 && expected_version != before.version) {
          return Fail(Code::kConflict, kOrganizationChanged);
        }
        if (change.set == 0 && change.clear == 0) return before;
        GH_TRY(Organization after, store::ChangeFlags(tx, organization, change, expected_version));
        GH_TRY_VOID(TellControl(tx, after));
        if (after.require_2fa() && !before.require_2fa()) {
          GH_TRY_VOID(Enforce2fa(tx, organization, actor));
        }
        json::Object data = DescribeFlags(before.flags, after.flags);
        if (!data.empty()) {
          GH_TRY_VOID(Audit(
              tx,
              MakeEntry(organization, audit::Event::kOrgEdit, organization.value, std::move(data)),
              actor));
        }
        return after;
      });
}

Task<void> ServiceImpl::UpdateDefaultRole(OrgId organization, std::string role, Actor actor) {
  if (FindRole(role) == nullptr) co_return Fail(Code::kInvalidArgument, kRoleUnknown, role);
  const OrganizationCache::Changing changing(cache_);
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
    GH_TRY(const Organization before, store::Find(tx, organization));
    return ChangeDefaultRole(tx, before, role, actor);
  });
}

}  // namespace gatehouse::orgs
