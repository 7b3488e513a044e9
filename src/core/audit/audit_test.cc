#include "core/audit/audit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/audit/note.h"
#include "core/audit/redact.h"
#include "core/testing/migrated_database.h"
#include "platform/sql/testing/faulty_database.h"

namespace gatehouse::audit {
namespace {

Entry Make(Event event, json::Object data = {}) {
  return Entry{.organization = OrgId{1},
               .event = event,
               .actor = UserId{7},
               .actor_label = "ann@example.com",
               .target_object = std::nullopt,
               .target_user = std::nullopt,
               .ip = "192.0.2.1",
               .data = std::move(data),
               .correlation_id = "c-1"};
}

TEST(Catalogue, IsSortedAndNumbersAndNamesAreUnique) {
  const auto& all = Catalogue();
  EXPECT_TRUE(std::ranges::is_sorted(all, {}, &EventInfo::event));
  std::set<Event> events;
  std::set<std::string_view> names, api_names;
  for (const EventInfo& info : all) {
    EXPECT_TRUE(events.insert(info.event).second) << info.name;
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_TRUE(api_names.insert(info.api_name).second) << info.name;
    EXPECT_EQ(&Info(info.event), &info);
    EXPECT_EQ(FindByApiName(info.api_name), &info);
  }
  EXPECT_EQ(FindByApiName("no.such-event"), nullptr);
  EXPECT_EQ(FindByApiName(""), nullptr);
}

TEST(Note, OfEveryEvent) {
  const std::vector<std::tuple<Event, json::Object, std::string>> cases = {
      {Event::kMemberInvite, {{"email", "bob@example.com"}}, "invited member bob@example.com"},
      {Event::kMemberAccept, {}, "accepted the membership invite"},
      {Event::kIssueDelete,
       {{"issues", 2}, {"short_ids", "SHOP-1, SHOP-2"}},
       "deleted 2 issues: SHOP-1, SHOP-2"},
      {Event::kIssueDiscard,
       {{"issues", 1}, {"short_ids", "SHOP-1"}},
       "discarded 1 issues and what comes of them: SHOP-1"},
      {Event::kAttachmentRemove,
       {{"event_id", "fc6d8c0c43fc4630ad850ee518f1b9d0"}, {"project_slug", "shop"}},
       "removed an attachment of event fc6d8c0c43fc4630ad850ee518f1b9d0 of project shop"},
      {Event::kReleaseRemove, {{"version", "shop@1"}}, "removed release shop@1"},
      {Event::kArtifactRemove,
       {{"kind", "artifact bundle"}, {"id", 7}},
       "removed artifact bundle 7"},
      {Event::kMemberJoinTeam,
       {{"email", "bob@example.com"}, {"team_slug", "rockets"}},
       "added bob@example.com to team rockets"},
      {Event::kMemberLeaveTeam,
       {{"email", "bob@example.com"}, {"team_slug", "rockets"}},
       "removed bob@example.com from team rockets"},
      {Event::kMemberPending,
       {{"email", "bob@example.com"}},
       "required member bob@example.com to setup 2FA"},
      {Event::kOrgRemove, {}, "removed the organization"},
      {Event::kOrgRestore, {}, "restored the organization"},
      {Event::kTeamAdd, {{"slug", "rockets"}}, "created team rockets"},
      {Event::kTeamEdit, {{"slug", "rockets"}}, "edited team rockets"},
      {Event::kTeamRemove, {{"slug", "rockets"}}, "removed team rockets"},
      {Event::kApiKeyAdd, {{"label", "ci"}}, "added api key ci"},
      {Event::kApiKeyEdit, {{"label", "ci"}}, "edited api key ci"},
      {Event::kApiKeyRemove, {{"label", "ci"}}, "removed api key ci"},
      {Event::kSentryAppAdd, {{"sentry_app", "SCIM"}}, "created sentry app SCIM"},
      {Event::kSentryAppRemove, {{"sentry_app", "SCIM"}}, "removed sentry app SCIM"},
      {Event::kSentryAppInstall, {{"sentry_app", "SCIM"}}, "installed sentry app SCIM"},
      {Event::kSentryAppUninstall, {{"sentry_app", "SCIM"}}, "uninstalled sentry app SCIM"},
      {Event::kIntegrationRotateClientSecret, {}, "rotated the client secret of an integration"},
      {Event::kInternalIntegrationAdd, {{"name", "SCIM"}}, "created internal integration SCIM"},
      {Event::kInternalIntegrationDisabled,
       {{"name", "SCIM"}},
       "disabled internal integration SCIM"},
      {Event::kInternalIntegrationAddToken,
       {{"name", "SCIM"}},
       "added a token to internal integration SCIM"},
      {Event::kInternalIntegrationRemoveToken,
       {{"name", "SCIM"}},
       "removed a token from internal integration SCIM"},
      {Event::kInviteRequestAdd,
       {{"email", "bob@example.com"}},
       "request added to invite bob@example.com"},
      {Event::kInviteRequestRemove,
       {{"email", "bob@example.com"}},
       "removed the invite request for bob@example.com"},
      {Event::kOrgAuthTokenAdd, {{"name", "ci"}}, "added org auth token ci"},
      {Event::kOrgAuthTokenRemove, {{"name", "ci"}}, "removed org auth token ci"},
      {Event::kInviteRefused,
       {{"reason", "invite_expired"}},
       "was refused an invitation (invite_expired)"},
      {Event::kAuthRefused, {{"reason", "totp_used"}}, "was refused a log-in (totp_used)"},
      {Event::kAuthzDenied,
       {{"route", "PUT /x/"}, {"reason", "scope"}, {"times", 3}},
       "was denied PUT /x/ (scope)"},
      {Event::kTwoFactorAdd, {{"kind", "totp"}}, "added totp as second factor"},
      {Event::kTwoFactorRemove, {{"kind", "totp"}}, "removed totp as second factor"},
      {Event::kTwoFactorReset, {{"username", "bob"}}, "removed all second factors of bob"},
      {Event::kRecoveryCodesCreate, {}, "made new recovery codes"},
      {Event::kPasswordChange, {}, "changed the password"},
      {Event::kEmailAdd, {{"email", "b@example.com"}}, "added the address b@example.com"},
      {Event::kEmailRemove, {{"email", "b@example.com"}}, "removed the address b@example.com"},
      {Event::kEmailPrimary,
       {{"email", "b@example.com"}},
       "made b@example.com the primary address"},
      {Event::kSessionsEnd, {{"sessions", 3}}, "ended 3 sessions"},
      {Event::kAuditExport, {{"entries", 12}, {"format", "csv"}}, "exported 12 audit entries"},
      {Event::kAuditRetention,
       {{"entries", 12}, {"through_seq", 40}},
       "dropped 12 audit entries past their retention"},
      {Event::kAuditAdopt,
       {{"entries", 12}},
       "began the chain of the audit log with 12 older entries"},
      {Event::kMemberAdd, {{"email", "bob@example.com"}}, "add member bob@example.com"},
      {Event::kMemberEdit,
       {{"email", "bob@example.com"}, {"role", "manager"}},
       "edited member bob@example.com (role: manager, teams: N/A)"},
      {Event::kMemberRemove, {{"email", "bob@example.com"}}, "removed member bob@example.com"},
      {Event::kOrgAdd, {}, "created the organization"},
      {Event::kOrgEdit,
       {{"require_2fa", "to False when enabling SSO"}, {"default_role", "to admin"}},
       "edited the organization setting: require_2fa to False when enabling SSO, default_role to "
       "admin"},
      {Event::kSsoEnable, {{"provider", "oidc"}}, "enabled sso (oidc)"},
      {Event::kSsoDisable, {{"provider", "oidc"}}, "disabled sso (oidc)"},
      {Event::kSsoEdit, {{"require_link", "to True"}}, "edited sso settings: require_link to True"},
      {Event::kSsoIdentityLink, {}, "linked their account to a new identity"},
      {Event::kSsoIdentityUnlink, {}, "unlinked an identity from an account"},
      {Event::kSsoRefused, {{"reason", "oidc_aud"}}, "was refused by sso (oidc_aud)"},
      {Event::kSsoSetupRefused,
       {{"reason", "provider_exists"}},
       "was refused a change of sso (provider_exists)"},
      {Event::kSsoUnlock, {}, "let members in without sso, from the host"},
      {Event::kOutboxParked,
       {{"category", "mail"}, {"reason", "mail_unavailable"}},
       "an effect could not be delivered: mail (mail_unavailable)"},
      {Event::kUserCreate, {{"username", "bob"}}, "created the user bob"},
      {Event::kTokenCreate, {{"name", "ci"}}, "created the token ci"},
      {Event::kTokenRemove, {{"name", "ci"}}, "removed the token ci"},
      {Event::kProjectAdd, {{"slug", "shop"}}, "created project shop"},
      {Event::kProjectEdit, {{"slug", "shop"}}, "edited project shop"},
      {Event::kProjectRemove, {{"slug", "shop"}}, "removed project shop"},
      {Event::kProjectKeyAdd,
       {{"label", "Default"}, {"project_slug", "shop"}},
       "added key Default to project shop"},
      {Event::kProjectKeyEdit,
       {{"label", "Default"}, {"project_slug", "shop"}},
       "edited key Default of project shop"},
      {Event::kProjectKeyRemove,
       {{"label", "Default"}, {"project_slug", "shop"}},
       "removed key Default from project shop"},
      {Event::kSsoIdentityInvalid,
       {{"reason", "refresh_refused"}},
       "lost the link to the sso provider (refresh_refused)"},
      {Event::kSsoIdentityMigrate, {}, "is known to the sso provider by a new id"},
      {Event::kIdentityLink, {{"provider", "GitLab"}}, "linked an account at GitLab"},
      {Event::kIdentityUnlink, {{"provider", "GitLab"}}, "unlinked an account at GitLab"},
      {Event::kIdentityInvalid,
       {{"provider", "GitLab"}, {"reason", "refresh_refused"}},
       "lost the link to an account at GitLab (refresh_refused)"},
      {Event::kIdentityProviderAdd,
       {{"provider", "GitLab"}},
       "lets members link accounts at GitLab"},
      {Event::kIdentityProviderRemove,
       {{"provider", "GitLab"}},
       "no longer lets members link accounts at GitLab"},
      {Event::kKeysRotate, {{"resealed", 3}, {"key", "k2"}}, "sealed 3 secrets with key k2"},
  };
  std::set<Event> covered;
  for (const auto& [event, data, note] : cases) {
    EXPECT_EQ(RenderNote(Make(event, data)), note);
    covered.insert(event);
  }
  EXPECT_EQ(covered.size(), Catalogue().size()) << "an event has no line in this test";
}

TEST(Note, WhoActsOnThemselvesJoinsAndLeaves) {
  Entry entry = Make(Event::kMemberAdd, {{"email", "ann@example.com"}});
  entry.target_user = entry.actor;
  EXPECT_EQ(RenderNote(entry), "joined the organization");
  entry.event = Event::kMemberRemove;
  EXPECT_EQ(RenderNote(entry), "left the organization");
  entry.data["team_slug"] = "rockets";
  entry.event = Event::kMemberJoinTeam;
  EXPECT_EQ(RenderNote(entry), "joined team rockets");
  entry.event = Event::kMemberLeaveTeam;
  EXPECT_EQ(RenderNote(entry), "left team rockets");
  entry.event = Event::kMemberRemove;
  entry.actor.reset();
  entry.target_user.reset();
  EXPECT_EQ(RenderNote(entry), "removed member ann@example.com");
}

TEST(Note, IsEmptyWithoutItsDataAndForAnUnknownEvent) {
  EXPECT_EQ(RenderNote(Make(Event::kSsoEnable)), "");
  EXPECT_EQ(RenderNote(Make(Event::kMemberEdit, {{"email", "a@b.c"}})), "");
  EXPECT_EQ(RenderNote(Make(static_cast<Event>(31337))), "");
}

TEST(Note, NamesTeamsAsAList) {
  json::Object data{{"email", "b@example.com"}, {"role", "member"}, {"teams_slugs", {"a", "b"}}};
  EXPECT_EQ(RenderNote(Make(Event::kMemberEdit, data)),
            "edited member b@example.com (role: member, teams: a, b)");
  for (const json::Value& nothing : {json::Value(json::Array()), json::Value(nullptr)}) {
    data["teams_slugs"] = nothing;
    EXPECT_TRUE(RenderNote(Make(Event::kMemberEdit, data)).ends_with("teams: N/A)"));
  }
}

TEST(Note, BracesInDataAreText) {
  EXPECT_EQ(RenderNote(Make(Event::kSsoEnable, {{"provider", "{provider}"}})),
            "enabled sso ({provider})");
  EXPECT_EQ(RenderNote(Make(Event::kSsoEdit, {{"n", 3}, {"b", true}, {"l", {1, 2}}})),
            "edited sso settings: n 3, b true, l [1,2]");
}

TEST(Redaction, MasksSecretNamesInEverySpelling) {
  for (std::string_view name :
       {"secret",          "client_secret", "clientSecret", "Client-Secret",
        "CLIENT_SECRET",   "password",      "new_password", "password_hash",
        "token",           "access_token",  "refreshToken", "id_token",
        "tokens",          "private_key",   "privateKey",   "certificate_key",
        "client_cert_key", "api_key",       "passphrase",   "secret_rotated_value",
        "code_verifier"}) {
    EXPECT_TRUE(IsSecretName(name)) << name;
  }
  for (std::string_view name :
       {"token_endpoint", "token_type", "token_endpoint_auth_method", "issuer", "client_id",
        "secretary", "x509cert", "certificate", "key", "public_key", "passwordless", "role"}) {
    EXPECT_FALSE(IsSecretName(name)) << name;
  }
}

TEST(Redaction, ReachesEveryDepthAndKeepsFlags) {
  const json::Object redacted =
      Redact({{"client_secret", "s3cret"},
              {"has_secret", true},
              {"config", {{"password", "hunter2"}, {"issuer", "https://i"}}},
              {"list", json::Array{json::Object{{"token", "abc"}}}},
              {"pin_secret", 1234},
              {"pem", "-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----"}});
  const std::string text = json::Serialize(redacted);
  for (std::string_view leak : {"s3cret", "hunter2", "abc", "1234", "MII"}) {
    EXPECT_FALSE(text.contains(leak)) << text;
  }
  EXPECT_TRUE(redacted.at("has_secret").as_bool());
  EXPECT_EQ(redacted.at("config").at("issuer").as_string(), "https://i");
}

class AuditTest : public test::MigratedDatabase {
 protected:
  std::int64_t Record(const Entry& entry) {
    auto id = Write([&](sql::Tx& tx) { return audit().Record(tx, entry); });
    EXPECT_OK(id);
    return id.value_or(0);
  }
  std::vector<Stored> Find(OrgId organization, const Filter& filter = {}) {
    auto found = Read([&](sql::Tx& tx) { return Query(tx, organization, filter); });
    EXPECT_OK(found);
    return found.value_or(std::vector<Stored>{});
  }
  // Every text of every row.
  std::string Everything() {
    auto rows = Read([](sql::Tx& tx) {
      return tx.Query({"", "SELECT actor_label, ip, data, correlation_id FROM audit_log"});
    });
    EXPECT_OK(rows);
    std::string out;
    for (const sql::Row row : *rows) {
      for (std::size_t i = 0; i < 4; ++i) out += row.OptString(i).value_or("") + "\n";
    }
    return out;
  }
};
GATEHOUSE_ON_ALL_ENGINES(AuditTest);

TEST_P(AuditTest, KeepsEveryField) {
  Entry entry = Make(Event::kSsoEnable, {{"provider", "oidc"}});
  entry.target_object = 99;
  entry.target_user = UserId{8};
  const std::int64_t id = Record(entry);
  const auto found = Find(OrgId{1});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].id, id);
  EXPECT_EQ(found[0].organization, OrgId{1});
  EXPECT_EQ(found[0].event, Event::kSsoEnable);
  EXPECT_EQ(found[0].actor, UserId{7});
  EXPECT_EQ(found[0].actor_label, "ann@example.com");
  EXPECT_EQ(found[0].target_object, 99);
  EXPECT_EQ(found[0].target_user, UserId{8});
  EXPECT_EQ(found[0].ip, "192.0.2.1");
  EXPECT_EQ(found[0].correlation_id, "c-1");
  EXPECT_EQ(found[0].created_at, clock().Now());
  EXPECT_EQ(found[0].note, "enabled sso (oidc)");
}

