// Migration 8: groups, their types and their snapshots. Invariant: a type with groups and a group
// with snapshots cannot be removed.
import type { Migration } from '../migrate';

/** Tables of group types, groups and group snapshots. */
export const groupTables: Migration = {
  number: 8,
  name: 'groups',
  sql: `
CREATE TABLE "group_types" (
  "id" TEXT PRIMARY KEY,
  "name" TEXT NOT NULL UNIQUE,
  "description" TEXT,
  "isPublic" INTEGER NOT NULL,
  "groupSpecs" TEXT NOT NULL CHECK (json_valid("groupSpecs")),
  "createdAt" TEXT NOT NULL,
  "updatedAt" TEXT
) STRICT;

CREATE TABLE "groups" (
  "id" TEXT PRIMARY KEY,
  "projectId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "name" TEXT,
  "description" TEXT,
  "status" TEXT NOT NULL,
  "previousStatus" TEXT,
  "groupTypeId" TEXT NOT NULL REFERENCES "group_types" ("id"),
  "availabilityZone" TEXT,
  "pool" TEXT,
  "groupSnapshotId" TEXT,
  "sourceGroupId" TEXT,
  "replicationStatus" TEXT,
  "createdAt" TEXT NOT NULL,
  "updatedAt" TEXT
) STRICT;
CREATE INDEX "groups_of_project" ON "groups" ("projectId", "createdAt", "id");

CREATE TABLE "group_volume_types" (
  "groupId" TEXT NOT NULL REFERENCES "groups" ("id") ON DELETE CASCADE,
  "volumeTypeId" TEXT NOT NULL REFERENCES "volume_types" ("id"),
  PRIMARY KEY ("groupId", "volumeTypeId")
) STRICT, WITHOUT ROWID;

CREATE TABLE "group_snapshots" (
  "id" TEXT PRIMARY KEY,
  "projectId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "name" TEXT,
  "description" TEXT,
  "status" TEXT NOT NULL,
  "previousStatus" TEXT,
  "groupId" TEXT NOT NULL REFERENCES "groups" ("id"),
  "groupTypeId" TEXT NOT NULL,
  "createdAt" TEXT NOT NULL,
  "updatedAt" TEXT
) STRICT;
CREATE INDEX "group_snapshots_of_group" ON "group_snapshots" ("groupId");
CREATE INDEX "group_snapshots_of_project" ON "group_snapshots" ("projectId", "createdAt", "id");
`,
};
