-- Users, their e-mail addresses, one-time links, sessions and tokens.

CREATE TABLE users (
  id BIGINT PRIMARY KEY,
  username TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  password_hash TEXT,
  is_active BIGINT NOT NULL,
  is_managed BIGINT NOT NULL,
  -- Raised when the password changes: sessions born before it are dead.
  session_epoch BIGINT NOT NULL,
  last_login_at BIGINT,
  created_at BIGINT NOT NULL
);

-- email_key is the normalized form that look-ups compare; email is what the user typed.
CREATE TABLE user_emails (
  id BIGINT PRIMARY KEY,
  user_id BIGINT NOT NULL REFERENCES users (id),
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  is_primary BIGINT NOT NULL,
  is_verified BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (user_id, email_key)
);
CREATE INDEX user_emails_key ON user_emails (email_key);

-- Single-use links: purpose is recover, set-password, confirm-email or first-run (no user yet).
CREATE TABLE user_links (
  id BIGINT PRIMARY KEY,
  user_id BIGINT REFERENCES users (id),
  purpose TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  email TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX user_links_user ON user_links (user_id, purpose);

CREATE TABLE sessions (
  id BIGINT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  user_id BIGINT NOT NULL REFERENCES users (id),
  session_epoch BIGINT NOT NULL,
  -- JSON array of proofs: how this session was born and what was proven since.
  proofs TEXT NOT NULL,
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE api_tokens (
  id BIGINT PRIMARY KEY,
  user_id BIGINT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  hint TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  scopes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  last_used_at BIGINT
);
CREATE INDEX api_tokens_user ON api_tokens (user_id);

CREATE TABLE rate_limits (
  bucket TEXT PRIMARY KEY,
  used BIGINT NOT NULL,
  window_start BIGINT NOT NULL
);

CREATE TABLE job_leases (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
