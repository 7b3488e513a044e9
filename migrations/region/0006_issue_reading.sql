-- What people do with issues, and what lists are sorted by.

-- Different users of the last thirty days, counted anew by a job when events came.
ALTER TABLE issues ADD COLUMN users_seen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE issues ADD COLUMN comments BIGINT NOT NULL DEFAULT 0;
-- '' while nobody has shared it.
ALTER TABLE issues ADD COLUMN share_id TEXT NOT NULL DEFAULT '';
ALTER TABLE issues ADD COLUMN priority_locked_at BIGINT;
-- When the work of a pending status goes on; see FinishPending.
CREATE INDEX issues_pending ON issues (status, id) WHERE status IN ('pending_merge', 'pending_deletion');
CREATE INDEX issues_first_seen ON issues (organization_id, status, first_seen, id);
CREATE INDEX issues_times_seen ON issues (organization_id, status, times_seen, id);
CREATE INDEX issues_users_seen ON issues (organization_id, status, users_seen, id);
CREATE INDEX issues_project_first_seen ON issues (project_id, status, first_seen, id);
CREATE INDEX issues_project_times_seen ON issues (project_id, status, times_seen, id);
CREATE INDEX issues_project_users_seen ON issues (project_id, status, users_seen, id);
CREATE INDEX issue_releases_release ON issue_releases (release_id, issue_id);

-- One person and one issue.
CREATE TABLE issue_marks (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  issue_id BIGINT NOT NULL REFERENCES issues (id),
  user_id BIGINT NOT NULL,
  seen_at BIGINT,
  is_bookmarked BIGINT NOT NULL,
  -- NULL: never said; 0 no, 1 yes
  subscription BIGINT,
  -- unknown, bookmark, comment, assigned, status_change
  subscription_reason TEXT NOT NULL,
  PRIMARY KEY (issue_id, user_id)
);
CREATE INDEX issue_marks_user ON issue_marks (organization_id, user_id, is_bookmarked);

-- Under which condition an ignored issue comes back; at most one each.
CREATE TABLE issue_snoozes (
  issue_id BIGINT PRIMARY KEY REFERENCES issues (id),
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  until_at BIGINT,
  -- So many events more than then, or so many within the window.
  events BIGINT,
  window_minutes BIGINT,
  users BIGINT,
  user_window_minutes BIGINT,
  events_then BIGINT NOT NULL,
  users_then BIGINT NOT NULL,
  actor_user_id BIGINT,
  created_at BIGINT NOT NULL
);

-- Names that projects had: links to them lead to where they are now.
CREATE TABLE project_redirects (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  slug TEXT NOT NULL,
  project_id BIGINT NOT NULL REFERENCES projects (id),
  PRIMARY KEY (organization_id, slug)
);
