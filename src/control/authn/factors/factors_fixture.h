#pragma once

// The factors service on a migrated database with the real users and authn around it, a user with a
// verified address, and software authenticators.

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "control/authn/factors/service_impl.h"
#include "control/authn/service_impl.h"
#include "control/users/service_impl.h"
#include "core/testing/migrated_database.h"
#include "platform/crypto/otp.h"
#include "platform/crypto/testing/software_authenticator.h"

namespace gatehouse::factors {

using crypto::testing::SoftwareAuthenticator;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class FactorsTest : public test::MigratedDatabase {
 protected:
  static constexpr const char* kBaseUrl = "https://gate.example.com";

  void SetUp() override {
    MigratedDatabase::SetUp();
    if (IsSkipped()) return;
    Start();
    ada_ = AddUser("ada@example.com", true);
    bob_ = AddUser("bob@example.com", true);
  }

  // Everything that a process holds in memory is made anew, as after a restart.
  void Start() {
    service_.reset();
    authn_.reset();
    user_service_ = std::make_unique<users::ServiceImpl>(
        users::ServiceParts{db(), cpu_, clock(), ids(), rng(), audit(), control_outbox()},
        users::ServiceOptions{.base_url = kBaseUrl});
    authn_ = std::make_unique<authn::ServiceImpl>(
        authn::ServiceParts{db(), sessions_, users_, *user_service_, clock(), audit()});
    drainer_ = std::make_unique<outbox::Drainer>(
        outbox::Half::kControl, db(), clock(),
        [](sql::Tx&, const outbox::Message&, const Error&) { return Result<void>(); });
    service_ = std::make_unique<ServiceImpl>(
        ServiceParts{db(), sessions_, *authn_, users_, clock(), ids(), rng(), *keys_, audit(),
                     control_outbox(), *drainer_},
        kBaseUrl);
  }

  users::User AddUser(std::string email, bool verified) {
    return Write([&](sql::Tx& tx) {
             return users_.Create(
                 tx,
                 {.name = "", .email = email, .email_verified = verified, .password_hash = "hash"});
           })
        .value();
  }
  users::User Now(const users::User& user) {
    return Read([&](sql::Tx& tx) { return users_.Find(tx, user.id); }).value();
  }

  // ---- logging in -------------------------------------------------------------------------------
  authn::LoginOutcome Begin(const users::User& user, std::optional<SessionId> previous = {},
                            authn::ProofKind kind = authn::ProofKind::kPassword) {
    return Write([&](sql::Tx& tx) -> Result<authn::LoginOutcome> {
             GH_TRY(users::User now, users_.Find(tx, user.id));
             authn::Proof proof;
             proof.kind = kind;
             proof.at = clock().Now();
             return sessions_.Begin(tx, now, proof, previous, "192.0.2.1", "browser", "/next/",
                                    false);
           })
        .value();
  }
  // Of a user without a second factor.
  authn::IssuedSession Session(const users::User& user) { return *Begin(user).session; }
  // Of one who has it.
  std::string Pending(const users::User& user, std::optional<SessionId> previous = {}) {
    return Begin(user, previous).pending_token;
  }
  Result<std::shared_ptr<const authn::Principal>> From(const std::string& token) {
    return Run(authn_->FromSession(token));
  }
  bool IsLive(const authn::IssuedSession& session) { return From(session.token).has_value(); }
  Caller As(const authn::IssuedSession& session) {
    auto principal = From(session.token);
    EXPECT_OK(principal);
    return Caller{.principal = principal ? **principal : authn::Principal{},
                  .browser = "browser-cookie",
                  .ip = "192.0.2.1",
                  .user_agent = "browser",
                  .correlation_id = "c-1"};
  }
  static users::ClientInfo Client(std::string ip = "192.0.2.1") {
    return {.ip = std::move(ip), .user_agent = "browser", .correlation_id = "c-1"};
  }

  // ---- TOTP -------------------------------------------------------------------------------------
  std::string Code(const std::string& secret, std::int64_t away = 0) {
    return crypto::Totp(secret, crypto::TotpStep(clock().Now()) + away);
  }
  struct Enrolled {
    Changed changed;
    std::string secret;
  };
  // The code that confirms uses up this step; the clock goes on to the next one.
  Enrolled EnrolTotp(const authn::IssuedSession& session) {
    auto begun = Run(service_->BeginTotp(As(session)));
    EXPECT_OK(begun);
    Enrolled enrolled;
    enrolled.secret = crypto::Base32Decode(begun->secret).value();
    auto changed = Run(service_->ConfirmTotp(As(session), Code(enrolled.secret)));
    EXPECT_OK(changed);
    enrolled.changed = *changed;
    clock().Advance(seconds(30));
    return enrolled;
  }
  static Answer Totp(std::string code) {
    return {.kind = Kind::kTotp, .code = std::move(code), .response_json = {}};
  }
  static Answer Recovery(std::string code) {
    return {.kind = Kind::kRecovery, .code = std::move(code), .response_json = {}};
  }

  // ---- WebAuthn ---------------------------------------------------------------------------------
  static SoftwareAuthenticator Device(std::string id = "credential-one") {
    return {"gate.example.com", kBaseUrl, std::move(id)};
  }
  static Answer Key(std::string response) {
    return {.kind = Kind::kWebAuthn, .code = {}, .response_json = std::move(response)};
  }
  static std::string ChallengeOf(const std::string& options_json) {
    auto options = json::ParseObject(options_json);
    EXPECT_OK(options);
    return std::string(json::GetString(*options, "challenge").value_or(""));
  }
  Result<Changed> TryEnrolKey(const authn::IssuedSession& session, SoftwareAuthenticator& device,
                              std::string name = "Blue key") {
    GH_TRY(std::string options, Run(service_->BeginWebAuthn(As(session))));
    return Run(service_->FinishWebAuthn(As(session), std::move(name),
                                        device.Create(ChallengeOf(options))));
  }
  Changed EnrolKey(const authn::IssuedSession& session, SoftwareAuthenticator& device) {
    auto changed = TryEnrolKey(session, device);
    EXPECT_OK(changed);
    return *changed;
  }
  Result<LoggedIn> LogInByPasskey(SoftwareAuthenticator& device,
                                  const std::string& browser = "browser-cookie",
                                  std::optional<SessionId> previous = {}) {
    GH_TRY(std::string options, Run(service_->BeginPasskey(browser)));
    return Run(
        service_->FinishPasskey(browser, device.Get(ChallengeOf(options)), previous, Client()));
  }

  Result<LoggedIn> Finish(const std::string& pending, Answer answer) {
    return Run(service_->FinishLogin(pending, std::move(answer), Client()));
  }
  Overview Have(const users::User& user) { return Run(service_->List(user.id)).value(); }
  // The reason of the newest refusal in the audit log.
  std::string LastRefusal() {
    std::string reason;
    for (const test::AuditRow& row : AuditRows()) {
      if (row.event == audit::Event::kAuthRefused) {
        reason = json::GetString(row.data, "reason").value_or("");
      }
    }
    return reason;
  }
  std::int64_t Refusals() { return Number("SELECT COUNT(*) FROM audit_log WHERE event = 1009"); }

  runtime::WorkerPool cpu_{"cpu", 1, 16};
  SystemRng key_rng_;
  std::unique_ptr<crypto::KeyRing> keys_ = crypto::KeyRing::ForTest("factors", key_rng_);
  users::Store users_{clock(), ids(), rng()};
  authn::Store sessions_{clock(), ids(), rng(), authn::Lifetimes{}};
  std::unique_ptr<users::ServiceImpl> user_service_;
  std::unique_ptr<authn::ServiceImpl> authn_;
  std::unique_ptr<outbox::Drainer> drainer_;
  std::unique_ptr<ServiceImpl> service_;
  users::User ada_, bob_;
};

}  // namespace gatehouse::factors
