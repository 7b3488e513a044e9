#pragma once

#include "platform/sql/sql.h"

namespace gatehouse::app {

inline constexpr sql::Statement kAnyUser{"app.any_user", "SELECT 1 FROM users LIMIT 1"};
// The columns of audit::LogRow.
inline constexpr sql::Statement kLastEntries{
    "app.last_entries",
    "SELECT id, organization_id, event, actor_user_id, actor_label, target_object, target_user_id, "
    "ip, data, correlation_id, created_at, mac "
    "FROM audit_log WHERE mac <> '' ORDER BY id DESC LIMIT 8"};

}  // namespace gatehouse::app
