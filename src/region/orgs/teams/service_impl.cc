#include "region/orgs/teams/service_impl.h"

#include <algorithm>

#include "region/orgs/errors.h"
#include "region/orgs/members/errors.h"
#include "region/orgs/members/standing.h"
#include "region/orgs/members/store.h"
#include "region/orgs/members/write_again.h"
#include "region/orgs/policy.h"
#include "region/orgs/store.h"
#include "region/orgs/teams/errors.h"
#include "region/orgs/teams/mails.h"
#include "region/orgs/teams/policy.h"
#include "region/orgs/teams/store.h"

namespace gatehouse::teams {
namespace {

using members::Standing;

constexpr std::size_t kMaxPage = 1000;
// Who hears of a request: those who have been here longest.
constexpr std::size_t kMaxMails = 50;

std::string FromTo(std::string_view before, std::string_view after) {
  return "from " + std::string(before) + " to " + std::string(after);
}

std::unexpected<Error> Forbidden() { return Fail(Code::kPermissionDenied, members::kForbidden); }

// The caller's own role in the team, if they are in it.
Result<std::optional<std::string>> OwnRole(sql::Tx& tx, const Standing& caller, const Team& team) {
  if (!team.is_member) return std::nullopt;
  GH_TRY(const std::optional<store::Place> place,
         store::PlaceIn(tx, team.organization, team.id, caller.member.id));
  return place ? place->role : std::nullopt;
}

Result<bool> MayManage(sql::Tx& tx, const Standing& caller, const Team& team,
                       std::string_view scope = "team:write") {
  GH_TRY(const std::optional<std::string> own, OwnRole(tx, caller, team));
  return HasAuthority(caller, team, own, scope);
}

Result<void> Unlocked(const Team& team) {
  if (team.idp_provisioned) return Fail(Code::kPermissionDenied, members::kMembershipLocked);
  return {};
}

}  // namespace

ServiceImpl::ServiceImpl(Parts parts) : d_(std::move(parts)) {}

void ServiceImpl::WakeMail() const {
  if (d_.on_mail) d_.on_mail();
}

Result<void> ServiceImpl::Audit(sql::Tx& tx, audit::Entry entry, const orgs::Actor& actor) const {
  entry.actor = actor.user;
  entry.actor_label = actor.label;
  entry.ip = actor.ip;
  entry.correlation_id = actor.correlation_id;
  GH_TRY_VOID(d_.audit.Record(tx, entry));
  return {};
}

Result<void> ServiceImpl::AuditPlace(sql::Tx& tx, audit::Event event, const Team& team,
                                     const orgs::Member& member, const orgs::Actor& actor) const {
  audit::Entry entry;
  entry.organization = team.organization;
  entry.event = event;
  entry.target_object = team.id.value;
  entry.target_user = member.user;
  entry.data = {{"team_slug", team.slug},
                {"member_id", member.id.value},
                {"email", member.email},
                {"is_active", event == audit::Event::kMemberJoinTeam}};
  return Audit(tx, std::move(entry), actor);
}

Result<void> ServiceImpl::AuditTeam(sql::Tx& tx, audit::Event event, const Team& team,
                                    json::Object changes, const orgs::Actor& actor) const {
  audit::Entry entry;
  entry.organization = team.organization;
  entry.event = event;
  entry.target_object = team.id.value;
  entry.data = {{"id", team.id.value}, {"slug", team.slug}, {"name", team.name}};
  if (!changes.empty()) entry.data["changes"] = std::move(changes);
  return Audit(tx, std::move(entry), actor);
}

Task<std::vector<Team>> ServiceImpl::List(OrgId organization, Caller caller) {
  using Teams = std::vector<Team>;
  co_return co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Teams> {
    GH_TRY(const Standing standing, members::StandingOf(tx, organization, caller));
    return store::All(tx, organization, standing.member.id);
  });
}

