#pragma once

// What other rooms may ask of users. Thread-safe.

#include <string>
#include <vector>

#include "control/users/users.h"
#include "platform/runtime/task.h"

namespace gatehouse::users {

struct ClientInfo {
  std::string ip;
  std::string user_agent;
  std::string correlation_id;
};

class Service {
 public:
  virtual ~Service() = default;

  // Errors: kNotFound "user_not_found".
  virtual Task<User> Get(UserId id) = 0;
  virtual Task<std::vector<User>> GetMany(std::vector<UserId> ids) = 0;
  virtual Task<std::vector<std::pair<std::string, bool>>> Emails(
      UserId id) = 0;  // address, verified
  virtual Task<bool> AnyUser() = 0;

  // For the command line and the first-run page. Audited (user.create). Errors: kInvalidArgument
  // "email_invalid", "name_invalid", "password_policy"; kAlreadyExists "email_taken".
  virtual Task<User> Create(std::string email, std::string name,
                            std::optional<std::string> password, ClientInfo client) = 0;

  // The one-time link printed on the first start without users, as a whole:
  // {base_url}/setup/{token}/. Errors: kFailedPrecondition "already_set_up".
  virtual Task<std::string> CreateFirstRunLink() = 0;
  // Creates the first user from the first-run page; the link is used up. Errors: those of Create,
  // kNotFound "link_invalid", kFailedPrecondition "already_set_up".
  virtual Task<User> FinishFirstRun(std::string token, std::string email, std::string name,
                                    std::string password, ClientInfo client) = 0;
  // Looks at a link without using it. A kRecover page also opens kSetPassword links. Errors:
  // kNotFound "link_invalid".
  virtual Task<Link> PeekLink(LinkPurpose purpose, std::string token) = 0;

  // Recovery: always succeeds for the caller, known address or not; at most one mail goes to the
  // stored address, with the link {base_url}/account/recover/confirm/{token}/. An account without
  // password gets its first one this way. Several accounts with the address: the only verified
  // owner, else the only one with a password, else nobody. Limits: 3 an hour per account, 10 an
  // hour per IP, 5 a minute per IP. Errors: kResourceExhausted "rate_limited".
  virtual Task<void> StartRecovery(std::string email, ClientInfo client) = 0;
  // Sets the password by a recovery or set-password link, ends all sessions, verifies the address
  // the link went to, mails "password-changed". Returns the user. Errors: kNotFound "link_invalid";
  // kInvalidArgument "password_policy".
  virtual Task<User> FinishRecovery(std::string token, std::string password, ClientInfo client) = 0;
  // Errors: kPermissionDenied "password_wrong"; kInvalidArgument "password_policy",
  // kResourceExhausted "rate_limited" (5 an hour). Every session ends, the caller's too, unless it
  // is re-issued (authn::Service::Reissue).
  virtual Task<void> ChangePassword(UserId id, std::string current, std::string fresh,
                                    ClientInfo client) = 0;
  // Errors: kInvalidArgument "name_invalid" (over 200 bytes, control characters, not UTF-8).
  virtual Task<void> Rename(UserId id, std::string name) = 0;
  // Mails {base_url}/account/confirm-email/{token}/ to the primary address unless it is verified.
  // Errors: kResourceExhausted "rate_limited" (3 an hour).
  virtual Task<void> SendEmailConfirmation(UserId id, ClientInfo client) = 0;
  // Errors: kNotFound "link_invalid": also when the link is another user's, who keeps it.
  virtual Task<void> ConfirmEmail(UserId id, std::string token) = 0;

  // Checks a password. Known or unknown, right or wrong, it costs the same. Limits in 15 min: 5 per
  // account name, given back by a success; 30 per IPv4 address or IPv6 /64, so that an office
  // behind one address can work. Taken before any hashing. The user must be active. Errors:
  // kUnauthenticated "login_failed", kResourceExhausted "rate_limited", kUnavailable "overloaded".
  virtual Task<User> CheckPassword(std::string username, std::string password,
                                   ClientInfo client) = 0;
};

// kInvalidArgument "password_policy": 15 to 1,024 bytes, valid UTF-8, not a known common password,
// not built from the e-mail, name or product name.
Result<void> CheckPasswordPolicy(std::string_view password, std::string_view email,
                                 std::string_view name);

}  // namespace gatehouse::users
