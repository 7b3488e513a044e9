#include "control/users/users.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "base/bytes.h"
#include "base/text.h"
#include "control/users/errors.h"
#include "control/users/statements.h"
#include "platform/crypto/hash.h"

namespace gatehouse::users {
namespace {

// A link whose creation lies further ahead than this was made under another clock.
constexpr Duration kMaxClockAhead = std::chrono::minutes(5);
// Of kFindForLogin, after the user's.
constexpr std::size_t kProvenColumn = 12;

User ToUser(const sql::Row& row) {
  return User{
      .id = row.As<UserId>(0),
      .username = row.String(1),
      .name = row.String(2),
      .email = row.String(3),
      .email_verified = row.Bool(4),
      .has_password = row.Bool(5),
      .is_active = row.Bool(6),
      .is_managed = row.Bool(7),
      .has_2fa = row.Bool(11),
      .session_epoch = row.Int(8),
      .last_login_at = row.OptTime(9),
      .created_at = row.Time(10),
  };
}

std::vector<User> ToUsers(const sql::Rows& rows) {
  std::vector<User> users;
  users.reserve(rows.size());
  for (sql::Row row : rows) users.push_back(ToUser(row));
  return users;
}

Link ToLink(const sql::Row& row) {
  return Link{.id = row.Int(0),
              .user = row.OptAs<UserId>(1),
              .email = row.String(2),
              .expires_at = row.Time(3)};
}

std::string_view PurposeName(LinkPurpose purpose) {
  switch (purpose) {
    case LinkPurpose::kRecover:
      return "recover";
    case LinkPurpose::kSetPassword:
      return "set-password";
    case LinkPurpose::kConfirmEmail:
      return "confirm-email";
    case LinkPurpose::kFirstRun:
      return "first-run";
  }
  return "";
}

Duration LifeOf(LinkPurpose purpose) {
  bool short_lived = purpose == LinkPurpose::kRecover || purpose == LinkPurpose::kSetPassword;
  return short_lived ? std::chrono::hours(1) : std::chrono::hours(48);
}

bool CanLogIn(const User& user) { return user.is_active && user.has_password; }

std::unexpected<Error> NotFound() { return Fail(Code::kNotFound, kUserNotFound); }

// An UPDATE of one user that must exist.
Result<void> One(Result<std::int64_t> changed) {
  GH_TRY(std::int64_t n, std::move(changed));
  if (n == 0) return NotFound();
  return {};
}

}  // namespace

Result<User> Store::Find(sql::Tx& tx, UserId id) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kFind, {id}));
  if (rows.empty()) return NotFound();
  return ToUser(rows.front());
}

Result<std::vector<User>> Store::FindMany(sql::Tx& tx, const std::vector<UserId>& ids) const {
  std::vector<User> all;
  for (std::size_t at = 0; at < ids.size(); at += sqls::kFindManyWidth) {
    std::vector<sql::Param> params(sqls::kFindManyWidth, sql::Param(0));
    std::size_t end = std::min(ids.size(), at + sqls::kFindManyWidth);
    for (std::size_t i = at; i < end; ++i) params[i - at] = sql::Param(ids[i]);
    GH_TRY(sql::Rows rows, tx.Run(sqls::kFindMany, params));
    std::ranges::move(ToUsers(rows), std::back_inserter(all));
  }
  return all;
}

Result<User> Store::FindForLogin(sql::Tx& tx, std::string_view username_or_email) const {
  auto email = NormalizeEmail(username_or_email);
  std::string key = email ? *email : AsciiLower(Trim(username_or_email));
  if (key.empty() || !IsValidUtf8(key) || HasControl(key)) return NotFound();
  GH_TRY(sql::Rows rows, tx.Query(sqls::kFindForLogin, {key}));
  if (rows.empty()) return NotFound();
  std::vector<User> found = ToUsers(rows);
  auto proven = [&rows](std::size_t i) { return rows[i].Bool(kProvenColumn); };
  bool only_one = found.size() == 1 || (CanLogIn(found[0]) && !CanLogIn(found[1]));
  bool only_proven = found.size() > 1 && CanLogIn(found[0]) && proven(0) && !proven(1);
  if (!only_one && !only_proven) return Fail(Code::kConflict, kAmbiguousEmail);
  return std::move(found.front());
}

Result<std::vector<User>> Store::FindActiveByEmail(sql::Tx& tx, std::string_view email) const {
  auto key = NormalizeEmail(email);
  if (!key) return std::vector<User>{};
  GH_TRY(sql::Rows rows, tx.Query(sqls::kFindActiveByEmail, {*key}));
  return ToUsers(rows);
}

Result<std::vector<User>> Store::FindActiveByVerifiedEmail(sql::Tx& tx,
                                                           std::string_view email) const {
  auto key = NormalizeEmail(email);
  if (!key) return std::vector<User>{};
  GH_TRY(sql::Rows rows, tx.Query(sqls::kFindActiveByVerifiedEmail, {*key}));
  return ToUsers(rows);
}