TEST_P(AuditTest, NeverStoresASecret) {
  Record(Make(Event::kSsoEdit, {{"config", {{"client_secret", "s3cret-value"}}}}));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM audit_log WHERE data LIKE '%s3cret-value%'"), 0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM audit_log WHERE data LIKE '%[redacted]%'"), 1);
}

TEST_P(AuditTest, CutsALongLabelWithoutBreakingACharacter) {
  Entry entry = Make(Event::kOrgAdd);
  entry.actor_label = std::string(63, 'x') + "é";
  entry.ip = "";
  entry.actor.reset();
  Record(entry);
  const auto found = Find(OrgId{1});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].actor_label, std::string(63, 'x'));
  EXPECT_EQ(found[0].ip, "");
  EXPECT_EQ(found[0].actor, std::nullopt);
}

TEST_P(AuditTest, AnotherOrganizationSeesNothing) {
  Record(Make(Event::kOrgAdd));
  Entry nowhere = Make(Event::kUserCreate, {{"username", "x"}});
  nowhere.organization.reset();
  Record(nowhere);
  EXPECT_TRUE(Find(OrgId{2}).empty());
  EXPECT_TRUE(Find(OrgId{0}).empty());
  EXPECT_EQ(Find(OrgId{1}).size(), 1u);
}

