// What happens at once, a thousand times on each engine.

#include <gtest/gtest.h>

#include <barrier>
#include <functional>
#include <thread>

#include "region/orgs/members/errors.h"
#include "region/orgs/members/members_fixture.h"

namespace gatehouse::members {
namespace {

constexpr int kRounds = 1000;

class MemberRaceTest : public MembersFixture {
 protected:
  void TearDown() override {
    if (!IsSkipped()) EXPECT_EQ(BrokenInvariants(), std::vector<std::string>());
    MembersFixture::TearDown();
  }
  void SetUp() override {
    MembersFixture::SetUp();
    if (IsSkipped()) return;
    bea_ = Add(acme_, UserId{8}, "owner");
    as_ann_ = By(acme_, ann_);
    as_bea_ = By(acme_, bea_);
  }
  // `one` and `other` at the same time; `between` before each round and after the last one.
  void Rounds(const std::function<void(int)>& between, const std::function<void()>& one,
              const std::function<void()>& other) {
    std::barrier gate(2);
    std::jthread second([&] {
      for (int i = 0; i < kRounds; ++i) {
        gate.arrive_and_wait();
        other();
        gate.arrive_and_wait();
      }
    });
    for (int i = 0; i < kRounds; ++i) {
      between(i);
      gate.arrive_and_wait();
      one();
      gate.arrive_and_wait();
    }
    between(kRounds);
  }

  MemberId bea_;
  Caller as_ann_, as_bea_;
};
GATEHOUSE_ON_ALL_ENGINES(MemberRaceTest);

TEST_P(MemberRaceTest, OfTwoOwnersWhoDemoteEachOtherOneRemains) {
  Result<Detail> first, second;
  int ann_won = 0;
  Rounds(
      [&](int round) {
        if (round > 0) {
          ASSERT_NE(first.has_value(), second.has_value()) << "round " << round;
          const Error& lost = first ? second.error() : first.error();
          EXPECT_EQ(lost.reason, kForbidden) << lost.detail;
          ann_won += first ? 1 : 0;
        }
        ASSERT_EQ(Number("SELECT COUNT(*) FROM organization_members WHERE role = 'owner'"),
                  round == 0 ? 2 : 1);
        Execute("UPDATE organization_members SET role = 'owner' WHERE role <> 'owner'");
      },
      [&] { first = Run(service().Update(acme_, bea_, {.role = "member"}, as_ann_)); },
      [&] { second = Run(service().Update(acme_, ann_, {.role = "member"}, as_bea_)); });
  EXPECT_EQ(AuditRows().size(), 2u + kRounds) << "one entry for each deed";
  RecordProperty("first_won", ann_won);
}

TEST_P(MemberRaceTest, OfTwoOwnersWhoLeaveOneRemains) {
  Result<void> first, second;
  const auto row = [&](MemberId id, int user) {
    return "(" + id.ToString() + ", " + acme_.ToString() + ", " + std::to_string(user) +
           ", NULL, 'owner', 0, 1, 'x@example.com', 1, 0)";
  };
  Rounds(
      [&](int round) {
        if (round > 0) {
          ASSERT_NE(first.has_value(), second.has_value()) << "round " << round;
          EXPECT_EQ((first ? second : first).error().reason, kOnlyOwner);
        }
        ASSERT_EQ(Number("SELECT COUNT(*) FROM organization_members WHERE role = 'owner'"),
                  round == 0 ? 2 : 1);
        Execute(
            "INSERT INTO organization_members (id, organization_id, user_id, email, role, flags, "
            "version, user_email, user_is_active, created_at) VALUES " +
            row(ann_, 7) + ", " + row(bea_, 8) + " ON CONFLICT (id) DO NOTHING");
      },
      [&] { first = Run(service().Remove(acme_, ann_, as_ann_)); },
      [&] { second = Run(service().Remove(acme_, bea_, as_bea_)); });
  EXPECT_EQ(heard().size(), static_cast<std::size_t>(kRounds));
}

// R13: whatever comes first, the member is gone once, and the log says what happened.
TEST_P(MemberRaceTest, ARoleChangeAgainstARemovalEndsInTheRemoval) {
  MemberId target;
  Result<Detail> changed;
  Result<void> removed;
  int changes = 0;
  Rounds(
      [&](int round) {
        if (round > 0) {
          ASSERT_TRUE(removed.has_value()) << "round " << round << " " << removed.error().reason;
          if (changed) {
            ++changes;
          } else {
            EXPECT_EQ(changed.error().reason, kMemberNotFound) << changed.error().detail;
          }
          ASSERT_FALSE(Row(acme_, target).has_value());
        }
        target = ids().Next<MemberId>();
        Execute(
            "INSERT INTO organization_members (id, organization_id, user_id, email, role, flags, "
            "version, user_email, user_is_active, created_at) VALUES (" +
            target.ToString() + ", " + acme_.ToString() + ", " + std::to_string(1000 + round) +
            ", NULL, 'member', 0, 1, 'x@example.com', 1, 0)");
      },
      [&] { changed = Run(service().Update(acme_, target, {.role = "manager"}, as_ann_)); },
      [&] { removed = Run(service().Remove(acme_, target, as_bea_)); });
  EXPECT_EQ(Number("SELECT COUNT(*) FROM audit_log WHERE event = 4"), changes);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM audit_log WHERE event = 5"), kRounds);
  EXPECT_EQ(heard().size(), static_cast<std::size_t>(kRounds));
}

TEST_P(MemberRaceTest, FlagsThatTwoSetAtOnceAreBothSet) {
  constexpr std::int64_t kBits[] = {orgs::kIdpProvisioned, orgs::kMemberLimitRestricted};
  const auto set = [&](std::int64_t bit) {
    for (;;) {
      const std::optional<orgs::Member> seen = Row(acme_, bea_);
      auto result = Run(service().UpdateFlags(acme_, bea_, seen->version, bit, 0));
      if (result) return;
      ASSERT_EQ(result.error().reason, kMemberChanged) << result.error().detail;
    }
  };
  Rounds(
      [&](int round) {
        const std::optional<orgs::Member> row = Row(acme_, bea_);
        ASSERT_EQ(row->flags, round == 0 ? 0 : kBits[0] | kBits[1]);
        ASSERT_EQ(row->version, 1 + 2 * round);
        Execute("UPDATE organization_members SET flags = 0 WHERE id = " + bea_.ToString());
      },
      [&] { set(kBits[0]); }, [&] { set(kBits[1]); });
}

}  // namespace
}  // namespace gatehouse::members
