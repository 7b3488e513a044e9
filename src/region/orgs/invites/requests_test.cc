// Requests by members and outsiders, their approval and rejection.

#include <gtest/gtest.h>

#include <chrono>

#include "region/orgs/invites/service_fixture.h"

namespace gatehouse::invites {
namespace {

using namespace std::chrono_literals;

class InviteRequestsTest : public InvitesFixture {
 protected:
  Invite Requested(std::string email, std::string role = "member", UserId by = kMember) {
    auto made =
        Run(invites().Request(org_, {.email = std::move(email), .role = std::move(role)}, As(by)));
    EXPECT_OK(made);
    return made.value_or(Invite{});
  }
  MemberId JoinRequest(const std::string& email) {
    EXPECT_OK(Run(invites().RequestToJoin("acme", email, false, Stranger())));
    const auto pending = Run(invites().ListPending(org_, As(kOwner)));
    for (const Invite& invite : *pending) {
      if (invite.member.email == email) return invite.member.id;
    }
    ADD_FAILURE() << "no request";
    return {};
  }
  static orgs::Actor Stranger() {
    return {.user = std::nullopt, .label = "", .ip = "198.51.100.9", .correlation_id = "c-3"};
  }
  Result<Invite> Approve(MemberId request, UserId by = kOwner,
                         std::optional<std::string> role = std::nullopt) {
    return Run(invites().Approve(org_, request, std::move(role), std::nullopt, As(by)));
  }
};
GATEHOUSE_ON_ALL_ENGINES(InviteRequestsTest);

TEST_P(InviteRequestsTest, AMembersRequestIsAuditedAndToldToApprovers) {
  const Invite request = Requested("new@example.com", "owner");
  EXPECT_EQ(request.status, Status::kRequestedToBeInvited);
  EXPECT_EQ(request.link, "");
  EXPECT_FALSE(request.expires_at.has_value());
  const auto entries = NewEntries();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].event, audit::Event::kInviteRequestAdd);
  EXPECT_EQ(MailsTo("ann@example.com").size(), 1u);
  EXPECT_EQ(MailsTo("max@example.com").size(), 1u);
  EXPECT_TRUE(MailsTo("mia@example.com").empty());
  EXPECT_TRUE(MailsTo("new@example.com").empty()) << "nothing is sent before approval";

  EXPECT_ERROR(kAlreadyExists, kInviteRequested,
               Run(invites().Request(org_, {.email = "new@example.com"}, As(kManager))));
  EXPECT_ERROR(kAlreadyExists, kAlreadyMember,
               Run(invites().Request(org_, {.email = "max@example.com"}, As(kMember))));
}

// 134
TEST_P(InviteRequestsTest, ApprovalMakesAnInvitation) {
  const Invite request = Requested("new@example.com");
  ForgetEntries();
  const auto approved = Approve(request.member.id, kManager, "manager");
  ASSERT_OK(approved);
  EXPECT_EQ(approved->status, Status::kApproved);
  EXPECT_EQ(approved->member.role, "manager");
  EXPECT_EQ(approved->inviter, kManager) << "whoever approves grants the role";
  const auto entries = NewEntries();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].event, audit::Event::kMemberInvite);
  EXPECT_EQ(entries[0].data.at("changes").as_object().at("role").as_string(),
            "from member to manager");
  EXPECT_EQ(MailsTo("new@example.com").size(), 1u);
  const auto member = Accept(TicketOf(*approved));
  ASSERT_OK(member);
  EXPECT_EQ(member->role, "manager");
  EXPECT_ERROR(kNotFound, kRequestNotFound, Approve(request.member.id));
}

