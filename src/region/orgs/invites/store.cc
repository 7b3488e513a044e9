#include "region/orgs/invites/store.h"

#include <unordered_map>

#include "base/check.h"
#include "region/orgs/invites/statements.h"
#include "region/orgs/store.h"

namespace gatehouse::invites::store {
namespace {

Row ReadRow(const sql::Row& row) {
  return {.member = orgs::store::ReadMember(row),
          .nonce = row.OptString(orgs::store::kMemberColumns)};
}

Result<std::optional<Row>> One(const sql::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return ReadRow(rows.front());
}

// "" is no address.
std::optional<std::string> AddressOf(const members::UserCopy& user) {
  return user.email.empty() ? std::nullopt : std::optional(user.email);
}

}  // namespace

Result<std::optional<Row>> Find(sql::Tx& tx, OrgId organization, MemberId member) {
  GH_TRY(const sql::Rows rows, tx.Query(kInvitation, {organization, member}));
  return One(rows);
}

Result<std::optional<Row>> FindByEmail(sql::Tx& tx, OrgId organization, std::string_view email) {
  GH_TRY(const sql::Rows rows, tx.Query(kInvitationByEmail, {organization, email}));
  return One(rows);
}

Result<std::vector<Listed>> ListPending(sql::Tx& tx, OrgId organization) {
  GH_TRY(const sql::Rows rows, tx.Query(kPending, {organization}));
  GH_TRY(const sql::Rows teams, tx.Query(kTeamsOfPending, {organization}));
  std::vector<Listed> out;
  std::unordered_map<MemberId, std::size_t> at;
  for (const sql::Row row : rows) {
    at[row.As<MemberId>(0)] = out.size();
    out.push_back({.row = ReadRow(row), .teams = {}});
  }
  for (const sql::Row row : teams) {
    const auto found = at.find(row.As<MemberId>(0));
    if (found == at.end()) continue;
    out[found->second].teams.push_back({.team_slug = row.String(1), .role = row.OptString(2)});
  }
  return out;
}

Result<bool> IsMemberAddress(sql::Tx& tx, OrgId organization, std::string_view email) {
  GH_TRY(const sql::Rows rows, tx.Query(kMemberWithEmail, {organization, email}));
  return !rows.empty();
}

Result<std::vector<orgs::Member>> Approvers(sql::Tx& tx, OrgId organization, std::size_t limit) {
  GH_TRY(const sql::Rows rows, tx.Query(kApprovers, {organization, limit}));
  return orgs::store::ReadMembers(rows);
}

Result<bool> HasLockedTeam(sql::Tx& tx, OrgId organization, MemberId member) {
  GH_TRY(const sql::Rows rows, tx.Query(kLockedTeams, {organization, member}));
  return !rows.empty();
}

Result<bool> InsertPending(sql::Tx& tx, const Row& row) {
  const orgs::Member& m = row.member;
  GH_CHECK(m.pending());
  GH_TRY(const std::int64_t inserted,
         tx.Exec(kInsertPending, {m.organization, m.id, m.email, m.role, m.created_at,
                                  m.invite_status, m.inviter, row.nonce, m.invite_expires_at}));
  return inserted > 0;
}

Result<bool> InsertMember(sql::Tx& tx, const orgs::Member& member, const members::UserCopy& user) {
  const std::optional<std::string> email = AddressOf(user);
  GH_TRY(
      const std::int64_t inserted,
      tx.Exec(kInsertMember, {member.organization, member.id, user.user, member.role, member.flags,
                              email, user.is_active, member.created_at, user.name, user.has_2fa}));
  return inserted > 0;
}

Result<bool> SetNonce(sql::Tx& tx, OrgId organization, MemberId member, std::string_view nonce,
                      Timestamp expires_at) {
  GH_TRY(const std::int64_t changed, tx.Exec(kSetNonce, {organization, member, nonce, expires_at}));
  return changed > 0;
}

Result<bool> Approve(sql::Tx& tx, const Row& row) {
  const orgs::Member& m = row.member;
  GH_TRY(const std::int64_t changed, tx.Exec(kApprove, {m.organization, m.id, m.role, m.inviter,
                                                        row.nonce, m.invite_expires_at}));
  return changed > 0;
}

Result<bool> Accept(sql::Tx& tx, const Row& row, const members::UserCopy& user,
                    std::string_view role, std::int64_t set_flags, Timestamp now) {
  const orgs::Member& m = row.member;
  const std::optional<std::string> email = AddressOf(user);
  GH_TRY(const std::int64_t changed,
         tx.Exec(kAccept, {m.organization, m.id, row.nonce, now, user.user, email, user.name,
                           user.is_active, user.has_2fa, role, set_flags}));
  return changed > 0;
}

Result<void> Link(sql::Tx& tx, OrgId organization, UserId user) {
  GH_TRY_VOID(tx.Exec(kLink, {organization, user, std::int64_t{orgs::kSsoLinked},
                              ~std::int64_t{orgs::kSsoInvalid}}));
  return {};
}

Result<std::vector<Tombstone>> Tombstones(sql::Tx& tx, OrgId organization, MemberId member) {
  GH_TRY(const sql::Rows rows, tx.Query(kTombstones, {organization, member}));
  std::vector<Tombstone> out;
  for (const sql::Row row : rows) {
    out.push_back({.nonce = row.String(0), .reason = row.String(1)});
  }
  return out;
}

Result<void> PurgeTombstones(sql::Tx& tx, Timestamp before) {
  GH_TRY_VOID(tx.Exec(kPurgeTombstones, {before}));
  return {};
}

Result<std::vector<std::pair<OrgId, MemberId>>> Expired(sql::Tx& tx, Timestamp before,
                                                        std::size_t limit) {
  GH_TRY(const sql::Rows rows, tx.Query(kExpired, {before, limit}));
  std::vector<std::pair<OrgId, MemberId>> out;
  for (const sql::Row row : rows) out.emplace_back(row.As<OrgId>(0), row.As<MemberId>(1));
  return out;
}

}  // namespace gatehouse::invites::store
