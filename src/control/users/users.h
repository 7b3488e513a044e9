#pragma once

// Users, their e-mail addresses and the one-time links mailed to them. E-mail is a label: it
// suggests an account to a person and never chooses one for a machine.
//
// The functions here run in a control transaction and are for the control half's own modules. Other
// rooms use service.h.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "core/outbox/outbox.h"
#include "platform/sql/sql.h"

namespace gatehouse::users {

struct User {
  UserId id;
  std::string username;
  std::string name;
  std::string email;  // the primary address as typed; may be ""
  bool email_verified = false;
  bool has_password = false;
  bool is_active = true;
  bool is_managed = false;
  bool has_2fa = false;  // a confirmed authenticator
  std::int64_t session_epoch = 0;
  std::optional<Timestamp> last_login_at;
  Timestamp created_at;

  // Display name: name, else e-mail, else username.
  const std::string& Display() const {
    return !name.empty() ? name : !email.empty() ? email : username;
  }
};

struct NewUser {
  std::string name;
  std::string email;  // "" allowed
  bool email_verified = false;
  std::optional<std::string> password_hash;
};

// The form that look-ups compare: trimmed, ASCII-lower-cased, domain mapped by UTS 46 (ICU), so
// that "A@Exämple.com" and "a@xn--exmple-cua.com" are one. Errors: kInvalidArgument "email_invalid"
// (not exactly one '@', control, format or space characters, quoting characters in the local part,
// more than 254 bytes, a domain UTS 46 refuses under STD3 rules: "exa_mple.com", "[127.0.0.1]").
Result<std::string> NormalizeEmail(std::string_view email);

// The address as every mail server understands it: the domain in ASCII, the local part as stored.
std::string MailAddress(std::string_view stored);

enum class LinkPurpose { kRecover, kSetPassword, kConfirmEmail, kFirstRun };

struct Link {
  std::int64_t id = 0;
  std::optional<UserId> user;
  std::string email;
  Timestamp expires_at;
};

// One line of the account's history, kept for kEventLife: the user sees it. Neither a secret nor a
// link belongs in it.
inline constexpr Duration kEventLife = std::chrono::hours(24 * 90);
struct AccountEvent {
  std::int64_t id = 0;  // set by RecordEvent, like created_at
  UserId user;
  // "login", "login-refused", "logout", "session-ended", "sessions-ended", "password-changed",
  // "recovery", "email-added", "email-removed", "email-primary", "email-verified", "factor-added",
  // "factor-removed", "factor-renamed", "factors-reset", "recovery-codes-created".
  std::string kind;
  std::string detail;  // of a log-in: its proofs ("password totp"); of a refusal: the true reason
  std::string ip;
  std::string user_agent;
  std::string correlation_id;
  Timestamp created_at;
};

// An address of a user.
struct Address {
  std::string email;  // as typed
  bool is_primary = false;
  bool is_verified = false;
};

// Thread-safe; holds only sources of time, ids and randomness.
class Store {
 public:
  Store(const Clock& clock, IdGenerator& ids, Rng& rng) : clock_(clock), ids_(ids), rng_(rng) {}

  // Errors: kNotFound "user_not_found".
  Result<User> Find(sql::Tx& tx, UserId id) const;
  Result<std::vector<User>> FindMany(sql::Tx& tx, const std::vector<UserId>& ids) const;
  // Username, or an address that is the primary one or verified, without case. Among several
  // accounts with the address the only active one with a password is meant, else the only one of
  // them that has proven the address, so that an account with a foreign address locks nobody out.
  // Still more than one: kConflict "ambiguous_email", nobody is chosen.
  // Errors: kNotFound "user_not_found".
  Result<User> FindForLogin(sql::Tx& tx, std::string_view username_or_email) const;
  // Active users that hold this address as primary or verified one.
  Result<std::vector<User>> FindActiveByEmail(sql::Tx& tx, std::string_view email) const;
  // Those who have proven that it is theirs: anybody can have an account with anybody's address.
  Result<std::vector<User>> FindActiveByVerifiedEmail(sql::Tx& tx, std::string_view email) const;
  // Users of any kind who hold the address, primary or not: for a member search.
  Result<std::vector<UserId>> FindByAnyEmail(sql::Tx& tx, std::string_view email) const;
  Result<std::optional<std::string>> PasswordHash(sql::Tx& tx, UserId id) const;
  // false for an unknown user.
  static Result<bool> IsActive(sql::Tx& tx, UserId id);
  Result<std::int64_t> Count(sql::Tx& tx) const;
  // Is the address, primary or verified, any account's? Errors: kInvalidArgument "email_invalid".
  Result<bool> IsEmailTaken(sql::Tx& tx, std::string_view email) const;
  // Address and verified, the primary one first.
  Result<std::vector<std::pair<std::string, bool>>> Emails(sql::Tx& tx, UserId id) const;

