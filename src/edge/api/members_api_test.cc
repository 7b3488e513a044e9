// Organizations, members, invitations and teams.

#include "edge/api/api_fixture.h"

namespace gatehouse::api {
namespace {

using http::Method;

const std::string kOrg = "/api/0/organizations/acme/";

const std::set<std::string> kMemberKeys = {
    "id",      "email",   "name",  "user",        "role",         "roleName",   "orgRole",
    "pending", "expired", "flags", "dateCreated", "inviteStatus", "inviterName"};

std::set<std::string> And(std::set<std::string> keys, std::initializer_list<const char*> more) {
  for (const char* one : more) keys.emplace(one);
  return keys;
}

// ---- members ------------------------------------------------------------------------------------

TEST_F(ApiTest, MembersHaveTheDocumentedShapes) {
  auto response = Get(kOrg + "members/?expand=externalUsers");
  auto list = json::Parse(response.body);
  ASSERT_TRUE(list.has_value());
  ASSERT_EQ(list->as_array().size(), 2u);
  EXPECT_EQ(Keys(list->as_array()[0].as_object()), And(kMemberKeys, {"externalUsers"}));
  EXPECT_EQ(response.headers.Get("X-Hits"), "2");
  EXPECT_EQ(Keys(Body(Get(kOrg + "members/me/"))),
            And(kMemberKeys,
                {"teams", "teamRoles", "isOnlyOwner", "roles", "orgRoleList", "teamRoleList"}));
  EXPECT_TRUE(Body(Get(kOrg + "members/me/")).at("isOnlyOwner").as_bool());
  EXPECT_EQ(Get(kOrg + "members/abc/").status, 404);
}

TEST_F(ApiTest, WhatIsAbsentInAChangeStays) {
  world_.AddTeam(acme_, "core", "Core");
  const std::string bob = kOrg + "members/" + RowOf(bob_).ToString() + "/";
  EXPECT_EQ(Ask(Method::kPut, bob, R"({"teams":["core"]})").status, 200);
  EXPECT_EQ(Body(Ask(Method::kPut, bob, R"({"orgRole":"manager"})")).at("teams").as_array().size(),
            1u);
  EXPECT_EQ(Body(Ask(Method::kPut, bob, R"({"teamRoles":[{"teamSlug":"core","role":"admin"}]})"))
                .at("teamRoles")
                .as_array()[0]
                .at("role")
                .as_string(),
            "admin");
  EXPECT_EQ(Body(Ask(Method::kPut, bob, R"({"teams":[]})")).at("teams").as_array().size(), 0u);
  EXPECT_EQ(Ask(Method::kPut, bob, R"({"teams":"core"})").status, 400);
}

// Line 155: a member over the limit may leave, and nothing else.
TEST_F(ApiTest, WhoIsOverTheLimitMayOnlyLeave) {
  LogInAs(bob_);
  for (orgs::Member& member : world_.members) {
    if (member.user == bob_) member.flags |= orgs::kMemberLimitRestricted;
  }
  auto refused = Get(kOrg + "members/");
  EXPECT_EQ(refused.status, 401);
  const json::Object body = Body(refused);
  EXPECT_EQ(body.at("detail").at("code").as_string(), "member-disabled-over-limit");
  EXPECT_EQ(body.at("detail").at("extra").at("next").as_string(),
            "/organizations/acme/disabled-member/");
  EXPECT_EQ(Ask(Method::kDelete, kOrg + "members/" + RowOf(ada_).ToString() + "/").status, 401);
  EXPECT_EQ(Ask(Method::kDelete, kOrg + "members/me/").status, 204);
}

// ---- invitations (sso.md 6.7 lines 139 to 151) --------------------------------------------------

TEST_F(ApiTest, InvitationIsAPendingMember) {
  auto made = Ask(Method::kPost, kOrg + "members/",
                  R"({"email":"new@acme.example","orgRole":"manager","role":"member"})");
  EXPECT_EQ(made.status, 201) << made.body;
  json::Object body = Body(made);
  EXPECT_EQ(Keys(body), And(kMemberKeys, {"teams", "teamRoles"}));
  EXPECT_TRUE(body.at("pending").as_bool());
  EXPECT_TRUE(body.at("user").is_null());
  EXPECT_EQ(body.at("orgRole").as_string(), "manager") << "the role that was asked for is stored";
  EXPECT_EQ(body.at("inviterName").as_string(), "Ada");
  EXPECT_EQ(made.body.find("/accept/"), std::string::npos) << "the link goes by mail only";
}

TEST_F(ApiTest, InvitingSaysWhichFieldIsWrong) {
  auto refused = Ask(Method::kPost, kOrg + "members/", "{}");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(Body(refused).at("email").as_array()[0].as_string(), "This field is required.");
  refused = Ask(Method::kPost, kOrg + "members/", R"({"email":"nothing"})");
  EXPECT_EQ(Body(refused).at("email").as_array()[0].as_string(), "Enter a valid email address.");
  world_.next_change = Fail(Code::kAlreadyExists, "already_member", "bob@acme.example");
  refused = Ask(Method::kPost, kOrg + "members/", R"({"email":"bob@acme.example"})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(Body(refused).at("email").as_array()[0].as_string(),
            "The user bob@acme.example is already a member");
  world_.next_change = Fail(Code::kAlreadyExists, "invite_requested");
  refused = Ask(Method::kPost, kOrg + "invite-requests/", R"({"email":"x@acme.example"})");
  EXPECT_EQ(Body(refused).at("email").as_array()[0].as_string(),
            "There is an existing invite request for x@acme.example");
}

TEST_F(ApiTest, RequestsAreApprovedAndRejected) {
  MemberId request =
      world_.AddInvite(acme_, "x@acme.example", "member", invites::Status::kRequestedToJoin);
  world_.AddInvite(acme_, "invited@acme.example", "member");
  auto list = json::Parse(Get(kOrg + "invite-requests/").body);
  ASSERT_EQ(list->as_array().size(), 1u) << "invitations are no requests";
  const std::string path = kOrg + "invite-requests/" + request.ToString() + "/";
  EXPECT_EQ(Body(Get(path)).at("inviteStatus").as_string(), "requested_to_join");
  EXPECT_EQ(Ask(Method::kPut, path, "{}").status, 400);
  auto approved = Ask(Method::kPut, path, R"({"approve":true,"orgRole":"manager"})");
  EXPECT_EQ(approved.status, 200);
  EXPECT_EQ(Body(approved).at("inviteStatus").as_string(), "approved");
  EXPECT_EQ(Get(path).status, 404);
  MemberId other =
      world_.AddInvite(acme_, "y@acme.example", "member", invites::Status::kRequestedToBeInvited);
  EXPECT_EQ(Ask(Method::kDelete, kOrg + "invite-requests/" + other.ToString() + "/").status, 204);
}

// Line 160.
TEST_F(ApiTest, JoinRequestNeedsNoAccount) {
  LogOut();
  const std::string path = kOrg + "join-request/";
  EXPECT_EQ(Ask(Method::kPost, path, R"({"email":"x@acme.example"})").status, 204);
  EXPECT_EQ(Ask(Method::kPost, path, R"({"email":"x"})").status, 400);
  EXPECT_EQ(Ask(Method::kPost, path, "{}").status, 400);
  EXPECT_EQ(
      Ask(Method::kPost, "/api/0/organizations/none/join-request/", R"({"email":"x@acme.example"})")
          .status,
      404);
  world_.organizations[0].flags |= orgs::kNoJoinRequests;
  auto refused = Ask(Method::kPost, path, R"({"email":"y@acme.example"})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(Body(refused).at("detail").as_string(),
            "Your organization does not allow join requests.");
  world_.organizations[0].flags &= ~orgs::kNoJoinRequests;
  world_.AddProvider(acme_, true);
  EXPECT_EQ(Ask(Method::kPost, path, R"({"email":"y@acme.example"})").status, 403);
}

// ---- acceptance (sso.md 6.6 lines 118 to 128) ---------------------------------------------------

class AcceptTest : public ApiTest {
 protected:
  AcceptTest() {
    eve_ = world_.AddUser("Eve", "eve@else.example", "x");
    invite_ = world_.AddInvite(acme_, "eve@else.example", "member");
  }
  std::string Path(std::string_view token = "good") {
    return "/api/0/accept-invite/acme/" + invite_.ToString() + "/" + std::string(token) + "/";
  }
  UserId eve_;
  MemberId invite_;
};

TEST_F(AcceptTest, LookingTellsWhatIsMissingAndChangesNothing) {
  LogOut();
  json::Object offer = Body(Get(Path()));
  EXPECT_EQ(Keys(offer), (std::set<std::string>{"orgSlug", "needsAuthentication", "needsSso",
                                                "hasAuthProvider", "requireSso", "existingMember",
                                                "needs2fa", "needsEmailVerification"}));
  EXPECT_TRUE(offer.at("needsAuthentication").as_bool());
  world_.AddProvider(acme_, false);
  world_.organizations[0].flags |= orgs::kRequire2fa | orgs::kRequireEmailVerification;
  world_.accounts.at(eve_).user.email_verified = false;
  LogInAs(eve_);
  offer = Body(Get(Path()));
  EXPECT_FALSE(offer.at("needsAuthentication").as_bool());
  EXPECT_TRUE(offer.at("requireSso").as_bool());
  EXPECT_EQ(offer.at("ssoProvider").as_string(), "Acme ID");
  EXPECT_TRUE(offer.at("needs2fa").as_bool());
  EXPECT_TRUE(offer.at("needsEmailVerification").as_bool());
  EXPECT_EQ(world_.invites.size(), 1u);
}

TEST_F(AcceptTest, WrongGoneAndForeignLinksAreInvalid) {
  LogInAs(eve_);
  for (const std::string& path :
       {Path("wrong"), Path("gone"), "/api/0/accept-invite/none/" + invite_.ToString() + "/good/",
        std::string("/api/0/accept-invite/acme/1/good/"),
        std::string("/api/0/accept-invite/acme/x/good/")}) {
    for (Method method : {Method::kGet, Method::kPost}) {
      auto refused = Ask(method, path);
      EXPECT_EQ(refused.status, 400) << path;
      EXPECT_EQ(Body(refused).at("details").as_string(), "Invalid invite code") << path;
    }
  }
  EXPECT_EQ(Body(Get(Path("gone"))).at("code").as_string(), "invite_gone");
  EXPECT_EQ(world_.invites.size(), 1u);
}

TEST_F(AcceptTest, AcceptedOnce) {
  LogInAs(eve_);
  EXPECT_EQ(Ask(Method::kPost, Path()).status, 204);
  EXPECT_EQ(world_.members.back().user, eve_);
  EXPECT_EQ(Ask(Method::kPost, Path()).status, 400);
}

TEST_F(AcceptTest, MemberAlreadyIsToldSoAndTheInvitationGoes) {
  LogInAs(bob_);
  auto response = Ask(Method::kPost, Path());
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(Body(response).at("details").as_string(), "member already exists");
  EXPECT_TRUE(world_.invites.empty());
}

TEST_F(AcceptTest, MissingStepLeavesTheInvitation) {
  world_.organizations[0].flags |= orgs::kRequire2fa;
  LogInAs(eve_);
  auto response = Ask(Method::kPost, Path());
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(Body(response).at("details").as_string(), "unable to accept organization invite");
  EXPECT_EQ(Body(response).at("code").as_string(), "needs_2fa");
  EXPECT_EQ(world_.invites.size(), 1u);
}

TEST_F(AcceptTest, NobodyAcceptsWithoutAnAccount) {
  LogOut();
  EXPECT_EQ(Ask(Method::kPost, Path()).status, 401);
  EXPECT_EQ(world_.invites.size(), 1u);
}

// ---- settings -----------------------------------------------------------------------------------

TEST_F(ApiTest, RequiringASecondFactorNeedsOneAndNoSso) {
  auto refused = Ask(Method::kPut, kOrg, R"({"require2FA":true})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(Body(refused).at("require2FA").as_array()[0].as_string(),
            "Cannot require two-factor authentication without personal two-factor enabled.");
  world_.AddFactor(ada_, factors::Kind::kTotp, "Phone");
  LogInAs(ada_);
  world_.AddProvider(acme_, true);
  refused = Ask(Method::kPut, kOrg, R"({"require2FA":true})");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(Body(refused).at("code").as_string(), "sso_active");
  world_.providers.clear();
  auto changed = Ask(Method::kPut, kOrg, R"({"require2FA":true,"openMembership":false})");
  EXPECT_EQ(changed.status, 200);
  EXPECT_TRUE(Body(changed).at("require2FA").as_bool());
  EXPECT_FALSE(Body(changed).at("openMembership").as_bool());
}

// As on the pages: what protects the organization wants a proof of the last 15 minutes, from a
// session; a token has its scopes.
TEST_F(ApiTest, OwnersAreMadeAndFactorsDemandedUnderAFreshProof) {
  world_.AddFactor(ada_, factors::Kind::kTotp, "Phone");
  LogInAs(ada_);
  const MemberId request =
      world_.AddInvite(acme_, "x@acme.example", "owner", invites::Status::kRequestedToJoin);
  const std::tuple<Method, std::string, std::string> wishes[] = {
      {Method::kPut, kOrg, R"({"require2FA":true})"},
      {Method::kPut, kOrg + "members/" + RowOf(bob_).ToString() + "/", R"({"orgRole":"owner"})"},
      {Method::kPost, kOrg + "members/", R"({"email":"y@acme.example","role":"owner"})"},
      {Method::kPut, kOrg + "invite-requests/" + request.ToString() + "/", R"({"approve":true})"}};
  clock_.Advance(std::chrono::minutes(16));
  for (const auto& [method, path, body] : wishes) {
    auto refused = Ask(method, path, body);
    EXPECT_EQ(refused.status, 401) << path;
    EXPECT_EQ(Body(refused).at("detail").at("code").as_string(), "sudo-required") << path;
  }
  EXPECT_EQ(Ask(Method::kPut, kOrg, R"({"allowInvites":true})").status, 200) << "not this";
  clock_.Advance(std::chrono::minutes(-16));
  for (const auto& [method, path, body] : wishes) {
    EXPECT_LT(Ask(method, path, body).status, 300) << path;
  }
}

// AUTH-14: somebody else changed the organization in between.
TEST_F(ApiTest, OneConflictIsTriedAgain) {
  world_.next_change = Fail(Code::kConflict, "organization_changed");
  EXPECT_EQ(Ask(Method::kPut, kOrg, R"({"allowInvites":false})").status, 200);
  EXPECT_NE(world_.organizations[0].flags & orgs::kNoInvites, 0);
}

TEST_F(ApiTest, EmailVerificationIsDemandedByTheVerifiedOnly) {
  world_.accounts.at(ada_).user.email_verified = false;
  LogInAs(ada_);
  auto refused = Ask(Method::kPut, kOrg, R"({"requireEmailVerification":true})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(Body(refused).at("requireEmailVerification").as_array()[0].as_string(),
            "Cannot require email verification before verifying your email address.");
}

TEST_F(ApiTest, SettingsAreTrueOrFalse) {
  for (const char* bad : {R"({"require2FA":1})", R"({"openMembership":"yes"})", "[]", "x"}) {
    EXPECT_EQ(Ask(Method::kPut, kOrg, bad).status, 400) << bad;
  }
  EXPECT_EQ(
      Body(Ask(Method::kPut, kOrg, R"({"defaultRole":"manager"})")).at("defaultRole").as_string(),
      "manager");
  EXPECT_EQ(Ask(Method::kPut, kOrg, R"({"defaultRole":"king"})").status, 400);
}

// ---- teams (sso.md 6.7 lines 157, 158) ----------------------------------------------------------

TEST_F(ApiTest, JoiningATeamIsDoneAskedForOrThereAlready) {
  world_.AddTeam(acme_, "core", "Core");
  const std::string path = kOrg + "members/me/teams/core/";
  EXPECT_EQ(Get(path).status, 404);
  EXPECT_EQ(Ask(Method::kPost, path).status, 201);
  EXPECT_EQ(Ask(Method::kPost, path).status, 204);
  EXPECT_EQ(Body(Get(path)).at("teamRole").as_string(), "admin") << "an owner is one everywhere";
  EXPECT_EQ(Ask(Method::kDelete, path).status, 200);
  world_.organizations[0].flags &= ~orgs::kAllowJoinLeave;
  EXPECT_EQ(Ask(Method::kPost, path).status, 202);
  auto requests = json::Parse(Get(kOrg + "access-requests/").body);
  ASSERT_EQ(requests->as_array().size(), 1u);
  const std::string id(requests->as_array()[0].at("id").as_string());
  EXPECT_EQ(Ask(Method::kPut, kOrg + "access-requests/" + id + "/", "{}").status, 400);
  EXPECT_EQ(
      Ask(Method::kPut, kOrg + "access-requests/" + id + "/", R"({"isApproved":true})").status,
      204);
  EXPECT_EQ(Get(path).status, 200);
}

TEST_F(ApiTest, TeamsAreMadeChangedAndDeleted) {
  auto made = Ask(Method::kPost, kOrg + "teams/", R"({"slug":"core","name":"Core"})");
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(
      Keys(Body(made)),
      (std::set<std::string>{"id", "slug", "name", "dateCreated", "isMember", "isPending",
                             "memberCount", "flags", "avatar", "access", "hasAccess", "teamRole"}));
  EXPECT_EQ(Ask(Method::kPost, kOrg + "teams/", R"({"slug":"core"})").status, 409);
  EXPECT_EQ(Body(Ask(Method::kPut, "/api/0/teams/acme/core/", R"({"name":"Heart"})"))
                .at("name")
                .as_string(),
            "Heart");
  EXPECT_EQ(Get("/api/0/teams/acme/core/members/").status, 200);
  EXPECT_EQ(Ask(Method::kDelete, "/api/0/teams/acme/core/").status, 204);
  EXPECT_EQ(Get("/api/0/teams/acme/core/").status, 404);
}

// ---- the document -------------------------------------------------------------------------------

TEST_F(ApiTest, DocumentIsServedToAnybody) {
  LogOut();
  auto response = Get("/api/0/openapi.yaml");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/yaml");
  EXPECT_TRUE(response.body.contains("openapi: 3.1.0"));
}

}  // namespace
}  // namespace gatehouse::api
