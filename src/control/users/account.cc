// Addresses of an account, what the regions know of it, and its history.

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "control/users/errors.h"
#include "control/users/statements.h"
#include "control/users/users.h"

namespace gatehouse::users {
namespace {

constexpr std::size_t kMaxDetail = 300;
constexpr std::size_t kMaxIp = 64;
constexpr std::size_t kMaxUserAgent = 256;
constexpr std::size_t kMaxCorrelation = 128;
constexpr std::size_t kMaxPage = 100;

}  // namespace

Result<std::vector<UserId>> Store::FindByAnyEmail(sql::Tx& tx, std::string_view email) const {
  auto key = NormalizeEmail(email);
  if (!key) return std::vector<UserId>{};
  GH_TRY(sql::Rows rows, tx.Query(sqls::kEmailHolders, {*key}));
  std::vector<UserId> holders;
  for (sql::Row row : rows) holders.push_back(row.As<UserId>(0));
  return holders;
}

Result<bool> Store::IsEmailTakenFrom(sql::Tx& tx, UserId id, std::string_view email) const {
  GH_TRY(std::string key, NormalizeEmail(email));
  GH_TRY(sql::Rows rows, tx.Query(sqls::kEmailProvenByOther, {key, id}));
  return !rows.empty();
}

Result<bool> Store::AddEmail(sql::Tx& tx, UserId id, std::string_view email) const {
  GH_TRY(std::string key, NormalizeEmail(email));
  GH_TRY(std::int64_t added,
         tx.Exec(sqls::kAddEmail, {ids_.NextValue(), id, Trim(email), key, clock_.Now()}));
  return added == 1;
}

Result<std::optional<Address>> Store::FindEmail(sql::Tx& tx, UserId id,
                                                std::string_view email) const {
  auto key = NormalizeEmail(email);
  if (!key) return std::nullopt;
  GH_TRY(sql::Rows rows, tx.Query(sqls::kFindEmail, {id, *key}));
  if (rows.empty()) return std::nullopt;
  sql::Row row = rows.front();
  return Address{.email = row.String(0), .is_primary = row.Bool(1), .is_verified = row.Bool(2)};
}

Result<bool> Store::RemoveEmail(sql::Tx& tx, UserId id, std::string_view email) const {
  GH_TRY(std::optional<Address> address, FindEmail(tx, id, email));
  if (!address) return false;
  GH_TRY(std::string key, NormalizeEmail(email));
  // A link to an address that is gone would prove what nobody claims any more.
  GH_TRY_VOID(tx.Exec(sqls::kDeleteConfirmations, {id, address->email}));
  GH_TRY(std::int64_t removed, tx.Exec(sqls::kRemoveEmail, {id, key}));
  return removed == 1;
}

Result<bool> Store::SetPrimaryEmail(sql::Tx& tx, UserId id, std::string_view email) const {
  GH_TRY(std::string key, NormalizeEmail(email));
  GH_TRY(User before, Find(tx, id));
  GH_TRY(std::int64_t changed, tx.Exec(sqls::kSetPrimaryEmail, {id, key}));
  if (changed == 0) return false;
  if (!before.email.empty()) {
    GH_TRY(std::string old_key, NormalizeEmail(before.email));
    GH_TRY_VOID(tx.Exec(sqls::kFollowPrimaryEmail, {id, key, old_key}));
  }
  return true;
}

Result<void> Store::SetHas2fa(sql::Tx& tx, UserId id, bool has_2fa) const {
  GH_TRY(std::int64_t changed, tx.Exec(sqls::kSetHas2fa, {id, has_2fa}));
  if (changed == 0) return Fail(Code::kNotFound, kUserNotFound);
  return {};
}

Result<void> Store::RaiseEpoch(sql::Tx& tx, UserId id) const {
  GH_TRY(std::int64_t changed, tx.Exec(sqls::kRaiseEpoch, {id}));
  if (changed == 0) return Fail(Code::kNotFound, kUserNotFound);
  return {};
}

Result<void> Store::TellRegions(sql::Tx& tx, const outbox::Outbox& outbox, UserId id) const {
  GH_TRY(User user, Find(tx, id));
  json::Object payload;
  payload["user_id"] = user.id.value;
  payload["email"] = user.email;
  payload["name"] = user.name;
  payload["is_active"] = user.is_active;
  payload["has_2fa"] = user.has_2fa;
  GH_TRY_VOID(outbox.Enqueue(tx, outbox::Category::kUserUpdate, id.value, id.value, payload));
  return {};
}

Result<void> Store::RecordEvent(sql::Tx& tx, const AccountEvent& event) const {
  std::string detail = Printable(event.detail, kMaxDetail);
  std::string ip = Printable(event.ip, kMaxIp);
  std::string agent = Printable(event.user_agent, kMaxUserAgent);
  std::string correlation = Printable(event.correlation_id, kMaxCorrelation);
  GH_TRY_VOID(tx.Exec(sqls::kInsertEvent, {ids_.NextValue(), event.user, event.kind, detail, ip,
                                           agent, correlation, clock_.Now()}));
  return {};
}

Result<std::vector<AccountEvent>> Store::ListEvents(sql::Tx& tx, UserId id,
                                                    std::optional<std::int64_t> before,
                                                    std::size_t limit) const {
  std::int64_t end = before.value_or(std::numeric_limits<std::int64_t>::max());
  auto count = static_cast<std::int64_t>(std::min(limit, kMaxPage));
  GH_TRY(sql::Rows rows, tx.Query(sqls::kListEvents, {id, end, count}));
  std::vector<AccountEvent> events;
  for (sql::Row row : rows) {
    events.push_back({.id = row.Int(0),
                      .user = row.As<UserId>(1),
                      .kind = row.String(2),
                      .detail = row.String(3),
                      .ip = row.String(4),
                      .user_agent = row.String(5),
                      .correlation_id = row.String(6),
                      .created_at = row.Time(7)});
  }
  return events;
}

Result<std::int64_t> Store::DeleteOldEvents(sql::Tx& tx) const {
  return tx.Exec(sqls::kDeleteOldEvents, {IdGenerator::FirstAt(clock_.Now() - kEventLife)});
}

}  // namespace gatehouse::users
