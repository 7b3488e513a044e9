#include "region/orgs/invites/policy.h"

#include <gtest/gtest.h>

#include "region/orgs/errors.h"
#include "region/orgs/invites/errors.h"
#include "region/orgs/members/errors.h"

namespace gatehouse::invites {
namespace {

orgs::Organization Acme(std::int64_t flags = 0, std::string default_role = "member") {
  return {.id = OrgId{1},
          .slug = "acme",
          .name = "Acme",
          .status = "active",
          .default_role = std::move(default_role),
          .flags = flags,
          .version = 1,
          .created_at = {}};
}

members::Standing Holder(std::string role, std::vector<std::string> scopes = {}) {
  members::Standing standing{.organization = Acme(), .member = {}, .scopes = std::move(scopes)};
  standing.member.role = role;
  if (standing.scopes.empty()) standing.scopes = orgs::ScopesOf(standing.organization, role);
  return standing;
}

orgs::Member Invitation(std::string role, std::optional<UserId> inviter = UserId{7}) {
  return {.id = MemberId{5},
          .organization = OrgId{1},
          .user = std::nullopt,
          .email = "new@example.com",
          .role = std::move(role),
          .created_at = {},
          .inviter = inviter};
}

orgs::Member Inviter(std::string role) {
  return {.id = MemberId{2},
          .organization = OrgId{1},
          .user = UserId{7},
          .email = "ann@example.com",
          .role = std::move(role),
          .created_at = {}};
}

TEST(InvitePolicy, AddressesAreOneForm) {
  EXPECT_EQ(*CheckAddress("  Ann@Example.COM "), "ann@example.com");
  for (const std::string& bad : {std::string("ann"), std::string("a@b@c"), std::string("a\r\n@b.c"),
                                 std::string(300, 'a') + "@example.com", std::string("\xFF@b.c")}) {
    const auto checked = CheckAddress(bad);
    ASSERT_FALSE(checked.has_value()) << bad;
    EXPECT_TRUE(checked.error().Is(kEmailInvalid));
  }
}

TEST(InvitePolicy, StatusNamesAndBack) {
  for (const char* name : {"approved", "requested_to_be_invited", "requested_to_join"}) {
    EXPECT_EQ(StatusName(*ParseStatus(name)), name);
  }
  EXPECT_FALSE(ParseStatus("maybe").has_value());
}

// 136: a role may be granted by whom all its scopes are.
TEST(InvitePolicy, GrantableRoles) {
  EXPECT_TRUE(MayGrant(Holder("owner"), "owner"));
  EXPECT_TRUE(MayGrant(Holder("manager"), "manager"));
  EXPECT_FALSE(MayGrant(Holder("manager"), "owner"));
  EXPECT_FALSE(MayGrant(Holder("member"), "member"));
  EXPECT_TRUE(MayGrant(Holder("owner", {"member:write"}), "member"));
  EXPECT_FALSE(MayGrant(Holder("owner", {"member:write"}), "manager"));
  EXPECT_FALSE(MayGrant(Holder("owner", {"member:read"}), "member"));
}

TEST(InvitePolicy, RetiredAndUnknownRoles) {
  EXPECT_TRUE(CheckRole("manager").has_value());
  EXPECT_TRUE(CheckRole("admin").error().Is(members::kRoleRetired));
  EXPECT_TRUE(CheckRole("king").error().Is(orgs::kRoleUnknown));
}

TEST(InvitePolicy, TheRoleAtAcceptance) {
  EXPECT_EQ(RoleAtAcceptance(Acme(), Invitation("owner"), Inviter("owner")), "owner");
  EXPECT_EQ(RoleAtAcceptance(Acme(), Invitation("owner"), Inviter("manager")), "member");
  EXPECT_EQ(RoleAtAcceptance(Acme(), Invitation("manager"), Inviter("manager")), "manager");
  EXPECT_EQ(RoleAtAcceptance(Acme(), Invitation("manager"), Inviter("member")), "member");
  EXPECT_EQ(RoleAtAcceptance(Acme(), Invitation("manager"), std::nullopt), "member");
  EXPECT_EQ(RoleAtAcceptance(Acme(0, "manager"), Invitation("owner"), std::nullopt), "manager");
  EXPECT_EQ(RoleAtAcceptance(Acme(0, "owner"), Invitation("member"), std::nullopt), "member");
  EXPECT_EQ(RoleAtAcceptance(Acme(), Invitation("owner", std::nullopt), std::nullopt), "owner");
  orgs::Member gone = Inviter("owner");
  gone.user_is_active = false;
  EXPECT_EQ(RoleAtAcceptance(Acme(), Invitation("owner"), gone), "member");
  gone = Inviter("owner");
  gone.user.reset();
  EXPECT_EQ(RoleAtAcceptance(Acme(), Invitation("owner"), gone), "member");
}

TEST(InvitePolicy, RefusalsComeInTheOrderOfTheSteps) {
  const SsoFacts required{.provider_exists = true};
  Invitee bare{.user = {.user = UserId{20}, .email = "new@example.com", .name = ""}};
  const auto refusal = [&](std::int64_t flags, const Invitee& invitee, const SsoFacts& sso) {
    const auto error = RefusalFor(ObstaclesFor(Acme(flags), Invitation("member"), invitee, sso));
    return error ? std::string(error->reason) : std::string("none");
  };
  const std::int64_t all = orgs::kRequire2fa | orgs::kRequireEmailVerification;
  EXPECT_EQ(refusal(0, bare, {}), "none");
  EXPECT_EQ(refusal(all, bare, required), kSsoRequired);
  EXPECT_EQ(refusal(all, bare, {}), kNeeds2fa);
  bare.user.has_2fa = true;
  EXPECT_EQ(refusal(all, bare, {}), kEmailUnverified);
  bare.email_verified = true;
  EXPECT_EQ(refusal(all, bare, {}), "none");
  bare.user.email = "other@example.com";
  EXPECT_EQ(refusal(all | orgs::kBindInvitesToEmail, bare, {}), kInviteEmailMismatch);
}

TEST(InvitePolicy, RightsLimitsAndLinksAreAuditedMistakesAreNot) {
  EXPECT_TRUE(IsAudited({Code::kPermissionDenied, members::kForbidden, {}}));
  EXPECT_TRUE(IsAudited({Code::kResourceExhausted, kRateLimited, {}}));
  EXPECT_TRUE(IsAudited({Code::kInvalidArgument, members::kTeamUnknown, {}}));
  EXPECT_FALSE(IsAudited({Code::kInvalidArgument, kEmailInvalid, {}}));
  EXPECT_FALSE(IsAudited({Code::kAlreadyExists, kAlreadyMember, {}}));
  EXPECT_FALSE(IsAudited({Code::kUnavailable, "database_unavailable", {}}));
}

}  // namespace
}  // namespace gatehouse::invites
