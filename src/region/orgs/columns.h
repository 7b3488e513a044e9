#pragma once

// The columns that store::ReadOrganization and store::ReadMember expect, for the statements.h files
// of this folder and its sub-folders. Members are "m".

#define GATEHOUSE_ORG_COLUMNS "id, slug, name, status, default_role, flags, version, created_at"
#define GATEHOUSE_MEMBER_COLUMNS                                                               \
  "m.id, m.organization_id, m.user_id, COALESCE(m.email, m.user_email, ''), m.role, m.flags, " \
  "m.version, m.user_is_active, m.created_at, m.user_name, m.user_has_2fa, m.invite_status, "  \
  "m.inviter_user_id, m.invite_expires_at"
