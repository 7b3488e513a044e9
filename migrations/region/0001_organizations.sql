-- Organizations and their members, and what the region half owes or has applied.

CREATE TABLE organizations (
  id BIGINT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  default_role TEXT NOT NULL,
  flags BIGINT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

-- Exactly one of user_id and email is set: a row without a user is a pending invitation.
CREATE TABLE organization_members (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  user_id BIGINT,
  email TEXT,
  role TEXT NOT NULL,
  flags BIGINT NOT NULL,
  version BIGINT NOT NULL,
  -- Copies of control data, for mails and searches of the region.
  user_email TEXT,
  user_is_active BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (organization_id, user_id),
  UNIQUE (organization_id, email),
  CHECK ((user_id IS NULL) <> (email IS NULL))
);
CREATE INDEX organization_members_user ON organization_members (user_id);
CREATE INDEX organization_members_org ON organization_members (organization_id, id);

-- Features an organization has begun to use; the receiver of signals such as sso_enabled.
CREATE TABLE organization_adoption (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  feature TEXT NOT NULL,
  data TEXT NOT NULL,
  times BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, feature)
);

-- Effects of the control half already applied here, so that a repeated delivery changes nothing.
CREATE TABLE applied_effects (
  effect_id BIGINT PRIMARY KEY,
  applied_at BIGINT NOT NULL
);
CREATE INDEX applied_effects_age ON applied_effects (applied_at);

CREATE TABLE region_outbox (
  id BIGINT PRIMARY KEY,
  shard_scope BIGINT NOT NULL,
  shard_id BIGINT NOT NULL,
  category BIGINT NOT NULL,
  object_id BIGINT NOT NULL,
  payload TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  scheduled_for BIGINT NOT NULL,
  leased_until BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  parked_at BIGINT,
  last_error TEXT
);
CREATE INDEX region_outbox_shard ON region_outbox (shard_scope, shard_id, id);
CREATE INDEX region_outbox_due ON region_outbox (scheduled_for);