// 134
TEST_P(InviteRequestsTest, RejectionDeletesAndApprovedOnesStay) {
  const Invite request = Requested("new@example.com");
  ForgetEntries();
  EXPECT_ERROR(kPermissionDenied, members::kForbidden,
               Run(invites().Reject(org_, request.member.id, As(kMember))));
  ExpectRefusal(members::kForbidden);
  EXPECT_OK(Run(invites().Reject(org_, request.member.id, As(kManager))));
  ASSERT_EQ(NewEntries().size(), 1u);
  EXPECT_EQ(NewEntries()[0].event, audit::Event::kInviteRequestRemove);
  EXPECT_TRUE(Run(invites().ListPending(org_, As(kOwner)))->empty());
  EXPECT_ERROR(kNotFound, kRequestNotFound,
               Run(invites().Reject(org_, request.member.id, As(kManager))));

  const Invite invite = Invited("b@example.com");
  const std::string before = Digest();
  EXPECT_OK(Run(invites().Reject(org_, invite.member.id, As(kOwner))));
  EXPECT_EQ(Digest(), before);
  EXPECT_ERROR(kNotFound, kRequestNotFound,
               Run(invites().Reject(org_, Find(org_, kMember)->id, As(kOwner))));
}

// INV-15
TEST_P(InviteRequestsTest, NobodyApprovesTheirOwnRequestOrAboveTheirRole) {
  const Invite own = Requested("a@example.com", "member", kManager);
  const Invite high = Requested("b@example.com", "owner");
  ForgetEntries();
  const std::string before = Digest();
  EXPECT_ERROR(kPermissionDenied, kOwnRequest, Approve(own.member.id, kManager));
  ExpectRefusal(kOwnRequest);
  EXPECT_ERROR(kPermissionDenied, members::kRoleTooHigh, Approve(high.member.id, kManager));
  ExpectRefusal(members::kRoleTooHigh);
  EXPECT_ERROR(kPermissionDenied, members::kRoleTooHigh,
               Approve(high.member.id, kManager, "owner"));
  ExpectRefusal(members::kRoleTooHigh);
  EXPECT_ERROR(kPermissionDenied, members::kForbidden, Approve(high.member.id, kMember));
  ExpectRefusal(members::kForbidden);
  EXPECT_EQ(Digest(), before);
  EXPECT_OK(Approve(high.member.id, kManager, "member"));
  EXPECT_OK(Approve(own.member.id, kOwner));
}

// INV-20
TEST_P(InviteRequestsTest, ARequestThatIsOlderThanTheLockIsLockedToo) {
  Team(org_, "design");
  const auto in_team = Run(invites().Request(
      org_, {.email = "a@example.com", .teams = {{.team_slug = "design", .role = {}}}},
      As(kMember)));
  ASSERT_OK(in_team);
  const Invite flagged = Requested("b@example.com");
  Execute("UPDATE teams SET idp_provisioned = 1");
  Execute("UPDATE organization_members SET flags = 8 WHERE email = 'b@example.com'");
  ForgetEntries();
  const std::string before = Digest();
  for (const MemberId request : {in_team->member.id, flagged.member.id}) {
    EXPECT_ERROR(kPermissionDenied, members::kMembershipLocked, Approve(request));
    ExpectRefusal(members::kMembershipLocked);
  }
  EXPECT_EQ(Digest(), before);
}

// 133
TEST_P(InviteRequestsTest, OptionsAreAskedAgainAtApproval) {
  const Invite request = Requested("a@example.com");
  const MemberId join = JoinRequest("b@example.com");
  SetOptions({{"allow_join_requests", false}});
  EXPECT_ERROR(kPermissionDenied, kJoinRequestsDisabled, Approve(join));
  SetOptions({{"allow_join_requests", true}, {"allow_invites", false}});
  EXPECT_ERROR(kPermissionDenied, kInvitesDisabled, Approve(request.member.id));
  EXPECT_ERROR(kPermissionDenied, kInvitesDisabled, Approve(join));
  SetOptions({{"allow_invites", true}});
  EXPECT_OK(Approve(request.member.id));
  EXPECT_OK(Approve(join));
}

TEST_P(InviteRequestsTest, AnotherOrganizationsRequestIsUnknown) {
  const Invite request = Requested("a@example.com");
  const OrgId other = MakeOrg("other", UserId{50});
  const std::string before = Digest();
  EXPECT_ERROR(kNotFound, kRequestNotFound,
               Run(invites().Approve(other, request.member.id, std::nullopt, std::nullopt,
                                     As(other, UserId{50}))));
  EXPECT_ERROR(kNotFound, kRequestNotFound,
               Run(invites().Reject(other, request.member.id, As(other, UserId{50}))));
  EXPECT_EQ(Digest(), before);
}

