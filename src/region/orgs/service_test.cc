#include "region/orgs/service.h"

#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <thread>

#include "region/orgs/errors.h"
#include "region/orgs/service_fixture.h"

namespace gatehouse::orgs {
namespace {

class OrgServiceTest : public OrgFixture {};
GATEHOUSE_ON_ALL_ENGINES(OrgServiceTest);

TEST_P(OrgServiceTest, CreateMakesOrganizationOwnerAndEntry) {
  auto created = Run(orgs().Create(
      "acme", "  Acme Ltd ", orgs::UserCopy{.user = UserId{7}, .email = "ann@example.com"}, Ann()));
  ASSERT_OK(created);
  EXPECT_EQ(created->slug, "acme");
  EXPECT_EQ(created->name, "Acme Ltd");
  EXPECT_EQ(created->status, "active");
  EXPECT_EQ(created->default_role, "member");
  EXPECT_EQ(created->flags, kAllowJoinLeave);
  EXPECT_EQ(created->version, 1);
  EXPECT_EQ(created->created_at, clock().Now());

  auto found = Run(orgs().GetWithMember("acme", UserId{7}));
  ASSERT_OK(found);
  EXPECT_EQ(found->first.id, created->id);
  ASSERT_TRUE(found->second.has_value());
  EXPECT_EQ(found->second->role, "owner");
  EXPECT_EQ(found->second->email, "ann@example.com");
  EXPECT_EQ(found->second->flags, 0);
  EXPECT_TRUE(found->second->user_is_active);

  const auto entries = AuditRows();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].event, audit::Event::kOrgAdd);
  EXPECT_EQ(entries[0].organization, created->id);
  EXPECT_EQ(entries[0].actor, UserId{7});
  EXPECT_EQ(entries[0].actor_label, "ann@example.com");
  EXPECT_EQ(entries[0].target_object, created->id.value);
}

TEST_P(OrgServiceTest, CreateRefusesBadInputAndATakenSlugAndWritesNothing) {
  MakeOrg("acme");
  const auto entries = AuditRows().size();
  auto create = [&](std::string slug, std::string name) {
    return Run(orgs().Create(std::move(slug), std::move(name),
                             orgs::UserCopy{.user = UserId{8}, .email = "b@example.com"}, Ann()));
  };
  EXPECT_ERROR(kAlreadyExists, kSlugTaken, create("acme", "Other"));
  EXPECT_ERROR(kInvalidArgument, kSlugInvalid, create("123", "Other"));
  EXPECT_ERROR(kInvalidArgument, kSlugInvalid, create("api", "Other"));
  EXPECT_ERROR(kInvalidArgument, kNameInvalid, create("other", "   "));
  EXPECT_ERROR(kInvalidArgument, kNameInvalid, create("other", "a\nb"));
  EXPECT_ERROR(kInvalidArgument, kNameInvalid, create("other", "\xff"));
  EXPECT_ERROR(kInvalidArgument, kNameInvalid, create("other", std::string(65, 'x')));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM organizations"), 1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM organization_members"), 1);
  EXPECT_EQ(AuditRows().size(), entries);
}

TEST_P(OrgServiceTest, OfManyWhoWantOneSlugOneGetsIt) {
  std::atomic<int> created{0};
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] {
      auto result = Run(
          orgs().Create("acme", "Acme",
                        orgs::UserCopy{.user = UserId{100 + i}, .email = "x@example.com"}, Ann()));
      if (result) ++created;
      if (!result && result.error().Is(kSlugTaken)) ++taken;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(created, 1);
  EXPECT_EQ(taken, 5);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM organization_members"), 1);
}

