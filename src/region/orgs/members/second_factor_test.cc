// Members without the second factor that their organization requires (sso.md §2h.5).

#include <gtest/gtest.h>

#include "platform/sql/testing/faulty_database.h"
#include "region/orgs/members/invite_link.h"
#include "region/orgs/members/members_fixture.h"

namespace gatehouse::members {
namespace {

constexpr std::int64_t kEffect = 900;

class SecondFactorTest : public MembersFixture {
 protected:
  void SetUp() override {
    MembersFixture::SetUp();
    if (IsSkipped()) return;
    Set(ann_, "user_has_2fa", "1");
    bob_ = Add(acme_, UserId{8}, "owner", orgs::kSsoLinked);
    cyd_ = Add(acme_, UserId{9}, "member");
    Set(cyd_, "user_has_2fa", "1");
    const TeamId ops = MakeTeam(acme_, "ops");
    PutIn(acme_, ops, bob_, "");
    entries_ = AuditRows().size();
  }
  void Require(bool on = true) {
    ASSERT_OK(Run(orgs().UpdateFlags(acme_, {{"require_2fa", on}}, false, 0, As(UserId{7}))));
    entries_ = AuditRows().size();
  }
  Result<void> Enforce(std::int64_t effect = kEffect) {
    return Run(service().ApplyEnforce2fa(effect, acme_, As(UserId{7})));
  }
  std::string MailText() {
    const auto mails = Mails();
    EXPECT_EQ(mails.size(), 1u);
    return mails.empty() ? "" : std::string(mails[0].payload.at("text").as_string());
  }
  std::string Nonce(MemberId member) {
    const std::string query =
        "SELECT invite_nonce FROM organization_members WHERE id = " + member.ToString();
    auto rows = Read([&](sql::Tx& tx) { return tx.Query(sql::Statement{"", query}); });
    EXPECT_OK(rows);
    return rows->front().OptString(0).value_or("");
  }

