#include <algorithm>

#include "edge/access/testing/fake_services.h"

namespace gatehouse::access::testing {

namespace {

class FakeTeams final : public teams::Service {
 public:
  explicit FakeTeams(World& world) : w_(world) {}

  Task<std::vector<teams::Team>> List(OrgId organization, teams::Caller caller) override {
    std::vector<teams::Team> out;
    for (const FakeTeam& team : w_.teams) {
      if (team.team.organization == organization) out.push_back(Seen(team, caller));
    }
    co_return out;
  }
  Task<teams::Team> Get(OrgId organization, std::string slug, teams::Caller caller) override {
    FakeTeam* team = Find(organization, slug);
    if (team == nullptr) co_return Fail(Code::kNotFound, "team_not_found");
    co_return Seen(*team, caller);
  }
  Task<std::vector<teams::TeamMember>> Members(OrgId organization, std::string slug,
                                               std::optional<MemberId> after,
                                               std::size_t limit) override {
    FakeTeam* team = Find(organization, slug);
    if (team == nullptr) co_return Fail(Code::kNotFound, "team_not_found");
    std::vector<teams::TeamMember> out;
    for (const auto& [id, role] : team->members) {
      if ((after && id <= *after) || out.size() == limit) continue;
      auto member = std::ranges::find(w_.members, id, &orgs::Member::id);
      if (member != w_.members.end()) out.push_back({*member, role.value_or("contributor")});
    }
    co_return out;
  }
  Task<teams::Team> Create(OrgId organization, std::string slug, std::string name,
                           teams::Caller caller) override {
    GH_CO_TRY_VOID(w_.TakeChange());
    if (Find(organization, slug) != nullptr) co_return Fail(Code::kAlreadyExists, "slug_taken");
    w_.AddTeam(organization, std::move(slug), std::move(name));
    co_return Seen(w_.teams.back(), caller);
  }
  Task<teams::Team> Update(OrgId organization, std::string slug,
                           std::optional<std::string> new_slug, std::optional<std::string> name,
                           teams::Caller caller) override {
    FakeTeam* team = Find(organization, slug);
    if (team == nullptr) co_return Fail(Code::kNotFound, "team_not_found");
    GH_CO_TRY_VOID(w_.TakeChange());
    if (new_slug) team->team.slug = *new_slug;
    if (name) team->team.name = *name;
    co_return Seen(*team, caller);
  }
  Task<void> Delete(OrgId organization, std::string slug, teams::Caller) override {
    if (Find(organization, slug) == nullptr) co_return Fail(Code::kNotFound, "team_not_found");
    GH_CO_TRY_VOID(w_.TakeChange());
    std::erase_if(w_.teams, [&](const FakeTeam& team) {
      return team.team.organization == organization && team.team.slug == slug;
    });
    co_return Result<void>();
  }
  Task<teams::Joined> Join(OrgId organization, std::string slug, MemberId member,
                           teams::Caller) override {
    FakeTeam* team = Find(organization, slug);
    if (team == nullptr) co_return Fail(Code::kNotFound, "team_not_found");
    auto found = std::ranges::find(w_.members, member, &orgs::Member::id);
    if (found == w_.members.end()) co_return Fail(Code::kNotFound, "member_not_found");
    GH_CO_TRY_VOID(w_.TakeChange());
    if (team->members.contains(member)) co_return teams::Joined::kAlready;
    auto owner = std::ranges::find(w_.organizations, organization, &orgs::Organization::id);
    if (!owner->open_membership()) {
      w_.access_requests.push_back({w_.next_id++, team->team, *found, {}, kNow});
      co_return teams::Joined::kRequested;
    }
    team->members[member] = std::nullopt;
    co_return teams::Joined::kAdded;
  }
  Task<void> Leave(OrgId organization, std::string slug, MemberId member, teams::Caller) override {
    FakeTeam* team = Find(organization, slug);
    if (team == nullptr) co_return Fail(Code::kNotFound, "team_not_found");
    GH_CO_TRY_VOID(w_.TakeChange());
    team->members.erase(member);
    co_return Result<void>();
  }
  Task<void> SetRole(OrgId organization, std::string slug, MemberId member, std::string role,
                     teams::Caller) override {
    FakeTeam* team = Find(organization, slug);
    if (team == nullptr) co_return Fail(Code::kNotFound, "team_not_found");
    auto found = team->members.find(member);
    if (found == team->members.end()) co_return Fail(Code::kNotFound, "not_in_team");
    GH_CO_TRY_VOID(w_.TakeChange());
    found->second = std::move(role);
    co_return Result<void>();
  }
  Task<std::vector<teams::AccessRequest>> Requests(OrgId organization, teams::Caller) override {
    std::vector<teams::AccessRequest> out;
    for (const teams::AccessRequest& request : w_.access_requests) {
      if (request.team.organization == organization) out.push_back(request);
    }
    co_return out;
  }
  Task<void> Decide(OrgId organization, std::int64_t request, bool approve,
                    teams::Caller) override {
    auto found = std::ranges::find(w_.access_requests, request, &teams::AccessRequest::id);
    if (found == w_.access_requests.end() || found->team.organization != organization) {
      co_return Fail(Code::kNotFound, "request_not_found");
    }
    GH_CO_TRY_VOID(w_.TakeChange());
    if (approve) Find(organization, found->team.slug)->members[found->member.id] = std::nullopt;
    w_.access_requests.erase(found);
    co_return Result<void>();
  }

 private:
  FakeTeam* Find(OrgId organization, const std::string& slug) {
    for (FakeTeam& team : w_.teams) {
      if (team.team.organization == organization && team.team.slug == slug) return &team;
    }
    return nullptr;
  }
  teams::Team Seen(const FakeTeam& team, const teams::Caller& caller) const {
    teams::Team seen = team.team;
    seen.member_count = static_cast<std::int64_t>(team.members.size());
    seen.is_member = team.members.contains(caller.member);
    seen.has_pending_request =
        std::ranges::any_of(w_.access_requests, [&](const teams::AccessRequest& request) {
          return request.team.id == team.team.id && request.member.id == caller.member;
        });
    return seen;
  }

  World& w_;
};

}  // namespace

TeamId World::AddTeam(OrgId organization, std::string slug, std::string name) {
  FakeTeam team;
  team.team.id = TeamId{next_id++};
  team.team.organization = organization;
  team.team.slug = std::move(slug);
  team.team.name = std::move(name);
  team.team.created_at = kNow;
  teams.push_back(std::move(team));
  return teams.back().team.id;
}

std::unique_ptr<teams::Service> NewFakeTeams(World& world) {
  return std::make_unique<FakeTeams>(world);
}

}  // namespace gatehouse::access::testing
