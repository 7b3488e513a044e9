-- Ids are in the order of time, so that old rows are found by their ids; expired sessions and
-- pipelines are searched for once in a while, and log-ins are not looked up by organization.

DROP INDEX sessions_expiry;
DROP INDEX account_events_age;
DROP INDEX sso_decisions_age;
DROP INDEX sso_pipelines_expiry;
DROP INDEX sso_pipelines_org;
CREATE INDEX sso_pipelines_setup ON sso_pipelines (organization_id, id) WHERE flow = 'setup';
