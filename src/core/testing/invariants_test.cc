// Each rule finds what breaks it: a check that cannot fail proves nothing.

#include "core/testing/migrated_database.h"

namespace gatehouse::test {
namespace {

class InvariantsTest : public MigratedDatabase {
 protected:
  void SetUp() override {
    MigratedDatabase::SetUp();
    if (IsSkipped()) return;
    for (const char* id : {"1", "2"}) {
      Execute(std::string("INSERT INTO organizations (id, slug, name, status, default_role, flags, "
                          "version, created_at) VALUES (") +
              id + ", 'o" + id + "', 'O', 'active', 'member', 0, 1, 0)");
      Execute(std::string("INSERT INTO users (id, username, name, is_active, is_managed, "
                          "session_epoch, created_at) VALUES (") +
              id + ", 'u" + id + "', 'U', 1, 0, 0, 0)");
      AddMember(id, id, "owner");
    }
  }
  void AddMember(const std::string& id, const std::string& org, const std::string& role,
                 const std::string& user = "") {
    Execute(
        "INSERT INTO organization_members (id, organization_id, user_id, email, role, flags, "
        "version, user_email, user_is_active, created_at) VALUES (" +
        id + ", " + org + ", " + (user.empty() ? id : user) + ", NULL, '" + role +
        "', 0, 1, 'x@example.com', 1, 0)");
  }
  void AddProvider(const std::string& org) {
    Execute(
        "INSERT INTO auth_providers (id, organization_id, kind, name, issuer, config, revision, "
        "allow_unlinked, created_at, updated_at) VALUES (9, " +
        org + ", 'oidc', 'P', 'i', '{}', 1, 0, 0, 0)");
  }
  // Exactly one rule is broken, and its name begins so.
  void ExpectBroken(const std::string& name) {
    const std::vector<std::string> broken = BrokenInvariants();
    ASSERT_EQ(broken.size(), 1u) << name << "\n" << testing::PrintToString(broken);
    EXPECT_TRUE(broken.front().starts_with(name)) << broken.front();
  }
};
GATEHOUSE_ON_ALL_ENGINES(InvariantsTest);

TEST_P(InvariantsTest, HoldAtFirst) { EXPECT_EQ(BrokenInvariants(), std::vector<std::string>()); }

TEST_P(InvariantsTest, ARequiredFactorBesideAProviderIsFound) {
  AddProvider("1");
  EXPECT_EQ(BrokenInvariants(), std::vector<std::string>());
  Execute("UPDATE organizations SET flags = flags | 16 WHERE id = 1");
  ExpectBroken("I2 ");
}

TEST_P(InvariantsTest, AnInvitationThatCannotBeAcceptedIsFound) {
  Execute("UPDATE organization_members SET invite_nonce = 'n' WHERE id = 1");
  ExpectBroken("I4 a link of somebody");
  Execute("UPDATE organization_members SET invite_nonce = NULL WHERE id = 1");
  Execute(
      "INSERT INTO organization_members (id, organization_id, user_id, email, role, flags, "
      "version, "
      "user_email, user_is_active, created_at) VALUES (5, 1, NULL, 'a@b.example', 'member', 0, 1, "
      "NULL, 1, 0)");
  ExpectBroken("I4 an invitation");
}

TEST_P(InvariantsTest, AnOrganizationWithoutOwnerIsFound) {
  Execute("UPDATE organization_members SET user_is_active = 0 WHERE id = 2");
  ExpectBroken("I5 ");
  Execute("UPDATE organizations SET status = 'pending_deletion' WHERE id = 2");
  EXPECT_EQ(BrokenInvariants(), std::vector<std::string>());
}

TEST_P(InvariantsTest, AnIdentityOfNobodyIsFound) {
  AddProvider("1");
  Execute(
      "INSERT INTO auth_identities (id, provider_id, organization_id, user_id, issuer, subject, "
      "email, data, is_valid, version, last_verified_at, last_synced_at, created_at) VALUES (1, 9, "
      "1, 2, 'i', 's', '', '', 1, 1, 0, 0, 0)");
  ExpectBroken("I6 ");
}

TEST_P(InvariantsTest, AnAcceptanceThatIsCountedTwiceOrNotAtAllIsFound) {
  const auto accepted = [&] {
    audit::Entry entry;
    entry.organization = OrgId{1};
    entry.event = audit::Event::kMemberAccept;
    entry.actor_label = "ann";
    entry.target_object = 1;
    EXPECT_OK(Write([&](sql::Tx& tx) { return audit().Record(tx, entry); }));
  };
  const auto bury = [&](const std::string& nonce) {
    Execute(
        "INSERT INTO invite_tombstones (organization_id, member_id, nonce, reason, created_at) "
        "VALUES (1, 1, '" +
        nonce + "', 'accepted', 0)");
  };
  bury("a");
  ExpectBroken("I7 an accepted invitation without entry");
  accepted();
  EXPECT_EQ(BrokenInvariants(), std::vector<std::string>());
  accepted();
  ExpectBroken("I7 an acceptance");
  bury("b");
  EXPECT_EQ(BrokenInvariants(), std::vector<std::string>());
  Execute(
      "INSERT INTO organization_members (id, organization_id, user_id, email, role, flags, "
      "version, "
      "user_email, user_is_active, created_at) VALUES (7, 1, 7, NULL, 'owner', 0, 1, "
      "'x@e.example', "
      "1, 0)");
  Execute("DELETE FROM organization_members WHERE id = 1");
  ExpectBroken("I7 an accepted invitation without member");
}

TEST_P(InvariantsTest, AnEntryThatWasChangedIsFound) {
  audit::Entry entry;
  entry.organization = OrgId{1};
  entry.event = audit::Event::kOrgEdit;
  entry.actor_label = "ann";
  EXPECT_OK(Write([&](sql::Tx& tx) { return audit().Record(tx, entry); }));
  EXPECT_EQ(BrokenInvariants(), std::vector<std::string>());
  Execute("UPDATE audit_log SET actor_label = 'eve'");
  ExpectBroken("I8 altered");
}

TEST_P(InvariantsTest, AnEffectForNobodyIsFound) {
  EXPECT_OK(Write([&](sql::Tx& tx) {
    return region_outbox().Enqueue(tx, outbox::Category::kMemberUpdate, 4711, 1, {});
  }));
  ExpectBroken("I10 ");
}

TEST_P(InvariantsTest, AProofOfAProviderThatIsGoneIsFound) {
  AddProvider("1");
  Execute(
      "INSERT INTO sessions (id, token_hash, user_id, session_epoch, proofs, ip, user_agent, "
      "created_at, last_seen_at, expires_at) VALUES (1, 'h', 1, 0, '[{\"kind\":\"sso\",\"at\":1,"
      "\"organization\":1,\"provider\":9,\"revision\":1,\"identity\":1}]', '', '', 0, 0, 0)");
  EXPECT_EQ(BrokenInvariants(), std::vector<std::string>());
  Execute("DELETE FROM auth_providers");
  ExpectBroken("I11 ");
}

TEST_P(InvariantsTest, ARowThatReachesAnotherOrganizationIsFound) {
  Execute(
      "INSERT INTO teams (id, organization_id, slug, name, idp_provisioned, version, created_at) "
      "VALUES (3, 1, 't', 'T', 0, 1, 0)");
  Execute(
      "INSERT INTO team_members (organization_id, team_id, member_id, created_at) "
      "VALUES (1, 3, 2, 0)");
  ExpectBroken("I12 team_members.member_id");
}

}  // namespace
}  // namespace gatehouse::test
