-- Single sign-on: providers, identities, pipelines, decisions. config, data and tokens are sealed
-- with the key ring; the associated data names table, column, row and organization.

CREATE TABLE auth_providers (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  issuer TEXT NOT NULL,
  config TEXT NOT NULL,
  -- Raised by every change of a protocol setting. A log-in that began under another revision ends.
  revision BIGINT NOT NULL,
  allow_unlinked BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

-- The key of an identity is (provider row, issuer, subject), compared byte for byte; never e-mail.
CREATE TABLE auth_identities (
  id BIGINT PRIMARY KEY,
  provider_id BIGINT NOT NULL REFERENCES auth_providers (id),
  organization_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL REFERENCES users (id),
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  email TEXT NOT NULL,
  data TEXT NOT NULL,
  is_valid BIGINT NOT NULL,
  invalid_reason TEXT,
  version BIGINT NOT NULL,
  last_verified_at BIGINT NOT NULL,
  last_synced_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (provider_id, issuer, subject),
  UNIQUE (provider_id, user_id)
);
CREATE INDEX auth_identities_user ON auth_identities (user_id);
CREATE INDEX auth_identities_org ON auth_identities (organization_id, user_id);

CREATE TABLE sso_pipelines (
  id BIGINT PRIMARY KEY,
  flow TEXT NOT NULL,
  organization_id BIGINT NOT NULL,
  -- NULL: the log-in was begun by nobody in particular. Set-up always has its owner.
  user_id BIGINT,
  browser_hash TEXT NOT NULL,
  state_hash TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  -- The configured provider, NULL while a first set-up is under way; with its revision.
  provider_id BIGINT,
  revision BIGINT NOT NULL,
  step BIGINT NOT NULL,
  signature TEXT NOT NULL,
  data TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX sso_pipelines_browser ON sso_pipelines (browser_hash, organization_id, id);
CREATE INDEX sso_pipelines_org ON sso_pipelines (organization_id, flow, id);
CREATE INDEX sso_pipelines_expiry ON sso_pipelines (expires_at);

-- Mailbox proofs for linking: bound to pipeline (hence browser, provider and subject) and user.
CREATE TABLE sso_link_proofs (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL,
  pipeline_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL REFERENCES users (id),
  token_hash TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  -- Opened in the right browser; the pipeline's finish takes it.
  proven_at BIGINT
);
CREATE INDEX sso_link_proofs_pipeline ON sso_link_proofs (pipeline_id);

-- Why a log-in was let in or refused: the chain of checks, redacted, kept for 30 days.
CREATE TABLE sso_decisions (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL,
  provider_id BIGINT,
  flow TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  user_id BIGINT,
  subject TEXT NOT NULL,
  email TEXT NOT NULL,
  ip TEXT NOT NULL,
  checks TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX sso_decisions_org ON sso_decisions (organization_id, id);
CREATE INDEX sso_decisions_age ON sso_decisions (created_at);
