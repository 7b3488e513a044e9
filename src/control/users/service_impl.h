#pragma once

// The users service on a control database. Passwords are hashed on the CPU pool, never on a network
// or database thread; mails leave through the outbox, in the transaction that causes them.

#include <functional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "control/users/mails.h"
#include "control/users/service.h"
#include "core/audit/audit.h"
#include "core/outbox/outbox.h"
#include "platform/crypto/password.h"
#include "platform/ratelimit/ratelimit.h"
#include "platform/runtime/runtime.h"
#include "platform/sql/sql.h"

namespace gatehouse::users {

// What the service is built from; all of it outlives the service.
struct ServiceParts {
  sql::Database& db;
  runtime::WorkerPool& cpu;
  const Clock& clock;
  IdGenerator& ids;
  Rng& rng;
  const audit::Log& audit;
  const outbox::Outbox& outbox;  // of the control half
};

struct ServiceOptions {
  std::string base_url;  // "https://gatehouse.example.com", no slash at the end
  crypto::PasswordCost cost = {};
  // Called after a commit that ended the user's sessions: drops them from the session cache.
  std::function<void(UserId)> sessions_ended = {};
};

// Thread-safe.
class ServiceImpl final : public Service {
 public:
  ServiceImpl(ServiceParts parts, ServiceOptions options);

  Task<User> Get(UserId id) override;
  Task<std::vector<User>> GetMany(std::vector<UserId> ids) override;
  Task<std::vector<std::pair<std::string, bool>>> Emails(UserId id) override;
  Task<std::vector<UserId>> FindByAnyEmail(std::string email) override;
  Task<bool> AnyUser() override;
  Task<User> Create(std::string email, std::string name, std::optional<std::string> password,
                    ClientInfo client) override;
  Task<std::string> CreateFirstRunLink() override;
  Task<User> FinishFirstRun(std::string token, std::string email, std::string name,
                            std::string password, ClientInfo client) override;
  Task<Link> PeekLink(LinkPurpose purpose, std::string token) override;
  Task<void> StartRecovery(std::string email, ClientInfo client) override;
  Task<User> FinishRecovery(std::string token, std::string password, ClientInfo client) override;
  Task<void> ChangePassword(UserId id, std::string current, std::string fresh,
                            ClientInfo client) override;
  Task<void> Rename(UserId id, std::string name) override;
  Task<void> SendEmailConfirmation(UserId id, std::string email, ClientInfo client) override;
  Task<void> ConfirmEmail(UserId id, std::string token) override;
  Task<void> AddEmail(UserId id, std::string email, ClientInfo client) override;
  Task<void> RemoveEmail(UserId id, std::string email, ClientInfo client) override;
  Task<User> SetPrimaryEmail(UserId id, std::string email, ClientInfo client) override;
  Task<std::vector<AccountEvent>> ListEvents(UserId id, std::optional<std::int64_t> before,
                                             std::size_t limit) override;
  Task<User> ConfirmPassword(UserId id, std::string password, ClientInfo client) override;
  Task<User> CheckPassword(std::string username, std::string password, ClientInfo client) override;

 private:
  struct Try {
    std::string bucket;
    ratelimit::Limit limit;
  };
  // Counts one try in each bucket, in order, up to the first that is used up. Commits by itself.
  // Errors: kResourceExhausted "rate_limited".
  Task<void> TakeTries(std::vector<Try> tries);
  Task<std::string> Hash(std::string password);
  // Against the hash; without one it takes as long and is false.
  Task<bool> Verify(std::optional<std::string> hash, std::string password);

  // In a transaction:
  Result<User> CreateAudited(sql::Tx& tx, const NewUser& fresh, std::string_view label,
                             const ClientInfo& client) const;
  Result<Link> PeekPasswordLink(sql::Tx& tx, std::string_view token) const;
  Result<Link> TakePasswordLink(sql::Tx& tx, std::string_view token) const;
  struct Recipient {
    User user;
    std::string address;
  };
  Result<std::optional<Recipient>> RecoveryRecipient(sql::Tx& tx, std::string_view email) const;
  // A user who may change their own account. Errors: "account_managed".
  Result<User> OwnAccount(sql::Tx& tx, UserId id) const;
  // The mail of a confirmation, or the notice to the address's true holder.
  Result<void> MailConfirmation(sql::Tx& tx, UserId id, std::string_view address) const;
  Result<void> Note(sql::Tx& tx, UserId user, std::string_view kind, std::string_view detail,
                    const ClientInfo& client) const;
  Result<void> RecordOwn(sql::Tx& tx, const User& user, audit::Event event, json::Object data,
                         const ClientInfo& client) const;
  // A log-in that was refused, in a transaction of its own; it costs the same for every cause.
  Task<void> RecordRefusal(std::optional<UserId> user, std::string reason, ClientInfo client);
  // `address` as stored. Nothing is sent to an empty one.
  Result<void> Send(sql::Tx& tx, UserId user, std::string_view address, const Mail& mail) const;
  void SessionsEnded(UserId user) const;

  ServiceParts parts_;
  ServiceOptions options_;
  Store store_;
  ratelimit::RateLimiter limiter_;
};

}  // namespace gatehouse::users
