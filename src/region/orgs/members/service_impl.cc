#include "region/orgs/members/service_impl.h"

#include "region/orgs/members/errors.h"
#include "region/orgs/members/standing.h"
#include "region/orgs/members/store.h"
#include "region/orgs/members/write_again.h"
#include "region/orgs/store.h"

namespace gatehouse::members {
namespace {

constexpr std::string_view kOwner = "owner";

std::string FromTo(std::string_view before, std::string_view after) {
  return "from " + std::string(before) + " to " + std::string(after);
}

}  // namespace

ServiceImpl::ServiceImpl(Parts parts) : d_(std::move(parts)) {}

void ServiceImpl::WakeMail() const {
  if (d_.on_mail) d_.on_mail();
}

Result<void> ServiceImpl::Audit(sql::Tx& tx, audit::Event event, const orgs::Member& about,
                                json::Object data, const orgs::Actor& actor) const {
  audit::Entry entry;
  entry.organization = about.organization;
  entry.event = event;
  entry.actor = actor.user;
  entry.actor_label = actor.label;
  entry.target_object = about.id.value;
  entry.target_user = about.user;
  entry.ip = actor.ip;
  entry.data = std::move(data);
  entry.correlation_id = actor.correlation_id;
  GH_TRY_VOID(d_.audit.Record(tx, entry));
  return {};
}

Result<Detail> ServiceImpl::DetailOf(sql::Tx& tx, const Standing& caller,
                                     orgs::Member member) const {
  Detail detail;
  GH_TRY(detail.teams, store::TeamsOf(tx, member.organization, member.id));
  if (member.role == kOwner) {
    GH_TRY(const std::int64_t others, store::CountOtherOwners(tx, member.organization, member.id));
    detail.is_only_owner = others == 0;
  }
  detail.grantable_roles = GrantableRoles(caller, member);
  detail.member = std::move(member);
  return detail;
}

Result<void> ServiceImpl::KeepAnOwner(sql::Tx& tx, const orgs::Member& member) const {
  GH_TRY_VOID(store::LockOwners(tx, member.organization));
  GH_TRY(const std::int64_t others, store::CountOtherOwners(tx, member.organization, member.id));
  if (others == 0) return Fail(Code::kFailedPrecondition, kOnlyOwner);
  return {};
}

Task<Page> ServiceImpl::List(OrgId organization, Search search, std::vector<UserId> also_users) {
  co_return co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Page> {
    GH_TRY(const orgs::Organization found, orgs::store::Find(tx, organization));
    return store::List(tx, found, search, also_users);
  });
}

Task<Detail> ServiceImpl::Get(OrgId organization, MemberId member, Caller caller) {
  co_return co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Detail> {
    GH_TRY(const Standing standing, StandingOf(tx, organization, caller));
    GH_TRY(orgs::Member found, store::FindApproved(tx, organization, member));
    return DetailOf(tx, standing, std::move(found));
  });
}

Result<void> ServiceImpl::Change(sql::Tx& tx, const Standing& caller, const orgs::Member& before,
                                 const members::Change& change, const orgs::Actor& actor) const {
  const bool new_role = change.role && *change.role != before.role;
  if (new_role) {
    GH_TRY_VOID(CheckRoleChange(caller, before, *change.role));
    if (before.role == kOwner) GH_TRY_VOID(KeepAnOwner(tx, before));
  }
  GH_TRY(const std::vector<TeamRole> teams_before,
         store::TeamsOf(tx, before.organization, before.id));
  orgs::Member after = before;
  json::Object changes;
  if (new_role) {
    after.role = *change.role;
    GH_TRY_VOID(store::SetRole(tx, before.organization, before.id, after.role));
    // What the new role gives anyway would come back to life with a lower role later.
    if (IsTeamAdminByRole(after.role)) {
      GH_TRY_VOID(store::ClearTeamRoles(tx, before.organization, before.id));
    }
    changes["role"] = FromTo(before.role, after.role);
  }
  if (change.teams) {
    GH_TRY_VOID(store::ReplaceTeams(tx, before.organization, after, *change.teams, d_.clock.Now()));
  }
  GH_TRY(const std::vector<TeamRole> teams_after,
         store::TeamsOf(tx, before.organization, before.id));
  if (teams_before != teams_after) {
    changes["teams"] = FromTo(DescribeTeams(teams_before), DescribeTeams(teams_after));
    if (!new_role) GH_TRY_VOID(store::Touch(tx, before.organization, before.id));
  }
  if (changes.empty()) return {};
  json::Object data = Describe(after, teams_after);
  data["changes"] = std::move(changes);
  return Audit(tx, audit::Event::kMemberEdit, before, std::move(data), actor);
}

