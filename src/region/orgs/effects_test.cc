#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <functional>
#include <set>
#include <thread>

#include "platform/sql/testing/faulty_database.h"
#include "region/orgs/errors.h"
#include "region/orgs/service_fixture.h"

namespace gatehouse::orgs {
namespace {

constexpr std::int64_t kEffect = 900;

class OrgEffectsTest : public OrgFixture {
 protected:
  void SetUp() override {
    OrgFixture::SetUp();
    if (IsSkipped()) return;
    org_ = MakeOrg("acme");
    ASSERT_OK(Run(orgs().UpdateFlags(org_, {{"require_2fa", true}}, false, 0, Ann())));
    Add(org_, UserId{9}, "bob@example.com", "member", kSsoInvalid);
    Add(org_, UserId{10}, "cyd@example.com", "member", kSsoLinked);
    Invite(org_, "dan@example.com");
    entries_ = AuditRows().size();
    updates_ = Updates();
  }
  // kOrganizationUpdate rows.
  std::size_t Updates() { return OutboxRows(outbox::Half::kRegion).size() - Mails().size(); }
  std::size_t NewEntries() { return AuditRows().size() - entries_; }

  using Effect = std::function<Task<void>(Service&, std::int64_t effect)>;
  std::vector<std::pair<std::string, Effect>> AllEffects() {
    const OrgId org = org_;
    return {
        {"clear_require_2fa",
         [org](Service& s, std::int64_t e) { return s.ApplyClearRequire2fa(e, org, Ann()); }},
        {"mark_invalid",
         [org](Service& s, std::int64_t e) { return s.ApplyMarkInvalidSso(e, org, UserId{10}); }},
        {"signal",
         [org](Service& s, std::int64_t e) {
           return s.ApplySignal(e, org, "sso_enabled", R"({"user_id":7,"provider":"oidc"})");
         }},
        {"default_role",
         [org](Service& s, std::int64_t e) {
           return s.ApplyDefaultRole(e, org, "manager", Ann());
         }},
        {"link_mails",
         [org](Service& s, std::int64_t e) { return s.ApplySendLinkMails(e, org, Ann(), "Okta"); }},
        {"sso_disabled",
         [org](Service& s, std::int64_t e) { return s.ApplySsoDisabled(e, org, Ann(), "Okta"); }},
    };
  }
  // Everything an effect may change, as text.
  std::string Snapshot() {
    constexpr std::string_view kTables[] = {
        "SELECT default_role || ' ' || flags || ' ' || version FROM organizations ORDER BY id",
        "SELECT id || ' ' || role || ' ' || flags || ' ' || version FROM organization_members "
        "ORDER BY id",
        "SELECT organization_id || ' ' || feature || ' ' || times || ' ' || data "
        "FROM organization_adoption",
        "SELECT id || ' ' || event || ' ' || data || ' ' || actor_label FROM audit_log ORDER BY id",
        "SELECT id || ' ' || category || ' ' || payload FROM region_outbox ORDER BY id"};
    std::string out;
    for (std::string_view text : kTables) {
      auto rows = Read([&](sql::Tx& tx) { return tx.Query(sql::Statement{"", text}); });
      EXPECT_OK(rows);
      if (!rows) return out;
      for (const sql::Row row : *rows) out += row.String(0) + "\n";
    }
    return out;
  }

  OrgId org_;
  std::size_t entries_ = 0;
  std::size_t updates_ = 0;
};
GATEHOUSE_ON_ALL_ENGINES(OrgEffectsTest);

TEST_P(OrgEffectsTest, ARepeatedEffectChangesNothing) {
  std::int64_t effect = kEffect;
  for (const auto& [name, apply] : AllEffects()) {
    SCOPED_TRACE(name);
    const std::string before = Snapshot();
    ASSERT_OK(Run(apply(orgs(), ++effect)));
    const std::string once = Snapshot();
    EXPECT_NE(once, before);
    ASSERT_OK(Run(apply(orgs(), effect)));
    EXPECT_EQ(Snapshot(), once);
  }
}

TEST_P(OrgEffectsTest, TheSameEffectTwiceAtOnceIsAppliedOnce) {
  std::int64_t effect = kEffect;
  for (const auto& [name, apply] : AllEffects()) {
    SCOPED_TRACE(name);
    ++effect;
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&, effect] { EXPECT_OK(Run(apply(orgs(), effect))); });
    }
    for (std::thread& thread : threads) thread.join();
  }
  // bob, dan and ann were not linked when the link mails went; everyone with a user got the other.
  std::set<std::string> ids;
  for (const auto& mail : Mails()) ids.insert(std::string(mail.payload.at("id").as_string()));
  EXPECT_EQ(ids.size(), Mails().size()) << "one mail per member and effect";
  EXPECT_EQ(Number("SELECT times FROM organization_adoption"), 1);
}

