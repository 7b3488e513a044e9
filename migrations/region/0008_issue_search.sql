-- What searches of issues look through before they look at issues: a narrow row for each, read from
-- end to end within milliseconds. Only what hardly changes, so that counting an event writes
-- nothing here.

CREATE TABLE issue_search (
  issue_id BIGINT PRIMARY KEY REFERENCES issues (id),
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  -- As in issues.
  level BIGINT NOT NULL,
  type TEXT NOT NULL,
  platform TEXT NOT NULL,
  logger TEXT NOT NULL,
  -- Which grams the message and the title have: 768 bits; see region/events/save/grams.h.
  grams_0 BIGINT NOT NULL,
  grams_1 BIGINT NOT NULL,
  grams_2 BIGINT NOT NULL,
  grams_3 BIGINT NOT NULL,
  grams_4 BIGINT NOT NULL,
  grams_5 BIGINT NOT NULL,
  grams_6 BIGINT NOT NULL,
  grams_7 BIGINT NOT NULL,
  grams_8 BIGINT NOT NULL,
  grams_9 BIGINT NOT NULL,
  grams_10 BIGINT NOT NULL,
  grams_11 BIGINT NOT NULL,
  -- 0: from before this table, and may have any gram; a job reads it.
  is_read BIGINT NOT NULL
);
CREATE INDEX issue_search_level ON issue_search (organization_id, level);
CREATE INDEX issue_search_unread ON issue_search (issue_id) WHERE is_read = 0;

INSERT INTO issue_search (issue_id, organization_id, level, type, platform, logger, grams_0, grams_1,
  grams_2, grams_3, grams_4, grams_5, grams_6, grams_7, grams_8, grams_9, grams_10, grams_11, is_read)
  SELECT id, organization_id, level, type, platform, logger, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
  -1, -1, 0 FROM issues;

CREATE INDEX issue_environments_environment ON issue_environments (environment_id, issue_id);
CREATE INDEX issues_assignee ON issues (organization_id, assignee) WHERE assignee <> '';
CREATE INDEX issues_substatus ON issues (organization_id, substatus) WHERE substatus IN ('regressed', 'escalating');