Task<Detail> ServiceImpl::Update(OrgId organization, MemberId member, members::Change change,
                                 Caller caller) {
  co_return co_await WriteAgain(
      d_.db, sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Detail> {
        GH_TRY(const Standing standing, StandingOf(tx, organization, caller));
        GH_TRY(const orgs::Member before, store::FindApproved(tx, organization, member));
        if (!standing.Has("member:write")) return Fail(Code::kPermissionDenied, kForbidden);
        if ((before.flags & orgs::kPartnershipRestricted) != 0) {
          return Fail(Code::kPermissionDenied, kMembershipLocked);
        }
        if (change.version && *change.version != before.version) {
          return Fail(Code::kConflict, kMemberChanged);
        }
        GH_TRY_VOID(Change(tx, standing, before, change, caller.actor));
        GH_TRY(orgs::Member after, store::FindApproved(tx, organization, member));
        return DetailOf(tx, standing, std::move(after));
      });
}

Result<bool> ServiceImpl::Erase(sql::Tx& tx, const orgs::Member& member,
                                const orgs::Actor& actor) const {
  GH_TRY(const std::vector<TeamRole> teams, store::TeamsOf(tx, member.organization, member.id));
  GH_TRY_VOID(store::BuryInvite(tx, member.organization, member.id, "revoked", d_.clock.Now()));
  GH_TRY_VOID(store::Delete(tx, member.organization, member.id));
  GH_TRY_VOID(Audit(tx, audit::Event::kMemberRemove, member, Describe(member, teams), actor));
  if (!member.user) return false;
  json::Object payload = {{"user_id", member.user->value},
                          {"removed", true},
                          {"actor_label", actor.label},
                          {"ip", actor.ip},
                          {"correlation_id", actor.correlation_id}};
  if (actor.user) payload["actor_user_id"] = actor.user->value;
  GH_TRY_VOID(d_.outbox.Enqueue(tx, outbox::Category::kMemberUpdate, member.organization.value,
                                member.id.value, payload));
  return true;
}

Task<void> ServiceImpl::Remove(OrgId organization, MemberId member, Caller caller) {
  GH_CO_TRY(
      const bool tell,
      co_await WriteAgain(d_.db, sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<bool> {
        GH_TRY(const Standing standing, StandingOf(tx, organization, caller));
        GH_TRY(const orgs::Member found, store::FindApproved(tx, organization, member));
        GH_TRY_VOID(CheckRemoval(standing, found));
        if (found.role == kOwner) GH_TRY_VOID(KeepAnOwner(tx, found));
        return Erase(tx, found, caller.actor);
      }));
  if (tell) {
    co_await d_.drainer.DrainShard({outbox::Scope::kOrganization, organization.value});
  }
  co_return Result<void>();
}

Task<bool> ServiceImpl::DeleteOrganizationMember(OrgId organization, MemberId member,
                                                 orgs::Actor actor) {
  bool tell = false;
  GH_CO_TRY(
      const bool deleted,
      co_await WriteAgain(d_.db, sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<bool> {
        tell = false;
        GH_TRY(const std::optional<orgs::Member> found, store::Find(tx, organization, member));
        if (!found) return false;
        if (found->role == kOwner) GH_TRY_VOID(KeepAnOwner(tx, *found));
        GH_TRY(tell, Erase(tx, *found, actor));
        return true;
      }));
  if (tell) {
    co_await d_.drainer.DrainShard({outbox::Scope::kOrganization, organization.value});
  }
  co_return deleted;
}

Task<orgs::Member> ServiceImpl::SetUserForOrganizationMember(OrgId organization, MemberId member,
                                                             UserCopy user, orgs::Actor actor) {
  const auto set = [&](sql::Tx& tx) -> Result<orgs::Member> {
    GH_TRY_VOID(orgs::store::Find(tx, organization));
    GH_TRY(std::optional<orgs::Member> present,
           orgs::store::FindMember(tx, organization, user.user));
    if (present) return std::move(*present);
    GH_TRY_VOID(store::BuryInvite(tx, organization, member, "accepted", d_.clock.Now()));
    GH_TRY(const bool changed, store::SetUser(tx, organization, member, user));
    if (!changed) return Fail(Code::kNotFound, kMemberNotFound);
    GH_TRY(orgs::Member after, store::FindApproved(tx, organization, member));
    GH_TRY(const std::vector<TeamRole> teams, store::TeamsOf(tx, organization, member));
    GH_TRY_VOID(Audit(tx, audit::Event::kMemberAdd, after, Describe(after, teams), actor));
    return after;
  };
  // Somebody whose user came in by another door meanwhile: that membership is the answer.
  co_return co_await WriteAgain(d_.db, sql::Tenant::Of(organization), set);
}

Task<orgs::Member> ServiceImpl::UpdateFlags(OrgId organization, MemberId member,
                                            std::int64_t version, std::int64_t set,
                                            std::int64_t clear) {
  co_return co_await WriteAgain(
      d_.db, sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<orgs::Member> {
        GH_TRY_VOID(store::FindApproved(tx, organization, member));
        GH_TRY(const bool changed, store::SetFlags(tx, organization, member, version, set, clear));
        if (!changed) return Fail(Code::kConflict, kMemberChanged);
        return store::FindApproved(tx, organization, member);
      });
}

}  // namespace gatehouse::members
