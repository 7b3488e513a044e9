#pragma once

// Every SQL text of this module.

#include "platform/sql/sql.h"

namespace gatehouse::ingest::settings::sqls {

inline constexpr sql::Statement kFind{
    "intake_settings_find",
    "SELECT settings, version FROM intake_settings WHERE organization_id = $1"};
inline constexpr sql::Statement kPut{
    "intake_settings_put",
    "INSERT INTO intake_settings (organization_id, settings, version, updated_at) VALUES ($1, $2, "
    "1, $3) ON CONFLICT (organization_id) DO UPDATE SET settings = excluded.settings, version = "
    "intake_settings.version + 1, updated_at = excluded.updated_at"};

}  // namespace gatehouse::ingest::settings::sqls
