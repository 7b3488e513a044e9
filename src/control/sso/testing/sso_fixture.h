#pragma once

// The fixture of the single sign-on tests: both halves real and migrated on each engine, the
// identity provider scripted. Organization "acme" has an owner, a manager and a member; "other"
// belongs to an outsider.

#include <map>
#include <memory>
#include <string>

#include "control/authn/service_impl.h"
#include "control/sso/errors.h"
#include "control/sso/service_impl.h"
#include "control/sso/testing/scripted_adapter.h"
#include "control/users/service_impl.h"
#include "core/testing/migrated_database.h"
#include "region/orgs/invites/service_impl.h"
#include "region/orgs/members/service_impl.h"
#include "region/orgs/service_impl.h"

namespace gatehouse::sso::fixture {

inline constexpr const char* kBaseUrl = "https://gate.test";
inline constexpr const char* kPassword = "teapot-lantern-42-orbit";

// Everything between the database and the service, so that a test can open it a second time, on a
// faulty database or after a crash.
class House {
 public:
  House(sql::Database& db, const Clock& clock, IdGenerator& ids, Rng& rng);

  // Delivers everything due in both outboxes; mails are kept in `mails`.
  void DrainAll();

  sql::Database& db;
  const Clock& clock;
  IdGenerator& ids;
  std::unique_ptr<crypto::KeyRing> keys;
  runtime::WorkerPool cpu{"cpu", 1, 16};
  audit::Log audit;
  outbox::Outbox control_outbox;
  outbox::Outbox region_outbox;
  outbox::Drainer control_drainer;
  outbox::Drainer region_drainer;
  ratelimit::RateLimiter limiter;
  users::Store user_store;
  authn::Store session_store;
  identity::Store identity_store;
  std::unique_ptr<users::ServiceImpl> users;
  std::unique_ptr<authn::ServiceImpl> authn;
  std::unique_ptr<orgs::ServiceImpl> orgs;
  std::unique_ptr<members::ServiceImpl> members;
  std::unique_ptr<invites::ServiceImpl> invites;
  ScriptedAdapter* provider = nullptr;  // owned by sso
  std::unique_ptr<ServiceImpl> sso;
  std::unique_ptr<identity::Refresher> refresher;
  std::vector<json::Object> mails;
};

// A browser with its cookies.
struct Browser {
  std::string id;
  std::optional<authn::IssuedSession> session;
};

class SsoTest : public test::MigratedDatabase {
 protected:
  void SetUp() override;

  users::User AddUser(const std::string& email, bool with_password = true, bool verified = true);
  Browser LogIn(const users::User& user);
  Browser Anonymous();
  Client ClientOf(const Browser& browser);

  // Runs set-up through the provider up to the review page. Returns the state parameter used.
  Result<Step> Begin(const Browser& browser);
  Result<Step> Return(const Browser& browser, const Step& started, std::string slug = "acme");
  // Begin, provider, review and the last click.
  Result<Step> SetUpSso(Browser& browser);
  Result<Step> StartLogin(const Browser& browser,
                          std::optional<invites::Ticket> ticket = std::nullopt);
  // Start and come back from the provider.
  Result<Step> LogInThroughProvider(Browser& browser,
                                    std::optional<invites::Ticket> ticket = std::nullopt);
  void Adopt(Browser& browser, const Result<Step>& step);

  // The user has a second factor from now on.
  void Enrol(const users::User& user);
  // The second factor after a first proof, as the factors' service answers it.
  Result<authn::IssuedSession> AnswerSecondFactor(const std::string& pending_token);

  orgs::Organization Acme();
  std::optional<orgs::Member> MemberOf(const users::User& user);
  std::int64_t Count(const std::string& table) { return Number("SELECT COUNT(*) FROM " + table); }
  std::vector<audit::Event> AuditEvents();
  // Every row that a refused request must leave alone, as text; without audit, decisions, pipelines
  // and counters.
  std::string StateDigest();

  std::unique_ptr<House> house_;
  users::User owner_, manager_, member_, outsider_;
  OrgId acme_, other_;
};

std::string StateOf(const Step& step);

}  // namespace gatehouse::sso::fixture
