#include "platform/sql/tenants.h"

#include <fmt/format.h>

namespace gatehouse::sql {

namespace {

// All of PostgreSQL only. Names come quoted, ready for a command.
constexpr Statement kFind{
    "tenant_tables_unprotected",
    "SELECT quote_ident(c.relname), quote_ident(a.attname), a.attnotnull "
    "FROM pg_catalog.pg_class c "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped "
    "AND a.attname = CASE WHEN c.relname = $2 THEN 'id' ELSE $1 END "
    "WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT ("
    "c.relrowsecurity AND c.relforcerowsecurity "
    "AND EXISTS (SELECT 1 FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid "
    "AND p.polname = 'tenant_only') "
    "AND (a.attnotnull OR EXISTS (SELECT 1 FROM pg_catalog.pg_policy p "
    "WHERE p.polrelid = c.oid AND p.polname = 'tenant_append'))) ORDER BY c.relname"};

constexpr Statement kBypass{
    "tenant_bypass",
    "SELECT rolsuper OR rolbypassrls FROM pg_catalog.pg_roles WHERE rolname = current_user"};

Result<Rows> Find(Tx& tx, const TenantTables& tables) {
  if (tx.engine() != Engine::kPostgres || tables.column.empty()) return Rows();
  return tx.Query(kFind, {tables.column, tables.root});
}

Result<void> Protect(Tx& tx, std::string_view table, std::string_view column, bool always_owned) {
  // The setting is read and turned into a number once for a statement, not for every row: a list of
  // 100,000 rows takes half the time. One that is absent, empty or no number matches nothing and
  // raises nothing.
  const std::string own = fmt::format(
      "(SELECT current_setting('{0}', true)) = '*' OR {1} = (SELECT CASE WHEN "
      "current_setting('{0}', true) ~ '^[0-9]{{1,18}}$' THEN current_setting('{0}', true)::bigint "
      "END)",
      kTenantSetting, column);
  std::vector<std::string> commands = {
      fmt::format("ALTER TABLE {} ENABLE ROW LEVEL SECURITY", table),
      fmt::format("ALTER TABLE {} FORCE ROW LEVEL SECURITY", table),
      // What the first version compared row by row, under another name.
      fmt::format("DROP POLICY IF EXISTS tenant_rows ON {}", table),
      fmt::format("DROP POLICY IF EXISTS tenant_only ON {}", table),
      fmt::format("CREATE POLICY tenant_only ON {} USING ({}) WITH CHECK ({})", table, own, own),
      fmt::format("DROP POLICY IF EXISTS tenant_append ON {}", table)};
  if (!always_owned) {
    // Rows without an owner may be added by anybody, and then belong to nobody but Tenant::All().
    commands.push_back(fmt::format(
        "CREATE POLICY tenant_append ON {} FOR INSERT WITH CHECK ({} IS NULL)", table, column));
  }
  for (const std::string& command : commands) GH_TRY_VOID(tx.Exec(Statement{"", command}));
  return {};
}

}  // namespace

Result<void> ProtectTenants(Tx& tx, const TenantTables& tables) {
  GH_TRY(const Rows found, Find(tx, tables));
  for (const Row row : found) {
    GH_TRY_VOID(Protect(tx, row.Text(0), row.Text(1), row.Bool(2)));
  }
  return {};
}

Result<std::vector<std::string>> UnprotectedTables(Tx& tx, const TenantTables& tables) {
  GH_TRY(const Rows found, Find(tx, tables));
  std::vector<std::string> names;
  for (const Row row : found) names.push_back(row.String(0));
  return names;
}

Result<bool> BypassesTenants(Tx& tx) {
  if (tx.engine() != Engine::kPostgres) return false;
  GH_TRY(const Rows rows, tx.Query(kBypass));
  return !rows.empty() && rows.front().Bool(0);
}

}  // namespace gatehouse::sql