TEST_P(OrgServiceTest, WhatIsMissingOrInactiveIsNotFound) {
  const OrgId org = MakeOrg("acme");
  EXPECT_ERROR(kNotFound, kOrganizationNotFound, Run(orgs().GetBySlug("other")));
  EXPECT_ERROR(kNotFound, kOrganizationNotFound, Run(orgs().GetBySlug("ACME")));
  EXPECT_ERROR(kNotFound, kOrganizationNotFound, Run(orgs().Get(OrgId{4711})));
  EXPECT_OK(Run(orgs().Get(org)));
  Execute("UPDATE organizations SET status = 'pending_deletion'");
  clock().Advance(std::chrono::seconds(1));  // not through the service
  EXPECT_ERROR(kNotFound, kOrganizationNotFound, Run(orgs().GetBySlug("acme")));
  EXPECT_ERROR(kNotFound, kOrganizationNotFound, Run(orgs().Get(org)));
  EXPECT_ERROR(kNotFound, kOrganizationNotFound, Run(orgs().GetWithMember("acme", UserId{7})));
  EXPECT_ERROR(kNotFound, kOrganizationNotFound,
               Run(orgs().UpdateFlags(org, {{"require_2fa", true}}, false, 0, Ann())));
  EXPECT_ERROR(
      kNotFound, kOrganizationNotFound,
      Run(orgs().AddMember(org, orgs::UserCopy{.user = UserId{9}, .email = "x@example.com"},
                           "member", 0, Ann())));
  EXPECT_ERROR(kNotFound, kOrganizationNotFound,
               Run(orgs().UpdateDefaultRole(org, "admin", Ann())));
  auto list = Run(orgs().ListForUser(UserId{7}));
  ASSERT_OK(list);
  EXPECT_TRUE(list->empty());
}

TEST_P(OrgServiceTest, AnotherOrganizationsMemberIsNotFound) {
  const OrgId acme = MakeOrg("acme", UserId{7});
  const OrgId other = MakeOrg("other", UserId{8});
  auto check = [&](OrgId org, UserId user) { return Run(orgs().CheckMembership(org, user)); };
  EXPECT_TRUE(check(acme, UserId{7})->has_value());
  EXPECT_FALSE(check(other, UserId{7})->has_value());
  EXPECT_FALSE(check(acme, UserId{8})->has_value());
  auto both = Run(orgs().GetWithMember("other", UserId{7}));
  ASSERT_OK(both);
  EXPECT_FALSE(both->second.has_value());
  auto members = Run(orgs().ListMembers(acme, std::nullopt, 50));
  ASSERT_OK(members);
  ASSERT_EQ(members->members.size(), 1u);
  EXPECT_EQ(members->members[0].user, UserId{7});
  EXPECT_EQ(members->total, 1);
  EXPECT_EQ(Run(orgs().Owners(other)).value().at(0).user, UserId{8});
  EXPECT_EQ(Run(orgs().CountWithoutSso(other)).value(), 1);
}

TEST_P(OrgServiceTest, ListForUserHasEveryActiveOrganizationWithItsMembership) {
  const OrgId zebra = MakeOrg("zebra", UserId{7});
  const OrgId acme = MakeOrg("acme", UserId{8});
  MakeOrg("other", UserId{8});
  Add(acme, UserId{7}, "ann@example.com", "manager");
  auto list = Run(orgs().ListForUser(UserId{7}));
  ASSERT_OK(list);
  ASSERT_EQ(list->size(), 2u);
  EXPECT_EQ((*list)[0].organization.id, acme);
  EXPECT_EQ((*list)[0].organization.slug, "acme");
  EXPECT_EQ((*list)[0].member.role, "manager");
  EXPECT_EQ((*list)[1].organization.id, zebra);
  EXPECT_EQ((*list)[1].member.role, "owner");
}

