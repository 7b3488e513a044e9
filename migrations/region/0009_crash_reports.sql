-- Crash reports (minidumps and the like) that are stored with events of an issue: what the limit of
-- a project counts. `item_id` is that of the attachment in the event store.
CREATE TABLE issue_crash_reports (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  project_id BIGINT NOT NULL REFERENCES projects (id),
  issue_id BIGINT NOT NULL,
  item_id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (issue_id, item_id)
);
CREATE INDEX issue_crash_reports_item ON issue_crash_reports (project_id, item_id);
CREATE INDEX issue_crash_reports_age ON issue_crash_reports (created_at);