TEST_P(AuditTest, FiltersAndPagesNewestFirst) {
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 6; ++i) {
    Entry entry = Make(i % 2 == 0 ? Event::kOrgEdit : Event::kSsoEdit);
    entry.actor = i < 4 ? std::optional(UserId{7}) : std::nullopt;
    if (i % 2 == 0) entry.target_user = UserId{9};
    entry.correlation_id = "c-" + std::to_string(i);
    ids.push_back(Record(entry));
    clock().Advance(std::chrono::seconds(10));
  }
  const Timestamp end = clock().Now();
  auto numbers = [&](const Filter& filter) {
    std::vector<std::int64_t> out;
    for (const Stored& entry : Find(OrgId{1}, filter)) out.push_back(entry.id);
    return out;
  };
  using Ids = std::vector<std::int64_t>;
  auto with = [&](auto set) {
    Filter filter;
    set(filter);
    return numbers(filter);
  };
  EXPECT_EQ(numbers({}), (Ids{ids[5], ids[4], ids[3], ids[2], ids[1], ids[0]}));
  EXPECT_EQ(with([](Filter& f) { f.event = Event::kSsoEdit; }), (Ids{ids[5], ids[3], ids[1]}));
  EXPECT_EQ(with([](Filter& f) { f.actor = UserId{7}; }), (Ids{ids[3], ids[2], ids[1], ids[0]}));
  EXPECT_EQ(with([](Filter& f) { f.actor = UserId{8}; }), Ids{});
  EXPECT_EQ(with([](Filter& f) {
              f.event = Event::kSsoEdit;
              f.actor = UserId{7};
            }),
            (Ids{ids[3], ids[1]}));
  EXPECT_EQ(with([](Filter& f) { f.target_user = UserId{9}; }), (Ids{ids[4], ids[2], ids[0]}));
  EXPECT_EQ(with([](Filter& f) {
              f.target_user = UserId{9};
              f.actor = UserId{7};
            }),
            (Ids{ids[2], ids[0]}));
  EXPECT_EQ(with([](Filter& f) { f.correlation_id = "c-3"; }), (Ids{ids[3]}));
  EXPECT_EQ(with([](Filter& f) {
              f.correlation_id = "c-3";
              f.target_user = UserId{9};
            }),
            Ids{});
  EXPECT_EQ(with([](Filter& f) { f.correlation_id = "c-"; }), Ids{});
  // since is the first moment that counts, until the first that does not.
  EXPECT_EQ(with([&](Filter& f) { f.since = end - std::chrono::seconds(20); }),
            (Ids{ids[5], ids[4]}));
  EXPECT_EQ(with([&](Filter& f) { f.until = end - std::chrono::seconds(50); }), (Ids{ids[0]}));
  EXPECT_EQ(with([](Filter& f) { f.limit = 2; }), (Ids{ids[5], ids[4]}));
  EXPECT_EQ(with([&](Filter& f) {
              f.before_id = ids[4];
              f.limit = 2;
            }),
            (Ids{ids[3], ids[2]}));
  EXPECT_EQ(with([&](Filter& f) { f.before_id = ids[0]; }), Ids{});
}

