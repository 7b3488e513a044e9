-- What monitors have to tell the issues of their project, until it is told: a run that failed beyond
-- the threshold, or the recovery after such ones. In the order of the ids.
CREATE TABLE monitor_occurrences (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  project_id BIGINT NOT NULL REFERENCES projects (id),
  monitor_id BIGINT NOT NULL,
  environment TEXT NOT NULL,
  -- failure, recovery
  kind TEXT NOT NULL,
  -- Public id of the run: the same one tells the same thing once.
  check_in TEXT NOT NULL,
  -- What the event says, JSON.
  data TEXT NOT NULL,
  at BIGINT NOT NULL,
  -- When the event was counted; it is still to be stored then.
  saved_at BIGINT,
  UNIQUE (monitor_id, check_in, kind)
);
