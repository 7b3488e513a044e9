#include "region/orgs/store.h"

#include "base/check.h"
#include "region/orgs/errors.h"
#include "region/orgs/statements.h"

namespace gatehouse::orgs::store {

Organization ReadOrganization(const sql::Row& row, std::size_t at) {
  return {.id = row.As<OrgId>(at),
          .slug = row.String(at + 1),
          .name = row.String(at + 2),
          .status = row.String(at + 3),
          .default_role = row.String(at + 4),
          .flags = row.Int(at + 5),
          .version = row.Int(at + 6),
          .created_at = row.Time(at + 7)};
}

Member ReadMember(const sql::Row& row, std::size_t at) {
  return {.id = row.As<MemberId>(at),
          .organization = row.As<OrgId>(at + 1),
          .user = row.OptAs<UserId>(at + 2),
          .email = row.String(at + 3),
          .name = row.String(at + 9),
          .role = row.String(at + 4),
          .flags = row.Int(at + 5),
          .version = row.Int(at + 6),
          .user_is_active = row.Bool(at + 7),
          .user_has_2fa = row.Bool(at + 10),
          .created_at = row.Time(at + 8),
          .invite_status = row.String(at + 11),
          .inviter = row.OptAs<UserId>(at + 12),
          .invite_expires_at = row.OptTime(at + 13)};
}

std::vector<Member> ReadMembers(const sql::Rows& rows) {
  std::vector<Member> members;
  members.reserve(rows.size());
  for (const sql::Row row : rows) members.push_back(ReadMember(row));
  return members;
}

namespace {

Result<Organization> OneOrganization(const sql::Rows& rows) {
  if (rows.empty()) return Fail(Code::kNotFound, kOrganizationNotFound);
  return ReadOrganization(rows.front());
}

}  // namespace

Result<Organization> FindBySlug(sql::Tx& tx, std::string_view slug) {
  GH_TRY(const sql::Rows rows, tx.Query(kOrgBySlug, {slug}));
  return OneOrganization(rows);
}

Result<Organization> Find(sql::Tx& tx, OrgId organization) {
  GH_TRY(const sql::Rows rows, tx.Query(kOrgById, {organization}));
  return OneOrganization(rows);
}

Result<std::optional<Organization>> FindAny(sql::Tx& tx, OrgId organization) {
  GH_TRY(const sql::Rows rows, tx.Query(kOrgByIdAnyStatus, {organization}));
  if (rows.empty()) return std::nullopt;
  return ReadOrganization(rows.front());
}

Result<void> Insert(sql::Tx& tx, const Organization& organization) {
  GH_TRY(const std::int64_t inserted,
         tx.Exec(kOrgInsert, {organization.id, organization.slug, organization.name,
                              organization.flags, organization.created_at}));
  if (inserted == 0) return Fail(Code::kAlreadyExists, kSlugTaken);
  return {};
}

Result<Organization> ChangeFlags(sql::Tx& tx, OrgId organization, FlagChange change,
                                 std::int64_t expected_version) {
  GH_TRY(const sql::Rows rows,
         tx.Query(kOrgSetFlags, {organization, change.set, ~change.clear, expected_version}));
  if (rows.empty()) return Fail(Code::kConflict, kOrganizationChanged);
  return ReadOrganization(rows.front());
}

Result<bool> SetDefaultRole(sql::Tx& tx, OrgId organization, std::string_view role) {
  GH_TRY(const std::int64_t changed, tx.Exec(kOrgSetDefaultRole, {organization, role}));
  return changed > 0;
}

Result<std::optional<Member>> FindMember(sql::Tx& tx, OrgId organization, UserId user) {
  GH_TRY(const sql::Rows rows, tx.Query(kMemberByUser, {organization, user}));
  if (rows.empty()) return std::nullopt;
  return ReadMember(rows.front());
}

Result<MemberPage> ListMembers(sql::Tx& tx, OrgId organization, MemberId after, std::size_t limit) {
  GH_TRY(const sql::Rows rows, tx.Query(kMembers, {organization, after, limit}));
  GH_TRY(const sql::Rows total, tx.Query(kMemberCount, {organization}));
  return MemberPage{.members = ReadMembers(rows), .total = total.front().Int(0)};
}

Result<std::vector<Member>> Owners(sql::Tx& tx, OrgId organization) {
  GH_TRY(const sql::Rows rows, tx.Query(kOwners, {organization}));
  return ReadMembers(rows);
}

Result<std::vector<Member>> MembersWithUser(sql::Tx& tx, OrgId organization) {
  GH_TRY(const sql::Rows rows, tx.Query(kMembersWithUser, {organization}));
  return ReadMembers(rows);
}

Result<std::vector<Member>> MembersWithout(sql::Tx& tx, OrgId organization, MemberFlag flag) {
  GH_TRY(const sql::Rows rows,
         tx.Query(kMembersWithout, {organization, static_cast<std::int64_t>(flag)}));
  return ReadMembers(rows);
}

Result<std::int64_t> CountWithout(sql::Tx& tx, OrgId organization, MemberFlag flag) {
  GH_TRY(const sql::Rows rows,
         tx.Query(kCountWithout, {organization, static_cast<std::int64_t>(flag)}));
  return rows.front().Int(0);
}

Result<std::vector<OrgMembership>> MembershipsOf(sql::Tx& tx, UserId user) {
  GH_TRY(const sql::Rows rows, tx.Query(kMembershipsOfUser, {user}));
  std::vector<OrgMembership> out;
  for (const sql::Row row : rows) {
    out.push_back(
        {.organization = ReadOrganization(row, kMemberColumns), .member = ReadMember(row)});
  }
  return out;
}

Result<bool> InsertMember(sql::Tx& tx, const Member& member) {
  GH_CHECK(member.user.has_value());
  const std::optional<std::string> email =
      member.email.empty() ? std::nullopt : std::optional(member.email);
  GH_TRY(const std::int64_t inserted,
         tx.Exec(kMemberInsert,
                 {member.organization, member.id, *member.user, member.role, member.flags, email,
                  member.created_at, member.name, member.user_is_active, member.user_has_2fa}));
  return inserted > 0;
}

Result<void> ChangeMemberFlags(sql::Tx& tx, OrgId organization, UserId user, FlagChange change) {
  GH_TRY_VOID(tx.Exec(kMemberSetFlags, {organization, user, change.set, ~change.clear}));
  return {};
}

Result<void> ClearFlagsOfAllMembers(sql::Tx& tx, OrgId organization, std::int64_t flags) {
  GH_TRY_VOID(tx.Exec(kAllMembersClearFlags, {organization, flags, ~flags}));
  return {};
}

Result<void> Adopt(sql::Tx& tx, OrgId organization, std::string_view feature,
                   std::string_view data_json, Timestamp now) {
  GH_TRY_VOID(tx.Exec(kAdopt, {organization, feature, data_json, now}));
  return {};
}

}  // namespace gatehouse::orgs::store
