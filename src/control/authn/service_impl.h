#pragma once

// The authn service on a control database, with a cache of principals in front of it.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "control/authn/authn.h"
#include "control/authn/session_cache.h"
#include "control/users/service.h"
#include "core/audit/audit.h"
#include "platform/sql/sql.h"

namespace gatehouse::authn {

// What the service is built from; all of it outlives the service.
struct ServiceParts {
  sql::Database& db;
  const Store& store;
  const users::Store& user_store;
  users::Service& users;
  const Clock& clock;
  const audit::Log& audit;
};

// Thread-safe.
class ServiceImpl final : public Service {
 public:
  explicit ServiceImpl(ServiceParts parts) : parts_(parts), cache_(parts.clock) {}

  Task<std::shared_ptr<const Principal>> FromSession(std::string token) override;
  Task<std::shared_ptr<const Principal>> FromToken(std::string token) override;
  Task<LoginOutcome> LogIn(std::string username, std::string password,
                           std::optional<SessionId> previous, std::string next,
                           users::ClientInfo client) override;
  Task<LoginOutcome> Start(UserId user, ProofKind proof, std::optional<SessionId> previous,
                           std::string next, users::ClientInfo client) override;
  Task<IssuedSession> Reissue(UserId user, SessionId current, std::optional<ProofKind> proof,
                              users::ClientInfo client) override;
  Task<IssuedSession> StepUpByPassword(Principal principal, std::string password,
                                       users::ClientInfo client) override;
  Task<void> LogOut(UserId user, SessionId session, users::ClientInfo client) override;
  Task<void> EndSession(UserId user, SessionId session, users::ClientInfo client) override;
  Task<void> EndOthers(UserId user, SessionId keep, users::ClientInfo client) override;
  Task<std::vector<Session>> List(UserId user) override;
  Task<std::vector<AccountEvent>> ListEvents(UserId user, std::optional<std::int64_t> before,
                                             std::size_t limit) override;
  Task<std::string> CreateToken(UserId user, std::string name, std::vector<std::string> scopes,
                                std::optional<Timestamp> expires_at) override;
  Task<std::vector<ApiToken>> ListTokens(UserId user) override;
  Task<void> DeleteToken(UserId user, std::int64_t id) override;
  Task<std::int64_t> DeleteExpired() override;
  void Forget(UserId user) override { cache_.Forget(user); }
  void ForgetAll() override { cache_.ForgetAll(); }

 private:
  Task<LoginOutcome> Open(users::User proven, ProofKind kind, std::optional<SessionId> previous,
                          std::string next, users::ClientInfo client);
  Result<void> Note(sql::Tx& tx, UserId user, std::string_view kind, std::string_view detail,
                    const users::ClientInfo& client) const;
  Result<void> RecordEnd(sql::Tx& tx, UserId user, std::string_view which,
                         const users::ClientInfo& client) const;

  ServiceParts parts_;
  SessionCache cache_;
};

}  // namespace gatehouse::authn