TEST_P(AuditTest, TimesNeverGoBackWithTheClock) {
  const Timestamp start = clock().Now();
  const std::int64_t first = Record(Make(Event::kOrgAdd));
  clock().SetWall(start - std::chrono::hours(48));
  const std::int64_t second = Record(Make(Event::kOrgEdit));
  const auto found = Find(OrgId{1});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].id, second);
  EXPECT_EQ(found[1].id, first);
  EXPECT_GE(found[0].created_at, found[1].created_at);
  Filter filter;
  filter.since = start;
  EXPECT_EQ(Find(OrgId{1}, filter).size(), 2u);
  filter.since.reset();
  filter.until = start + std::chrono::seconds(1);
  EXPECT_EQ(Find(OrgId{1}, filter).size(), 2u);
}

TEST_P(AuditTest, DeedAndEntryStandOrFallTogether) {
  auto result = Write([&](sql::Tx& tx) -> Result<void> {
    GH_TRY_VOID(audit().Record(tx, Make(Event::kOrgAdd)));
    return Fail(Code::kInternal, "deed_failed");
  });
  ASSERT_FALSE(result.has_value());
  EXPECT_TRUE(Find(OrgId{1}).empty());
}

// AUDIT-04: whatever of the entry cannot be written, the deed does not happen.
TEST_P(AuditTest, FailedEntryFailsTheDeed) {
  sql::FaultyDatabase faulty(db());
  auto deed = [&] {
    return faulty.WriteSync(sql::Tenant::Of(OrgId{1}), [&](sql::Tx& tx) -> Result<void> {
      GH_TRY_VOID(tx.Exec({"deed",
                           "INSERT INTO job_leases (name, holder, expires_at) "
                           "VALUES ('deed', 'x', 0) ON CONFLICT DO NOTHING"}));
      GH_TRY_VOID(audit().Record(tx, Make(Event::kOrgEdit)));
      return {};
    });
  };
  std::size_t failed = 0;
  for (std::size_t moment = 1;; ++moment) {
    faulty.Arm(moment, sql::Fault::kError);
    const auto done = deed();
    const std::vector<std::string> moments = faulty.moments();
    if (done || moments.back() == "after commit") break;
    if (moments.back().contains("audit.")) ++failed;
    EXPECT_EQ(Number("SELECT COUNT(*) FROM job_leases"), 0) << moments.back();
    EXPECT_EQ(Number("SELECT COUNT(*) FROM audit_log"), 0) << moments.back();
    EXPECT_EQ(Number("SELECT COUNT(*) FROM audit_unsealed"), 0) << moments.back();
  }
  EXPECT_EQ(failed, 4u);  // before and after two statements
}

