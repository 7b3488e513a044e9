// Many at once: whatever the order, one membership per invitation and nothing half done.

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "region/orgs/invites/service_fixture.h"
#include "region/orgs/members/invite_link.h"

namespace gatehouse::invites {
namespace {

class InviteRaceTest : public InvitesFixture {
 protected:
  void TearDown() override {
    if (!IsSkipped()) EXPECT_EQ(BrokenInvariants(), std::vector<std::string>());
    InvitesFixture::TearDown();
  }
  // All of them begin together, each in a thread of its own.
  static void Together(const std::vector<std::function<void()>>& deeds) {
    std::barrier start(static_cast<std::ptrdiff_t>(deeds.size()));
    std::vector<std::jthread> threads;
    threads.reserve(deeds.size());
    for (const auto& deed : deeds) {
      threads.emplace_back([&start, &deed] {
        start.arrive_and_wait();
        deed();
      });
    }
  }
  // Invitations straight into the tables: a thousand would meet the limits.
  std::vector<std::pair<MemberId, Ticket>> Make(int count, std::string_view status = "approved") {
    std::vector<std::pair<MemberId, Ticket>> made;
    EXPECT_OK(Write([&](sql::Tx& tx) -> Result<void> {
      made.clear();
      for (int i = 0; i < count; ++i) {
        const MemberId id = ids().Next<MemberId>();
        const bool approved = status == "approved";
        const std::string nonce = "nonce-" + id.ToString();
        store::Row row{.member = {.id = id,
                                  .organization = org_,
                                  .user = std::nullopt,
                                  .email = id.ToString() + "@example.com",
                                  .role = "member",
                                  .version = 1,
                                  .created_at = clock().Now(),
                                  .invite_status = std::string(status),
                                  .inviter = kMember},
                       .nonce = std::nullopt};
        if (approved) {
          row.nonce = nonce;
          row.member.inviter = kOwner;
          row.member.invite_expires_at = clock().Now() + std::chrono::hours(1);
        }
        GH_TRY_VOID(store::InsertPending(tx, row));
        made.emplace_back(id, Ticket{.member = id, .token = TokenOf(id, nonce)});
      }
      return {};
    }));
    return made;
  }
  static std::string TokenOf(MemberId member, std::string_view nonce) {
    return members::InviteToken("invite key of the tests, 32 byte", member, nonce);
  }
  std::map<std::int64_t, int> EntriesPerTarget(audit::Event event) {
    std::map<std::int64_t, int> out;
    for (const auto& row : NewEntries()) {
      if (row.event == event) ++out[row.target_object.value_or(0)];
    }
    return out;
  }
  // Signals "member_joined" per member row.
  std::map<std::int64_t, int> Joins() {
    std::map<std::int64_t, int> out;
    for (const auto& row : OutboxRows(outbox::Half::kRegion)) {
      if (row.category == outbox::Category::kSendSignal) ++out[row.object_id];
    }
    return out;
  }
};
GATEHOUSE_ON_ALL_ENGINES(InviteRaceTest);

// R13, INV-02: a thousand rounds of sixteen people with one link.
TEST_P(InviteRaceTest, OfSixteenWhoAcceptOneInvitationOneBecomesAMember) {
  constexpr int kRounds = 1000;
  constexpr int kPeople = 16;
  const auto made = Make(kRounds);
  std::barrier round(kPeople);
  std::vector<std::atomic<int>> joined(kRounds);
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> threads;
    for (int person = 0; person < kPeople; ++person) {
      threads.emplace_back([&, person] {
        for (int i = 0; i < kRounds; ++i) {
          const Invitee invitee = Person(UserId{1000 + i * kPeople + person}, "p@example.com");
          round.arrive_and_wait();
          const auto member = Accept(made[static_cast<std::size_t>(i)].second, invitee);
          if (member) {
            ++joined[static_cast<std::size_t>(i)];
          } else if (!member.error().Is(kInviteGone)) {
            ++wrong;
            ADD_FAILURE() << GATEHOUSE_SHOW_ERROR(member);
          }
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
  for (int i = 0; i < kRounds; ++i) EXPECT_EQ(joined[static_cast<std::size_t>(i)], 1) << i;
  EXPECT_EQ(Number("SELECT COUNT(*) FROM organization_members WHERE user_id >= 1000"), kRounds);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM organization_members WHERE user_id IS NULL"), 0);
  const auto accepted = EntriesPerTarget(audit::Event::kMemberAccept);
  const auto signals = Joins();
  EXPECT_EQ(accepted.size(), static_cast<std::size_t>(kRounds));
  EXPECT_EQ(signals.size(), static_cast<std::size_t>(kRounds));
  for (const auto& [member, ticket] : made) {
    EXPECT_EQ(accepted.contains(member.value) ? accepted.at(member.value) : 0, 1);
    EXPECT_EQ(signals.contains(member.value) ? signals.at(member.value) : 0, 1);
  }
  EXPECT_EQ(CountEntries(audit::Event::kInviteRefused),
            static_cast<std::size_t>(kRounds * (kPeople - 1)));
}

// One person with two invitations is one member, whichever comes first.
TEST_P(InviteRaceTest, OnePersonWithTwoInvitationsIsOneMember) {
  constexpr int kRounds = 60;
  const auto made = Make(2 * kRounds);
  for (int i = 0; i < kRounds; ++i) {
    const Invitee person = Person(UserId{1000 + i}, "p@example.com");
    std::set<std::int64_t> ids;
    std::mutex mutex;
    std::vector<std::function<void()>> deeds;
    for (int k = 0; k < 2; ++k) {
      deeds.emplace_back([&, k] {
        const auto member = Accept(made[static_cast<std::size_t>(2 * i + k)].second, person);
        EXPECT_OK(member);
        std::lock_guard lock(mutex);
        if (member) ids.insert(member->id.value);
      });
    }
    Together(deeds);
    EXPECT_EQ(ids.size(), 1u);
  }
  EXPECT_EQ(Number("SELECT COUNT(*) FROM organization_members WHERE user_id >= 1000"), kRounds);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM organization_members WHERE user_id IS NULL"), 0);
  EXPECT_EQ(CountEntries(audit::Event::kMemberAccept), static_cast<std::size_t>(kRounds));
}

TEST_P(InviteRaceTest, AcceptAgainstRevoke) {
  constexpr int kRounds = 100;
  const auto made = Make(kRounds);
  int members = 0;
  for (int i = 0; i < kRounds; ++i) {
    const MemberId id = made[static_cast<std::size_t>(i)].first;
    const Ticket& ticket = made[static_cast<std::size_t>(i)].second;
    std::atomic<bool> joined{false};
    std::atomic<bool> revoked{false};
    Together({[&] {
                const auto member = Accept(ticket, Person(UserId{1000 + i}));
                joined = member.has_value();
                if (!member) EXPECT_EQ(member.error().reason, kInviteGone);
              },
              [&] {
                // As members::Service withdraws a pending invitation.
                const auto done = Write([&](sql::Tx& tx) -> Result<bool> {
                  GH_TRY(const std::optional<store::Row> row, store::Find(tx, org_, id));
                  if (!row || !row->member.pending()) return false;
                  GH_TRY_VOID(members::store::BuryInvite(tx, org_, id, "revoked", clock().Now()));
                  return members::store::Delete(tx, org_, id);
                });
                EXPECT_OK(done);
                revoked = done.value_or(false);
              }});
    EXPECT_NE(joined, revoked) << "one of them, and not both";
    EXPECT_EQ(Find(org_, UserId{1000 + i}).has_value(), joined);
    members += joined ? 1 : 0;
  }
  EXPECT_EQ(CountEntries(audit::Event::kMemberAccept), static_cast<std::size_t>(members));
  EXPECT_EQ(Joins().size(), static_cast<std::size_t>(members));
}

TEST_P(InviteRaceTest, AcceptAgainstRegenerate) {
  constexpr int kRounds = 8;  // within the limit of mails
  const auto made = Make(kRounds);
  for (int i = 0; i < kRounds; ++i) {
    const MemberId id = made[static_cast<std::size_t>(i)].first;
    const Ticket& ticket = made[static_cast<std::size_t>(i)].second;
    bool joined = false;
    bool fresh = false;
    Together({[&] { joined = Accept(ticket, Person(UserId{1000 + i})).has_value(); },
              [&] { fresh = Run(invites().Regenerate(org_, id, As(kOwner))).has_value(); }});
    EXPECT_NE(joined, fresh);
  }
}

TEST_P(InviteRaceTest, ApproveAgainstReject) {
  constexpr int kRounds = 100;
  const auto made = Make(kRounds, "requested_to_be_invited");
  const members::Caller owner = As(kOwner);
  const members::Caller manager = As(kManager);
  int approvals = 0;
  for (int i = 0; i < kRounds; ++i) {
    const MemberId id = made[static_cast<std::size_t>(i)].first;
    std::atomic<bool> approved{false};
    Together({[&] {
                const auto invite =
                    Run(invites().Approve(org_, id, std::nullopt, std::nullopt, owner));
                approved = invite.has_value();
                if (!invite) EXPECT_EQ(invite.error().reason, kRequestNotFound);
              },
              [&] { EXPECT_OK(Run(invites().Reject(org_, id, manager))); }});
    const auto row = Read([&](sql::Tx& tx) { return store::Find(tx, org_, id); });
    ASSERT_OK(row);
    EXPECT_EQ(row->has_value(), approved) << "an approved invitation stays, a rejected one is gone";
    approvals += approved ? 1 : 0;
  }
  EXPECT_EQ(CountEntries(audit::Event::kMemberInvite), static_cast<std::size_t>(approvals));
  EXPECT_EQ(CountEntries(audit::Event::kInviteRequestRemove),
            static_cast<std::size_t>(kRounds - approvals));
  EXPECT_EQ(Mails().size(), static_cast<std::size_t>(approvals));
}

TEST_P(InviteRaceTest, TwoInvitationsOfOneAddressAreOne) {
  const members::Caller owner = As(kOwner);
  const members::Caller manager = As(kManager);
  for (int i = 0; i < 20; ++i) {
    const std::string email = "p" + std::to_string(i) + "@example.com";
    std::atomic<int> made{0};
    const auto invite = [&](const members::Caller& caller) {
      std::vector<NewInvite> one(1, NewInvite{.email = email});
      const auto result = Run(invites().Create(org_, one, caller));
      if (result) {
        ++made;
      } else {
        EXPECT_EQ(result.error().reason, kAlreadyMember) << GATEHOUSE_SHOW_ERROR(result);
      }
    };
    Together({[&] { invite(owner); }, [&] { invite(manager); }});
    EXPECT_EQ(made, 1);
  }
  EXPECT_EQ(Mails().size(), 20u);
}

}  // namespace
}  // namespace gatehouse::invites
