-- Projects and their keys; releases, environments and issues: what saving an event keeps beside it.
-- Events themselves are in the event store.

CREATE TABLE projects (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  platform TEXT NOT NULL,
  -- active, disabled
  status TEXT NOT NULL,
  -- Which kinds of data have been seen: bits of region/projects/types.h.
  flags BIGINT NOT NULL,
  first_event_at BIGINT,
  -- Settings that differ from the defaults, JSON.
  options TEXT NOT NULL,
  -- The last number given to an issue.
  last_short_id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (organization_id, slug)
);

CREATE TABLE project_teams (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  project_id BIGINT NOT NULL REFERENCES projects (id),
  team_id BIGINT NOT NULL REFERENCES teams (id),
  PRIMARY KEY (project_id, team_id)
);
CREATE INDEX project_teams_team ON project_teams (organization_id, team_id);

-- The public key is in every DSN: it names the project and is no secret.
CREATE TABLE project_keys (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  project_id BIGINT NOT NULL REFERENCES projects (id),
  public_key TEXT NOT NULL UNIQUE,
  label TEXT NOT NULL,
  is_active BIGINT NOT NULL,
  -- At most so many events in so many seconds; 0: no limit.
  rate_count BIGINT NOT NULL,
  rate_seconds BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX project_keys_project ON project_keys (organization_id, project_id, id);

CREATE TABLE releases (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  version TEXT NOT NULL,
  -- open, archived
  status TEXT NOT NULL,
  ref TEXT,
  url TEXT,
  -- package@major.minor.patch.revision-prerelease+build; package NULL: no semantic version.
  package TEXT,
  major BIGINT NOT NULL,
  minor BIGINT NOT NULL,
  patch BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  prerelease TEXT NOT NULL,
  build TEXT NOT NULL,
  commits TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  released_at BIGINT,
  UNIQUE (organization_id, version)
);
CREATE INDEX releases_newest ON releases (organization_id, created_at, id);

CREATE TABLE release_projects (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  release_id BIGINT NOT NULL REFERENCES releases (id),
  project_id BIGINT NOT NULL REFERENCES projects (id),
  new_groups BIGINT NOT NULL,
  PRIMARY KEY (project_id, release_id)
);
CREATE INDEX release_projects_release ON release_projects (release_id);

CREATE TABLE release_deploys (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  release_id BIGINT NOT NULL REFERENCES releases (id),
  environment_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  started_at BIGINT,
  finished_at BIGINT NOT NULL
);
CREATE INDEX release_deploys_release ON release_deploys (organization_id, release_id, id);

CREATE TABLE distributions (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  release_id BIGINT NOT NULL REFERENCES releases (id),
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (release_id, name)
);

-- The name "" stands for no environment.
CREATE TABLE environments (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (organization_id, name)
);

CREATE TABLE environment_projects (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  environment_id BIGINT NOT NULL REFERENCES environments (id),
  project_id BIGINT NOT NULL REFERENCES projects (id),
  is_hidden BIGINT NOT NULL,
  PRIMARY KEY (project_id, environment_id)
);

CREATE TABLE release_environments (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  release_id BIGINT NOT NULL REFERENCES releases (id),
  environment_id BIGINT NOT NULL REFERENCES environments (id),
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  PRIMARY KEY (organization_id, release_id, environment_id)
);

CREATE TABLE release_project_environments (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  project_id BIGINT NOT NULL REFERENCES projects (id),
  release_id BIGINT NOT NULL REFERENCES releases (id),
  environment_id BIGINT NOT NULL REFERENCES environments (id),
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  new_issues_count BIGINT NOT NULL,
  PRIMARY KEY (project_id, release_id, environment_id)
);

-- Issues. Named groups in the field's interfaces; "groups" is a word of SQL.
CREATE TABLE issues (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  project_id BIGINT NOT NULL REFERENCES projects (id),
  short_id BIGINT NOT NULL,
  -- unresolved, resolved, ignored, pending_merge, pending_deletion
  status TEXT NOT NULL,
  -- new, ongoing, regressed, escalating, archived_…; '' when resolved
  substatus TEXT NOT NULL,
  -- 25 low, 50 medium, 75 high
  priority BIGINT NOT NULL,
  type TEXT NOT NULL,
  -- 10 debug … 50 fatal
  level BIGINT NOT NULL,
  platform TEXT NOT NULL,
  logger TEXT NOT NULL,
  title TEXT NOT NULL,
  culprit TEXT NOT NULL,
  -- What is searched: title, value, culprit.
  message TEXT NOT NULL,
  metadata TEXT NOT NULL,
  times_seen BIGINT NOT NULL,
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  active_at BIGINT NOT NULL,
  resolved_at BIGINT,
  first_release_id BIGINT,
  -- "user:1", "team:2" or ''
  assignee TEXT NOT NULL,
  version BIGINT NOT NULL,
  UNIQUE (project_id, short_id)
);
CREATE INDEX issues_last_seen ON issues (organization_id, status, last_seen, id);
CREATE INDEX issues_project ON issues (project_id, status, last_seen, id);
CREATE INDEX issues_release ON issues (first_release_id);

-- Which issue events with this hash belong to. Both NULL: known, not assigned yet. A tombstone
-- discards.
CREATE TABLE issue_hashes (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  project_id BIGINT NOT NULL REFERENCES projects (id),
  hash TEXT NOT NULL,
  issue_id BIGINT REFERENCES issues (id),
  tombstone_id BIGINT,
  PRIMARY KEY (project_id, hash)
);
CREATE INDEX issue_hashes_issue ON issue_hashes (issue_id);

-- What discarded issues leave behind.
CREATE TABLE issue_tombstones (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  project_id BIGINT NOT NULL REFERENCES projects (id),
  title TEXT NOT NULL,
  culprit TEXT NOT NULL,
  level BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

-- Issues that were merged: where links to them lead now.
CREATE TABLE issue_redirects (
  issue_id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  project_id BIGINT NOT NULL,
  short_id BIGINT NOT NULL,
  target_id BIGINT NOT NULL
);
CREATE INDEX issue_redirects_short ON issue_redirects (project_id, short_id);

-- How an issue was resolved; at most one each.
CREATE TABLE issue_resolutions (
  issue_id BIGINT PRIMARY KEY REFERENCES issues (id),
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  -- in_release, in_next_release
  type TEXT NOT NULL,
  release_id BIGINT,
  current_version TEXT NOT NULL,
  actor_user_id BIGINT,
  created_at BIGINT NOT NULL
);

CREATE TABLE issue_activities (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  project_id BIGINT NOT NULL REFERENCES projects (id),
  issue_id BIGINT NOT NULL,
  type TEXT NOT NULL,
  user_id BIGINT,
  data TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX issue_activities_issue ON issue_activities (organization_id, issue_id, id);

CREATE TABLE issue_environments (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  issue_id BIGINT NOT NULL REFERENCES issues (id),
  environment_id BIGINT NOT NULL REFERENCES environments (id),
  first_release_id BIGINT,
  first_seen BIGINT NOT NULL,
  PRIMARY KEY (issue_id, environment_id)
);

CREATE TABLE issue_releases (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  issue_id BIGINT NOT NULL REFERENCES issues (id),
  release_id BIGINT NOT NULL REFERENCES releases (id),
  environment TEXT NOT NULL,
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  PRIMARY KEY (issue_id, release_id, environment)
);

-- Events that were saved lately: within an hour a second copy is a duplicate. `source` is the offset
-- in the stream that brought it: after a crash the same record comes again, has been counted, and
-- only has to be stored.
CREATE TABLE saved_events (
  organization_id BIGINT NOT NULL,
  project_id BIGINT NOT NULL,
  event_id TEXT NOT NULL,
  issue_id BIGINT,
  source BIGINT NOT NULL,
  saved_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, event_id)
);
CREATE INDEX saved_events_expiry ON saved_events (saved_at);

CREATE TABLE user_reports (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  project_id BIGINT NOT NULL REFERENCES projects (id),
  event_id TEXT NOT NULL,
  issue_id BIGINT,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  comments TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, event_id)
);

-- What became of what was sent, by hour.
CREATE TABLE outcomes (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  project_id BIGINT NOT NULL,
  key_id BIGINT NOT NULL,
  hour BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  category TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  PRIMARY KEY (organization_id, project_id, hour, key_id, outcome, reason, category)
);
