-- The audit log, and the effects that the control half owes to regions and to the mail server.

CREATE TABLE audit_log (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT,
  event BIGINT NOT NULL,
  actor_user_id BIGINT,
  actor_label TEXT NOT NULL,
  target_object BIGINT,
  target_user_id BIGINT,
  ip TEXT,
  data TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX audit_log_org ON audit_log (organization_id, id);
CREATE INDEX audit_log_org_event ON audit_log (organization_id, event, id);

CREATE TABLE control_outbox (
  id BIGINT PRIMARY KEY,
  shard_scope BIGINT NOT NULL,
  shard_id BIGINT NOT NULL,
  category BIGINT NOT NULL,
  object_id BIGINT NOT NULL,
  payload TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  scheduled_for BIGINT NOT NULL,
  leased_until BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  parked_at BIGINT,
  last_error TEXT
);
CREATE INDEX control_outbox_shard ON control_outbox (shard_scope, shard_id, id);
CREATE INDEX control_outbox_due ON control_outbox (scheduled_for);