// A crash or a lost database at any moment of an effect, followed by the redelivery.
TEST_P(OrgEffectsTest, AFailureAtAnyMomentAndARedeliveryApplyItOnce) {
  sql::FaultyDatabase faulty(db());
  auto service = Build(faulty);
  std::int64_t effect = kEffect;
  for (const auto& [name, apply] : AllEffects()) {
    SCOPED_TRACE(name);
    for (std::size_t moment = 1;; ++moment) {
      ++effect;
      const std::string before = Snapshot();
      faulty.Arm(moment, sql::Fault::kError);
      const auto first = Run(apply(*service, effect));
      const bool fired = faulty.fired();
      faulty.Disarm();
      const std::string between = Snapshot();
      ASSERT_OK(Run(apply(*service, effect)));
      const std::string after = Snapshot();
      if (between != before) {
        EXPECT_EQ(after, between) << "applied by the first delivery, at moment " << moment;
      }
      EXPECT_EQ(Number("SELECT COUNT(*) FROM applied_effects WHERE effect_id = " +
                       std::to_string(effect)),
                1);
      if (!fired) {
        EXPECT_OK(first);
        break;
      }
      EXPECT_FALSE(first.has_value());
    }
  }
}

TEST_P(OrgEffectsTest, ClearRequire2faIsToldToControlAndAudited) {
  ASSERT_OK(Run(orgs().ApplyClearRequire2fa(kEffect, org_, Ann())));
  EXPECT_FALSE(Run(orgs().Get(org_))->require_2fa());
  EXPECT_EQ(Updates(), updates_ + 1);
  ASSERT_EQ(NewEntries(), 1u);
  const auto entry = AuditRows().back();
  EXPECT_EQ(entry.event, audit::Event::kOrgEdit);
  EXPECT_EQ(entry.organization, org_);
  EXPECT_EQ(entry.target_object, org_.value);
  EXPECT_EQ(entry.actor, UserId{7});
  EXPECT_EQ(entry.data, (json::Object{{"require_2fa", "to False when enabling SSO"}}));

  ASSERT_OK(Run(orgs().ApplyClearRequire2fa(kEffect + 1, org_, Ann())));
  EXPECT_EQ(NewEntries(), 1u) << "it is off already";
  EXPECT_EQ(Updates(), updates_ + 2) << "the version goes up nevertheless";
}

// AUTH-14: a requirement that was decided while SSO was off, and comes after SSO's set-up, loses.
TEST_P(OrgEffectsTest, ARequirementDecidedBeforeSsoCameLosesToIt) {
  ASSERT_OK(Run(orgs().UpdateFlags(org_, {{"require_2fa", false}}, false, 0, Ann())));
  const std::int64_t seen = Run(orgs().Get(org_))->version;
  ASSERT_OK(Run(orgs().ApplyClearRequire2fa(kEffect, org_, Ann())));
  EXPECT_ERROR(kConflict, kOrganizationChanged,
               Run(orgs().UpdateFlags(org_, {{"require_2fa", true}}, false, seen, Ann())));
  EXPECT_FALSE(Run(orgs().Get(org_))->require_2fa());
}

