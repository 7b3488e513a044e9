-- Two-factor authentication, log-ins that wait for it, and what happened to an account.

-- A copy of "has a confirmed authenticator": read with every session.
ALTER TABLE users ADD COLUMN has_2fa BIGINT NOT NULL DEFAULT 0;

-- kind is totp or webauthn. secret (sealed) is the TOTP secret, or the public key.
CREATE TABLE authenticators (
  id BIGINT PRIMARY KEY,
  user_id BIGINT NOT NULL REFERENCES users (id),
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  secret TEXT NOT NULL,
  -- webauthn: base64url; a credential belongs to one account.
  credential_id TEXT UNIQUE,
  -- totp: the last time step that was used; webauthn: the signature counter.
  counter BIGINT NOT NULL,
  -- webauthn: verifies its user by itself (PIN, finger), so that it may log in alone.
  is_passkey BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT
);
CREATE INDEX authenticators_user ON authenticators (user_id, id);
-- One TOTP secret an account.
CREATE UNIQUE INDEX authenticators_totp ON authenticators (user_id) WHERE kind = 'totp';

CREATE TABLE recovery_codes (
  user_id BIGINT NOT NULL REFERENCES users (id),
  code_hash TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT,
  PRIMARY KEY (user_id, code_hash)
);

-- What a ceremony began with: a TOTP secret not confirmed yet (sealed) or a WebAuthn challenge.
-- Bound to its session, pending log-in or browser; taken once.
CREATE TABLE factor_ceremonies (
  id BIGINT PRIMARY KEY,
  purpose TEXT NOT NULL,
  user_id BIGINT REFERENCES users (id),
  bound_to TEXT NOT NULL,
  data TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  UNIQUE (bound_to, purpose)
);
CREATE INDEX factor_ceremonies_expiry ON factor_ceremonies (expires_at);

-- Tries of one kind of factor since its last success: never swept, unlike rate_limits.
CREATE TABLE factor_tries (
  user_id BIGINT NOT NULL REFERENCES users (id),
  kind TEXT NOT NULL,
  tries BIGINT NOT NULL,
  PRIMARY KEY (user_id, kind)
);

-- The first proof is given, the second factor is not: no session yet.
CREATE TABLE pending_logins (
  id BIGINT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  user_id BIGINT NOT NULL REFERENCES users (id),
  session_epoch BIGINT NOT NULL,
  proof TEXT NOT NULL,
  previous_session_id BIGINT,
  next TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX pending_logins_user ON pending_logins (user_id);
CREATE INDEX pending_logins_expiry ON pending_logins (expires_at);

-- What a user should be able to see about the own account: log-ins, refusals, changed factors.
CREATE TABLE account_events (
  id BIGINT PRIMARY KEY,
  user_id BIGINT NOT NULL REFERENCES users (id),
  kind TEXT NOT NULL,
  detail TEXT NOT NULL,
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX account_events_user ON account_events (user_id, id);
CREATE INDEX account_events_age ON account_events (created_at);