  MemberId bob_, cyd_;
  std::size_t entries_ = 0;
};
GATEHOUSE_ON_ALL_ENGINES(SecondFactorTest);

TEST_P(SecondFactorTest, MembersWithoutOneBecomePendingOwnersToo) {
  Require();
  ASSERT_OK(Enforce());
  const auto bob = Row(acme_, bob_);
  ASSERT_TRUE(bob.has_value());
  EXPECT_TRUE(bob->pending());
  EXPECT_EQ(bob->email, "user-8@example.com");
  EXPECT_EQ(bob->role, "owner");
  EXPECT_EQ(bob->invite_status, "approved");
  EXPECT_EQ(bob->invite_expires_at, clock().Now() + kInviteLife);
  EXPECT_EQ(bob->flags, 0) << "the link is the user's";
  EXPECT_FALSE(bob->inviter.has_value());
  EXPECT_EQ(Number("SELECT COUNT(*) FROM team_members"), 1) << "teams are kept";
  EXPECT_TRUE(Row(acme_, ann_)->user.has_value());
  EXPECT_TRUE(Row(acme_, cyd_)->user.has_value());

  ASSERT_EQ(AuditRows().size(), entries_ + 1);
  const auto entry = AuditRows().back();
  EXPECT_EQ(entry.event, audit::Event::kMemberPending);
  EXPECT_EQ(entry.actor, UserId{7});
  EXPECT_EQ(entry.target_user, UserId{8});
  EXPECT_EQ(entry.data.at("email"), "user-8@example.com");

  ASSERT_EQ(Mails().size(), 1u);
  const json::Object mail = Mails()[0].payload;
  EXPECT_EQ(mail.at("to"), "user-8@example.com");
  EXPECT_EQ(mail.at("subject"), "Mandatory for The acme company: set up two-factor authentication");
  const std::string link = InviteLink(kKey, "https://sso.example.com", "acme", bob_, Nonce(bob_));
  EXPECT_TRUE(MailText().contains(link)) << MailText();
  EXPECT_TRUE(MailText().contains("user-7 has made")) << MailText();
  EXPECT_EQ(wake_ups(), 1);
}

TEST_P(SecondFactorTest, ARepeatedEffectAndOneThatWasTakenBackChangeNothing) {
  ASSERT_OK(Enforce(1));
  EXPECT_FALSE(Row(acme_, bob_)->pending()) << "nothing is required";
  Require();
  const std::string before = Snapshot();
  ASSERT_OK(Enforce(1));
  EXPECT_EQ(Snapshot(), before) << "that effect is settled";
  ASSERT_OK(Enforce(2));
  const std::string after = Snapshot();
  Add(acme_, UserId{12});
  const std::string with_new = Snapshot();
  ASSERT_OK(Enforce(2));
  EXPECT_EQ(Snapshot(), with_new);
  EXPECT_NE(after, before);
}

TEST_P(SecondFactorTest, InactiveUsersAndThoseWithoutAddressStay) {
  const MemberId inactive = Add(acme_, UserId{12});
  Set(inactive, "user_is_active", "0");
  const MemberId nowhere = Add(acme_, UserId{13});
  Set(nowhere, "user_email", "NULL");
  Require();
  ASSERT_OK(Enforce());
  EXPECT_FALSE(Row(acme_, inactive)->pending());
  EXPECT_FALSE(Row(acme_, nowhere)->pending());
}

TEST_P(SecondFactorTest, AnInvitationToTheSameAddressGivesWay) {
  const MemberId twin = Invite(acme_, "user-8@example.com");
  Require();
  ASSERT_OK(Enforce());
  EXPECT_FALSE(Row(acme_, twin).has_value());
  EXPECT_TRUE(Row(acme_, bob_)->pending());
  EXPECT_EQ(Number("SELECT COUNT(*) FROM invite_tombstones WHERE reason = 'revoked'"), 1);
}

TEST_P(SecondFactorTest, ManyMembersGoInBatches) {
  std::string rows;
  for (int i = 0; i < 450; ++i) {
    rows += std::string(rows.empty() ? "" : ", ") + "(" + std::to_string(1000 + i) + ", " +
            acme_.ToString() + ", " + std::to_string(1000 + i) + ", NULL, 'member', 0, 1, 'u" +
            std::to_string(i) + "@example.com', 1, 0)";
  }
  Execute(
      "INSERT INTO organization_members (id, organization_id, user_id, email, role, flags, "
      "version, user_email, user_is_active, created_at) VALUES " +
      rows);
  Require();
  ASSERT_OK(Enforce());
  EXPECT_EQ(Number("SELECT COUNT(*) FROM organization_members WHERE user_id IS NULL"), 451);
  EXPECT_EQ(Mails().size(), 451u);
  EXPECT_EQ(wake_ups(), 3);
}

// A process that dies in the middle goes on where it stopped, and mails nobody twice.
TEST_P(SecondFactorTest, AFailureAtAnyMomentAndARedeliveryHoldEveryMemberOnce) {
  Require();
  sql::FaultyDatabase faulty(db());
  outbox::Drainer drainer(outbox::Half::kRegion, faulty, clock(), outbox::OnParked());
  ServiceImpl failing({.db = faulty,
                       .clock = clock(),
                       .rng = rng(),
                       .outbox = region_outbox(),
                       .drainer = drainer,
                       .audit = audit(),
                       .invite_key = std::string(kKey),
                       .base_url = "https://sso.example.com"});
  for (std::size_t moment = 1;; ++moment) {
    const auto effect = static_cast<std::int64_t>(kEffect + moment);
    Execute("DELETE FROM region_outbox");
    Execute(
        "UPDATE organization_members SET user_id = 8, user_email = email, email = NULL, "
        "user_has_2fa = 0 WHERE user_id IS NULL");
    const std::size_t entries = AuditRows().size();
    faulty.Arm(moment, sql::Fault::kError);
    (void)Run(failing.ApplyEnforce2fa(effect, acme_, As(UserId{7})));
    const bool fired = faulty.fired();
    faulty.Disarm();
    ASSERT_OK(Run(failing.ApplyEnforce2fa(effect, acme_, As(UserId{7}))));
    EXPECT_TRUE(Row(acme_, bob_)->pending()) << moment;
    EXPECT_EQ(Mails().size(), 1u) << moment;
    EXPECT_EQ(AuditRows().size(), entries + 1) << moment;
    if (!fired) break;
    ASSERT_LT(moment, 200u);
  }
}

TEST_P(SecondFactorTest, CopiesFollowTheUserInAllOrganizationsOnce) {
  const OrgId other = MakeOrg("other", UserId{8});
  const UserCopy user{.user = UserId{8},
                      .email = "new@example.com",
                      .name = "Bob",
                      .is_active = true,
                      .has_2fa = true};
  ASSERT_OK(Run(service().ApplyUserUpdate(kEffect, user)));
  for (const OrgId organization : {acme_, other}) {
    const auto row = Row(organization, MemberOf(organization, UserId{8}));
    ASSERT_TRUE(row.has_value());
    EXPECT_EQ(row->email, "new@example.com");
    EXPECT_EQ(row->name, "Bob");
    EXPECT_TRUE(row->user_has_2fa);
    EXPECT_EQ(row->version, 1) << "nobody's edit is in the way";
  }
  EXPECT_EQ(Row(acme_, cyd_)->name, "");
  UserCopy repeated = user;
  repeated.name = "Eve";
  ASSERT_OK(Run(service().ApplyUserUpdate(kEffect, repeated)));
  EXPECT_EQ(Row(acme_, bob_)->name, "Bob");
}

TEST_P(SecondFactorTest, WhoGivesUpTheLastFactorIsHeldWhereOneIsRequired) {
  const OrgId other = MakeOrg("other", UserId{9});
  Require();
  UserCopy cyd{.user = UserId{9}, .email = "user-9@example.com", .name = "Cyd"};
  cyd.is_active = false;
  ASSERT_OK(Run(service().ApplyUserUpdate(kEffect, cyd)));
  EXPECT_FALSE(Row(acme_, cyd_)->pending()) << "not while the account is shut";
  cyd.is_active = true;
  ASSERT_OK(Run(service().ApplyUserUpdate(kEffect + 1, cyd)));
  EXPECT_TRUE(Row(acme_, cyd_)->pending());
  EXPECT_FALSE(Row(other, MemberOf(other, UserId{9}))->pending()) << "nothing is required there";
  EXPECT_TRUE(MailText().contains("requires two-factor"));
  const auto entry = AuditRows().back();
  EXPECT_EQ(entry.event, audit::Event::kMemberPending);
  EXPECT_EQ(entry.organization, acme_);
}

TEST_P(SecondFactorTest, RemoveUserAnswersWithThePendingRowOrNothing) {
  auto removed = Run(service().RemoveUser(acme_, UserId{8}, As(UserId{7})));
  ASSERT_OK(removed);
  ASSERT_TRUE(removed->has_value());
  EXPECT_EQ((*removed)->id, bob_);
  EXPECT_TRUE((*removed)->pending());
  EXPECT_EQ((*removed)->email, "user-8@example.com");
  EXPECT_EQ(Mails().size(), 1u);
  const std::string before = Snapshot();
  EXPECT_EQ(Run(service().RemoveUser(acme_, UserId{8}, As(UserId{7}))).value(), std::nullopt);
  EXPECT_EQ(Run(service().RemoveUser(acme_, UserId{4711}, As(UserId{7}))).value(), std::nullopt);
  EXPECT_EQ(Snapshot(), before);
  Set(cyd_, "user_email", "NULL");
  EXPECT_EQ(Run(service().RemoveUser(acme_, UserId{9}, As(UserId{7}))).value(), std::nullopt);
  EXPECT_FALSE(Row(acme_, cyd_)->pending());
}

TEST(InviteLinkTest, DependsOnKeyMemberAndNonce) {
  const std::string link = InviteLink("k", "https://x.test/", "acme", MemberId{5}, "n");
  EXPECT_TRUE(link.starts_with("https://x.test/accept/acme/5/")) << link;
  EXPECT_TRUE(link.ends_with("/"));
  const std::string token = InviteToken("k", MemberId{5}, "n");
  EXPECT_EQ(token.size(), 43u);
  EXPECT_EQ(link, "https://x.test/accept/acme/5/" + token + "/");
  EXPECT_NE(token, InviteToken("k2", MemberId{5}, "n"));
  EXPECT_NE(token, InviteToken("k", MemberId{6}, "n"));
  EXPECT_NE(token, InviteToken("k", MemberId{5}, "m"));
}

}  // namespace
}  // namespace gatehouse::members