// 160
TEST_P(InviteRequestsTest, AnOutsiderAsksToJoin) {
  const MemberId request = JoinRequest("out@example.com");
  const auto entries = NewEntries();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].event, audit::Event::kInviteRequestAdd);
  EXPECT_FALSE(entries[0].actor.has_value());
  EXPECT_EQ(MailsTo("ann@example.com").size(), 1u);
  EXPECT_TRUE(MailsTo("out@example.com").empty());
  const auto approved = Approve(request);
  ASSERT_OK(approved);
  ASSERT_EQ(MailsTo("out@example.com").size(), 1u);
  EXPECT_EQ(MailsTo("out@example.com")[0], "You can join The acme company on Gatehouse now");
  const auto member = Accept(TicketOf(*approved));
  ASSERT_OK(member);
  EXPECT_EQ(member->role, "member");
}

// 160
TEST_P(InviteRequestsTest, AKnownAddressSucceedsSilently) {
  Invited("invited@example.com");
  Requested("asked@example.com");
  ForgetEntries();
  const std::string before = Digest();
  for (const char* known :
       {"mia@example.com", "MIA@Example.com", "invited@example.com", "asked@example.com"}) {
    EXPECT_OK(Run(invites().RequestToJoin("acme", known, false, Stranger())));
  }
  EXPECT_EQ(Digest(), before);
  EXPECT_TRUE(NewEntries().empty());
}

// 160
TEST_P(InviteRequestsTest, JoiningMayBeOffOrSsosBusiness) {
  EXPECT_ERROR(kNotFound, orgs::kOrganizationNotFound,
               Run(invites().RequestToJoin("nowhere", "a@example.com", false, Stranger())));
  EXPECT_ERROR(kInvalidArgument, kEmailInvalid,
               Run(invites().RequestToJoin("acme", "", false, Stranger())));
  EXPECT_ERROR(kPermissionDenied, orgs::kSsoActive,
               Run(invites().RequestToJoin("acme", "a@example.com", true, Stranger())));
  ExpectRefusal(orgs::kSsoActive);
  SetOptions({{"allow_join_requests", false}});
  EXPECT_ERROR(kPermissionDenied, kJoinRequestsDisabled,
               Run(invites().RequestToJoin("acme", "a@example.com", false, Stranger())));
  ExpectRefusal(kJoinRequestsDisabled);
}

// 160
TEST_P(InviteRequestsTest, FiveRequestsADayFromOneNetwork) {
  SetOptions({{"allow_join_requests", false}});
  for (int i = 0; i < 20; ++i) {
    const auto asked =
        Run(invites().RequestToJoin("acme", "a" + std::to_string(i) + "@example.com", false,
                                    {.user = {},
                                     .label = "",
                                     .ip = "2001:db8:1:2::" + std::to_string(i),
                                     .correlation_id = ""}));
    if (i < 5) {
      EXPECT_ERROR(kPermissionDenied, kJoinRequestsDisabled, asked);
    } else {
      EXPECT_ERROR(kResourceExhausted, kRateLimited, asked);
    }
  }
  EXPECT_EQ(NewEntries().size(), 5u) << "a stranger does not fill the audit log";
}

TEST_P(InviteRequestsTest, FiveRequestsADayForOneAddressAndAHundredForAll) {
  int asked = 0;
  const auto from = [](int i) {
    return orgs::Actor{.user = {},
                       .label = "",
                       .ip = "198.51." + std::to_string(i / 200) + "." + std::to_string(i % 200),
                       .correlation_id = ""};
  };
  for (int i = 0; i < 10; ++i) {
    if (Run(invites().RequestToJoin("acme", "same@example.com", false, from(i)))) ++asked;
  }
  EXPECT_EQ(asked, 5);
  for (int i = 10; i < 130; ++i) {
    const std::string email = "x" + std::to_string(i) + "@example.com";
    if (Run(invites().RequestToJoin("acme", email, false, from(i)))) ++asked;
  }
  EXPECT_EQ(asked, 100);
}

}  // namespace
}  // namespace gatehouse::invites
