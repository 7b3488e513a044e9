#pragma once

// Organizations and members in SQL: synchronous functions over an open transaction. The tenant is
// the first argument of everything that has one. Errors: those of sql::Tx and what each line says.

#include <optional>
#include <string_view>
#include <vector>

#include "platform/sql/sql.h"
#include "region/orgs/service.h"

namespace gatehouse::orgs::store {

// Bits to set and to clear, in one statement: nobody's change of another bit is lost.
struct FlagChange {
  std::int64_t set = 0;
  std::int64_t clear = 0;
  std::int64_t Of(std::int64_t flags) const { return (flags | set) & ~clear; }
};

// Rows of GATEHOUSE_ORG_COLUMNS and GATEHOUSE_MEMBER_COLUMNS (columns.h), from column `at` on.
inline constexpr std::size_t kMemberColumns = 14;
Organization ReadOrganization(const sql::Row& row, std::size_t at = 0);
Member ReadMember(const sql::Row& row, std::size_t at = 0);
std::vector<Member> ReadMembers(const sql::Rows& rows);

// Active ones only. Errors: kNotFound "organization_not_found".
Result<Organization> FindBySlug(sql::Tx& tx, std::string_view slug);
Result<Organization> Find(sql::Tx& tx, OrgId organization);
// In any state.
Result<std::optional<Organization>> FindAny(sql::Tx& tx, OrgId organization);
// Errors: kAlreadyExists "slug_taken".
Result<void> Insert(sql::Tx& tx, const Organization& organization);
// Returns the organization as it is then. REQUIRES: it exists. Errors: kConflict
// "organization_changed" (expected_version is neither 0 nor its version).
Result<Organization> ChangeFlags(sql::Tx& tx, OrgId organization, FlagChange change,
                                 std::int64_t expected_version = 0);
// false: it was that already.
Result<bool> SetDefaultRole(sql::Tx& tx, OrgId organization, std::string_view role);

Result<std::optional<Member>> FindMember(sql::Tx& tx, OrgId organization, UserId user);
Result<MemberPage> ListMembers(sql::Tx& tx, OrgId organization, MemberId after, std::size_t limit);
Result<std::vector<Member>> Owners(sql::Tx& tx, OrgId organization);
Result<std::vector<Member>> MembersWithUser(sql::Tx& tx, OrgId organization);
// Without this flag, pending ones included.
Result<std::vector<Member>> MembersWithout(sql::Tx& tx, OrgId organization, MemberFlag flag);
Result<std::int64_t> CountWithout(sql::Tx& tx, OrgId organization, MemberFlag flag);
Result<std::vector<OrgMembership>> MembershipsOf(sql::Tx& tx, UserId user);
// false: the user is a member already. REQUIRES: the member has a user.
Result<bool> InsertMember(sql::Tx& tx, const Member& member);
Result<void> ChangeMemberFlags(sql::Tx& tx, OrgId organization, UserId user, FlagChange change);
Result<void> ClearFlagsOfAllMembers(sql::Tx& tx, OrgId organization, std::int64_t flags);

// Counts another use of a feature.
Result<void> Adopt(sql::Tx& tx, OrgId organization, std::string_view feature,
                   std::string_view data_json, Timestamp now);

}  // namespace gatehouse::orgs::store
