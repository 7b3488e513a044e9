-- Invitations, teams, and copies of control data that member lists and the 2FA requirement need.

-- approved, requested_to_be_invited (by a member), requested_to_join (by an outsider).
ALTER TABLE organization_members ADD COLUMN invite_status TEXT NOT NULL DEFAULT 'approved';
ALTER TABLE organization_members ADD COLUMN inviter_user_id BIGINT;
-- The link's token is a keyed MAC of member id and nonce: nothing here opens an invitation. A fresh
-- nonce kills the old link.
ALTER TABLE organization_members ADD COLUMN invite_nonce TEXT;
ALTER TABLE organization_members ADD COLUMN invite_expires_at BIGINT;
ALTER TABLE organization_members ADD COLUMN user_name TEXT NOT NULL DEFAULT '';
ALTER TABLE organization_members ADD COLUMN user_has_2fa BIGINT NOT NULL DEFAULT 0;
CREATE INDEX organization_members_expiry ON organization_members (invite_expires_at);
CREATE INDEX organization_members_role ON organization_members (organization_id, role, id);
CREATE INDEX organization_members_status ON organization_members (organization_id, invite_status, id);
-- Of people who are looked for by address, and of invitations.
CREATE INDEX organization_members_pending_address ON organization_members (organization_id, lower(email));

CREATE TABLE teams (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  idp_provisioned BIGINT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (organization_id, slug)
);

CREATE TABLE team_members (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  team_id BIGINT NOT NULL REFERENCES teams (id),
  member_id BIGINT NOT NULL REFERENCES organization_members (id),
  -- admin, or NULL for what the organization role gives at least.
  role TEXT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (team_id, member_id)
);
CREATE INDEX team_members_member ON team_members (organization_id, member_id);

CREATE TABLE team_access_requests (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  team_id BIGINT NOT NULL REFERENCES teams (id),
  member_id BIGINT NOT NULL REFERENCES organization_members (id),
  -- Who asked, if it was not the member.
  requester_user_id BIGINT,
  created_at BIGINT NOT NULL,
  UNIQUE (team_id, member_id)
);
CREATE INDEX team_access_requests_org ON team_access_requests (organization_id, id);

-- Nonces of invitations that were accepted, revoked or regenerated, so that the holder of an old
-- link hears that it is gone, and a guesser that it is wrong. The member may not exist any more.
CREATE TABLE invite_tombstones (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  member_id BIGINT NOT NULL,
  nonce TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, member_id, nonce)
);
CREATE INDEX invite_tombstones_age ON invite_tombstones (created_at);

-- "Is this address a member's already?", asked by every invitation.
CREATE INDEX organization_members_address ON organization_members (organization_id, LOWER(user_email));
