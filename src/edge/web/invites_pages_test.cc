// Invitations, their acceptance, and asking to join.

#include <gtest/gtest.h>

#include "edge/web/testing/web_rig.h"

namespace gatehouse::web {
namespace {

using testing::Browser;
using testing::Fields;
using testing::Location;
using testing::PasswordProof;
using testing::SsoProof;
using testing::Town;

constexpr const char* kInvites = "/organizations/acme/invites/";

bool Has(const http::Response& response, std::string_view text) {
  return response.body.find(text) != std::string::npos;
}

class InvitesPagesTest : public ::testing::Test {
 protected:
  InvitesPagesTest() {
    owner_.SignIn(town_.world.AddSession(town_.ada, {PasswordProof()}));
    member_.SignIn(town_.world.AddSession(town_.bob, {PasswordProof()}));
    owner_.Get("/organizations/");
    member_.Get("/organizations/");
  }
  std::string Link(std::string token = "good") {
    return "/accept/acme/" + invite_.ToString() + "/" + token + "/";
  }
  // Signed in, and a member of nothing.
  Browser Stranger(bool verified = true) {
    UserId user = town_.world.AddUser("Nora", "nora@new.example", "correct horse battery");
    town_.world.accounts.at(user).user.email_verified = verified;
    Browser browser(town_);
    browser.SignIn(town_.world.AddSession(user, {PasswordProof()}));
    browser.Get("/organizations/");
    return browser;
  }
  Town town_;
  MemberId invite_ = town_.world.AddInvite(town_.acme, "nora@new.example", "manager");
  Browser owner_{town_}, member_{town_};
};

TEST_F(InvitesPagesTest, ManyAreInvitedAtOnceAndAWrongAddressIsNamed) {
  const Fields form = {
      {"op", "new"}, {"addresses", "a@x.example\nb@x.example"}, {"role", "member"}};
  EXPECT_EQ(owner_.PostRaw(kInvites, form).status, 403);
  EXPECT_EQ(town_.world.invites.size(), 1u);
  EXPECT_EQ(Location(owner_.Post(kInvites, form)), std::string(kInvites) + "?flash=invited");
  EXPECT_EQ(town_.world.invites.size(), 3u);
  auto wrong = owner_.Post(
      kInvites, {{"op", "new"}, {"addresses", "\"><script>x</script>"}, {"role", "member"}});
  EXPECT_EQ(wrong.status, 400);
  EXPECT_TRUE(Has(wrong, "&lt;script&gt;"));
  EXPECT_FALSE(Has(wrong, "<script>x"));
  auto none = owner_.Post(kInvites, {{"op", "new"}, {"addresses", " , "}, {"role", "member"}});
  EXPECT_EQ(none.status, 400);
}

TEST_F(InvitesPagesTest, AMemberAsksAndDecidesNothing) {
  auto page = member_.Get(kInvites);
  EXPECT_TRUE(Has(page, "Ask to invite somebody"));
  EXPECT_TRUE(Has(page, "nora@new.example"));
  EXPECT_FALSE(Has(page, "Revoke"));
  EXPECT_EQ(Location(member_.Post(
                kInvites, {{"op", "new"}, {"addresses", "p@x.example"}, {"role", "member"}})),
            std::string(kInvites) + "?flash=invite_requested");
  auto list = owner_.Get(kInvites);
  EXPECT_TRUE(Has(list, "Proposed by a member"));
  const std::string id = town_.world.invites.back().member.id.ToString();
  EXPECT_EQ(Location(owner_.Post(kInvites, {{"op", "approve"}, {"id", id}, {"role", "member"}})),
            std::string(kInvites) + "?flash=request_approved");
  EXPECT_EQ(town_.world.invites.back().status, invites::Status::kApproved);
}

TEST_F(InvitesPagesTest, InvitationsAreSentAgainRenewedAndRevoked) {
  const std::string id = invite_.ToString();
  for (auto [op, flash] : {std::pair("resend", "invite_sent"), std::pair("renew", "invite_sent"),
                           std::pair("revoke", "invite_revoked")}) {
    EXPECT_EQ(Location(owner_.Post(kInvites, {{"op", op}, {"id", id}})),
              std::string(kInvites) + "?flash=" + flash);
  }
  EXPECT_TRUE(town_.world.invites.empty());
  EXPECT_TRUE(Has(owner_.Get(kInvites), "Nobody is waiting"));
  auto gone = owner_.Post(kInvites, {{"op", "resend"}, {"id", id}});
  EXPECT_EQ(gone.status, 404);
}

// ---- accepting ----------------------------------------------------------------------------------

TEST_F(InvitesPagesTest, ANewPersonIsShownBothWaysInAndLookingChangesNothing) {
  town_.world.organizations[0].name = "<b>Acme</b>";
  Browser stranger(town_);
  auto page = stranger.Get(Link());
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(Has(page, "Manager"));
  EXPECT_TRUE(Has(page, "I have an account: sign in"));
  EXPECT_TRUE(Has(page, "Create account"));
  EXPECT_TRUE(Has(page, "&lt;b&gt;Acme&lt;/b&gt;"));
  EXPECT_FALSE(Has(page, "<b>Acme</b>"));
  EXPECT_EQ(page.headers.Get("Referrer-Policy"), "no-referrer");
  EXPECT_EQ(town_.world.invites.size(), 1u);
  EXPECT_EQ(stranger.Get(Link("wrong")).status, 404);
  EXPECT_EQ(stranger.Get(Link("gone")).status, 410);
}

TEST_F(InvitesPagesTest, WhoeverIsSignedInIsAskedFirst) {
  Browser nora = Stranger();
  auto page = nora.Get(Link());
  EXPECT_TRUE(Has(page, "Join as Nora"));
  // Signing out comes back here.
  EXPECT_TRUE(Has(page, "/auth/logout/?next=%2Faccept%2Facme%2F"));
  EXPECT_EQ(nora.PostRaw(Link(), {{"op", "join"}}).status, 403);
  EXPECT_EQ(town_.world.invites.size(), 1u);
  EXPECT_EQ(Location(nora.Post(Link(), {{"op", "join"}})), "/organizations/acme/?flash=joined");
  EXPECT_TRUE(town_.world.invites.empty());
}

TEST_F(InvitesPagesTest, SaysWhatIsMissing) {
  Browser nora = Stranger(false);
  town_.world.organizations[0].flags = orgs::kRequire2fa;
  auto factor = nora.Get(Link());
  EXPECT_TRUE(Has(factor, "Set up a second factor"));
  EXPECT_TRUE(Has(factor, "/account/two-factor/?next=%2Faccept%2F"));
  auto refused = nora.Post(Link(), {{"op", "join"}});
  EXPECT_EQ(refused.status, 403);
  EXPECT_TRUE(Has(refused, "role=\"alert\""));
  town_.world.organizations[0].flags = orgs::kRequireEmailVerification;
  auto address = nora.Get(Link());
  EXPECT_TRUE(Has(address, "Send the confirmation again"));
  EXPECT_TRUE(
      Location(nora.Post(Link(), {{"op", "confirm-email"}})).ends_with("confirmation_sent"));
  town_.world.organizations[0].flags = 0;
  town_.world.AddProvider(town_.acme, false);
  EXPECT_TRUE(Has(nora.Get(Link()), "Continue with Acme ID"));
  EXPECT_EQ(nora.Post(Link(), {{"op", "join"}}).status, 403);
  EXPECT_EQ(town_.world.invites.size(), 1u);
}

// H8, L2: a session that another organization's provider opened is nobody here.
TEST_F(InvitesPagesTest, AForeignProviderSessionCannotAccept) {
  town_.world.AddProvider(town_.beta, true);
  Browser browser(town_);
  browser.SignIn(town_.world.AddSession(town_.bob, {SsoProof(town_.beta)}));
  auto page = browser.Get(Link());
  EXPECT_FALSE(Has(page, "Join as"));
  EXPECT_TRUE(Location(browser.Post(Link(), {{"op", "join"}})).starts_with("/auth/login/acme/"));
  EXPECT_EQ(town_.world.invites.size(), 1u);
}

TEST_F(InvitesPagesTest, ANewAccountStillHasToSayJoin) {
  Browser stranger(town_);
  stranger.Get(Link());
  auto made = stranger.Post(
      Link(), {{"op", "create"}, {"name", "Nora"}, {"password", "a new long password"}});
  EXPECT_EQ(Location(made), Link());
  EXPECT_EQ(town_.world.invites.size(), 1u);
  EXPECT_TRUE(Has(stranger.Get(Link()), "Join as Nora"));
}

// ---- asking -------------------------------------------------------------------------------------

TEST_F(InvitesPagesTest, OutsidersAskAndLearnNothing) {
  Browser stranger(town_);
  auto page = stranger.Get("/join-request/acme/");
  EXPECT_TRUE(Has(page, "Send request"));
  EXPECT_EQ(stranger.PostRaw("/join-request/acme/", {{"email", "o@x.example"}}).status, 403);
  auto known = stranger.Post("/join-request/acme/", {{"email", "bob@acme.example"}});
  auto unknown = stranger.Post("/join-request/acme/", {{"email", "o@x.example"}});
  EXPECT_EQ(Location(known), "/join-request/acme/?sent=1");
  EXPECT_EQ(Location(known), Location(unknown));
  EXPECT_TRUE(Has(stranger.Get("/join-request/acme/?sent=1"), "Thank you."));
  auto wrong = stranger.Post("/join-request/acme/", {{"email", "\"><script>x</script>"}});
  EXPECT_EQ(wrong.status, 400);
  EXPECT_FALSE(Has(wrong, "<script>x"));
  town_.world.organizations[0].flags = orgs::kNoJoinRequests;
  EXPECT_TRUE(Has(stranger.Get("/join-request/acme/"), "does not take requests"));
  EXPECT_EQ(stranger.Post("/join-request/acme/", {{"email", "o@x.example"}}).status, 403);
  town_.world.AddProvider(town_.acme, true);
  EXPECT_TRUE(Has(stranger.Get("/join-request/acme/"), "/auth/login/acme/"));
  EXPECT_EQ(stranger.Get("/join-request/none/").status, 404);
}

}  // namespace
}  // namespace gatehouse::web
