#pragma once

// The whole product over a fresh database, behind its router: two organizations, people of every
// role, their sessions and tokens. For tests that ask every route as everybody.

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/events.h"
#include "app/installation.h"
#include "app/options.h"
#include "base/text.h"
#include "core/testing/migrated_database.h"
#include "edge/access/access.h"
#include "edge/api/api.h"
#include "edge/api/routes.h"
#include "platform/http/router.h"
#include "platform/runtime/runtime.h"
#include "platform/sql/testing/test_database.h"

namespace gatehouse::app {

// What a request carries to say who sends it.
struct Credentials {
  std::string session;  // cookie
  std::string pending;  // cookie
  std::string token;    // bearer
};

struct Asked {
  http::Method method = http::Method::kGet;
  std::string target;
  std::string body = "{}";
  std::vector<std::pair<std::string, std::string>> headers = {};
};

class ApiTest : public testing::TestWithParam<sql::Engine> {
 protected:
  static constexpr const char* kBase = "https://gate.example";

  void SetUp() override;
  void TearDown() override;

  // ---- asking -----------------------------------------------------------------------------------
  http::Response Ask(const Credentials& who, const Asked& what);
  http::Response Get(const Credentials& who, std::string target) {
    return Ask(who, {http::Method::kGet, std::move(target)});
  }
  http::Response Send(const Credentials& who, http::Method method, std::string target,
                      std::string body) {
    return Ask(who, {method, std::move(target), std::move(body)});
  }

  // ---- people -----------------------------------------------------------------------------------
  UserId AddUser(const std::string& name);
  OrgId AddOrganization(const std::string& slug, UserId owner);
  MemberId AddMember(OrgId organization, UserId user, const std::string& role);
  MemberId MemberOf(OrgId organization, UserId user);
  Credentials LogIn(UserId user);  // a fresh session by password
  Credentials Token(UserId user, std::vector<std::string> scopes);
  static std::vector<std::string> AllScopes();
  // Straight into the database: what the test is not about.
  void Execute(std::string_view text);
  std::int64_t Number(std::string_view query);
  // Every row that a refused request could have changed, in one text.
  std::string Digest();

  template <class T>
  T Do(Task<T> task) {
    auto result = runtime::RunSync(std::move(task));
    EXPECT_TRUE(result.has_value()) << GATEHOUSE_SHOW_ERROR(result);
    return result ? std::move(*result) : T();
  }

  Installation& app() { return *app_; }
  Events& events() { return *events_; }
  access::Guard& guard() { return *guard_; }
  http::Router& router() { return router_; }

  // How much later than sent the server sees a request.
  Duration ahead_ = Duration::zero();
  UserId member_, admin_, manager_, owner_, stranger_;
  OrgId acme_, beta_;

 private:
  void Open();

