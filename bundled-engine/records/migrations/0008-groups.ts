// Migration 8: groups, their types and their snapshots. Invariants: a type with groups and a group
// with snapshots cannot be removed; quota_usage counts groups as it counts volumes; the type behind
// consistency groups is there from the start (Cinder's migrations make it too).
import type { Migration } from '../migrate';

// No SQLite function makes a uuid; these bytes are as random as one needs to be (RFC 9562, 5.4).
const randomUuid = `lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' ||
  substr(hex(randomblob(2)), 2) || '-8' || substr(hex(randomblob(2)), 2) || '-' ||
  hex(randomblob(6)))`;

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
CREATE INDEX "groups_by_creation" ON "groups" ("createdAt", "id");
CREATE INDEX "groups_by_type" ON "groups" ("groupTypeId");
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
CREATE INDEX "group_snapshots_by_creation" ON "group_snapshots" ("createdAt", "id");
CREATE INDEX "group_snapshots_of_project" ON "group_snapshots" ("projectId", "createdAt", "id");
CREATE INDEX "group_volume_types_by_type" ON "group_volume_types" ("volumeTypeId");
CREATE INDEX "volumes_by_group" ON "volumes" ("groupId");
CREATE INDEX "snapshots_by_group_snapshot" ON "snapshots" ("groupSnapshotId");

CREATE TRIGGER "groups_count_in" AFTER INSERT ON "groups" BEGIN
  INSERT INTO "quota_usage" VALUES (new."projectId", 'group', '', 1, 0)
  ON CONFLICT DO UPDATE SET "count" = "count" + 1;
END;
CREATE TRIGGER "groups_count_out" AFTER DELETE ON "groups" BEGIN
  UPDATE "quota_usage" SET "count" = "count" - 1
    WHERE "projectId" = old."projectId" AND "kind" = 'group';
  DELETE FROM "quota_usage"
    WHERE "projectId" = old."projectId" AND "kind" = 'group' AND "count" = 0;
END;

INSERT INTO "group_types" VALUES (${randomUuid}, 'default_cgsnapshot_type',
  'Default group type for migrating cgsnapshot', 1,
  '{"consistent_group_snapshot_enabled":"<is> True"}',
  strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000', NULL);
`,
};
