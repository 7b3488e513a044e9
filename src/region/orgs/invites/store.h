#pragma once

// Invitations in SQL: synchronous functions over an open transaction. Errors: those of sql::Tx and
// what each line says.

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/sql/sql.h"
#include "region/orgs/invites/service.h"

namespace gatehouse::invites::store {

// A member row with what its link is made of.
struct Row {
  orgs::Member member;
  std::optional<std::string> nonce;
};
// In any state; an accepted one has a user.
Result<std::optional<Row>> Find(sql::Tx& tx, OrgId organization, MemberId member);
// The pending row, in any status, of an address as CheckAddress gives it.
Result<std::optional<Row>> FindByEmail(sql::Tx& tx, OrgId organization, std::string_view email);
// Pending rows by status and address, with their teams.
struct Listed {
  Row row;
  std::vector<TeamRole> teams;
};
Result<std::vector<Listed>> ListPending(sql::Tx& tx, OrgId organization);
// An active member has the address as primary one.
Result<bool> IsMemberAddress(sql::Tx& tx, OrgId organization, std::string_view email);
Result<std::vector<orgs::Member>> Approvers(sql::Tx& tx, OrgId organization, std::size_t limit);
// The pending row has a team whose members the provider decides.
Result<bool> HasLockedTeam(sql::Tx& tx, OrgId organization, MemberId member);

// REQUIRES: no user. false: the address has a row.
Result<bool> InsertPending(sql::Tx& tx, const Row& row);
// REQUIRES: a user. false: the user has a row.
Result<bool> InsertMember(sql::Tx& tx, const orgs::Member& member, const members::UserCopy& user);
// false: not pending, or not approved.
Result<bool> SetNonce(sql::Tx& tx, OrgId organization, MemberId member, std::string_view nonce,
                      Timestamp expires_at);
// With role, inviter, nonce and expiry of `row`. false: no pending request any more.
Result<bool> Approve(sql::Tx& tx, const Row& row);
// The user takes the invitation, which must still carry the nonce and be alive. false: it does not.
Result<bool> Accept(sql::Tx& tx, const Row& row, const members::UserCopy& user,
                    std::string_view role, std::int64_t set_flags, Timestamp now);
// sso:linked on, sso:invalid off.
Result<void> Link(sql::Tx& tx, OrgId organization, UserId user);

struct Tombstone {
  std::string nonce;
  std::string reason;
};
// Of one member id, the latest first, a hundred at most.
Result<std::vector<Tombstone>> Tombstones(sql::Tx& tx, OrgId organization, MemberId member);
Result<void> PurgeTombstones(sql::Tx& tx, Timestamp before);
// Over all organizations.
Result<std::vector<std::pair<OrgId, MemberId>>> Expired(sql::Tx& tx, Timestamp before,
                                                        std::size_t limit);

}  // namespace gatehouse::invites::store