// AUTH-14: whoever of the two comes first, SSO's set-up has the last word.
TEST_P(OrgEffectsTest, OfAThousandRacesBetweenARequirementAndSsoNoneIsWonByBoth) {
  constexpr int kRounds = 1000;
  ASSERT_OK(Run(orgs().UpdateFlags(org_, {{"require_2fa", false}}, false, 0, Ann())));
  std::atomic<std::int64_t> seen = 0;
  std::barrier round(2, [&]() noexcept { seen = Run(orgs().Get(org_))->version; });
  std::barrier end(2, [&]() noexcept {
    if (Run(orgs().Get(org_))->require_2fa()) ADD_FAILURE() << "both";
  });
  std::jthread demands([&] {
    for (int i = 0; i < kRounds; ++i) {
      round.arrive_and_wait();
      // Decided while there was no provider.
      auto changed = Run(orgs().UpdateFlags(org_, {{"require_2fa", true}}, false, seen, Ann()));
      if (!changed) EXPECT_EQ(changed.error().reason, kOrganizationChanged);
      end.arrive_and_wait();
    }
  });
  for (int i = 0; i < kRounds; ++i) {
    round.arrive_and_wait();
    EXPECT_OK(Run(orgs().ApplyClearRequire2fa(kEffect + 1000 + i, org_, Ann())));
    end.arrive_and_wait();
  }
  demands.join();
}

TEST_P(OrgEffectsTest, MarkInvalidUnlinksThatMemberOnly) {
  ASSERT_OK(Run(orgs().ApplyMarkInvalidSso(kEffect, org_, UserId{10})));
  EXPECT_EQ(Find(org_, UserId{10})->flags, kSsoInvalid);
  EXPECT_EQ(Find(org_, UserId{7})->flags, 0);
  ASSERT_OK(Run(orgs().ApplyMarkInvalidSso(kEffect + 1, org_, UserId{4711})));
}

TEST_P(OrgEffectsTest, OtherFlagsOfAMemberSurvive) {
  const std::int64_t others = kIdpProvisioned | kPartnershipRestricted;
  Add(org_, UserId{30}, "e@example.com", "member", others | kSsoLinked);
  ASSERT_OK(Run(orgs().ApplyMarkInvalidSso(kEffect + 1, org_, UserId{30})));
  EXPECT_EQ(Find(org_, UserId{30})->flags, others | kSsoInvalid);
  ASSERT_OK(Run(orgs().ApplySsoDisabled(kEffect + 2, org_, Ann(), "Okta")));
  EXPECT_EQ(Find(org_, UserId{30})->flags, others);
}

TEST_P(OrgEffectsTest, SignalsCountAdoptionAndUnknownOnesAreRefused) {
  ASSERT_OK(Run(orgs().ApplySignal(kEffect, org_, "sso_enabled", R"({"user_id":7})")));
  ASSERT_OK(Run(orgs().ApplySignal(kEffect + 1, org_, "sso_enabled", "{}")));
  ASSERT_OK(Run(orgs().ApplySignal(kEffect + 4, org_, "member_joined", "{}")));
  ASSERT_OK(Run(orgs().ApplySignal(kEffect + 5, org_, "member_invited", "{}")));
  EXPECT_EQ(Number("SELECT times FROM organization_adoption WHERE feature = 'sso'"), 2);
  EXPECT_EQ(Number("SELECT times FROM organization_adoption WHERE feature = 'members'"), 1);
  EXPECT_EQ(Number("SELECT times FROM organization_adoption WHERE feature = 'invitations'"), 1);
  EXPECT_ERROR(kInvalidArgument, kUnknownSignal,
               Run(orgs().ApplySignal(kEffect + 2, org_, "moon_landed", "{}")));
  EXPECT_ERROR(kInvalidArgument, kEffectInvalid,
               Run(orgs().ApplySignal(kEffect + 3, org_, "sso_enabled", "[]")));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM applied_effects"), 4);
}

TEST_P(OrgEffectsTest, DefaultRoleIsSetAndAudited) {
  ASSERT_OK(Run(orgs().ApplyDefaultRole(kEffect, org_, "manager", Ann())));
  EXPECT_EQ(Run(orgs().Get(org_))->default_role, "manager");
  EXPECT_EQ(NewEntries(), 1u);
  ASSERT_OK(Run(orgs().ApplyDefaultRole(kEffect + 1, org_, "manager", Ann())));
  EXPECT_EQ(NewEntries(), 1u);
  EXPECT_ERROR(kInvalidArgument, kRoleUnknown,
               Run(orgs().ApplyDefaultRole(kEffect + 2, org_, "king", Ann())));
}

