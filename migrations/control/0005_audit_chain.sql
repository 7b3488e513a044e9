-- Tamper evidence for the audit log. Every entry carries its own keyed MAC from the transaction that
-- wrote it, so that writers of one organization do not wait for each other; a sealer then chains the
-- entries of each organization (0: of none) in the order in which it finds them.

-- '': of a version without MACs, adopted once by the first sealer.
ALTER TABLE audit_log ADD COLUMN mac TEXT NOT NULL DEFAULT '';

-- Entries that are not in a chain yet. refused is 1 when the entry had no right MAC or was gone.
CREATE TABLE audit_unsealed (
  entry_id BIGINT PRIMARY KEY,
  refused BIGINT NOT NULL
);

CREATE TABLE audit_chain (
  organization_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  entry_id BIGINT NOT NULL UNIQUE,
  -- 1: the entry had no MAC of its own.
  adopted BIGINT NOT NULL,
  -- HMAC(key, organization | seq | entry id | adopted | entry MAC | MAC before).
  mac TEXT NOT NULL,
  sealed_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, seq)
);

-- The last link of each chain, for the checkpoints.
CREATE TABLE audit_heads (
  organization_id BIGINT PRIMARY KEY,
  seq BIGINT NOT NULL,
  mac TEXT NOT NULL
);

-- Where a chain begins after retention has dropped its oldest part: seq and MAC of the last dropped
-- link, under a MAC of their own.
CREATE TABLE audit_anchors (
  organization_id BIGINT PRIMARY KEY,
  seq BIGINT NOT NULL,
  chain_mac TEXT NOT NULL,
  mac TEXT NOT NULL,
  dropped_at BIGINT NOT NULL
);

CREATE INDEX audit_log_org_actor ON audit_log (organization_id, actor_user_id, id);
CREATE INDEX audit_log_org_target ON audit_log (organization_id, target_user_id, id);
CREATE INDEX audit_log_org_correlation ON audit_log (organization_id, correlation_id, id);