Task<Team> ServiceImpl::Get(OrgId organization, std::string slug, Caller caller) {
  co_return co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Team> {
    GH_TRY(const Standing standing, members::StandingOf(tx, organization, caller));
    return store::Find(tx, organization, slug, standing.member.id);
  });
}

Task<std::vector<TeamMember>> ServiceImpl::Members(OrgId organization, std::string slug,
                                                   std::optional<MemberId> after,
                                                   std::size_t limit) {
  using All = std::vector<TeamMember>;
  const std::size_t size = std::clamp<std::size_t>(limit, 1, kMaxPage);
  co_return co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<All> {
    GH_TRY(const Team team, store::Find(tx, organization, slug, MemberId{}));
    return store::Members(tx, organization, team.id, after.value_or(MemberId{}), size);
  });
}

Task<Team> ServiceImpl::Create(OrgId organization, std::string slug, std::string name,
                               Caller caller) {
  co_return co_await members::WriteAgain(
      d_.db, sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Team> {
        GH_TRY(const Standing standing, members::StandingOf(tx, organization, caller));
        if (!standing.Has("team:write")) return Forbidden();
        GH_TRY(const std::string checked_name, orgs::CheckName(name));
        const std::string checked_slug = slug.empty() ? SlugFrom(checked_name) : slug;
        if (!IsValidTeamSlug(checked_slug)) {
          return Fail(Code::kInvalidArgument, orgs::kSlugInvalid);
        }
        const Team team{.id = d_.ids.Next<TeamId>(),
                        .organization = organization,
                        .slug = checked_slug,
                        .name = checked_name,
                        .version = 1,
                        .created_at = d_.clock.Now()};
        GH_TRY_VOID(store::Insert(tx, team));
        GH_TRY_VOID(AuditTeam(tx, audit::Event::kTeamAdd, team, {}, caller.actor));
        // Whoever has no say in all teams would have made one that they cannot manage.
        const orgs::Role* role = orgs::FindRole(standing.member.role);
        if (role != nullptr && !role->is_global) {
          GH_TRY_VOID(store::Add(tx, organization, team.id, standing.member.id, d_.clock.Now()));
          GH_TRY_VOID(
              AuditPlace(tx, audit::Event::kMemberJoinTeam, team, standing.member, caller.actor));
        }
        return store::Find(tx, organization, team.slug, standing.member.id);
      });
}

Task<Team> ServiceImpl::Update(OrgId organization, std::string slug,
                               std::optional<std::string> new_slug, std::optional<std::string> name,
                               Caller caller) {
  co_return co_await members::WriteAgain(
      d_.db, sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Team> {
        GH_TRY(const Standing standing, members::StandingOf(tx, organization, caller));
        GH_TRY(const Team before, store::Find(tx, organization, slug, standing.member.id));
        GH_TRY(const bool may, MayManage(tx, standing, before));
        if (!may) return Forbidden();
        GH_TRY_VOID(Unlocked(before));
        Team after = before;
        json::Object changes;
        if (name) {
          GH_TRY(after.name, orgs::CheckName(*name));
        }
        if (new_slug) {
          if (!IsValidTeamSlug(*new_slug)) return Fail(Code::kInvalidArgument, orgs::kSlugInvalid);
          after.slug = *new_slug;
        }
        if (after.name != before.name) changes["name"] = FromTo(before.name, after.name);
        if (after.slug != before.slug) changes["slug"] = FromTo(before.slug, after.slug);
        if (changes.empty()) return before;
        GH_TRY_VOID(store::Update(tx, after));
        GH_TRY_VOID(
            AuditTeam(tx, audit::Event::kTeamEdit, after, std::move(changes), caller.actor));
        return store::Find(tx, organization, after.slug, standing.member.id);
      });
}