TEST_P(OrgEffectsTest, LinkMailsGoToEveryUnlinkedMemberPendingOnesToo) {
  ASSERT_OK(Run(orgs().ApplySendLinkMails(kEffect, org_, Ann(), "Okta")));
  const auto mails = Mails();
  std::set<std::string> to;
  std::set<std::int64_t> shards;
  for (const auto& mail : mails) {
    to.insert(std::string(mail.payload.at("to").as_string()));
    shards.insert(mail.shard.id);
    EXPECT_EQ(mail.shard.scope, outbox::Scope::kMail);
    EXPECT_EQ(mail.payload.at("subject").as_string(), "Action Required for The acme company");
    const std::string text(mail.payload.at("text").as_string());
    EXPECT_TRUE(text.contains("ann@example.com"));
    EXPECT_TRUE(text.contains("Okta"));
    EXPECT_TRUE(text.contains("https://sso.example.com/auth/login/acme/"));
    EXPECT_EQ(mail.payload.at("id").as_string(),
              "sso-link-" + std::to_string(kEffect) + "-" + std::to_string(mail.object_id));
  }
  EXPECT_EQ(to, (std::set<std::string>{"ann@example.com", "bob@example.com", "dan@example.com"}));
  EXPECT_EQ(shards.size(), mails.size()) << "no mail waits for another";
  EXPECT_EQ(wake_ups(), 1);

  // A reminder later is another effect, and other mails.
  ASSERT_OK(Run(orgs().ApplySendLinkMails(kEffect + 1, org_, Ann(), "Okta")));
  EXPECT_EQ(Mails().size(), 6u);
}

TEST_P(OrgEffectsTest, SsoDisabledClearsEveryoneAndMailsMembersWithUser) {
  const OrgId other = MakeOrg("other", UserId{50});
  Add(other, UserId{51}, "far@example.com", "member", kSsoLinked);
  ASSERT_OK(Run(orgs().ApplySsoDisabled(kEffect, org_, Ann(), "Okta")));
  EXPECT_EQ(Find(org_, UserId{9})->flags, 0);
  EXPECT_EQ(Find(org_, UserId{10})->flags, 0);
  EXPECT_EQ(Find(org_, UserId{7})->version, 1) << "an untouched row is not rewritten";
  EXPECT_EQ(Find(other, UserId{51})->flags, kSsoLinked) << "another organization's member";
  std::set<std::string> to;
  for (const auto& mail : Mails()) {
    const std::string address(mail.payload.at("to").as_string());
    to.insert(address);
    std::string encoded = address;
    encoded.replace(encoded.find('@'), 1, "%40");
    EXPECT_TRUE(std::string(mail.payload.at("text").as_string())
                    .contains("https://sso.example.com/account/recover/?email=" + encoded));
  }
  EXPECT_EQ(to, (std::set<std::string>{"ann@example.com", "bob@example.com", "cyd@example.com"}));
  EXPECT_EQ(wake_ups(), 1);
}

TEST_P(OrgEffectsTest, AnOrganizationThatIsGoneEndsItsEffectsQuietly) {
  std::int64_t effect = kEffect;
  const std::string before = Snapshot();
  const OrgId gone{31337};
  EXPECT_OK(Run(orgs().ApplyClearRequire2fa(++effect, gone, Ann())));
  EXPECT_OK(Run(orgs().ApplyMarkInvalidSso(++effect, gone, UserId{9})));
  EXPECT_OK(Run(orgs().ApplySignal(++effect, gone, "sso_enabled", "{}")));
  EXPECT_OK(Run(orgs().ApplyDefaultRole(++effect, gone, "admin", Ann())));
  EXPECT_OK(Run(orgs().ApplySendLinkMails(++effect, gone, Ann(), "Okta")));
  EXPECT_OK(Run(orgs().ApplySsoDisabled(++effect, gone, Ann(), "Okta")));
  EXPECT_EQ(Snapshot(), before);
}

TEST_P(OrgEffectsTest, AnInactiveOrganizationIsUpdatedButNobodyIsMailed) {
  Execute("UPDATE organizations SET status = 'pending_deletion'");
  ASSERT_OK(Run(orgs().ApplySendLinkMails(kEffect, org_, Ann(), "Okta")));
  ASSERT_OK(Run(orgs().ApplySsoDisabled(kEffect + 1, org_, Ann(), "Okta")));
  EXPECT_TRUE(Mails().empty());
  EXPECT_EQ(wake_ups(), 0);
  EXPECT_EQ(Find(org_, UserId{10})->flags, 0);
}

}  // namespace
}  // namespace gatehouse::orgs
