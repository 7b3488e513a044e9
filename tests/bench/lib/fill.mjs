// Fills a stopped installation with further organizations, straight into the SQLite file: each with
// two people, a provider, identities, sessions, and what log-ins leave behind. The sealed columns are
// copies, as nobody logs in to these.

import { execFileSync } from "node:child_process";
import { join } from "node:path";

export function fillOrganizations(gatehouse, count) {
  // Ids below every real one, spaced like real ones.
  const id = (kind, n) => `(${kind} * 1000000000000 + ${n} * 4096)`;
  const sql = `
PRAGMA foreign_keys=ON; PRAGMA synchronous=OFF; PRAGMA cache_size=-200000;
BEGIN;
CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c WHERE i < ${count}) SELECT i FROM c;
CREATE TEMP TABLE p AS SELECT 2*i AS i, i AS org, 'owner' AS role FROM n UNION ALL SELECT 2*i+1, i, 'member' FROM n;
CREATE TEMP TABLE t AS SELECT MAX(created_at) AS at FROM users;
CREATE TEMP TABLE v AS SELECT * FROM auth_providers WHERE issuer <> '' LIMIT 1;
CREATE TEMP TABLE d AS SELECT * FROM auth_identities LIMIT 1;
CREATE TEMP TABLE s AS SELECT * FROM sessions LIMIT 1;
CREATE TEMP TABLE o AS SELECT * FROM organizations LIMIT 1;
CREATE TEMP TABLE m AS SELECT * FROM organization_members WHERE user_id IS NOT NULL LIMIT 1;
INSERT INTO organizations (id, slug, name, status, default_role, flags, version, created_at)
  SELECT ${id(1, "i")}, 'company-' || i, 'Company ' || i, status, default_role, flags, 1, at FROM n, t, o;
INSERT INTO users (id, username, name, password_hash, is_active, is_managed, session_epoch, last_login_at, created_at)
  SELECT ${id(2, "i")}, 'person' || i || '@company-' || org || '.example', 'Person ' || i, NULL, 1, 0, 0, at, at FROM p, t;
INSERT INTO user_emails (id, user_id, email, email_key, is_primary, is_verified, created_at)
  SELECT ${id(3, "i")}, ${id(2, "i")}, 'person' || i || '@company-' || org || '.example',
         'person' || i || '@company-' || org || '.example', 1, 1, at FROM p, t;
INSERT INTO organization_members (id, organization_id, user_id, email, role, flags, version, user_email, user_is_active, created_at)
  SELECT ${id(4, "i")}, ${id(1, "org")}, ${id(2, "i")}, NULL, p.role, m.flags, 1,
         'person' || i || '@company-' || org || '.example', 1, at FROM p, t, m;
INSERT INTO auth_providers (id, organization_id, kind, name, issuer, config, revision, allow_unlinked, created_at, updated_at)
  SELECT ${id(5, "n.i")}, ${id(1, "n.i")}, kind, name, 'https://id.company-' || n.i || '.example', config, revision, allow_unlinked, at, at FROM n, t, v;
INSERT INTO auth_identities (id, provider_id, organization_id, user_id, issuer, subject, email, data, is_valid, invalid_reason, version, last_verified_at, last_synced_at, created_at)
  SELECT ${id(6, "p.i")}, ${id(5, "p.org")}, ${id(1, "p.org")}, ${id(2, "p.i")}, 'https://id.company-' || org || '.example',
         'subject-' || i, 'person' || i || '@company-' || org || '.example', data, 1, NULL, 1, at, at, at FROM p, t, d;
INSERT INTO sessions (id, token_hash, user_id, session_epoch, proofs, ip, user_agent, created_at, last_seen_at, expires_at)
  SELECT ${id(7, "p.i")}, lower(hex(randomblob(32))), ${id(2, "p.i")}, 0, proofs, '192.0.2.1', user_agent, at, at, at + expires_at - s.created_at FROM p, t, s;
INSERT INTO audit_log (id, organization_id, event, actor_user_id, actor_label, target_object, target_user_id, ip, data, correlation_id, created_at)
  SELECT ${id(8, "p.i")}, ${id(1, "p.org")}, 1, ${id(2, "p.i")}, 'Person ' || i, NULL, NULL, '192.0.2.1', '{}', lower(hex(randomblob(8))), at FROM p, t;
INSERT INTO sso_decisions (id, organization_id, provider_id, flow, outcome, reason, correlation_id, user_id, subject, email, ip, checks, created_at)
  SELECT ${id(9, "p.i")}, ${id(1, "p.org")}, ${id(5, "p.org")}, 'login', 'accepted', 'known_identity', lower(hex(randomblob(8))), ${id(2, "p.i")},
         'subject-' || i, 'person' || i || '@company-' || org || '.example', '192.0.2.1',
         COALESCE((SELECT checks FROM sso_decisions LIMIT 1), '[]'), at FROM p, t;
COMMIT;
PRAGMA wal_checkpoint(TRUNCATE);
SELECT COUNT(*) FROM organizations;`;
  const out = execFileSync("sqlite3", ["-bail", join(gatehouse.data, "gatehouse.db")],
    { input: sql, encoding: "utf8", maxBuffer: 1 << 26 });
  return Number(out.trim().split("\n").pop());
}