Task<void> ServiceImpl::Delete(OrgId organization, std::string slug, Caller caller) {
  co_return co_await members::WriteAgain(
      d_.db, sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY(const Standing standing, members::StandingOf(tx, organization, caller));
        GH_TRY(const Team team, store::Find(tx, organization, slug, standing.member.id));
        GH_TRY(const bool may, MayManage(tx, standing, team, "team:admin"));
        if (!may) return Forbidden();
        GH_TRY_VOID(Unlocked(team));
        GH_TRY_VOID(store::Delete(tx, organization, team.id));
        return AuditTeam(tx, audit::Event::kTeamRemove, team, {}, caller.actor);
      });
}

Result<bool> ServiceImpl::Ask(sql::Tx& tx, const Standing& caller, const Team& team,
                              const orgs::Member& member) const {
  AccessRequest request;
  request.id = d_.ids.NextValue();
  request.team = team;
  request.member = member;
  if (member.id != caller.member.id) request.requester = caller.member.user;
  request.created_at = d_.clock.Now();
  GH_TRY(const bool asked, store::InsertRequest(tx, request));
  if (!asked) return false;
  const std::string asker = caller.member.name.empty() ? caller.member.email : caller.member.name;
  const mail::Composed words = AccessRequested(d_.base_url, caller.organization, request, asker);
  GH_TRY(const auto deciders, store::Deciders(tx, team.organization, team.id, kMaxMails));
  for (const auto& [decider, address] : deciders) {
    const std::string id = "team-request-" + std::to_string(request.id) + "-" + decider.ToString();
    GH_TRY_VOID(d_.outbox.EnqueueMail(tx, decider.value, mail::Payload(id, address, words)));
  }
  return !deciders.empty();
}

Task<Joined> ServiceImpl::Join(OrgId organization, std::string slug, MemberId member,
                               Caller caller) {
  bool mailed = false;
  GH_CO_TRY(
      const Joined joined,
      co_await members::WriteAgain(
          d_.db, sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Joined> {
            mailed = false;
            GH_TRY(const Standing standing, members::StandingOf(tx, organization, caller));
            GH_TRY(const Team team, store::Find(tx, organization, slug, standing.member.id));
            GH_TRY(const orgs::Member target,
                   members::store::FindApproved(tx, organization, member));
            GH_TRY(const std::optional<store::Place> place,
                   store::PlaceIn(tx, organization, team.id, member));
            if (place) return Joined::kAlready;
            GH_TRY_VOID(Unlocked(team));
            GH_TRY(const bool may, MayManage(tx, standing, team));
            if (!may && !standing.organization.open_membership()) {
              GH_TRY(mailed, Ask(tx, standing, team, target));
              return Joined::kRequested;
            }
            GH_TRY_VOID(store::Add(tx, organization, team.id, member, d_.clock.Now()));
            GH_TRY_VOID(AuditPlace(tx, audit::Event::kMemberJoinTeam, team, target, caller.actor));
            return Joined::kAdded;
          }));
  if (mailed) WakeMail();
  co_return joined;
}

Task<void> ServiceImpl::Leave(OrgId organization, std::string slug, MemberId member,
                              Caller caller) {
  co_return co_await members::WriteAgain(
      d_.db, sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY(const Standing standing, members::StandingOf(tx, organization, caller));
        GH_TRY(const Team team, store::Find(tx, organization, slug, standing.member.id));
        GH_TRY(const orgs::Member target, members::store::FindApproved(tx, organization, member));
        if (member != standing.member.id) {
          GH_TRY(const bool may, MayManage(tx, standing, team));
          if (!may) return Forbidden();
        }
        GH_TRY_VOID(Unlocked(team));
        GH_TRY(const bool taken, store::Take(tx, organization, team.id, member));
        if (!taken) return {};
        return AuditPlace(tx, audit::Event::kMemberLeaveTeam, team, target, caller.actor);
      });
}

