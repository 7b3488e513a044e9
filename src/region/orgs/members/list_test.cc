// Searches, and what they find (sso.md §6.7, 137).

#include <gtest/gtest.h>

#include <set>

#include "region/orgs/members/members_fixture.h"

namespace gatehouse::members {
namespace {

class MemberListTest : public MembersFixture {
 protected:
  void SetUp() override {
    MembersFixture::SetUp();
    if (IsSkipped()) return;
    bob_ = Add(acme_, UserId{8}, "manager", orgs::kSsoLinked);
    Set(bob_, "user_name", "'Bob Möller'");
    Set(bob_, "user_email", "'Bob.M@Example.com'");
    Set(bob_, "user_has_2fa", "1");
    cyd_ = Add(acme_, UserId{9}, "member");
    Set(cyd_, "user_name", "'Cyd 100%_sure'");
    dan_ = Invite(acme_, "dan@example.com");
    request_ = Invite(acme_, "eve@example.com", "requested_to_join");
    const OrgId other = MakeOrg("other", UserId{20});
    foreign_ = Add(other, UserId{8}, "member");
  }
  std::set<MemberId> Find(std::string query, std::vector<UserId> also = {}) {
    auto page = Run(service().List(acme_, {.query = std::move(query)}, std::move(also)));
    EXPECT_OK(page);
    std::set<MemberId> out;
    if (!page) return out;
    for (const orgs::Member& member : page->members) out.insert(member.id);
    EXPECT_EQ(page->total, static_cast<std::int64_t>(out.size()));
    return out;
  }
  using Ids = std::set<MemberId>;

  MemberId bob_, cyd_, dan_, request_, foreign_;
};
GATEHOUSE_ON_ALL_ENGINES(MemberListTest);

TEST_P(MemberListTest, ShowsApprovedRowsOfThisOrganization) {
  EXPECT_EQ(Find(""), (Ids{ann_, bob_, cyd_, dan_}));
}

TEST_P(MemberListTest, EachTokenFindsWhatItSays) {
  EXPECT_EQ(Find("bob"), Ids{bob_});
  EXPECT_EQ(Find("BOB.M@EXAMPLE"), Ids{bob_});
  EXPECT_EQ(Find("Möller"), Ids{bob_});
  EXPECT_EQ(Find("\"bob m\""), Ids{bob_});
  EXPECT_EQ(Find("example.com"), (Ids{ann_, bob_, cyd_, dan_}));
  EXPECT_EQ(Find("email:bob.m@example.com"), Ids{bob_});
  EXPECT_EQ(Find("email:bob"), Ids{});
  EXPECT_EQ(Find("email:dan@example.com"), Ids{dan_});
  EXPECT_EQ(Find("id:" + cyd_.ToString()), Ids{cyd_});
  EXPECT_EQ(Find("id:" + cyd_.ToString() + " id:" + bob_.ToString()), (Ids{bob_, cyd_}));
  EXPECT_EQ(Find("user.id:9"), Ids{cyd_});
  EXPECT_EQ(Find("role:owner"), Ids{ann_});
  EXPECT_EQ(Find("role:owner role:manager"), (Ids{ann_, bob_}));
  EXPECT_EQ(Find("role:king"), Ids{});
  EXPECT_EQ(Find("scope:org:admin"), Ids{ann_});
  EXPECT_EQ(Find("scope:member:admin"), (Ids{ann_, bob_}));
  EXPECT_EQ(Find("scope:member:admin role:manager"), Ids{bob_});
  EXPECT_EQ(Find("scope:root"), Ids{});
  EXPECT_EQ(Find("isInvited:true"), Ids{dan_});
  EXPECT_EQ(Find("isInvited:false"), (Ids{ann_, bob_, cyd_}));
  EXPECT_EQ(Find("ssoLinked:true"), Ids{bob_});
  EXPECT_EQ(Find("ssoLinked:false"), (Ids{ann_, cyd_, dan_}));
  EXPECT_EQ(Find("has2fa:true"), Ids{bob_});
  EXPECT_EQ(Find("has2fa:false isInvited:false"), (Ids{ann_, cyd_}));
  EXPECT_EQ(Find("colour:red"), Ids{});
}

TEST_P(MemberListTest, ASecondaryAddressIsFoundThroughItsUser) {
  EXPECT_EQ(Find("email:second@example.net", {UserId{9}, UserId{20}}), Ids{cyd_});
  EXPECT_EQ(Find("email:second@example.net role:owner", {UserId{9}}), Ids{});
}

TEST_P(MemberListTest, WildcardsAndQuotesThatPeopleTypeAreJustCharacters) {
  EXPECT_EQ(Find("100%_sure"), Ids{cyd_});
  EXPECT_EQ(Find("%"), Ids{cyd_});
  EXPECT_EQ(Find("_"), Ids{cyd_});
  EXPECT_EQ(Find("b_b"), Ids{});
  EXPECT_EQ(Find("!"), Ids{});
  EXPECT_EQ(Find("' OR 1=1 --"), Ids{});
  EXPECT_EQ(Find("email:\"x') OR (1=1\""), Ids{});
}

// AUTHZ-02, AUTHZ-11: rows and ids of another organization are those that do not exist.
TEST_P(MemberListTest, ForeignRowsAreNeverFound) {
  EXPECT_EQ(Find("id:" + foreign_.ToString()), Ids{});
  EXPECT_EQ(Find("user.id:20"), Ids{});
  auto page = Run(service().List(acme_, {.query = "", .after = foreign_}, {}));
  ASSERT_OK(page);
  EXPECT_TRUE(page->members.empty());
  EXPECT_EQ(page->total, 4);
  EXPECT_ERROR(kNotFound, "organization_not_found",
               Run(service().List(OrgId{4711}, {.query = ""}, {})));
}

TEST_P(MemberListTest, PagesFollowEachOtherById) {
  for (const std::string query : {"", "example.com"}) {
    std::vector<MemberId> seen;
    std::optional<MemberId> after;
    for (;;) {
      auto page = Run(service().List(acme_, {.query = query, .after = after, .limit = 2}, {}));
      ASSERT_OK(page);
      EXPECT_EQ(page->total, 4);
      if (page->members.empty()) break;
      EXPECT_LE(page->members.size(), 2u);
      for (const orgs::Member& member : page->members) seen.push_back(member.id);
      after = seen.back();
    }
    EXPECT_EQ(seen, (std::vector<MemberId>{ann_, bob_, cyd_, dan_}));
  }
}

}  // namespace
}  // namespace gatehouse::members