TEST_P(OrgServiceTest, MembersArePagedById) {
  const OrgId org = MakeOrg("acme", UserId{7});
  std::vector<MemberId> expected = {Run(orgs().CheckMembership(org, UserId{7})).value()->id};
  for (int i = 0; i < 4; ++i) expected.push_back(Add(org, UserId{100 + i}, "x@example.com").id);
  std::vector<MemberId> seen;
  std::optional<MemberId> after;
  for (;;) {
    auto page = Run(orgs().ListMembers(org, after, 2));
    ASSERT_OK(page);
    EXPECT_EQ(page->total, 5);
    if (page->members.empty()) break;
    EXPECT_LE(page->members.size(), 2u);
    for (const Member& member : page->members) seen.push_back(member.id);
    after = seen.back();
  }
  EXPECT_EQ(seen, expected);
}

TEST_P(OrgServiceTest, AddMemberIsAuditedOnceAndReturnsWhatThereIs) {
  const OrgId org = MakeOrg("acme");
  const auto before = AuditRows().size();
  auto added =
      Run(orgs().AddMember(org, orgs::UserCopy{.user = UserId{9}, .email = "bob@example.com"},
                           "manager", kSsoLinked, Ann()));
  ASSERT_OK(added);
  EXPECT_EQ(added->organization, org);
  EXPECT_EQ(added->user, UserId{9});
  EXPECT_EQ(added->role, "manager");
  EXPECT_TRUE(added->sso_linked());
  auto again = Run(orgs().AddMember(
      org, orgs::UserCopy{.user = UserId{9}, .email = "new@example.com"}, "owner", 0, Ann()));
  ASSERT_OK(again);
  EXPECT_EQ(again->id, added->id);
  EXPECT_EQ(again->role, "manager");
  EXPECT_EQ(again->email, "bob@example.com");
  EXPECT_EQ(again->flags, kSsoLinked);
  const auto entries = AuditRows();
  ASSERT_EQ(entries.size(), before + 1);
  EXPECT_EQ(entries.back().event, audit::Event::kMemberAdd);
  EXPECT_EQ(entries.back().target_user, UserId{9});
  EXPECT_EQ(entries.back().target_object, added->id.value);
  EXPECT_EQ(entries.back().data,
            (json::Object{{"email", "bob@example.com"}, {"user", 9}, {"role", "manager"}}));
  EXPECT_ERROR(
      kInvalidArgument, kRoleUnknown,
      Run(orgs().AddMember(org, orgs::UserCopy{.user = UserId{10}, .email = "c@example.com"},
                           "root", 0, Ann())));
}

TEST_P(OrgServiceTest, TheSameUserAddedManyTimesAtOnceIsOneMember) {
  const OrgId org = MakeOrg("acme");
  const auto before = AuditRows().size();
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      EXPECT_OK(Run(orgs().AddMember(
          org, orgs::UserCopy{.user = UserId{9}, .email = "bob@example.com"}, "member", 0, Ann())));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Number("SELECT COUNT(*) FROM organization_members WHERE user_id = 9"), 1);
  EXPECT_EQ(AuditRows().size(), before + 1);
}

TEST_P(OrgServiceTest, CountWithoutSsoCountsPendingMembersToo) {
  const OrgId org = MakeOrg("acme");
  Add(org, UserId{9}, "bob@example.com", "member", kSsoLinked);
  Add(org, UserId{10}, "cyd@example.com", "member", kSsoInvalid);
  Invite(org, "dan@example.com");
  EXPECT_EQ(Run(orgs().CountWithoutSso(org)).value(), 3);
  auto page = Run(orgs().ListMembers(org, std::nullopt, 50));
  ASSERT_OK(page);
  EXPECT_EQ(page->members.back().user, std::nullopt);
  EXPECT_EQ(page->members.back().email, "dan@example.com");
}