Task<void> ServiceImpl::SetRole(OrgId organization, std::string slug, MemberId member,
                                std::string role, Caller caller) {
  co_return co_await members::WriteAgain(
      d_.db, sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY(const Standing standing, members::StandingOf(tx, organization, caller));
        GH_TRY(const Team team, store::Find(tx, organization, slug, standing.member.id));
        GH_TRY(const orgs::Member target, members::store::FindApproved(tx, organization, member));
        if (role.empty() || !members::IsTeamRole(role)) {
          return Fail(Code::kInvalidArgument, members::kTeamRoleUnknown, role);
        }
        GH_TRY(const std::optional<store::Place> place,
               store::PlaceIn(tx, organization, team.id, member));
        if (!place) return Fail(Code::kNotFound, kNotInTeam);
        GH_TRY(const bool may, MayManage(tx, standing, team));
        if (!may) return Forbidden();
        if (orgs::RolePriority(standing.member.role) < orgs::RolePriority(target.role)) {
          return Fail(Code::kPermissionDenied, members::kRoleTooHigh);
        }
        const std::optional<std::string> stored = members::StoredTeamRole(target.role, role);
        if (stored == place->role) return {};
        GH_TRY_VOID(store::SetRole(tx, organization, team.id, member, stored));
        audit::Entry entry;
        entry.organization = organization;
        entry.event = audit::Event::kMemberEdit;
        entry.target_object = member.value;
        entry.target_user = target.user;
        entry.data = members::Describe(target, {});
        entry.data["teams_slugs"] = json::Array{json::Value(team.slug)};
        entry.data["changes"] =
            json::Object{{"team_role", FromTo(EffectiveTeamRole(target.role, place->role),
                                              EffectiveTeamRole(target.role, stored))}};
        return Audit(tx, std::move(entry), caller.actor);
      });
}

Task<std::vector<AccessRequest>> ServiceImpl::Requests(OrgId organization, Caller caller) {
  using All = std::vector<AccessRequest>;
  co_return co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<All> {
    GH_TRY(const Standing standing, members::StandingOf(tx, organization, caller));
    GH_TRY(All all, store::Requests(tx, organization, standing.member.id));
    if (standing.Has("org:write")) return all;
    All mine;
    for (AccessRequest& request : all) {
      if (!request.team.is_member) continue;
      GH_TRY(const bool may, MayManage(tx, standing, request.team));
      if (may) mine.push_back(std::move(request));
    }
    return mine;
  });
}

Task<void> ServiceImpl::Decide(OrgId organization, std::int64_t request, bool approve,
                               Caller caller) {
  bool mailed = false;
  GH_CO_TRY_VOID(co_await members::WriteAgain(
      d_.db, sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
        mailed = false;
        GH_TRY(const Standing standing, members::StandingOf(tx, organization, caller));
        GH_TRY(const AccessRequest found,
               store::FindRequest(tx, organization, request, standing.member.id));
        const Team& team = found.team;
        if (!standing.Has("org:write")) {
          GH_TRY(const bool may, MayManage(tx, standing, team));
          if (!may) return Forbidden();
        }
        if (!approve) return store::DeleteRequest(tx, organization, team.id, found.member.id);
        // Also for a request from before the provider took the team over.
        GH_TRY_VOID(Unlocked(team));
        GH_TRY(const bool added,
               store::Add(tx, organization, team.id, found.member.id, d_.clock.Now()));
        if (!added) return {};
        GH_TRY_VOID(
            AuditPlace(tx, audit::Event::kMemberJoinTeam, team, found.member, caller.actor));
        if (found.member.email.empty()) return {};
        const mail::Composed words = AccessGranted(d_.base_url, standing.organization, found);
        GH_TRY_VOID(d_.outbox.EnqueueMail(
            tx, found.member.id.value,
            mail::Payload("team-granted-" + std::to_string(found.id), found.member.email, words)));
        mailed = true;
        return {};
      }));
  if (mailed) WakeMail();
  co_return Result<void>();
}

}  // namespace gatehouse::teams