  std::filesystem::path folder_;
  std::optional<sql::TestDatabase> postgres_;
  SystemClock clock_;
  std::unique_ptr<telemetry::Logger> log_;
  std::unique_ptr<Installation> app_;
  std::unique_ptr<Events> events_;
  std::unique_ptr<access::Denials> denials_;
  std::unique_ptr<access::Guard> guard_;
  std::unique_ptr<api::Api> api_;
  http::Router router_;
  int asked_ = 0;
};

inline void ApiTest::SetUp() {
  static int count = 0;
  folder_ = std::filesystem::temp_directory_path() /
            ("gatehouse-api-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
  std::filesystem::create_directories(folder_);
  if (GetParam() == sql::Engine::kPostgres) {
    postgres_ = sql::TestDatabase::Postgres();
    if (!postgres_) GTEST_SKIP() << "GATEHOUSE_TEST_POSTGRES is not set";
    postgres_->Close();
  }
  Open();
  ASSERT_NE(app_, nullptr);

  member_ = AddUser("member");
  admin_ = AddUser("admin");
  manager_ = AddUser("manager");
  owner_ = AddUser("owner");
  stranger_ = AddUser("stranger");
  acme_ = AddOrganization("acme", owner_);
  beta_ = AddOrganization("beta", stranger_);
  AddMember(acme_, member_, "member");
  AddMember(acme_, admin_, "admin");
  AddMember(acme_, manager_, "manager");
}

inline void ApiTest::TearDown() {
  api_.reset();
  guard_.reset();
  denials_.reset();
  events_.reset();
  app_.reset();
  postgres_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

inline void ApiTest::Open() {
  config::Sources sources;
  sources.flags.emplace_back("data", (folder_ / "data").string());
  sources.flags.emplace_back("base_url", kBase);
  if (postgres_) sources.flags.emplace_back("database", postgres_->url());
  auto config = config::Config::Load(kOptions, sources);
  ASSERT_TRUE(config.has_value()) << GATEHOUSE_SHOW_ERROR(config);
  auto layout = Layout::From(*config);
  ASSERT_TRUE(layout.has_value()) << GATEHOUSE_SHOW_ERROR(layout);
  telemetry::Logger::Options quiet;
  quiet.threshold = telemetry::Level::kError;
  log_ = std::make_unique<telemetry::Logger>(clock_, quiet);
  auto opened = Installation::Open(*config, std::move(*layout), *log_, {});
  ASSERT_TRUE(opened.has_value()) << GATEHOUSE_SHOW_ERROR(opened);
  app_ = std::move(*opened);
  Installation& i = *app_;
  auto events = Events::Open(i, *log_);
  ASSERT_TRUE(events.has_value()) << GATEHOUSE_SHOW_ERROR(events);
  events_ = std::move(*events);
  denials_ = std::make_unique<access::Denials>(*i.db, *i.audit, i.clock);
  guard_ = std::make_unique<access::Guard>(
      access::Options{kBase, i.keys->DeriveKey("csrf"), denials_.get()}, *i.authn, *i.sso, *i.orgs,
      i.rng);
  api_ = std::make_unique<api::Api>(api::Deps{
      *guard_, *i.users, *i.authn, *i.factors, *i.sso, *i.orgs, *i.members, *i.invites, *i.teams,
      *i.db, *i.audit, *i.audit_sealer, i.clock, *i.linking, &events_->services()});
  api_->Register(router_);
}

inline http::Response ApiTest::Ask(const Credentials& who, const Asked& what) {
  http::Request request;
  request.method = what.method;
  request.target = what.target;
  auto [path, query] = SplitOnce(what.target, '?');
  request.path = path;
  request.query = query;
  request.correlation_id = "0190-correlation";
  // Everybody calls from elsewhere: limits per network are not what these tests are about.
  ++asked_;
  request.remote_ip = "10." + std::to_string(asked_ / 65536 % 256) + "." +
                      std::to_string(asked_ / 256 % 256) + "." + std::to_string(asked_ % 256);
  request.received = app_->clock.Now() + ahead_;
  if (what.method != http::Method::kGet && what.method != http::Method::kHead) {
    request.body = what.body;
    request.headers.Add("Content-Type", "application/json");
  }
  std::string cookie = "__Host-bid=" + std::string(43, 'A');
  if (!who.session.empty()) cookie += "; __Host-sid=" + who.session;
  if (!who.pending.empty()) cookie += "; __Host-pending=" + who.pending;
  request.headers.Add("Cookie", cookie);
  if (!who.token.empty()) request.headers.Add("Authorization", "Bearer " + who.token);
  auto visitor = runtime::RunSync(guard_->Visit(request));
  if (visitor) request.headers.Add("X-CSRF-Token", guard_->CsrfToken(*visitor));
  for (const auto& [name, value] : what.headers) request.headers.Set(name, value);

  std::vector<http::Method> allowed;
  const http::Route* route = router_.Match(request, &allowed);
  if (route == nullptr) {
    const bool known = !allowed.empty();
    return api_->RenderError(request,
                             Error{Code::kNotFound, known ? "method_not_allowed" : "not_found", ""},
                             known ? 405 : 404);
  }
  auto response = runtime::RunSync(route->handler(request));
  if (response) return std::move(*response);
  EXPECT_LT(HttpStatus(response.error().code), 500)
      << what.target << ": " << GATEHOUSE_SHOW_ERROR(response);
  return api_->RenderError(request, response.error(), HttpStatus(response.error().code));
}

inline UserId ApiTest::AddUser(const std::string& name) {
  users::User user =
      Do(app_->users->Create(name + "@gate.example", name, std::nullopt, {"", "", ""}));
  Execute("UPDATE user_emails SET is_verified = 1");
  return user.id;
}

inline OrgId ApiTest::AddOrganization(const std::string& slug, UserId owner) {
  users::User user = Do(app_->users->Get(owner));
  return Do(app_->orgs->Create(slug, slug, orgs::UserCopy{.user = owner, .email = user.email},
                               orgs::Actor{owner, "", "", ""}))
      .id;
}

inline MemberId ApiTest::AddMember(OrgId organization, UserId user, const std::string& role) {
  users::User who = Do(app_->users->Get(user));
  return Do(app_->orgs->AddMember(organization, orgs::UserCopy{.user = user, .email = who.email},
                                  role, 0, orgs::Actor{}))
      .id;
}

inline MemberId ApiTest::MemberOf(OrgId organization, UserId user) {
  auto member = Do(app_->orgs->CheckMembership(organization, user));
  EXPECT_TRUE(member.has_value());
  return member ? member->id : MemberId{};
}

inline Credentials ApiTest::LogIn(UserId user) {
  authn::LoginOutcome outcome =
      Do(app_->authn->Start(user, authn::ProofKind::kPassword, std::nullopt, "", {"", "", ""}));
  Credentials credentials;
  if (outcome.session) credentials.session = outcome.session->token;
  credentials.pending = outcome.pending_token;
  return credentials;
}

inline Credentials ApiTest::Token(UserId user, std::vector<std::string> scopes) {
  Credentials credentials;
  credentials.token = Do(app_->authn->CreateToken(user, "test", std::move(scopes), std::nullopt));
  return credentials;
}

inline std::vector<std::string> ApiTest::AllScopes() {
  std::vector<std::string> scopes;
  for (std::string_view scope : orgs::AllScopes()) scopes.emplace_back(scope);
  return scopes;
}

inline void ApiTest::Execute(std::string_view text) {
  auto done = app_->db->WriteSync(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<void> {
    GH_TRY_VOID(tx.Exec(sql::Statement{"", text}));
    return {};
  });
  ASSERT_TRUE(done.has_value()) << GATEHOUSE_SHOW_ERROR(done);
  app_->authn->ForgetAll();
}

inline std::int64_t ApiTest::Number(std::string_view query) {
  auto rows = app_->db->ReadSync(sql::Tenant::All(),
                                 [&](sql::Tx& tx) { return tx.Query(sql::Statement{"", query}); });
  EXPECT_TRUE(rows.has_value()) << GATEHOUSE_SHOW_ERROR(rows);
  return rows ? rows->front().Int(0) : -1;
}

inline std::string ApiTest::Digest() {
  // Without counters of limits, sessions and what refusals themselves write.
  constexpr std::string_view kQueries[] = {
      "SELECT id || ' ' || has_2fa || ' ' || session_epoch || ' ' || is_active FROM users",
      "SELECT id || ' ' || email || ' ' || is_primary || ' ' || is_verified FROM user_emails",
      "SELECT id || ' ' || kind || ' ' || name FROM authenticators",
      "SELECT user_id || ' ' || code_hash FROM recovery_codes",
      "SELECT id || ' ' || name || ' ' || scopes FROM api_tokens",
      "SELECT id || ' ' || slug || ' ' || default_role || ' ' || flags FROM organizations",
      "SELECT id || ' ' || role || ' ' || flags || ' ' || invite_status FROM "
      "organization_members",
      "SELECT id || ' ' || slug || ' ' || name FROM teams",
      "SELECT team_id || ' ' || member_id FROM team_members",
      "SELECT id || ' ' || team_id FROM team_access_requests",
      "SELECT '' || COUNT(*) FROM region_outbox"};
  std::string text;
  auto read = app_->db->ReadSync(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<void> {
    text.clear();
    for (std::string_view query : kQueries) {
      const std::string ordered = std::string(query) + " ORDER BY 1";
      GH_TRY(sql::Rows rows, tx.Query(sql::Statement{"", ordered}));
      for (sql::Row row : rows) text += row.String(0) + "\n";
    }
    return {};
  });
  EXPECT_TRUE(read.has_value()) << GATEHOUSE_SHOW_ERROR(read);
  return text;
}

}  // namespace gatehouse::app
