#pragma once

// The factors service on a control database.

#include <string>
#include <vector>

#include "base/ids.h"
#include "control/authn/factors/mails.h"
#include "control/authn/factors/policy.h"
#include "control/authn/factors/service.h"
#include "control/authn/factors/store.h"
#include "core/audit/audit.h"
#include "core/outbox/outbox.h"
#include "platform/crypto/keyring.h"
#include "platform/crypto/webauthn.h"
#include "platform/sql/sql.h"

namespace gatehouse::factors {

// What the service is built from; all of it outlives the service.
struct ServiceParts {
  sql::Database& db;
  const authn::Store& sessions;
  authn::Service& authn;
  const users::Store& users;
  const Clock& clock;
  IdGenerator& ids;
  Rng& rng;
  const crypto::KeyRing& keys;
  const audit::Log& audit;
  const outbox::Outbox& outbox;  // of the control half
  outbox::Drainer& drainer;      // likewise
};

// Thread-safe.
class ServiceImpl final : public Service {
 public:
  // `base_url`: "https://gate.example.com", no slash at the end; its host is the relying party.
  ServiceImpl(ServiceParts parts, std::string base_url);

  Task<Overview> List(UserId user) override;
  Task<TotpEnrolment> BeginTotp(Caller caller) override;
  Task<Changed> ConfirmTotp(Caller caller, std::string code) override;
  Task<std::string> BeginWebAuthn(Caller caller) override;
  Task<Changed> FinishWebAuthn(Caller caller, std::string name, std::string response_json) override;
  Task<void> Rename(Caller caller, AuthenticatorId id, std::string name) override;
  Task<Changed> Remove(Caller caller, AuthenticatorId id,
                       std::optional<OrgId> required_by) override;
  Task<Changed> RegenerateRecoveryCodes(Caller caller) override;
  Task<void> Reset(UserId user, std::string actor_label, std::optional<UserId> actor,
                   std::optional<OrgId> organization, std::string correlation_id) override;
  Task<Challenge> GetChallenge(std::string pending_token) override;
  Task<LoggedIn> FinishLogin(std::string pending_token, Answer answer,
                             users::ClientInfo client) override;
  Task<std::string> BeginPasskey(std::string browser) override;
  Task<LoggedIn> FinishPasskey(std::string browser, std::string response_json,
                               std::optional<SessionId> previous,
                               users::ClientInfo client) override;
  Task<std::string> BeginStepUp(Caller caller) override;
  Task<authn::IssuedSession> StepUp(Caller caller, Answer answer) override;
  Task<std::int64_t> DeleteExpired() override;

 private:
  // ---- changes (service_impl.cc). The session whose proof is fresh. Errors: "session_invalid",
  // "sudo_required".
  Result<SessionId> FreshSession(const Caller& caller) const;
  // Fresh, e-mail verified, and one of today's enrolments of this kind taken.
  Task<SessionId> BeginEnrolment(Caller caller, Kind kind);
  struct Deed {
    audit::Event event;
    std::string_view account_event;
    std::string kind;  // for the audit log and the history
    std::string name;
    std::vector<authn::Proof> proofs;  // what the deed proved
    mail::Composed mail;
  };
  // In the transaction of a change: has_2fa, regions, audit, history, mail, sessions.
  Result<authn::IssuedSession> Settle(sql::Tx& tx, const Caller& caller, SessionId session,
                                      const Deed& deed) const;
  // Adds recovery codes if this is the account's first factor, then Settle.
  Result<Changed> SettleAdded(sql::Tx& tx, const Caller& caller, SessionId session, Kind kind,
                              std::string name) const;
  boost::asio::awaitable<void> AfterChange(UserId user);
  mail::Composed MailOf(Change change, Kind kind, std::string_view ip, std::int64_t left = 0) const;
  Result<void> Send(sql::Tx& tx, const users::User& user, const mail::Composed& mail) const;
  Result<void> Note(sql::Tx& tx, UserId user, std::string_view kind, std::string_view detail,
                    const users::ClientInfo& client) const;

  // ---- answers (login.cc) -----------------------------------------------------------------------
  // An answer that was counted; a WebAuthn one is verified but for the counter.
  struct Attempt {
    Kind kind = Kind::kTotp;
    std::string code;
    AuthenticatorId key;
    std::uint32_t counter = 0;
  };
  // Counts the try in a transaction of its own, takes the challenge and verifies the signature.
  // A refusal is recorded.
  Task<Attempt> Prepare(UserId user, Answer answer, Purpose purpose, std::string bound_to,
                        users::ClientInfo client);
  Task<Attempt> PrepareWebAuthn(UserId user, Answer answer, std::optional<Ceremony> ceremony);
  // Uses it up in the caller's transaction, once. A success gives the tries back.
  Result<authn::Proof> Use(sql::Tx& tx, const users::User& user, const Attempt& attempt,
                           const users::ClientInfo& client) const;
  // Records why an answer was refused, truly; errors that judged nothing pass.
  Task<void> Refused(UserId user, Kind kind, Error error, users::ClientInfo client);
  Task<void> RecordRefusal(UserId user, Kind kind, std::string reason, users::ClientInfo client);
  Result<std::string> NewChallenge(sql::Tx& tx, Purpose purpose, std::string_view bound_to,
                                   UserId user) const;
  std::string UserHandle(UserId user) const;
  crypto::webauthn::Expected Expect(std::string challenge, bool user_verified) const;

  ServiceParts parts_;
  std::string base_url_;
  RelyingParty rp_;
  Store store_;
  std::string handle_key_;
  std::string passkey_key_;
};

}  // namespace gatehouse::factors