Result<std::optional<std::string>> Store::PasswordHash(sql::Tx& tx, UserId id) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kPasswordHash, {id}));
  if (rows.empty()) return NotFound();
  return rows.front().OptString(0);
}

Result<bool> Store::IsActive(sql::Tx& tx, UserId id) {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kIsActive, {id}));
  return !rows.empty() && rows.front().Bool(0);
}

Result<std::int64_t> Store::Count(sql::Tx& tx) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kCount));
  return rows.front().Int(0);
}

Result<bool> Store::IsEmailTaken(sql::Tx& tx, std::string_view email) const {
  GH_TRY(std::string key, NormalizeEmail(email));
  GH_TRY(sql::Rows rows, tx.Query(sqls::kEmailOwners, {key}));
  return !rows.empty();
}

Result<std::vector<std::pair<std::string, bool>>> Store::Emails(sql::Tx& tx, UserId id) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kEmails, {id}));
  std::vector<std::pair<std::string, bool>> emails;
  for (sql::Row row : rows) emails.emplace_back(row.String(0), row.Bool(1));
  return emails;
}

Result<User> Store::Create(sql::Tx& tx, const NewUser& user) const {
  std::string key;
  if (!user.email.empty()) {
    GH_TRY(key, NormalizeEmail(user.email));
  }
  std::array<std::uint8_t, 16> raw{};
  rng_.Fill(raw);
  std::string random_name = "user-" + HexEncode(AsView(raw));
  Timestamp now = clock_.Now();
  UserId id = ids_.Next<UserId>();
  std::int64_t inserted = 0;
  for (const std::string& username : {key, random_name}) {
    if (username.empty()) continue;
    GH_TRY(inserted, tx.Exec(sqls::kInsert, {id, username, user.name, user.password_hash, now}));
    if (inserted == 1) break;
  }
  if (inserted != 1) return Fail(Code::kInternal, "internal", "no free username");
  if (!key.empty()) {
    GH_TRY_VOID(tx.Exec(sqls::kInsertEmail, {ids_.NextValue(), id, Trim(user.email), key,
                                             user.email_verified ? 1 : 0, now}));
  }
  return Find(tx, id);
}

Result<void> Store::SetPassword(sql::Tx& tx, UserId id, std::string_view password_hash) const {
  GH_TRY_VOID(One(tx.Exec(sqls::kSetPassword, {id, password_hash})));
  GH_TRY_VOID(tx.Exec(sqls::kDeletePasswordLinks, {id}));
  return {};
}

Result<void> Store::Rehash(sql::Tx& tx, UserId id, std::string_view old_hash,
                           std::string_view new_hash) const {
  GH_TRY_VOID(tx.Exec(sqls::kRehash, {id, old_hash, new_hash}));
  return {};
}

Result<void> Store::SetName(sql::Tx& tx, UserId id, std::string_view name) const {
  return One(tx.Exec(sqls::kSetName, {id, name}));
}

Result<void> Store::TouchLogin(sql::Tx& tx, UserId id) const {
  return One(tx.Exec(sqls::kTouchLogin, {id, clock_.Now()}));
}

Result<void> Store::MarkEmailVerified(sql::Tx& tx, UserId id, std::string_view email) const {
  GH_TRY(std::string key, NormalizeEmail(email));
  GH_TRY_VOID(tx.Exec(sqls::kMarkEmailVerified, {id, key}));
  return {};
}

Result<std::string> Store::CreateLink(sql::Tx& tx, std::optional<UserId> user, LinkPurpose purpose,
                                      std::string_view email) const {
  std::string_view name = PurposeName(purpose);
  if (user) {
    GH_TRY_VOID(tx.Exec(sqls::kDeleteLinksOfUser, {*user, name, email}));
  } else {
    GH_TRY_VOID(tx.Exec(sqls::kDeleteLinksOfNobody, {name}));
  }
  std::string token = rng_.Token(32);
  std::string hash = crypto::Sha256Hex(token);
  Timestamp now = clock_.Now();
  GH_TRY_VOID(tx.Exec(sqls::kInsertLink,
                      {ids_.NextValue(), user, name, hash, email, now, now + LifeOf(purpose)}));
  return token;
}

Result<Link> Store::PeekLink(sql::Tx& tx, LinkPurpose purpose, std::string_view token) const {
  std::string hash = crypto::Sha256Hex(token);
  Timestamp now = clock_.Now();
  GH_TRY(sql::Rows rows,
         tx.Query(sqls::kPeekLink, {hash, PurposeName(purpose), now, now + kMaxClockAhead}));
  if (rows.empty()) return Fail(Code::kNotFound, kLinkInvalid);
  return ToLink(rows.front());
}

Result<Link> Store::TakeLink(sql::Tx& tx, LinkPurpose purpose, std::string_view token) const {
  std::string hash = crypto::Sha256Hex(token);
  Timestamp now = clock_.Now();
  GH_TRY(sql::Rows rows,
         tx.Query(sqls::kTakeLink, {hash, PurposeName(purpose), now, now + kMaxClockAhead}));
  if (rows.empty()) return Fail(Code::kNotFound, kLinkInvalid);
  return ToLink(rows.front());
}

}  // namespace gatehouse::users
