-- What is uploaded for releases: files, bundles, debug files; repositories and what happened to a
-- project's releases. The bytes are files below the data folder, named after their SHA-1.

ALTER TABLE release_project_environments ADD COLUMN last_deploy_id BIGINT;
CREATE INDEX release_project_environments_release
  ON release_project_environments (organization_id, release_id);

CREATE TABLE repositories (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  name TEXT NOT NULL,
  url TEXT,
  created_at BIGINT NOT NULL,
  UNIQUE (organization_id, name)
);

-- release, deploy: once for each ident.
CREATE TABLE project_activities (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  project_id BIGINT NOT NULL REFERENCES projects (id),
  type TEXT NOT NULL,
  ident TEXT NOT NULL,
  data TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (project_id, type, ident)
);

-- Chunks and whole files alike. Not referred to and not used for a day: removed.
CREATE TABLE artifact_blobs (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  checksum TEXT NOT NULL,
  size BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, checksum)
);
CREATE INDEX artifact_blobs_expiry ON artifact_blobs (used_at);

-- Files that are being put together, and how that ended. project_id 0: of the organization.
CREATE TABLE artifact_assemblies (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  project_id BIGINT NOT NULL,
  -- bundle, debug_file
  kind TEXT NOT NULL,
  checksum TEXT NOT NULL,
  -- created, assembling, ok, error
  state TEXT NOT NULL,
  detail TEXT NOT NULL,
  -- What to do, JSON.
  request TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, project_id, kind, checksum)
);
CREATE INDEX artifact_assemblies_waiting ON artifact_assemblies (state, updated_at);

CREATE TABLE artifact_bundles (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  checksum TEXT NOT NULL,
  -- What the uploader calls it; a UUID.
  bundle_id TEXT NOT NULL,
  size BIGINT NOT NULL,
  file_count BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  UNIQUE (organization_id, checksum)
);
CREATE INDEX artifact_bundles_expiry ON artifact_bundles (used_at);

CREATE TABLE artifact_bundle_projects (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  bundle_id BIGINT NOT NULL REFERENCES artifact_bundles (id),
  project_id BIGINT NOT NULL REFERENCES projects (id),
  PRIMARY KEY (bundle_id, project_id)
);
CREATE INDEX artifact_bundle_projects_project ON artifact_bundle_projects (project_id, bundle_id);

CREATE TABLE artifact_bundle_releases (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  bundle_id BIGINT NOT NULL REFERENCES artifact_bundles (id),
  version TEXT NOT NULL,
  dist TEXT NOT NULL,
  PRIMARY KEY (bundle_id, version, dist)
);
CREATE INDEX artifact_bundle_releases_version
  ON artifact_bundle_releases (organization_id, version, dist, bundle_id);

CREATE TABLE artifact_debug_ids (
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  debug_id TEXT NOT NULL,
  bundle_id BIGINT NOT NULL REFERENCES artifact_bundles (id),
  PRIMARY KEY (organization_id, debug_id, bundle_id)
);
CREATE INDEX artifact_debug_ids_bundle ON artifact_debug_ids (bundle_id);

CREATE TABLE release_files (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  release_id BIGINT NOT NULL REFERENCES releases (id),
  -- "" for none
  dist TEXT NOT NULL,
  name TEXT NOT NULL,
  headers TEXT NOT NULL,
  checksum TEXT NOT NULL,
  size BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (release_id, dist, name)
);
CREATE INDEX release_files_checksum ON release_files (organization_id, checksum);

CREATE TABLE debug_files (
  id BIGINT PRIMARY KEY,
  organization_id BIGINT NOT NULL REFERENCES organizations (id),
  project_id BIGINT NOT NULL REFERENCES projects (id),
  debug_id TEXT NOT NULL,
  code_id TEXT NOT NULL,
  cpu TEXT NOT NULL,
  name TEXT NOT NULL,
  -- elf, macho, pe, pdb, portablepdb, breakpad, wasm, proguard, sourcebundle
  type TEXT NOT NULL,
  -- exe, dbg, lib, src …
  kind TEXT NOT NULL,
  features TEXT NOT NULL,
  checksum TEXT NOT NULL,
  size BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (project_id, debug_id, checksum)
);
CREATE INDEX debug_files_checksum ON debug_files (organization_id, checksum);
