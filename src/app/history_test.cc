// Data written at every historical version of the schema is read by today's code. Each file of
// tests/history is an installation as an old version left it: control_C_region_R.sql is loaded into
// a database that stands at those versions, which is then brought up to date.

#include <gtest/gtest.h>

#include "control/authn/authn.h"
#include "control/identity/identity.h"
#include "control/sso/oidc/config.h"
#include "control/sso/providers.h"
#include "core/audit/audit.h"
#include "core/schema/schema.h"
#include "core/testing/migrated_database.h"
#include "embedded_history.h"
#include "region/events/issues/store.h"
#include "region/monitors/store.h"
#include "region/orgs/store.h"
#include "region/projects/store.h"
#include "region/releases/store.h"
#include "region/sessions/store.h"

namespace gatehouse::app {
namespace {

constexpr Timestamp kThen{1'795'000'000'000'000};
constexpr OrgId kOrg{20};
constexpr UserId kUser{10};
constexpr ProviderId kProvider{30};

std::span<const sql::Migration> UpTo(std::span<const sql::Migration> all, int version) {
  return all.first(static_cast<std::size_t>(version));
}

class HistoryTest : public sql::DatabaseTest {
 protected:
  // The installation of the file, migrated to today.
  void Load(std::string_view file, int control, int region) {
    const history::File* found = history::FindFile(file);
    ASSERT_NE(found, nullptr);
    Apply(schema::kControlSet, UpTo(schema::ControlMigrations(), control), schema::kTenantTables);
    Apply(schema::kRegionSet, UpTo(schema::RegionMigrations(), region), schema::kTenantTables);
    Execute(found->text);
    Apply(schema::kControlSet, schema::ControlMigrations(), schema::kTenantTables);
    Apply(schema::kRegionSet, schema::RegionMigrations(), schema::kTenantTables);
  }
  template <class F>
  auto Read(F f) {
    return db().ReadSync(sql::Tenant::All(), std::move(f));
  }

  ManualClock clock_{kThen + std::chrono::minutes(1)};
  IdGenerator ids_{clock_, 1};
  SeededRng rng_{7};
  std::unique_ptr<crypto::KeyRing> keys_ = crypto::KeyRing::ForTest("history", rng_);
};
GATEHOUSE_ON_ALL_ENGINES(HistoryTest);

TEST_P(HistoryTest, TheFirstReleasedSchema) {
  ASSERT_NO_FATAL_FAILURE(Load("control_3_region_1.sql", 3, 1));

  const authn::Store sessions(clock_, ids_, rng_, {}, {"org:read"});
  auto session = Read([&](sql::Tx& tx) {
    return sessions.Find(tx, "aGlzdG9yeS1zZXNzaW9uLXRva2VuLW9mLTMyLWJ5dGU");
  });
  ASSERT_OK(session);
  EXPECT_EQ(session->second.username, "owner@history.example");
  EXPECT_TRUE(session->second.email_verified);
  EXPECT_FALSE(session->second.has_2fa);
  EXPECT_NE(session->first.OwnProof(), nullptr);
  ASSERT_NE(session->first.SsoProof(kOrg), nullptr);
  EXPECT_EQ(session->first.SsoProof(kOrg)->provider, kProvider);

  auto token = Read([&](sql::Tx& tx) {
    return sessions.FindToken(tx, "ghp_aGlzdG9yeS1hcGktdG9rZW4tc2VjcmV0LTMyLWJ5dGU8d3136");
  });
  ASSERT_OK(token);
  EXPECT_EQ(token->scopes, std::vector<std::string>{"org:read"});

  auto organization = Read([&](sql::Tx& tx) { return orgs::store::Find(tx, kOrg); });
  ASSERT_OK(organization);
  EXPECT_EQ(organization->default_role, "manager");
  auto member = Read([&](sql::Tx& tx) { return orgs::store::FindMember(tx, kOrg, kUser); });
  ASSERT_OK(member);
  ASSERT_TRUE(member->has_value());
  EXPECT_EQ((*member)->role, "owner");
  EXPECT_EQ((*member)->email, "Owner@History.example");
  EXPECT_EQ((*member)->invite_status, "approved");
  EXPECT_TRUE((*member)->sso_linked());

  const sso::ProviderStore providers(clock_, *keys_);
  auto provider = Read([&](sql::Tx& tx) { return providers.Find(tx, kOrg); });
  ASSERT_OK(provider);
  ASSERT_TRUE(provider->has_value());
  auto config = sso::oidc::Config::FromJson(*(*provider)->config);
  ASSERT_OK(config);
  EXPECT_EQ(config->entered.client_secret, "s3cret-of-2026");
  EXPECT_EQ(config->endpoints.jwks, "https://idp.history.example/jwks");

  const audit::Log log(clock_, ids_, std::string(32, 'k'));
  const outbox::Outbox outbox(outbox::Half::kControl, clock_, ids_);
  const identity::Store identities(clock_, ids_, *keys_, log, outbox);
  auto identity = Read([&](sql::Tx& tx) {
    return identities.FindBySubject(tx, kOrg, kProvider, "https://idp.history.example",
                                    "subject-1");
  });
  ASSERT_OK(identity);
  ASSERT_TRUE(identity->has_value());
  EXPECT_EQ((*identity)->user, kUser);
  auto data = Read([&](sql::Tx& tx) { return identities.Data(tx, kOrg, (*identity)->id); });
  ASSERT_OK(data);
  EXPECT_EQ(json::GetString(*data, "refresh_token"), "rt-of-2026");

  auto entries = Read([&](sql::Tx& tx) { return audit::Query(tx, kOrg, {}); });
  ASSERT_OK(entries);
  ASSERT_EQ(entries->size(), 1u);
  EXPECT_EQ(entries->front().note, "enabled sso (oidc)");

  // An effect that the old version owed is still delivered.
  outbox::Drainer drainer(outbox::Half::kControl, db(), clock_, {});
  std::vector<std::string> delivered;
  drainer.Register(outbox::Category::kDefaultRole, [&delivered](outbox::Message m) -> Task<void> {
    delivered.emplace_back(json::GetString(m.payload, "role").value_or(""));
    co_return Result<void>();
  });
  ASSERT_OK(runtime::RunSync(drainer.DrainDue()));
  EXPECT_EQ(delivered, std::vector<std::string>{"member"});
}

TEST_P(HistoryTest, TheFirstSchemaWithIssuesAndMonitors) {
  ASSERT_NO_FATAL_FAILURE(Load("control_7_region_6.sql", 7, 6));
  const ProjectId shop{30};

  for (const char* slug : {"shop", "old-shop"}) {
    auto project = Read([&](sql::Tx& tx) { return projects::store::FindBySlug(tx, kOrg, slug); });
    ASSERT_OK(project);
    EXPECT_EQ(project->id, shop);
    EXPECT_EQ(project->flags, projects::kHasTransactions | projects::kHasReleases);
    EXPECT_EQ(json::GetBool(project->options, "dataScrubber"), false);
  }
  auto key = Read([&](sql::Tx& tx) {
    return projects::store::FindKey(tx, kOrg, shop, "0123456789abcdef0123456789abcdef");
  });
  ASSERT_OK(key);
  EXPECT_EQ(key->rate_count, 100);

  auto release =
      Read([&](sql::Tx& tx) { return releases::store::Find(tx, kOrg, "shop@1.2.3-rc.1+5"); });
  ASSERT_OK(release);
  ASSERT_TRUE(release->semantic.has_value());
  EXPECT_EQ(release->semantic->prerelease, "rc.1");

  auto issue = Read([&](sql::Tx& tx) -> Result<issues::Issue> {
    GH_TRY(std::vector<issues::Issue> found, issues::store::FindMany(tx, kOrg, {IssueId{34}}));
    if (found.size() != 1) return Fail(Code::kNotFound, "issue_not_found");
    GH_TRY_VOID(issues::store::AddDetails(tx, kOrg, kUser, found));
    return found.front();
  });
  ASSERT_OK(issue);
  EXPECT_EQ(issue->short_id, "SHOP-1A");
  EXPECT_EQ(issue->level, "error");
  EXPECT_EQ(issue->users_seen, 4);
  EXPECT_EQ(issue->assignee, "user:10");
  EXPECT_TRUE(issue->marks.is_bookmarked);
  ASSERT_TRUE(issue->snooze.has_value());
  EXPECT_EQ(issue->snooze->events, 10);

  // Searches know of it as one that may have any word.
  auto search = Read([&](sql::Tx& tx) {
    return tx.Query(sql::Statement{
        "", "SELECT issue_id, level, platform, is_read, grams_0, grams_11 FROM issue_search"});
  });
  ASSERT_OK(search);
  ASSERT_EQ(search->size(), 1u);
  EXPECT_EQ(search->front().Int(0), 34);
  EXPECT_EQ(search->front().Int(1), 40);
  EXPECT_EQ(search->front().Text(2), "node");
  EXPECT_FALSE(search->front().Bool(3));
  EXPECT_EQ(search->front().Int(4), -1);
  EXPECT_EQ(search->front().Int(5), -1);

  auto monitor =
      Read([&](sql::Tx& tx) { return monitors::store::Find(tx, kOrg, "nightly", std::nullopt); });
  ASSERT_OK(monitor);
  EXPECT_EQ(monitor->config.timezone, "Europe/Vienna");
  ASSERT_EQ(monitor->environments.size(), 1u);
  EXPECT_EQ(monitor->environments.front().status, "error");
  EXPECT_FALSE(monitor->is_muted);
  EXPECT_FALSE(monitor->environments.front().is_muted);
}

TEST_P(HistoryTest, TheSchemaBeforeSessionsKeptTheirDurations) {
  ASSERT_NO_FATAL_FAILURE(Load("control_7_region_9.sql", 7, 9));
  auto counted = Read([&](sql::Tx& tx) {
    return sessions::store::List(tx, kOrg, ProjectId{30}, {.from_hour = 0, .to_hour = 1'000'000});
  });
  ASSERT_OK(counted);
  ASSERT_EQ(counted->size(), 1u);
  const sessions::Counts& counts = counted->front().counts;
  EXPECT_EQ(counts.sessions, 12);
  EXPECT_EQ(counts.durations, 10);
  EXPECT_EQ(counts.duration, std::chrono::seconds(50));
  EXPECT_EQ(counts.users.Count(), 1);
  EXPECT_FALSE(counts.duration_parts.Percentile(0.5).has_value()) << "not known";
}

}  // namespace
}  // namespace gatehouse::app
