-- Accounts at providers that members link so that the product can act there for them, and what is
-- known about the tokens of identities of either kind.

-- valid, stale (could not be renewed), suspended (the provider refuses them), and why.
ALTER TABLE auth_identities ADD COLUMN state TEXT NOT NULL DEFAULT 'valid';
ALTER TABLE auth_identities ADD COLUMN state_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE auth_identities ADD COLUMN state_at BIGINT NOT NULL DEFAULT 0;
-- Written before the provider is asked: who dies in between leaves word that its tokens may be dead.
ALTER TABLE auth_identities ADD COLUMN refreshing_since BIGINT;
ALTER TABLE auth_identities ADD COLUMN refresh_failures BIGINT NOT NULL DEFAULT 0;
-- When the re-check looks at it again. Not written by log-ins: no index of theirs changes.
ALTER TABLE auth_identities ADD COLUMN next_check_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX auth_identities_check ON auth_identities (provider_id, next_check_at);
CREATE INDEX auth_providers_kind ON auth_providers (kind);

-- Where members of an organization may link accounts: one row per workspace, instance or tenant of
-- a provider. Unique in the organization only, so that nobody can take a name away from others.
CREATE TABLE identity_providers (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  external_id TEXT NOT NULL,
  name TEXT NOT NULL,
  issuer TEXT NOT NULL,
  config TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  UNIQUE (organization_id, kind, external_id)
);

CREATE TABLE linked_identities (
  id BIGINT PRIMARY KEY,
  provider_id BIGINT NOT NULL REFERENCES identity_providers (id),
  organization_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL REFERENCES users (id),
  external_id TEXT NOT NULL,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  data TEXT NOT NULL,
  -- unknown, valid, invalid
  status TEXT NOT NULL,
  state TEXT NOT NULL,
  state_reason TEXT NOT NULL,
  state_at BIGINT NOT NULL,
  refreshing_since BIGINT,
  refresh_failures BIGINT NOT NULL,
  version BIGINT NOT NULL,
  verified_at BIGINT NOT NULL,
  synced_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (provider_id, external_id),
  UNIQUE (provider_id, user_id)
);
CREATE INDEX linked_identities_user ON linked_identities (user_id);
CREATE INDEX linked_identities_org ON linked_identities (organization_id, user_id);

-- A person on the way to a provider and back.
CREATE TABLE link_pipelines (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL,
  provider_id BIGINT NOT NULL REFERENCES identity_providers (id),
  user_id BIGINT NOT NULL REFERENCES users (id),
  browser_hash TEXT NOT NULL,
  state_hash TEXT NOT NULL UNIQUE,
  data TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX link_pipelines_browser ON link_pipelines (browser_hash, id);
CREATE INDEX link_pipelines_expiry ON link_pipelines (expires_at);
