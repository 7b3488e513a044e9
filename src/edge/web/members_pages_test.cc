// Members and teams: what the pages show, what their forms do, and to whom they say no.

#include <gtest/gtest.h>

#include "edge/web/testing/web_rig.h"

namespace gatehouse::web {
namespace {

using testing::Browser;
using testing::Fields;
using testing::Location;
using testing::PasswordProof;
using testing::Town;

constexpr const char* kEvil = "<img src=x onerror=alert(1)>";

bool Has(const http::Response& response, std::string_view text) {
  return response.body.find(text) != std::string::npos;
}

class MembersPagesTest : public ::testing::Test {
 protected:
  MembersPagesTest() {
    owner_.SignIn(town_.world.AddSession(town_.ada, {PasswordProof()}));
    member_.SignIn(town_.world.AddSession(town_.bob, {PasswordProof()}));
    town_.world.organizations[0].version = 1;
    owner_.Get("/organizations/");
    member_.Get("/organizations/");
  }
  orgs::Member& MemberOf(UserId user) {
    for (orgs::Member& member : town_.world.members) {
      if (member.organization == town_.acme && member.user == user) return member;
    }
    ADD_FAILURE();
    return town_.world.members.front();
  }
  std::string PathOf(UserId user) {
    return "/organizations/acme/members/" + MemberOf(user).id.ToString() + "/";
  }
  Town town_;
  Browser owner_{town_}, member_{town_};
};

TEST_F(MembersPagesTest, ListCountsSearchesAndSaysWhenNobodyIsFound) {
  MemberOf(town_.bob).name = kEvil;
  auto all = owner_.Get("/organizations/acme/members/");
  EXPECT_EQ(all.status, 200);
  EXPECT_TRUE(Has(all, "2 in all"));
  EXPECT_TRUE(Has(all, "Invite people"));
  EXPECT_FALSE(Has(all, kEvil));
  EXPECT_TRUE(Has(all, "&lt;img src=x"));
  auto found = owner_.Get("/organizations/acme/members/?query=ada");
  EXPECT_TRUE(Has(found, "1 found"));
  EXPECT_TRUE(Has(found, "value=\"ada\""));
  auto none = owner_.Get("/organizations/acme/members/?query=%22%3E%3Cscript%3E");
  EXPECT_TRUE(Has(none, "0 found"));
  EXPECT_TRUE(Has(none, "Show all members"));
  EXPECT_FALSE(Has(none, "<table"));
  EXPECT_FALSE(Has(none, "\"><script>"));
  EXPECT_EQ(owner_.Get("/organizations/acme/members/?after=x").status, 400);
  EXPECT_TRUE(Has(member_.Get("/organizations/acme/members/"), "Ask to invite somebody"));
}

TEST_F(MembersPagesTest, OwnerChangesARoleAndSeesARefusalOnThePage) {
  auto page = owner_.Get(PathOf(town_.bob));
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(Has(page, "value=\"manager\""));
  EXPECT_TRUE(Has(page, "audit-log/?actor=" + town_.bob.ToString()));
  EXPECT_TRUE(Has(page, "audit-log/?target=" + town_.bob.ToString()));
  const std::string version = std::to_string(MemberOf(town_.bob).version);
  const Fields change = {{"op", "role"}, {"role", "manager"}, {"version", version}};
  EXPECT_EQ(owner_.PostRaw(PathOf(town_.bob), change).status, 403);
  EXPECT_EQ(MemberOf(town_.bob).role, "member");
  EXPECT_EQ(Location(owner_.Post(PathOf(town_.bob), change)),
            PathOf(town_.bob) + "?flash=role_saved");
  EXPECT_EQ(MemberOf(town_.bob).role, "manager");

  town_.world.next_change = Fail(Code::kConflict, "member_changed");
  auto refused = owner_.Post(PathOf(town_.bob), change);
  EXPECT_EQ(refused.status, 409);
  EXPECT_TRUE(Has(refused, "role=\"alert\""));
  EXPECT_TRUE(Has(refused, "Save role"));
}

TEST_F(MembersPagesTest, MemberSeesAMemberAndMayChangeNothing) {
  auto page = member_.Get(PathOf(town_.ada));
  EXPECT_EQ(page.status, 200);
  for (const char* form : {"Save role", "Save teams", "Remove from organization", "audit-log"}) {
    EXPECT_FALSE(Has(page, form)) << form;
  }
  EXPECT_TRUE(Has(member_.Get(PathOf(town_.bob)), "Leave organization"));
  EXPECT_EQ(member_.Get("/organizations/acme/members/99/").status, 404);
  EXPECT_EQ(
      member_.Get("/organizations/beta/members/" + MemberOf(town_.ada).id.ToString() + "/").status,
      404);
}

TEST_F(MembersPagesTest, TheOnlyOwnerIsToldSoAndNotOfferedToLeave) {
  auto page = owner_.Get(PathOf(town_.ada));
  EXPECT_TRUE(Has(page, "The only owner of Acme Corporation"));
  EXPECT_FALSE(Has(page, "Leave organization"));
  MemberOf(town_.bob).role = "owner";
  EXPECT_TRUE(Has(owner_.Get(PathOf(town_.ada)), "Leave organization"));
}

TEST_F(MembersPagesTest, RemovalWantsItsTick) {
  const std::string path = PathOf(town_.bob);
  EXPECT_EQ(owner_.Post(path, {{"op", "remove"}}).status, 400);
  EXPECT_EQ(town_.world.members.size(), 3u);
  EXPECT_EQ(Location(owner_.Post(path, {{"op", "remove"}, {"confirm", "1"}})),
            "/organizations/acme/members/?flash=member_removed");
  EXPECT_EQ(town_.world.members.size(), 2u);
}

TEST_F(MembersPagesTest, WhoIsOverTheLimitMayOnlyLeave) {
  const std::string door = "/organizations/acme/disabled-member/";
  EXPECT_EQ(Location(member_.Get(door)), "/organizations/acme/");
  MemberOf(town_.bob).flags |= orgs::kMemberLimitRestricted;
  for (const char* page : {"", "members/", "teams/", "invites/"}) {
    EXPECT_EQ(Location(member_.Get(std::string("/organizations/acme/") + page)), door) << page;
  }
  EXPECT_TRUE(Has(member_.Get(door), "Acme Corporation has more members than it may have"));
  EXPECT_EQ(member_.Post(door, {}).status, 400);
  const std::size_t before = town_.world.members.size();
  EXPECT_EQ(Location(member_.Post(door, {{"confirm", "1"}})),
            "/organizations/?flash=organization_left");
  EXPECT_EQ(town_.world.members.size(), before - 1);
  EXPECT_EQ(owner_.Get("/organizations/acme/members/").status, 200);
}

// The last resort of somebody who lost device and codes.
TEST_F(MembersPagesTest, AnAdministratorTakesTheSecondFactorsFromAMemberOfThisOrganizationOnly) {
  const std::string path = PathOf(town_.bob);
  const Fields form = {{"op", "reset-factors"}, {"confirm", "1"}};
  EXPECT_FALSE(Has(owner_.Get(path), "Lost second factor"));
  town_.world.AddFactor(town_.bob, factors::Kind::kTotp, "Phone");
  MemberOf(town_.bob).user_has_2fa = true;
  EXPECT_TRUE(Has(owner_.Get(path), "Lost second factor"));
  EXPECT_FALSE(Has(member_.Get(path), "Lost second factor"));
  EXPECT_EQ(owner_.Post(path, {{"op", "reset-factors"}}).status, 400);
  EXPECT_EQ(member_.Post(path, form).status, 403);
  MemberOf(town_.bob).role = "manager";
  MemberOf(town_.ada).user_has_2fa = true;
  EXPECT_EQ(member_.Post(PathOf(town_.ada), form).status, 403);
  MemberOf(town_.bob).role = "member";
  // Another organization has a say in how the account is protected, too.
  auto refused = owner_.Post(path, form);
  EXPECT_EQ(refused.status, 403);
  EXPECT_TRUE(Has(refused, "gatehouse user reset-factors"));
  EXPECT_TRUE(town_.world.accounts.at(town_.bob).user.has_2fa);
  std::erase_if(town_.world.members, [&](const auto& m) { return m.organization == town_.beta; });
  EXPECT_EQ(Location(owner_.Post(path, form)), path + "?flash=factors_reset");
  EXPECT_FALSE(town_.world.accounts.at(town_.bob).user.has_2fa);
}

TEST_F(MembersPagesTest, WhoIsNotLinkedIsMailedTheWay) {
  const std::string path = PathOf(town_.bob);
  EXPECT_FALSE(Has(owner_.Get(path), "Mail the way to link"));
  EXPECT_EQ(owner_.Post(path, {{"op", "send-link"}}).status, 400);
  town_.world.AddProvider(town_.acme, true);
  EXPECT_TRUE(Has(owner_.Get(path), "Mail the way to link"));
  EXPECT_FALSE(Has(member_.Get(path), "Mail the way to link"));
  EXPECT_EQ(Location(owner_.Post(path, {{"op", "send-link"}})), path + "?flash=link_mail_sent");
  MemberOf(town_.bob).flags |= orgs::kSsoLinked;
  EXPECT_FALSE(Has(owner_.Get(path), "Mail the way to link"));
}

// ---- teams --------------------------------------------------------------------------------------

TEST_F(MembersPagesTest, TeamsAreCreatedAndSayWhatIsWrongWithAName) {
  auto empty = owner_.Get("/organizations/acme/teams/");
  EXPECT_TRUE(Has(empty, "No teams yet."));
  const Fields team = {{"op", "create"}, {"name", "Rockets"}, {"new_slug", "Rockets"}};
  EXPECT_EQ(owner_.PostRaw("/organizations/acme/teams/", team).status, 403);
  EXPECT_TRUE(town_.world.teams.empty());
  EXPECT_EQ(Location(owner_.Post("/organizations/acme/teams/", team)),
            "/organizations/acme/teams/rockets/?flash=team_created");
  auto taken = owner_.Post("/organizations/acme/teams/", team);
  EXPECT_EQ(taken.status, 409);
  EXPECT_TRUE(Has(taken, "value=\"Rockets\""));
  auto page = owner_.Get("/organizations/acme/teams/rockets/");
  EXPECT_TRUE(Has(page, "Nobody is in this team yet."));
  EXPECT_FALSE(Has(page, "<table"));
  EXPECT_FALSE(Has(member_.Get("/organizations/acme/teams/"), "Create a team"));
  auto plain = member_.Get("/organizations/acme/teams/rockets/");
  EXPECT_FALSE(Has(plain, "Delete team"));
  EXPECT_FALSE(Has(plain, "Rename"));
}

TEST_F(MembersPagesTest, MembersJoinAnOpenTeamAndAskForAClosedOne) {
  town_.world.AddTeam(town_.acme, "rockets", kEvil);
  const std::string path = "/organizations/acme/teams/rockets/";
  const Fields join = {{"op", "join"}, {"member", MemberOf(town_.bob).id.ToString()}};
  town_.world.organizations[0].flags |= orgs::kAllowJoinLeave;
  EXPECT_EQ(Location(member_.Post(path, join)), path + "?flash=team_joined");
  auto page = member_.Get(path);
  EXPECT_TRUE(Has(page, "1 member<"));
  EXPECT_TRUE(Has(page, "Leave team"));
  EXPECT_FALSE(Has(page, kEvil));
  const Fields leave = {{"op", "leave"}, {"member", MemberOf(town_.bob).id.ToString()}};
  EXPECT_EQ(Location(member_.Post(path, leave)), path + "?flash=team_left");

  town_.world.organizations[0].flags &= ~orgs::kAllowJoinLeave;
  EXPECT_EQ(Location(member_.Post(path, join)), path + "?flash=team_requested");
  EXPECT_TRUE(Has(member_.Get(path), "You asked to join"));
  auto list = owner_.Get("/organizations/acme/teams/");
  EXPECT_TRUE(Has(list, "asks to join"));
  EXPECT_TRUE(Has(list, "Members ask to join"));
  const std::string request = std::to_string(town_.world.access_requests.front().id);
  EXPECT_EQ(
      Location(owner_.Post("/organizations/acme/teams/", {{"op", "approve"}, {"id", request}})),
      "/organizations/acme/teams/?flash=request_approved");
  EXPECT_TRUE(town_.world.access_requests.empty());
}

// Mails name the settings by these addresses.
TEST_F(MembersPagesTest, AddressesInMailsLeadToTheirPages) {
  town_.world.AddTeam(town_.acme, "rockets", "Rockets");
  for (auto [mailed, page] :
       {std::pair("/settings/acme/members/", "/organizations/acme/invites/"),
        std::pair("/settings/acme/teams/", "/organizations/acme/teams/"),
        std::pair("/settings/acme/teams/rockets/", "/organizations/acme/teams/rockets/")}) {
    EXPECT_EQ(Location(owner_.Get(mailed)), page);
    EXPECT_EQ(owner_.Get(page).status, 200) << page;
  }
}

// ---- settings -----------------------------------------------------------------------------------

TEST_F(MembersPagesTest, SettingsAreForThoseWhoMayWrite) {
  const std::string path = "/organizations/acme/settings/";
  EXPECT_EQ(member_.Get(path).status, 403);
  auto page = owner_.Get(path);
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(Has(page, "https://gate.example/join-request/acme/"));
  const std::string version = std::to_string(town_.world.organizations[0].version);
  const Fields form = {{"op", "switches"}, {"version", version}, {"allow_joinleave", "on"}};
  EXPECT_EQ(owner_.PostRaw(path, form).status, 403);
  EXPECT_EQ(member_.Post(path, form).status, 403);
  EXPECT_EQ(town_.world.organizations[0].flags & orgs::kNoInvites, 0);
  EXPECT_EQ(Location(owner_.Post(path, form)), path + "?flash=settings_saved");
  EXPECT_NE(town_.world.organizations[0].flags & orgs::kNoInvites, 0);
  EXPECT_TRUE(Has(owner_.Get("/organizations/acme/invites/"), "takes no invitations"));
}

TEST_F(MembersPagesTest, WhoRequiresASecondFactorHasOne) {
  const std::string path = "/organizations/acme/settings/";
  const std::string version = std::to_string(town_.world.organizations[0].version);
  auto refused =
      owner_.Post(path, {{"op", "switches"}, {"version", version}, {"require_2fa", "on"}});
  EXPECT_EQ(refused.status, 409);
  EXPECT_TRUE(Has(refused, "role=\"alert\""));
  EXPECT_FALSE(town_.world.organizations[0].require_2fa());
  town_.world.accounts.at(town_.ada).user.email_verified = false;
  owner_.SignIn(town_.world.AddSession(town_.ada, {PasswordProof()}));
  owner_.Get(path);
  refused = owner_.Post(
      path, {{"op", "switches"}, {"version", version}, {"require_email_verification", "on"}});
  EXPECT_EQ(refused.status, 409);
  EXPECT_TRUE(Has(refused, "Confirm your own address first"));
  EXPECT_EQ(Location(owner_.Post(path, {{"op", "default-role"}, {"role", "manager"}})),
            path + "?flash=settings_saved");
  EXPECT_EQ(town_.world.organizations[0].default_role, "manager");
}

}  // namespace
}  // namespace gatehouse::web
