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
  // Address and verified, the primary one first.
  virtual Task<std::vector<std::pair<std::string, bool>>> Emails(UserId id) = 0;
  // Users who hold the address as any of theirs: for a member search.
  virtual Task<std::vector<UserId>> FindByAnyEmail(std::string email) = 0;
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
  // Mails {base_url}/account/confirm-email/{token}/ to one of the user's addresses, the primary one
  // if `email` is "". Errors: kNotFound "email_not_found"; kFailedPrecondition
  // "email_already_verified"; kResourceExhausted "rate_limited" (3 an hour and address).
  virtual Task<void> SendEmailConfirmation(UserId id, std::string email, ClientInfo client) = 0;
  // Errors: kNotFound "link_invalid": also when the link is another user's, who keeps it;
  // kAlreadyExists "email_taken" (another account has proven the address meanwhile).
  virtual Task<void> ConfirmEmail(UserId id, std::string token) = 0;

  // ---- addresses. The caller has checked that the session's proof is fresh. Each change is
  // audited,
  // ---- in the account's history, and mailed to the primary address.
  // An unverified address, to which a confirmation is mailed. One that another account holds gets
  // the same answer, and its holder is told. An address the user has already: nothing. Errors:
  // kInvalidArgument "email_invalid"; kPermissionDenied "account_managed"; kFailedPrecondition
  // "too_many_emails" (20); kResourceExhausted "rate_limited" (10 an hour).
  virtual Task<void> AddEmail(UserId id, std::string email, ClientInfo client) = 0;
  // Errors: kNotFound "email_not_found"; kFailedPrecondition "email_is_primary"; "account_managed".
  virtual Task<void> RemoveEmail(UserId id, std::string email, ClientInfo client) = 0;
  // Every session ends, the caller's too, unless it is re-issued (authn::Service::Reissue). Nothing
  // happens, and nothing ends, if it is the primary one already. Returns the user. Errors:
  // "email_not_found"; kFailedPrecondition "email_unverified"; kAlreadyExists "email_taken";
  // "account_managed".
  virtual Task<User> SetPrimaryEmail(UserId id, std::string email, ClientInfo client) = 0;

  // The account's history, newest first, at most 100 a page.
  virtual Task<std::vector<AccountEvent>> ListEvents(UserId id, std::optional<std::int64_t> before,
                                                     std::size_t limit) = 0;

  // Step-up: the password of a user who is logged in. Errors: kPermissionDenied "password_wrong";
  // kResourceExhausted "rate_limited" (5 in 15 minutes); kUnavailable "overloaded".
  virtual Task<User> ConfirmPassword(UserId id, std::string password, ClientInfo client) = 0;
  // Checks a password. Known or unknown, right or wrong, it costs the same. Limits in 15 min: 5 per
  // account name, given back by a success; 30 per IPv4 address or IPv6 /64, so that an office
  // behind one address can work. Taken before any hashing. The user must be active. A refusal is
  // audited (auth.refused), and in the history of a known account, with the true reason. Errors:
  // kUnauthenticated "login_failed", kResourceExhausted "rate_limited", kUnavailable "overloaded".
  virtual Task<User> CheckPassword(std::string username, std::string password,
                                   ClientInfo client) = 0;
};

// kInvalidArgument "password_policy": 15 (with a second factor: 8) to 1,024 bytes, valid UTF-8, not
// a known common password, not built from the e-mail, name or product name.
Result<void> CheckPasswordPolicy(std::string_view password, std::string_view email,
                                 std::string_view name, bool has_2fa = false);

}  // namespace gatehouse::users
