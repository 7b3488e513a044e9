// What must hold in any database at rest, whoever did what at once, and wherever it was killed: I2
// to I8 and I10 to I12 of the product's invariants. (I1 is the business of the set-up's crash
// tests, I9 of the intake's.)

#include <map>
#include <set>

#include "core/audit/sealer.h"
#include "core/audit/verify.h"
#include "core/testing/migrated_database.h"

namespace gatehouse::test {
namespace {

struct Rule {
  std::string_view name;
  std::string_view broken;  // finds the rows that break it
};
constexpr Rule kRules[] = {
    {"I2 a required second factor beside single sign-on",
     "SELECT o.id FROM organizations o JOIN auth_providers p ON p.organization_id = o.id WHERE "
     "(o.flags & 16) <> 0"},
    {"I3 two identities of one subject",
     "SELECT MIN(id) FROM auth_identities GROUP BY provider_id, issuer, subject "
     "HAVING COUNT(*) > 1"},
    {"I3 two identities of one user",
     "SELECT MIN(id) FROM auth_identities GROUP BY provider_id, user_id HAVING COUNT(*) > 1"},
    {"I3 two memberships of one user",
     "SELECT MIN(id) FROM organization_members WHERE user_id IS NOT NULL "
     "GROUP BY organization_id, user_id HAVING COUNT(*) > 1"},
    {"I3 two providers of one organization",
     "SELECT MIN(id) FROM auth_providers GROUP BY organization_id HAVING COUNT(*) > 1"},
    {"I4 a member without user and address, or with both",
     "SELECT id FROM organization_members WHERE (user_id IS NULL) = (email IS NULL)"},
    {"I4 an invitation without a link",
     "SELECT id FROM organization_members WHERE user_id IS NULL AND invite_status = 'approved' AND "
     "(invite_nonce IS NULL OR invite_expires_at IS NULL)"},
    {"I4 a link of somebody who is a member",
     "SELECT id FROM organization_members WHERE user_id IS NOT NULL AND invite_nonce IS NOT NULL"},
    {"I5 an organization without an active owner",
     "SELECT o.id FROM organizations o WHERE o.status = 'active' AND NOT EXISTS (SELECT 1 FROM "
     "organization_members m WHERE m.organization_id = o.id AND m.role = 'owner' AND m.user_id IS "
     "NOT NULL AND m.user_is_active = 1)"},
    {"I6 an identity of somebody who is no member",
     "SELECT i.id FROM auth_identities i WHERE NOT EXISTS (SELECT 1 FROM organization_members m "
     "WHERE m.organization_id = i.organization_id AND m.user_id = i.user_id)"},
    {"I7 an acceptance without its invitation",
     "SELECT a.target_object FROM audit_log a WHERE a.event = 3 GROUP BY a.organization_id, "
     "a.target_object HAVING COUNT(*) <> (SELECT COUNT(*) FROM invite_tombstones t WHERE "
     "t.organization_id = a.organization_id AND t.member_id = a.target_object AND "
     "t.reason = 'accepted')"},
    {"I7 an accepted invitation without entry",
     "SELECT t.member_id FROM invite_tombstones t WHERE t.reason = 'accepted' AND NOT EXISTS "
     "(SELECT 1 FROM audit_log a WHERE a.organization_id = t.organization_id AND "
     "a.target_object = t.member_id AND a.event IN (2, 3))"},
    {"I7 an accepted invitation without member",
     "SELECT t.member_id FROM invite_tombstones t WHERE t.reason = 'accepted' AND NOT EXISTS "
     "(SELECT 1 FROM organization_members m WHERE m.id = t.member_id) AND NOT EXISTS (SELECT 1 "
     "FROM audit_log a WHERE a.organization_id = t.organization_id AND a.target_object = "
     "t.member_id AND a.event = 5)"},
    {"I10 an effect for an organization that is not there",
     "SELECT id FROM region_outbox WHERE shard_scope = 0 AND NOT EXISTS (SELECT 1 FROM "
     "organizations o WHERE o.id = shard_id)"},
    {"I10 an effect on an organization that is not there",
     "SELECT id FROM control_outbox WHERE shard_scope = 0 AND NOT EXISTS (SELECT 1 FROM "
     "organizations o WHERE o.id = shard_id)"},
};

Result<sql::Rows> Ask(sql::Tx& tx, std::string_view text) {
  return tx.Query(sql::Statement{"", text});
}

// "table.column -> table" for every foreign key whose two rows each name an organization.
struct Key {
  std::string child, column, parent;
};
Result<std::vector<Key>> KeysBetweenTenants(sql::Tx& tx) {
  const bool postgres = tx.engine() == sql::Engine::kPostgres;
  GH_TRY(const sql::Rows owned,
         Ask(tx, postgres ? "SELECT table_name::text FROM information_schema.columns WHERE "
                            "table_schema = current_schema() AND column_name = 'organization_id'"
                          : "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
                            "WHERE m.type = 'table' AND c.name = 'organization_id'"));
  std::set<std::string> tenants;
  for (const sql::Row row : owned) tenants.insert(row.String(0));
  GH_TRY(
      const sql::Rows found,
      Ask(tx, postgres
                  ? "SELECT child.relname::text, a.attname::text, parent.relname::text FROM "
                    "pg_constraint k JOIN pg_class child ON child.oid = k.conrelid JOIN pg_class "
                    "parent ON parent.oid = k.confrelid JOIN pg_attribute a ON a.attrelid = "
                    "k.conrelid AND a.attnum = k.conkey[1] WHERE k.contype = 'f' AND "
                    "child.relnamespace = current_schema()::regnamespace"
                  : "SELECT m.name, f.\"from\", f.\"table\" FROM sqlite_master m JOIN "
                    "pragma_foreign_key_list(m.name) f WHERE m.type = 'table'"));
  std::vector<Key> keys;
  for (const sql::Row row : found) {
    Key key{row.String(0), row.String(1), row.String(2)};
    if (tenants.contains(key.child) && tenants.contains(key.parent)) keys.push_back(std::move(key));
  }
  return keys;
}

Result<void> WalkForeignKeys(sql::Tx& tx, std::vector<std::string>& broken) {
  GH_TRY(const std::vector<Key> keys, KeysBetweenTenants(tx));
  if (keys.size() < 10) broken.emplace_back("I12 the walk found too few keys to prove anything");
  for (const Key& key : keys) {
    GH_TRY(const sql::Rows rows, Ask(tx, "SELECT COUNT(*) FROM " + key.child + " c JOIN " +
                                             key.parent + " p ON p.id = c." + key.column +
                                             " WHERE p.organization_id <> c.organization_id"));
    if (rows.front().Int(0) == 0) continue;
    broken.push_back("I12 " + key.child + "." + key.column + " reaches another organization's " +
                     key.parent);
  }
  return {};
}

// I11: no session is good by a provider that is gone.
Result<void> LookAtProofs(sql::Tx& tx, std::vector<std::string>& broken) {
  GH_TRY(const sql::Rows providers, Ask(tx, "SELECT id, organization_id FROM auth_providers"));
  std::map<std::int64_t, std::int64_t> owner_of;
  for (const sql::Row row : providers) owner_of[row.Int(0)] = row.Int(1);
  GH_TRY(const sql::Rows sessions, Ask(tx, "SELECT id, proofs FROM sessions"));
  for (const sql::Row row : sessions) {
    GH_TRY(const json::Value proofs, json::Parse(row.Text(1)));
    for (const json::Value& proof : proofs.as_array()) {
      const auto provider = json::GetInt(proof.as_object(), "provider");
      if (!provider) continue;
      const auto found = owner_of.find(*provider);
      if (found == owner_of.end() ||
          found->second != json::GetInt(proof.as_object(), "organization")) {
        broken.push_back("I11 a proof by a provider that is gone: session " +
                         std::to_string(row.Int(0)));
      }
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> MigratedDatabase::BrokenInvariants() {
  std::vector<std::string> broken;
  auto looked = Read([&](sql::Tx& tx) -> Result<bool> {
    broken.clear();
    for (const Rule& rule : kRules) {
      GH_TRY(const sql::Rows rows, Ask(tx, rule.broken));
      if (!rows.empty()) {
        broken.push_back(std::string(rule.name) + ": " + std::to_string(rows.size()) + ", first " +
                         std::to_string(rows.front().Int(0)));
      }
    }
    GH_TRY_VOID(WalkForeignKeys(tx, broken));
    GH_TRY_VOID(LookAtProofs(tx, broken));
    return true;
  });
  if (!looked) broken.push_back("the database: " + GATEHOUSE_SHOW_ERROR(looked));
  // I8
  const std::string key(kAuditKey);
  audit::Sealer sealer(db(), clock(), audit(), key, /*may_adopt=*/false);
  auto sealed = Run(sealer.Seal());
  auto proof = audit::Verify(db(), key, {}, {});
  if (!sealed || !proof) {
    broken.push_back("I8 " + (sealed ? GATEHOUSE_SHOW_ERROR(proof) : GATEHOUSE_SHOW_ERROR(sealed)));
  } else {
    if (sealed->refused > 0) broken.emplace_back("I8 an entry was changed before it was sealed");
    for (const audit::Finding& finding : proof->findings) {
      broken.push_back("I8 " + std::string(audit::KindName(finding.kind)) + " " + finding.text);
    }
  }
  return broken;
}

}  // namespace gatehouse::test