TEST_P(OrgServiceTest, UpdateFlagsSetsAndClearsWithOutboxRowAndEntry) {
  const OrgId org = MakeOrg("acme");
  auto updated = Run(orgs().UpdateFlags(org, {{"require_2fa", true}, {"allow_joinleave", false}},
                                        false, 0, Ann()));
  ASSERT_OK(updated);
  EXPECT_EQ(updated->flags, kRequire2fa);
  EXPECT_EQ(updated->version, 2);
  const auto rows = OutboxRows(outbox::Half::kRegion);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].category, outbox::Category::kEnforce2fa);
  EXPECT_EQ(rows[1].shard, (outbox::Shard{outbox::Scope::kOrganization, org.value}));
  EXPECT_EQ(rows[1].payload.at("actor_user_id").as_int64(), 7);
  EXPECT_EQ(rows[0].category, outbox::Category::kOrganizationUpdate);
  EXPECT_EQ(rows[0].shard, (outbox::Shard{outbox::Scope::kOrganization, org.value}));
  EXPECT_EQ(rows[0].payload.at("flags").as_int64(), kRequire2fa);
  const auto entry = AuditRows().back();
  EXPECT_EQ(entry.event, audit::Event::kOrgEdit);
  EXPECT_EQ(entry.data, (json::Object{{"allow_joinleave", "from True to False"},
                                      {"require_2fa", "from False to True"}}));
}

TEST_P(OrgServiceTest, UpdateFlagsNamesTheValueItRefuses) {
  const OrgId org = MakeOrg("acme");
  const std::vector<std::pair<json::Value, std::string>> values = {
      {"yes", "require_2fa=\"yes\""},
      {1, "require_2fa=1"},
      {0, "require_2fa=0"},
      {nullptr, "require_2fa=null"},
      {"true", "require_2fa=\"true\""},
      {json::Array{true}, "require_2fa=[true]"}};
  for (const auto& [value, named] : values) {
    auto result = Run(orgs().UpdateFlags(org, {{"allow_joinleave", false}, {"require_2fa", value}},
                                         false, 0, Ann()));
    EXPECT_ERROR(kInvalidArgument, kInvalidFlagValue, result);
    EXPECT_EQ(result.error().detail, "Invalid value received for update_flags: " + named);
  }
  EXPECT_ERROR(kInvalidArgument, kUnknownFlag,
               Run(orgs().UpdateFlags(org, {{"is_admin", true}}, false, 0, Ann())));
  EXPECT_EQ(Run(orgs().Get(org))->flags, kAllowJoinLeave) << "all or nothing";
  EXPECT_TRUE(OutboxRows(outbox::Half::kRegion).empty());
}

TEST_P(OrgServiceTest, TwoFactorCannotBeRequiredBesideSso) {
  const OrgId org = MakeOrg("acme");
  EXPECT_ERROR(kFailedPrecondition, kSsoActive,
               Run(orgs().UpdateFlags(org, {{"require_2fa", true}}, true, 0, Ann())));
  EXPECT_OK(Run(orgs().UpdateFlags(org, {{"require_2fa", false}}, true, 0, Ann())));
  EXPECT_OK(Run(orgs().UpdateFlags(org, {{"require_email_verification", true}}, true, 0, Ann())));
}

TEST_P(OrgServiceTest, NoFlagsChangeNothing) {
  const OrgId org = MakeOrg("acme");
  auto same = Run(orgs().UpdateFlags(org, {}, false, 0, Ann()));
  ASSERT_OK(same);
  EXPECT_EQ(same->version, 1);
  EXPECT_TRUE(OutboxRows(outbox::Half::kRegion).empty());
}