// AUDIT-06: no seeded secret in any column, whatever the event and however it was called.
TEST_P(AuditTest, NoSecretIsLeftInTheRowsOfAnyEvent) {
  const std::vector<std::pair<std::string, std::string>> secrets = {
      {"password", "seed-password-1"},
      {"totp_secret", "seed-totp-2"},
      {"client_secret", "seed-client-3"},
      {"refresh_token", "seed-refresh-4"},
      {"access_token", "seed-access-5"},
      {"session_token", "seed-session-6"},
      {"invite_token", "seed-invite-7"},
      {"private_key", "seed-private-8"},
      {"sp_key", "-----BEGIN PRIVATE KEY-----seed-saml-9"}};
  for (const EventInfo& info : Catalogue()) {
    json::Object data, deep;
    for (const auto& [name, value] : secrets) {
      data[name] = value;
      deep[name] = value;
    }
    data["config"] = std::move(deep);
    data["changes"] = json::Array{json::Object{{"client_secret", "seed-client-3"}}};
    Record(Make(info.event, std::move(data)));
  }
  const std::string all = Everything();
  EXPECT_EQ(Number("SELECT COUNT(*) FROM audit_log"),
            static_cast<std::int64_t>(Catalogue().size()));
  EXPECT_TRUE(all.contains("[redacted]"));
  EXPECT_FALSE(all.contains("seed-"));
  for (const Stored& entry : Find(OrgId{1}, {.limit = 1000})) {
    EXPECT_FALSE(entry.note.contains("seed-")) << entry.note;
  }
}

}  // namespace
}  // namespace gatehouse::audit