  // Username = the address, or a random one when another account already uses it. Errors:
  // kInvalidArgument "email_invalid".
  Result<User> Create(sql::Tx& tx, const NewUser& user) const;
  // Raises session_epoch: every session of the user ends, except one that is re-issued after it.
  // Unused recovery links of the user die.
  Result<void> SetPassword(sql::Tx& tx, UserId id, std::string_view password_hash) const;
  // The same password hashed anew: no session ends. Nothing happens if the hash changed meanwhile.
  Result<void> Rehash(sql::Tx& tx, UserId id, std::string_view old_hash,
                      std::string_view new_hash) const;
  Result<void> SetName(sql::Tx& tx, UserId id, std::string_view name) const;
  Result<void> TouchLogin(sql::Tx& tx, UserId id) const;
  Result<void> MarkEmailVerified(sql::Tx& tx, UserId id, std::string_view email) const;

  // Has another account proven it? (An unverified address of somebody blocks nobody.)
  Result<bool> IsEmailTakenFrom(sql::Tx& tx, UserId id, std::string_view email) const;
  // Unverified. Errors: kInvalidArgument "email_invalid". false: the user has it already.
  Result<bool> AddEmail(sql::Tx& tx, UserId id, std::string_view email) const;
  Result<std::optional<Address>> FindEmail(sql::Tx& tx, UserId id, std::string_view email) const;
  // Not the primary one. false: there was none.
  Result<bool> RemoveEmail(sql::Tx& tx, UserId id, std::string_view email) const;
  // A verified address becomes the primary one. false: it is not there, or not verified.
  Result<bool> SetPrimaryEmail(sql::Tx& tx, UserId id, std::string_view email) const;
  // The copy of "has a confirmed authenticator". The caller tells the regions.
  Result<void> SetHas2fa(sql::Tx& tx, UserId id, bool has_2fa) const;
  // Every session and pending login of the user dies, except one that is issued after it.
  Result<void> RaiseEpoch(sql::Tx& tx, UserId id) const;
  // The regions keep copies of name, primary address, is_active and has_2fa: whoever changes one of
  // them calls this in the same transaction (kUserUpdate in the user's shard). `outbox` is the
  // control half's. REQUIRES: after the change.
  Result<void> TellRegions(sql::Tx& tx, const outbox::Outbox& outbox, UserId id) const;

  // Texts that a client sent are cut and made printable.
  Result<void> RecordEvent(sql::Tx& tx, const AccountEvent& event) const;
  // Newest first; `before`: the id of the last one of the page before.
  Result<std::vector<AccountEvent>> ListEvents(sql::Tx& tx, UserId id,
                                               std::optional<std::int64_t> before,
                                               std::size_t limit) const;
  Result<std::int64_t> DeleteOldEvents(sql::Tx& tx) const;

  // Returns the secret of a new link; only its SHA-256 is stored. Older links of the same user and
  // purpose die. Without a user: a first-run link, or one that nobody will ever hold. Life: recover
  // and set-password 1 h, confirm-email and first-run 48 h.
  Result<std::string> CreateLink(sql::Tx& tx, std::optional<UserId> user, LinkPurpose purpose,
                                 std::string_view email) const;
  // Looks at a link without using it. Errors: kNotFound "link_invalid" (unknown, used, expired).
  Result<Link> PeekLink(sql::Tx& tx, LinkPurpose purpose, std::string_view token) const;
  // Uses it up, in one statement. Errors: kNotFound "link_invalid".
  Result<Link> TakeLink(sql::Tx& tx, LinkPurpose purpose, std::string_view token) const;

 private:
  const Clock& clock_;
  IdGenerator& ids_;
  Rng& rng_;
};

}  // namespace gatehouse::users
