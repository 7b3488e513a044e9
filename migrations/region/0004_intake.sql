-- What intake counts and keeps beside events: how far its counts go, quotas, release health,
-- monitored jobs, and what organizations set for all their projects.

-- Up to which record of a topic everything has been counted. Written with the counts.
CREATE TABLE intake_positions (
  topic TEXT PRIMARY KEY,
  position BIGINT NOT NULL
);

-- Use of a quota in one window; forgotten when it has expired.
CREATE TABLE quota_counters (
  counter TEXT PRIMARY KEY,
  organization_id BIGINT NOT NULL,
  used BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX quota_counters_expiry ON quota_counters (expires_at);

-- Quotas and filters of a whole organization, JSON.
CREATE TABLE intake_settings (
  organization_id BIGINT PRIMARY KEY REFERENCES organizations (id),
  settings TEXT NOT NULL,
  version BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

-- Release health. Users and errored sessions are counted once each: sketches, as text.
CREATE TABLE session_counts (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  project_id BIGINT NOT NULL REFERENCES projects (id),
  release TEXT NOT NULL,
  environment TEXT NOT NULL,
  -- Hours since the epoch.
  hour BIGINT NOT NULL,
  sessions BIGINT NOT NULL,
  -- Of counted sessions, which have no id.
  errored BIGINT NOT NULL,
  abnormal BIGINT NOT NULL,
  unhandled BIGINT NOT NULL,
  crashed BIGINT NOT NULL,
  duration_micros BIGINT NOT NULL,
  durations BIGINT NOT NULL,
  errored_ids TEXT NOT NULL,
  users TEXT NOT NULL,
  users_errored TEXT NOT NULL,
  users_abnormal TEXT NOT NULL,
  users_unhandled TEXT NOT NULL,
  users_crashed TEXT NOT NULL,
  PRIMARY KEY (project_id, release, environment, hour)
);
CREATE INDEX session_counts_time ON session_counts (organization_id, project_id, hour);
CREATE INDEX session_counts_expiry ON session_counts (hour);

CREATE TABLE monitors (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  project_id BIGINT NOT NULL REFERENCES projects (id),
  -- The public id, 32 hexadecimal digits.
  guid TEXT NOT NULL,
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  -- active, disabled
  status TEXT NOT NULL,
  -- Schedule, margins, thresholds, time zone and owner, JSON.
  config TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (project_id, slug)
);
CREATE INDEX monitors_slug ON monitors (organization_id, slug, id);
CREATE INDEX monitors_guid ON monitors (organization_id, guid);

-- How a job does in one environment.
CREATE TABLE monitor_environments (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  monitor_id BIGINT NOT NULL REFERENCES monitors (id),
  environment TEXT NOT NULL,
  -- active (nothing known yet), ok, error, missed_checkin, timeout
  status TEXT NOT NULL,
  -- Failures, or after a failure successes, in a row.
  failures BIGINT NOT NULL,
  recoveries BIGINT NOT NULL,
  last_check_in BIGINT,
  next_check_in BIGINT,
  -- The next one and the margin: later than this it is missed.
  next_latest BIGINT,
  PRIMARY KEY (monitor_id, environment)
);
CREATE INDEX monitor_environments_due ON monitor_environments (next_latest);

CREATE TABLE monitor_check_ins (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  monitor_id BIGINT NOT NULL REFERENCES monitors (id),
  guid TEXT NOT NULL,
  environment TEXT NOT NULL,
  -- in_progress, ok, error, missed, timeout
  status TEXT NOT NULL,
  duration_millis BIGINT,
  release TEXT NOT NULL,
  trace_id TEXT NOT NULL,
  expected_at BIGINT,
  -- Of one in progress: when it has taken too long.
  timeout_at BIGINT,
  created_at BIGINT NOT NULL,
  UNIQUE (monitor_id, guid)
);
CREATE INDEX monitor_check_ins_newest ON monitor_check_ins (monitor_id, environment, created_at);
CREATE INDEX monitor_check_ins_due ON monitor_check_ins (status, timeout_at);
CREATE INDEX monitor_check_ins_age ON monitor_check_ins (created_at);

-- Reports of people that wait for their event.
CREATE INDEX user_reports_waiting ON user_reports (issue_id, created_at);
CREATE INDEX user_reports_newest ON user_reports (organization_id, project_id, created_at);
