#pragma once

#include "platform/sql/sql.h"
#include "region/orgs/columns.h"

namespace gatehouse::orgs {

inline constexpr sql::Statement kOrgBySlug{
    "orgs.by_slug",
    "SELECT " GATEHOUSE_ORG_COLUMNS " FROM organizations WHERE slug = $1 AND status = 'active'"};
inline constexpr sql::Statement kOrgById{"orgs.by_id",
                                         "SELECT " GATEHOUSE_ORG_COLUMNS
                                         " FROM organizations WHERE id = $1 AND status = 'active'"};
// Effects reach an organization in any state, so that none is lost if it becomes active again.
inline constexpr sql::Statement kOrgByIdAnyStatus{
    "orgs.by_id_any_status", "SELECT " GATEHOUSE_ORG_COLUMNS " FROM organizations WHERE id = $1"};
inline constexpr sql::Statement kOrgInsert{
    "orgs.insert",
    "INSERT INTO organizations (id, slug, name, status, default_role, flags, version, created_at) "
    "VALUES ($1, $2, $3, 'active', 'member', $4, 1, $5) ON CONFLICT (slug) DO NOTHING"};
// $2: bits to set; $3: all bits but those to clear.
// $4: the version that the caller saw; 0 is any.
inline constexpr sql::Statement kOrgSetFlags{
    "orgs.set_flags",
    "UPDATE organizations SET flags = (flags | $2) & $3, version = version + 1 WHERE id = $1 "
    "AND ($4 = 0 OR version = $4) RETURNING " GATEHOUSE_ORG_COLUMNS};
inline constexpr sql::Statement kOrgSetDefaultRole{
    "orgs.set_default_role",
    "UPDATE organizations SET default_role = $2, version = version + 1 "
    "WHERE id = $1 AND default_role <> $2"};

inline constexpr sql::Statement kMemberByUser{
    "org_members.by_user",
    "SELECT " GATEHOUSE_MEMBER_COLUMNS
    " FROM organization_members m WHERE m.organization_id = $1 AND m.user_id = $2"};
inline constexpr sql::Statement kMembers{
    "org_members.page", "SELECT " GATEHOUSE_MEMBER_COLUMNS
                        " FROM organization_members m WHERE m.organization_id = $1 "
                        "AND m.invite_status = 'approved' AND m.id > $2 ORDER BY m.id LIMIT $3"};
inline constexpr sql::Statement kMemberCount{
    "org_members.count",
    "SELECT COUNT(*) FROM organization_members WHERE organization_id = $1 "
    "AND invite_status = 'approved'"};
inline constexpr sql::Statement kOwners{
    "org_members.owners",
    "SELECT " GATEHOUSE_MEMBER_COLUMNS
    " FROM organization_members m WHERE m.organization_id = $1 AND m.role = 'owner' "
    "AND m.user_id IS NOT NULL ORDER BY m.id"};
// $2 is the linked bit.
inline constexpr sql::Statement kCountWithout{
    "org_members.count_without_flag",
    "SELECT COUNT(*) FROM organization_members WHERE organization_id = $1 AND (flags & $2) = 0 "
    "AND invite_status = 'approved'"};
inline constexpr sql::Statement kMembersWithout{
    "org_members.without_flag",
    "SELECT " GATEHOUSE_MEMBER_COLUMNS
    " FROM organization_members m WHERE m.organization_id = $1 AND (m.flags & $2) = 0 "
    "AND m.invite_status = 'approved' ORDER BY m.id"};
inline constexpr sql::Statement kMembersWithUser{
    "org_members.with_user",
    "SELECT " GATEHOUSE_MEMBER_COLUMNS
    " FROM organization_members m WHERE m.organization_id = $1 AND m.user_id IS NOT NULL "
    "ORDER BY m.id"};
// The memberships of one user, over all organizations.
inline constexpr sql::Statement kMembershipsOfUser{
    "org_members.of_user",
    "SELECT " GATEHOUSE_MEMBER_COLUMNS
    ", o.id, o.slug, o.name, o.status, o.default_role, o.flags, o.version, o.created_at "
    "FROM organization_members m JOIN organizations o ON o.id = m.organization_id "
    "WHERE m.user_id = $1 AND o.status = 'active' ORDER BY o.slug"};
inline constexpr sql::Statement kMemberInsert{
    "org_members.insert",
    "INSERT INTO organization_members (id, organization_id, user_id, email, role, flags, version, "
    "user_email, user_is_active, created_at, user_name, user_has_2fa) "
    "VALUES ($2, $1, $3, NULL, $4, $5, 1, $6, $9, $7, $8, $10) "
    "ON CONFLICT (organization_id, user_id) DO NOTHING"};
// $3: bits to set; $4: all bits but those to clear.
inline constexpr sql::Statement kMemberSetFlags{
    "org_members.set_flags",
    "UPDATE organization_members SET flags = (flags | $3) & $4, version = version + 1 "
    "WHERE organization_id = $1 AND user_id = $2 AND ((flags | $3) & $4) <> flags"};
inline constexpr sql::Statement kAllMembersClearFlags{
    "org_members.clear_flags_of_all",
    "UPDATE organization_members SET flags = flags & $3, version = version + 1 "
    "WHERE organization_id = $1 AND (flags & $2) <> 0"};

inline constexpr sql::Statement kAdopt{
    "org_adoption.adopt",
    "INSERT INTO organization_adoption (organization_id, feature, data, times, created_at) "
    "VALUES ($1, $2, $3, 1, $4) ON CONFLICT (organization_id, feature) "
    "DO UPDATE SET times = organization_adoption.times + 1"};

}  // namespace gatehouse::orgs