TEST_P(OrgServiceTest, ConcurrentFlipsOfDifferentFlagsLoseNothing) {
  const OrgId org = MakeOrg("acme");
  // The last bit that a BIGINT can carry is 62; the organization begins with bit 0.
  constexpr int kBits = 63;
  std::vector<std::thread> threads;
  for (int bit = 0; bit < kBits; ++bit) {
    threads.emplace_back([&, bit] {
      const std::int64_t mask = std::int64_t{1} << bit;
      const store::FlagChange change =
          bit == 0 ? store::FlagChange{.set = 0, .clear = mask} : store::FlagChange{.set = mask};
      EXPECT_OK(Write([&](sql::Tx& tx) { return store::ChangeFlags(tx, org, change); }));
    });
  }
  // Meanwhile through the service, on flags that one of the above sets as well.
  threads.emplace_back(
      [&] { EXPECT_OK(Run(orgs().UpdateFlags(org, {{"require_2fa", true}}, false, 0, Ann()))); });
  for (std::thread& thread : threads) thread.join();
  auto after = Run(orgs().Get(org));
  ASSERT_OK(after);
  EXPECT_EQ(after->flags, std::numeric_limits<std::int64_t>::max() - 1);
  EXPECT_EQ(after->version, 1 + kBits + 1);
}

