// Migration 2: volumes and what is made of them. Invariant: a volume with snapshots and a type with
// volumes cannot be removed. Status columns admit any text, for an administrator may set any
// (Cinder: cinder/api/contrib/admin_actions.py); the program checks them by the lifecycle tables.
import type { Migration } from '../migrate';

/** Tables of volume types, volumes, snapshots, backups and messages. */
export const blockStorageTables: Migration = {
  number: 2,
  name: 'block-storage',
  sql: `
CREATE TABLE "volume_types" (
  "id" TEXT PRIMARY KEY,
  "name" TEXT NOT NULL UNIQUE,
  "description" TEXT,
  "isPublic" INTEGER NOT NULL,
  "extraSpecs" TEXT NOT NULL CHECK (json_valid("extraSpecs")),
  "qosSpecsId" TEXT,
  "createdAt" TEXT NOT NULL,
  "updatedAt" TEXT
) STRICT;
CREATE INDEX "volume_types_by_creation" ON "volume_types" ("createdAt", "id");

CREATE TABLE "volume_type_access" (
  "volumeTypeId" TEXT NOT NULL REFERENCES "volume_types" ("id") ON DELETE CASCADE,
  "projectId" TEXT NOT NULL,
  PRIMARY KEY ("volumeTypeId", "projectId")
) STRICT, WITHOUT ROWID;

CREATE TABLE "volumes" (
  "id" TEXT PRIMARY KEY,
  "projectId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "name" TEXT,
  "description" TEXT,
  "sizeGib" INTEGER NOT NULL,
  "status" TEXT NOT NULL,
  "previousStatus" TEXT,
  "attachStatus" TEXT NOT NULL,
  "migrationStatus" TEXT,
  "replicationStatus" TEXT,
  "bootable" INTEGER NOT NULL,
  "encrypted" INTEGER NOT NULL,
  "multiattach" INTEGER NOT NULL,
  "sharedTargets" INTEGER NOT NULL,
  "availabilityZone" TEXT,
  "volumeTypeId" TEXT REFERENCES "volume_types" ("id"),
  "pool" TEXT,
  "snapshotId" TEXT,
  "sourceVolumeId" TEXT,
  "imageId" TEXT,
  "backupId" TEXT,
  "groupId" TEXT,
  "consistencyGroupId" TEXT,
  "bytes" TEXT,
  "metadata" TEXT NOT NULL CHECK (json_valid("metadata")),
  "imageMetadata" TEXT NOT NULL CHECK (json_valid("imageMetadata")),
  "adminMetadata" TEXT NOT NULL CHECK (json_valid("adminMetadata")),
  "driverData" TEXT CHECK (json_valid("driverData")),
  "isInternal" INTEGER NOT NULL,
  "consumesQuota" INTEGER NOT NULL,
  "createdAt" TEXT NOT NULL,
  "updatedAt" TEXT,
  "launchedAt" TEXT
) STRICT;
CREATE INDEX "volumes_by_creation" ON "volumes" ("createdAt", "id", "isInternal");
CREATE INDEX "volumes_of_project" ON "volumes" ("projectId", "createdAt", "id", "isInternal");
CREATE INDEX "volumes_by_name" ON "volumes" ("projectId", "name", "createdAt", "id");
CREATE INDEX "volumes_by_status" ON "volumes" ("projectId", "status", "createdAt", "id");
CREATE INDEX "volumes_by_size" ON "volumes" ("projectId", "sizeGib", "createdAt", "id");
CREATE INDEX "volumes_by_update" ON "volumes" ("projectId", "updatedAt", "createdAt", "id");
CREATE INDEX "volumes_by_type" ON "volumes" ("volumeTypeId");
CREATE INDEX "volumes_by_pool" ON "volumes" ("pool", "sizeGib");
CREATE INDEX "volumes_by_source" ON "volumes" ("sourceVolumeId");
CREATE INDEX "volumes_by_snapshot" ON "volumes" ("snapshotId");

CREATE TABLE "snapshots" (
  "id" TEXT PRIMARY KEY,
  "projectId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "volumeId" TEXT NOT NULL REFERENCES "volumes" ("id"),
  "volumeTypeId" TEXT,
  "name" TEXT,
  "description" TEXT,
  "sizeGib" INTEGER NOT NULL,
  "status" TEXT NOT NULL,
  "previousStatus" TEXT,
  "progress" TEXT NOT NULL,
  "encrypted" INTEGER NOT NULL,
  "groupSnapshotId" TEXT,
  "pool" TEXT,
  "metadata" TEXT NOT NULL CHECK (json_valid("metadata")),
  "driverData" TEXT CHECK (json_valid("driverData")),
  "isInternal" INTEGER NOT NULL,
  "consumesQuota" INTEGER NOT NULL,
  "createdAt" TEXT NOT NULL,
  "updatedAt" TEXT
) STRICT;
CREATE INDEX "snapshots_by_creation" ON "snapshots" ("createdAt", "id");
CREATE INDEX "snapshots_of_project" ON "snapshots" ("projectId", "createdAt", "id");
CREATE INDEX "snapshots_of_volume" ON "snapshots" ("volumeId", "createdAt", "id");
CREATE INDEX "snapshots_by_name" ON "snapshots" ("projectId", "name", "createdAt", "id");
CREATE INDEX "snapshots_by_status" ON "snapshots" ("projectId", "status", "createdAt", "id");

CREATE TABLE "backups" (
  "id" TEXT PRIMARY KEY,
  "projectId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "volumeId" TEXT NOT NULL,
  "snapshotId" TEXT,
  "parentId" TEXT,
  "name" TEXT,
  "description" TEXT,
  "sizeGib" INTEGER NOT NULL,
  "status" TEXT NOT NULL,
  "previousStatus" TEXT,
  "failReason" TEXT,
  "container" TEXT,
  "availabilityZone" TEXT,
  "service" TEXT,
  "objectCount" INTEGER NOT NULL,
  "dataBytes" INTEGER,
  "storedBytes" INTEGER,
  "dataTimestamp" TEXT NOT NULL,
  "restoreVolumeId" TEXT,
  "temporaryVolumeId" TEXT,
  "temporarySnapshotId" TEXT,
  "volumeTypeId" TEXT,
  "metadata" TEXT NOT NULL CHECK (json_valid("metadata")),
  "volumeData" TEXT CHECK (json_valid("volumeData")),
  "checkpoint" TEXT CHECK (json_valid("checkpoint")),
  "consumesQuota" INTEGER NOT NULL,
  "createdAt" TEXT NOT NULL,
  "updatedAt" TEXT
) STRICT;
CREATE INDEX "backups_by_creation" ON "backups" ("createdAt", "id");
CREATE INDEX "backups_of_project" ON "backups" ("projectId", "createdAt", "id");
CREATE INDEX "backups_of_volume" ON "backups" ("volumeId", "projectId", "dataTimestamp");
CREATE INDEX "backups_by_parent" ON "backups" ("parentId");
CREATE INDEX "backups_by_name" ON "backups" ("projectId", "name", "createdAt", "id");
CREATE INDEX "backups_by_status" ON "backups" ("projectId", "status", "createdAt", "id");

CREATE TABLE "messages" (
  "id" TEXT PRIMARY KEY,
  "projectId" TEXT NOT NULL,
  "eventId" TEXT NOT NULL,
  "messageLevel" TEXT NOT NULL,
  "userMessage" TEXT NOT NULL,
  "requestId" TEXT,
  "resourceType" TEXT,
  "resourceId" TEXT,
  "createdAt" TEXT NOT NULL,
  "expiresAt" TEXT NOT NULL
) STRICT;
CREATE INDEX "messages_of_project" ON "messages" ("projectId", "createdAt", "id");
CREATE INDEX "messages_by_creation" ON "messages" ("createdAt", "id");
CREATE INDEX "messages_of_resource" ON "messages" ("resourceId", "createdAt");
CREATE INDEX "messages_by_expiry" ON "messages" ("expiresAt");
`,
};
