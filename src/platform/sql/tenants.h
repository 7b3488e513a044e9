#pragma once

// Row-level security on PostgreSQL: the tables whose rows belong to a tenant, and the policies that
// keep a transaction to the rows of its Tenant (sql.h). They bind the tables' owner too (FORCE),
// but no database lets a policy bind a superuser or a role with BYPASSRLS: see BypassesTenants().
//
// On SQLite these functions do nothing and find nothing.

#include <string>
#include <string_view>
#include <vector>

#include "platform/sql/sql.h"

namespace gatehouse::sql {

// The server's name of what Tenant::Setting() says, for as long as a transaction lasts.
inline constexpr std::string_view kTenantSetting = "gatehouse.tenant";

// Which tables belong to tenants: each of the schema with `column`, and `root` by its id. Found by
// their columns, so that nobody has to remember a new one. Empty: none.
struct TenantTables {
  std::string_view column = {};
  std::string_view root = {};
};

// Protects what is not protected. One query of the catalogue when there is nothing to do. Errors:
// those of Tx; kInternal "sql_error" when the role does not own such a table.
Result<void> ProtectTenants(Tx& tx, const TenantTables& tables);

// The tables that ProtectTenants() would change.
Result<std::vector<std::string>> UnprotectedTables(Tx& tx, const TenantTables& tables);

// The role of this connection is a superuser or has BYPASSRLS, so that no policy binds it.
Result<bool> BypassesTenants(Tx& tx);

}  // namespace gatehouse::sql
