-- How long the sessions of a row took, as a histogram (region/sessions/durations.h). Rows from
-- before have their sum alone.
ALTER TABLE session_counts ADD COLUMN duration_parts TEXT NOT NULL DEFAULT '';

-- A muted monitor, or one of its environments, makes no issue of what goes wrong.
ALTER TABLE monitors ADD COLUMN is_muted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE monitor_environments ADD COLUMN is_muted BIGINT NOT NULL DEFAULT 0;

-- For searches of a priority that few issues have.
CREATE INDEX issues_priority ON issues (organization_id, priority);