TEST_P(OrgServiceTest, EachConcurrentUpdateOfFlagsHasItsOutboxRow) {
  const OrgId org = MakeOrg("acme");
  std::vector<std::thread> threads;
  for (const std::string name : {"allow_joinleave", "require_2fa", "require_email_verification"}) {
    threads.emplace_back([&, name] {
      for (int i = 0; i < 8; ++i) {
        EXPECT_OK(Run(orgs().UpdateFlags(org, {{name, i % 2 == 1}}, false, 0, Ann())));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  auto after = Run(orgs().Get(org));
  ASSERT_OK(after);
  EXPECT_EQ(after->flags, kAllowJoinLeave | kRequire2fa | kRequireEmailVerification);
  EXPECT_EQ(after->version, 1 + 24);
  std::size_t updates = 0;
  for (const auto& row : OutboxRows(outbox::Half::kRegion)) {
    updates += row.category == outbox::Category::kOrganizationUpdate ? 1 : 0;
  }
  EXPECT_EQ(updates, 24u);
}

TEST_P(OrgServiceTest, OptionsAreFlagsNamedByWhatIsUsual) {
  const OrgId org = MakeOrg("acme");
  auto changed = Run(orgs().UpdateFlags(org,
                                        {{"allow_join_requests", false},
                                         {"events_member_admin", false},
                                         {"alerts_member_write", false},
                                         {"allow_invites", false},
                                         {"bind_invites_to_email", true}},
                                        false, 0, Ann()));
  ASSERT_OK(changed);
  EXPECT_EQ(changed->flags, kAllowJoinLeave | kNoJoinRequests | kMembersNoEventAdmin |
                                kMembersNoAlertsWrite | kNoInvites | kBindInvitesToEmail);
  EXPECT_EQ(AuditRows().back().data,
            (json::Object{{"allow_join_requests", "from True to False"},
                          {"events_member_admin", "from True to False"},
                          {"alerts_member_write", "from True to False"},
                          {"allow_invites", "from True to False"},
                          {"bind_invites_to_email", "from False to True"}}));
  EXPECT_FALSE(ScopesInclude(ScopesOf(*changed, "member"), "event:admin"));
  EXPECT_FALSE(ScopesInclude(ScopesOf(*changed, "member"), "alerts:write"));
  EXPECT_TRUE(ScopesInclude(ScopesOf(*changed, "admin"), "event:admin"));
  auto back = Run(orgs().UpdateFlags(org, {{"allow_invites", true}}, false, 0, Ann()));
  ASSERT_OK(back);
  EXPECT_EQ(back->flags & kNoInvites, 0);
}

// Else an owner with a second factor would be put on hold when they require one.
TEST_P(OrgServiceTest, WhatIsKnownOfAUserIsCopiedIntoTheNewRow) {
  const UserCopy ann{.user = UserId{7},
                     .email = "ann@example.com",
                     .name = "Ann",
                     .is_active = true,
                     .has_2fa = true};
  auto org = Run(orgs().Create("acme", "Acme", ann, Ann()));
  ASSERT_OK(org);
  UserCopy bob = ann;
  bob.user = UserId{8};
  bob.is_active = false;
  ASSERT_OK(Run(orgs().AddMember(org->id, bob, "member", 0, Ann())));
  const auto first = Find(org->id, UserId{7});
  EXPECT_EQ(first->name, "Ann");
  EXPECT_TRUE(first->user_has_2fa);
  EXPECT_TRUE(first->user_is_active);
  const auto second = Find(org->id, UserId{8});
  EXPECT_TRUE(second->user_has_2fa);
  EXPECT_FALSE(second->user_is_active);
}

TEST_P(OrgServiceTest, FlagsThatRestOnAnotherVersionAreNotChanged) {
  const OrgId org = MakeOrg("acme");
  auto first = Run(orgs().UpdateFlags(org, {{"allow_invites", false}}, false, 1, Ann()));
  ASSERT_OK(first);
  EXPECT_EQ(first->version, 2);
  const auto entries = AuditRows().size();
  EXPECT_ERROR(kConflict, kOrganizationChanged,
               Run(orgs().UpdateFlags(org, {{"require_2fa", true}}, false, 1, Ann())));
  EXPECT_EQ(Run(orgs().Get(org))->flags, first->flags);
  EXPECT_EQ(AuditRows().size(), entries);
  EXPECT_OK(Run(orgs().UpdateFlags(org, {{"require_2fa", true}}, false, 2, Ann())));
}

// Requests are no members: not in the list, not mailed, not counted.
TEST_P(OrgServiceTest, RequestsAreNotListedAsMembers) {
  const OrgId org = MakeOrg("acme");
  Invite(org, "dan@example.com");
  Invite(org, "eve@example.com");
  Execute(
      "UPDATE organization_members SET invite_status = 'requested_to_join' "
      "WHERE email = 'eve@example.com'");
  auto page = Run(orgs().ListMembers(org, std::nullopt, 50));
  ASSERT_OK(page);
  EXPECT_EQ(page->total, 2);
  EXPECT_EQ(page->members.size(), 2u);
  EXPECT_EQ(Run(orgs().CountWithoutSso(org)).value(), 2);
}

TEST_P(OrgServiceTest, DefaultRoleIsAuditedWhenItChanges) {
  const OrgId org = MakeOrg("acme");
  const auto before = AuditRows().size();
  EXPECT_OK(Run(orgs().UpdateDefaultRole(org, "member", Ann())));
  EXPECT_EQ(AuditRows().size(), before);
  EXPECT_EQ(Run(orgs().Get(org))->version, 1);
  EXPECT_OK(Run(orgs().UpdateDefaultRole(org, "manager", Ann())));
  EXPECT_EQ(Run(orgs().Get(org))->default_role, "manager");
  EXPECT_EQ(AuditRows().back().data, (json::Object{{"default_role", "from member to manager"}}));
  EXPECT_ERROR(kInvalidArgument, kRoleUnknown, Run(orgs().UpdateDefaultRole(org, "king", Ann())));
}

TEST_P(OrgServiceTest, AFailingAuditEntryUndoesTheDeed) {
  const OrgId org = MakeOrg("acme");
  Execute("DROP TABLE audit_log");
  EXPECT_FALSE(Run(orgs().UpdateFlags(org, {{"require_2fa", true}}, false, 0, Ann())).has_value());
  EXPECT_FALSE(
      Run(orgs().AddMember(org, orgs::UserCopy{.user = UserId{9}, .email = "b@example.com"},
                           "member", 0, Ann()))
          .has_value());
  EXPECT_FALSE(
      Run(orgs().Create("other", "Other",
                        orgs::UserCopy{.user = UserId{9}, .email = "b@example.com"}, Ann()))
          .has_value());
  EXPECT_EQ(Run(orgs().Get(org))->flags, kAllowJoinLeave);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM organization_members"), 1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM organizations"), 1);
  EXPECT_TRUE(OutboxRows(outbox::Half::kRegion).empty());
}

}  // namespace
}  // namespace gatehouse::orgs
