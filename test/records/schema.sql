CREATE INDEX "application_credentials_by_project" ON "application_credentials" ("projectId");

CREATE INDEX "attachments_by_creation" ON "volume_attachments" ("createdAt", "id");

CREATE INDEX "attachments_of_project" ON "volume_attachments" ("projectId", "createdAt", "id");

CREATE INDEX "attachments_of_volume" ON "volume_attachments" ("volumeId");

CREATE INDEX "backups_by_creation" ON "backups" ("createdAt", "id");

CREATE INDEX "backups_by_name" ON "backups" ("projectId", "name", "createdAt", "id");

CREATE INDEX "backups_by_parent" ON "backups" ("parentId");

CREATE INDEX "backups_by_status" ON "backups" ("projectId", "status", "createdAt", "id");

CREATE INDEX "backups_of_project" ON "backups" ("projectId", "createdAt", "id");

CREATE INDEX "backups_of_volume" ON "backups" ("volumeId", "projectId", "dataTimestamp");

CREATE INDEX "connections_of_attachment" ON "volume_connections" ("attachmentId");

CREATE INDEX "connections_of_volume" ON "volume_connections" ("volumeId");

CREATE INDEX "group_snapshots_by_creation" ON "group_snapshots" ("createdAt", "id");

CREATE INDEX "group_snapshots_of_group" ON "group_snapshots" ("groupId");

CREATE INDEX "group_snapshots_of_project" ON "group_snapshots" ("projectId", "createdAt", "id");

CREATE INDEX "group_volume_types_by_type" ON "group_volume_types" ("volumeTypeId");

CREATE INDEX "groups_by_creation" ON "groups" ("createdAt", "id");

CREATE INDEX "groups_by_type" ON "groups" ("groupTypeId");

CREATE INDEX "groups_of_project" ON "groups" ("projectId", "createdAt", "id");

CREATE INDEX "image_members_by_member" ON "image_members" ("memberId", "status");

CREATE INDEX "images_by_creation" ON "images" ("createdAt", "id");

CREATE INDEX "images_by_name" ON "images" ("name", "createdAt", "id");

CREATE INDEX "images_by_visibility" ON "images" ("visibility", "createdAt", "id");

CREATE INDEX "images_of_project" ON "images" ("projectId", "createdAt", "id");

CREATE INDEX "jobs_of_subject" ON "jobs" ("subject", "seq");

CREATE INDEX "jobs_unfinished" ON "jobs" ("seq") WHERE "finishedAt" IS NULL;

CREATE INDEX "messages_by_creation" ON "messages" ("createdAt", "id");

CREATE INDEX "messages_by_expiry" ON "messages" ("expiresAt");

CREATE INDEX "messages_of_project" ON "messages" ("projectId", "createdAt", "id");

CREATE INDEX "messages_of_resource" ON "messages" ("resourceId", "createdAt");

CREATE INDEX "metadata_pairs_by_value" ON "metadata_pairs" ("kind", "key", "value", "ownerId");

CREATE INDEX "role_assignments_by_role" ON "role_assignments" ("roleId");

CREATE INDEX "role_assignments_by_scope" ON "role_assignments" ("scopeType", "scopeId");

CREATE INDEX "snapshots_by_creation" ON "snapshots" ("createdAt", "id");

CREATE INDEX "snapshots_by_group_snapshot" ON "snapshots" ("groupSnapshotId");

CREATE INDEX "snapshots_by_name" ON "snapshots" ("projectId", "name", "createdAt", "id");

CREATE INDEX "snapshots_by_status" ON "snapshots" ("projectId", "status", "createdAt", "id");

CREATE INDEX "snapshots_of_project" ON "snapshots" ("projectId", "createdAt", "id");

CREATE INDEX "snapshots_of_volume" ON "snapshots" ("volumeId", "createdAt", "id");

CREATE INDEX "tokens_by_credential" ON "tokens" ("applicationCredentialId");

CREATE INDEX "tokens_by_expiry" ON "tokens" ("expiresAt");

CREATE INDEX "tokens_by_user" ON "tokens" ("userId");

CREATE INDEX "transfers_by_creation" ON "volume_transfers" ("createdAt", "id");

CREATE INDEX "transfers_of_project" ON "volume_transfers" ("projectId", "createdAt", "id");

CREATE UNIQUE INDEX "transfers_of_volume" ON "volume_transfers" ("volumeId");

CREATE INDEX "volume_types_by_creation" ON "volume_types" ("createdAt", "id");

CREATE INDEX "volumes_by_creation" ON "volumes" ("createdAt", "id", "isInternal");

CREATE INDEX "volumes_by_group" ON "volumes" ("groupId");

CREATE INDEX "volumes_by_name" ON "volumes" ("projectId", "name", "createdAt", "id");

CREATE INDEX "volumes_by_pool" ON "volumes" ("pool", "sizeGib");

CREATE INDEX "volumes_by_size" ON "volumes" ("projectId", "sizeGib", "createdAt", "id");

CREATE INDEX "volumes_by_snapshot" ON "volumes" ("snapshotId");

CREATE INDEX "volumes_by_source" ON "volumes" ("sourceVolumeId");

CREATE INDEX "volumes_by_status" ON "volumes" ("projectId", "status", "createdAt", "id");

CREATE INDEX "volumes_by_type" ON "volumes" ("volumeTypeId");

CREATE INDEX "volumes_by_update" ON "volumes" ("projectId", "updatedAt", "createdAt", "id");

CREATE INDEX "volumes_of_project" ON "volumes" ("projectId", "createdAt", "id", "isInternal");

CREATE TABLE "application_credentials" (
  "id" TEXT PRIMARY KEY,
  "name" TEXT NOT NULL,
  "description" TEXT,
  "userId" TEXT NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE,
  "projectId" TEXT NOT NULL REFERENCES "projects" ("id") ON DELETE CASCADE,
  "secretHash" TEXT NOT NULL,
  "roleIds" TEXT NOT NULL CHECK (json_valid("roleIds")),
  "unrestricted" INTEGER NOT NULL,
  "expiresAt" TEXT,
  "createdAt" TEXT NOT NULL,
  UNIQUE ("userId", "name")
) STRICT;

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

CREATE TABLE "default_volume_types" (
  "projectId" TEXT PRIMARY KEY,
  "volumeTypeId" TEXT NOT NULL REFERENCES "volume_types" ("id")
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

CREATE TABLE "group_types" (
  "id" TEXT PRIMARY KEY,
  "name" TEXT NOT NULL UNIQUE,
  "description" TEXT,
  "isPublic" INTEGER NOT NULL,
  "groupSpecs" TEXT NOT NULL CHECK (json_valid("groupSpecs")),
  "createdAt" TEXT NOT NULL,
  "updatedAt" TEXT
) STRICT;

CREATE TABLE "group_volume_types" (
  "groupId" TEXT NOT NULL REFERENCES "groups" ("id") ON DELETE CASCADE,
  "volumeTypeId" TEXT NOT NULL REFERENCES "volume_types" ("id"),
  PRIMARY KEY ("groupId", "volumeTypeId")
) STRICT, WITHOUT ROWID;

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

CREATE TABLE "image_members" (
  "imageId" TEXT NOT NULL REFERENCES "images" ("id") ON DELETE CASCADE,
  "memberId" TEXT NOT NULL,
  "status" TEXT NOT NULL CHECK ("status" IN ('pending', 'accepted', 'rejected')),
  "createdAt" TEXT NOT NULL,
  "updatedAt" TEXT NOT NULL,
  PRIMARY KEY ("imageId", "memberId")
) STRICT, WITHOUT ROWID;

CREATE TABLE "images" (
  "id" TEXT PRIMARY KEY,
  "projectId" TEXT NOT NULL,
  "userId" TEXT,
  "name" TEXT,
  "status" TEXT NOT NULL,
  "previousStatus" TEXT,
  "visibility" TEXT NOT NULL,
  "isHidden" INTEGER NOT NULL,
  "isProtected" INTEGER NOT NULL,
  "diskFormat" TEXT,
  "containerFormat" TEXT,
  "sizeBytes" INTEGER,
  "virtualSizeBytes" INTEGER,
  "checksum" TEXT,
  "hashAlgorithm" TEXT,
  "hashValue" TEXT,
  "minDiskGib" INTEGER NOT NULL,
  "minRamMib" INTEGER NOT NULL,
  "properties" TEXT NOT NULL CHECK (json_valid("properties")),
  "tags" TEXT NOT NULL CHECK (json_valid("tags")),
  "locations" TEXT NOT NULL CHECK (json_valid("locations")),
  "createdAt" TEXT NOT NULL,
  "updatedAt" TEXT NOT NULL
) STRICT;

CREATE TABLE "jobs" (
  "seq" INTEGER PRIMARY KEY AUTOINCREMENT,
  "id" TEXT NOT NULL UNIQUE,
  "operation" TEXT NOT NULL,
  "subject" TEXT NOT NULL,
  "payload" TEXT NOT NULL CHECK (json_valid("payload")),
  "memo" TEXT NOT NULL CHECK (json_valid("memo")),
  "state" TEXT NOT NULL
    CHECK ("state" IN ('queued', 'running', 'undoing', 'done', 'failed', 'stuck')),
  "step" TEXT,
  "failure" TEXT CHECK (json_valid("failure")),
  "createdAt" TEXT NOT NULL,
  "updatedAt" TEXT NOT NULL,
  "finishedAt" TEXT
) STRICT;

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

CREATE TABLE "metadata_pairs" (
  "kind" TEXT NOT NULL,
  "ownerId" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "value" TEXT NOT NULL,
  PRIMARY KEY ("ownerId", "kind", "key")
) STRICT, WITHOUT ROWID;

CREATE TABLE "migrations" ("number" INTEGER PRIMARY KEY, "name" TEXT NOT NULL, "checksum" TEXT NOT NULL, "appliedAt" TEXT NOT NULL) STRICT;

CREATE TABLE "projects" (
  "id" TEXT PRIMARY KEY,
  "name" TEXT NOT NULL,
  "description" TEXT NOT NULL,
  "domainId" TEXT NOT NULL,
  "parentId" TEXT NOT NULL,
  "enabled" INTEGER NOT NULL,
  "isInternal" INTEGER NOT NULL,
  "createdAt" TEXT NOT NULL,
  UNIQUE ("domainId", "name")
) STRICT;

CREATE TABLE "qos_specs" (
  "id" TEXT PRIMARY KEY,
  "name" TEXT NOT NULL UNIQUE,
  "consumer" TEXT NOT NULL,
  "specs" TEXT NOT NULL CHECK (json_valid("specs")),
  "createdAt" TEXT NOT NULL,
  "updatedAt" TEXT
) STRICT;

CREATE TABLE "quota_limits" (
  "projectId" TEXT NOT NULL,
  "resource" TEXT NOT NULL,
  "hardLimit" INTEGER NOT NULL,
  PRIMARY KEY ("projectId", "resource")
) STRICT, WITHOUT ROWID;

CREATE TABLE "quota_usage" (
  "projectId" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "volumeTypeId" TEXT NOT NULL,
  "count" INTEGER NOT NULL,
  "gib" INTEGER NOT NULL,
  PRIMARY KEY ("projectId", "kind", "volumeTypeId")
) STRICT, WITHOUT ROWID;

CREATE TABLE "retired_image_ids" (
  "id" TEXT PRIMARY KEY,
  "retiredAt" TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE "role_assignments" (
  "userId" TEXT NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE,
  "roleId" TEXT NOT NULL REFERENCES "roles" ("id") ON DELETE CASCADE,
  "scopeType" TEXT NOT NULL CHECK ("scopeType" IN ('project', 'domain', 'system')),
  "scopeId" TEXT NOT NULL,
  PRIMARY KEY ("userId", "scopeType", "scopeId", "roleId")
) STRICT, WITHOUT ROWID;

CREATE TABLE "roles" (
  "id" TEXT PRIMARY KEY,
  "name" TEXT NOT NULL UNIQUE,
  "description" TEXT,
  "domainId" TEXT
) STRICT;

CREATE TABLE "service_states" (
  "binary" TEXT NOT NULL,
  "host" TEXT NOT NULL,
  "isDisabled" INTEGER NOT NULL,
  "disabledReason" TEXT,
  "isFrozen" INTEGER NOT NULL,
  PRIMARY KEY ("binary", "host")
) STRICT, WITHOUT ROWID;

CREATE TABLE "settings" (
  "key" TEXT PRIMARY KEY,
  "value" TEXT NOT NULL CHECK (json_valid("value"))
) STRICT, WITHOUT ROWID;

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

CREATE TABLE "tokens" (
  "hash" TEXT PRIMARY KEY,
  "userId" TEXT NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE,
  "scopeType" TEXT NOT NULL,
  "scopeId" TEXT,
  "methods" TEXT NOT NULL CHECK (json_valid("methods")),
  "auditIds" TEXT NOT NULL CHECK (json_valid("auditIds")),
  "applicationCredentialId" TEXT REFERENCES "application_credentials" ("id") ON DELETE CASCADE,
  "issuedAt" TEXT NOT NULL,
  "expiresAt" TEXT NOT NULL,
  "revokedAt" TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE "users" (
  "id" TEXT PRIMARY KEY,
  "name" TEXT NOT NULL,
  "description" TEXT,
  "email" TEXT,
  "domainId" TEXT NOT NULL,
  "defaultProjectId" TEXT,
  "enabled" INTEGER NOT NULL,
  "passwordHash" TEXT,
  "passwordChangedAt" TEXT,
  "isInternal" INTEGER NOT NULL,
  "createdAt" TEXT NOT NULL,
  UNIQUE ("domainId", "name")
) STRICT;

CREATE TABLE "volume_attachments" (
  "id" TEXT PRIMARY KEY,
  "volumeId" TEXT NOT NULL REFERENCES "volumes" ("id") ON DELETE CASCADE,
  "projectId" TEXT NOT NULL,
  "userId" TEXT NOT NULL,
  "instanceId" TEXT,
  "attachedHost" TEXT,
  "mountpoint" TEXT,
  "attachMode" TEXT NOT NULL,
  "attachStatus" TEXT NOT NULL,
  "connector" TEXT CHECK (json_valid("connector")),
  "connectionInfo" TEXT CHECK (json_valid("connectionInfo")),
  "attachedAt" TEXT,
  "detachedAt" TEXT,
  "createdAt" TEXT NOT NULL,
  "updatedAt" TEXT
) STRICT;

CREATE TABLE "volume_connections" (
  "id" TEXT PRIMARY KEY,
  "volumeId" TEXT NOT NULL REFERENCES "volumes" ("id") ON DELETE CASCADE,
  "attachmentId" TEXT REFERENCES "volume_attachments" ("id") ON DELETE CASCADE,
  "mode" TEXT NOT NULL,
  "createdAt" TEXT NOT NULL
) STRICT;

CREATE TABLE "volume_transfers" (
  "id" TEXT PRIMARY KEY,
  "volumeId" TEXT NOT NULL REFERENCES "volumes" ("id") ON DELETE CASCADE,
  "projectId" TEXT NOT NULL,
  "name" TEXT,
  "salt" TEXT NOT NULL,
  "keyDigest" TEXT NOT NULL,
  "noSnapshots" INTEGER NOT NULL,
  "createdAt" TEXT NOT NULL
) STRICT;

CREATE TABLE "volume_type_access" (
  "volumeTypeId" TEXT NOT NULL REFERENCES "volume_types" ("id") ON DELETE CASCADE,
  "projectId" TEXT NOT NULL,
  PRIMARY KEY ("volumeTypeId", "projectId")
) STRICT, WITHOUT ROWID;

CREATE TABLE "volume_type_encryption" (
  "volumeTypeId" TEXT PRIMARY KEY REFERENCES "volume_types" ("id") ON DELETE CASCADE,
  "encryptionId" TEXT NOT NULL UNIQUE,
  "provider" TEXT NOT NULL,
  "cipher" TEXT,
  "keySize" INTEGER,
  "controlLocation" TEXT NOT NULL,
  "createdAt" TEXT NOT NULL,
  "updatedAt" TEXT
) STRICT, WITHOUT ROWID;

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

CREATE TRIGGER "backups_count_in" AFTER INSERT ON "backups" BEGIN
  INSERT INTO "quota_usage" SELECT new."projectId", 'backup', coalesce(new."volumeTypeId", ''), 1,
    new."sizeGib" WHERE new."consumesQuota" = 1
  ON CONFLICT DO UPDATE SET "count" = "count" + 1, "gib" = "gib" + excluded."gib";
END;

CREATE TRIGGER "backups_count_out" AFTER DELETE ON "backups" BEGIN
  UPDATE "quota_usage" SET "count" = "count" - 1, "gib" = "gib" - old."sizeGib" WHERE "projectId" = old."projectId" AND "kind" = 'backup'
    AND "volumeTypeId" = coalesce(old."volumeTypeId", '') AND old."consumesQuota" = 1;
  DELETE FROM "quota_usage" WHERE "projectId" = old."projectId" AND "kind" = 'backup'
    AND "volumeTypeId" = coalesce(old."volumeTypeId", '') AND old."consumesQuota" = 1 AND "count" = 0;
END;

CREATE TRIGGER "backups_metadata_changed" AFTER UPDATE OF "metadata" ON "backups"
WHEN old."metadata" <> new."metadata" BEGIN
  DELETE FROM "metadata_pairs" WHERE "ownerId" = old."id" AND "kind" = 'backup';
  INSERT OR IGNORE INTO "metadata_pairs" SELECT 'backup', new."id", "key", CAST("value" AS TEXT)
    FROM json_each(new."metadata");
END;

CREATE TRIGGER "backups_metadata_in" AFTER INSERT ON "backups"
WHEN new."metadata" NOT IN ('{}', '[]') BEGIN
  INSERT OR IGNORE INTO "metadata_pairs" SELECT 'backup', new."id", "key", CAST("value" AS TEXT)
    FROM json_each(new."metadata");
END;

CREATE TRIGGER "backups_metadata_out" AFTER DELETE ON "backups"
WHEN old."metadata" NOT IN ('{}', '[]') BEGIN
  DELETE FROM "metadata_pairs" WHERE "ownerId" = old."id" AND "kind" = 'backup';
END;

CREATE TRIGGER "backups_recount" AFTER UPDATE OF "projectId", "volumeTypeId", "sizeGib",
  "consumesQuota" ON "backups" BEGIN
  UPDATE "quota_usage" SET "count" = "count" - 1, "gib" = "gib" - old."sizeGib" WHERE "projectId" = old."projectId" AND "kind" = 'backup'
    AND "volumeTypeId" = coalesce(old."volumeTypeId", '') AND old."consumesQuota" = 1;
  DELETE FROM "quota_usage" WHERE "projectId" = old."projectId" AND "kind" = 'backup'
    AND "volumeTypeId" = coalesce(old."volumeTypeId", '') AND old."consumesQuota" = 1 AND "count" = 0;
  INSERT INTO "quota_usage" SELECT new."projectId", 'backup', coalesce(new."volumeTypeId", ''), 1,
    new."sizeGib" WHERE new."consumesQuota" = 1
  ON CONFLICT DO UPDATE SET "count" = "count" + 1, "gib" = "gib" + excluded."gib";
END;

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

CREATE TRIGGER "images_properties_changed" AFTER UPDATE OF "properties" ON "images"
WHEN old."properties" <> new."properties" BEGIN
  DELETE FROM "metadata_pairs" WHERE "ownerId" = old."id" AND "kind" = 'image';
  INSERT OR IGNORE INTO "metadata_pairs" SELECT 'image', new."id", "key", CAST("value" AS TEXT)
    FROM json_each(new."properties");
END;

CREATE TRIGGER "images_properties_in" AFTER INSERT ON "images"
WHEN new."properties" NOT IN ('{}', '[]') BEGIN
  INSERT OR IGNORE INTO "metadata_pairs" SELECT 'image', new."id", "key", CAST("value" AS TEXT)
    FROM json_each(new."properties");
END;

CREATE TRIGGER "images_properties_out" AFTER DELETE ON "images"
WHEN old."properties" NOT IN ('{}', '[]') BEGIN
  DELETE FROM "metadata_pairs" WHERE "ownerId" = old."id" AND "kind" = 'image';
END;

CREATE TRIGGER "images_retire_their_ids" AFTER DELETE ON "images" BEGIN
  INSERT INTO "retired_image_ids" VALUES (old."id", strftime('%Y-%m-%dT%H:%M:%f000', 'now'));
END;

CREATE TRIGGER "images_tags_changed" AFTER UPDATE OF "tags" ON "images"
WHEN old."tags" <> new."tags" BEGIN
  DELETE FROM "metadata_pairs" WHERE "ownerId" = old."id" AND "kind" = 'image-tag';
  INSERT OR IGNORE INTO "metadata_pairs" SELECT 'image-tag', new."id", CAST("value" AS TEXT), ''
    FROM json_each(new."tags");
END;

CREATE TRIGGER "images_tags_in" AFTER INSERT ON "images"
WHEN new."tags" NOT IN ('{}', '[]') BEGIN
  INSERT OR IGNORE INTO "metadata_pairs" SELECT 'image-tag', new."id", CAST("value" AS TEXT), ''
    FROM json_each(new."tags");
END;

CREATE TRIGGER "images_tags_out" AFTER DELETE ON "images"
WHEN old."tags" NOT IN ('{}', '[]') BEGIN
  DELETE FROM "metadata_pairs" WHERE "ownerId" = old."id" AND "kind" = 'image-tag';
END;

CREATE TRIGGER "images_take_no_retired_id" BEFORE INSERT ON "images"
WHEN EXISTS (SELECT 1 FROM "retired_image_ids" r WHERE r."id" = new."id") BEGIN
  SELECT RAISE(ABORT, 'the image id was used before');
END;

CREATE TRIGGER "snapshots_count_in" AFTER INSERT ON "snapshots" BEGIN
  INSERT INTO "quota_usage" SELECT new."projectId", 'snapshot', coalesce(new."volumeTypeId", ''), 1,
    new."sizeGib" WHERE new."consumesQuota" = 1
  ON CONFLICT DO UPDATE SET "count" = "count" + 1, "gib" = "gib" + excluded."gib";
END;

CREATE TRIGGER "snapshots_count_out" AFTER DELETE ON "snapshots" BEGIN
  UPDATE "quota_usage" SET "count" = "count" - 1, "gib" = "gib" - old."sizeGib" WHERE "projectId" = old."projectId" AND "kind" = 'snapshot'
    AND "volumeTypeId" = coalesce(old."volumeTypeId", '') AND old."consumesQuota" = 1;
  DELETE FROM "quota_usage" WHERE "projectId" = old."projectId" AND "kind" = 'snapshot'
    AND "volumeTypeId" = coalesce(old."volumeTypeId", '') AND old."consumesQuota" = 1 AND "count" = 0;
END;

CREATE TRIGGER "snapshots_metadata_changed" AFTER UPDATE OF "metadata" ON "snapshots"
WHEN old."metadata" <> new."metadata" BEGIN
  DELETE FROM "metadata_pairs" WHERE "ownerId" = old."id" AND "kind" = 'snapshot';
  INSERT OR IGNORE INTO "metadata_pairs" SELECT 'snapshot', new."id", "key", CAST("value" AS TEXT)
    FROM json_each(new."metadata");
END;

CREATE TRIGGER "snapshots_metadata_in" AFTER INSERT ON "snapshots"
WHEN new."metadata" NOT IN ('{}', '[]') BEGIN
  INSERT OR IGNORE INTO "metadata_pairs" SELECT 'snapshot', new."id", "key", CAST("value" AS TEXT)
    FROM json_each(new."metadata");
END;

CREATE TRIGGER "snapshots_metadata_out" AFTER DELETE ON "snapshots"
WHEN old."metadata" NOT IN ('{}', '[]') BEGIN
  DELETE FROM "metadata_pairs" WHERE "ownerId" = old."id" AND "kind" = 'snapshot';
END;

CREATE TRIGGER "snapshots_recount" AFTER UPDATE OF "projectId", "volumeTypeId", "sizeGib",
  "consumesQuota" ON "snapshots" BEGIN
  UPDATE "quota_usage" SET "count" = "count" - 1, "gib" = "gib" - old."sizeGib" WHERE "projectId" = old."projectId" AND "kind" = 'snapshot'
    AND "volumeTypeId" = coalesce(old."volumeTypeId", '') AND old."consumesQuota" = 1;
  DELETE FROM "quota_usage" WHERE "projectId" = old."projectId" AND "kind" = 'snapshot'
    AND "volumeTypeId" = coalesce(old."volumeTypeId", '') AND old."consumesQuota" = 1 AND "count" = 0;
  INSERT INTO "quota_usage" SELECT new."projectId", 'snapshot', coalesce(new."volumeTypeId", ''), 1,
    new."sizeGib" WHERE new."consumesQuota" = 1
  ON CONFLICT DO UPDATE SET "count" = "count" + 1, "gib" = "gib" + excluded."gib";
END;

CREATE TRIGGER "volume_types_extraSpecs_changed" AFTER UPDATE OF "extraSpecs" ON "volume_types"
WHEN old."extraSpecs" <> new."extraSpecs" BEGIN
  DELETE FROM "metadata_pairs" WHERE "ownerId" = old."id" AND "kind" = 'volume-type';
  INSERT OR IGNORE INTO "metadata_pairs" SELECT 'volume-type', new."id", "key", CAST("value" AS TEXT)
    FROM json_each(new."extraSpecs");
END;

CREATE TRIGGER "volume_types_extraSpecs_in" AFTER INSERT ON "volume_types"
WHEN new."extraSpecs" NOT IN ('{}', '[]') BEGIN
  INSERT OR IGNORE INTO "metadata_pairs" SELECT 'volume-type', new."id", "key", CAST("value" AS TEXT)
    FROM json_each(new."extraSpecs");
END;

CREATE TRIGGER "volume_types_extraSpecs_out" AFTER DELETE ON "volume_types"
WHEN old."extraSpecs" NOT IN ('{}', '[]') BEGIN
  DELETE FROM "metadata_pairs" WHERE "ownerId" = old."id" AND "kind" = 'volume-type';
END;

CREATE TRIGGER "volumes_count_in" AFTER INSERT ON "volumes" BEGIN
  INSERT INTO "quota_usage" SELECT new."projectId", 'volume', coalesce(new."volumeTypeId", ''), 1,
    new."sizeGib" WHERE new."consumesQuota" = 1
  ON CONFLICT DO UPDATE SET "count" = "count" + 1, "gib" = "gib" + excluded."gib";
END;

CREATE TRIGGER "volumes_count_out" AFTER DELETE ON "volumes" BEGIN
  UPDATE "quota_usage" SET "count" = "count" - 1, "gib" = "gib" - old."sizeGib" WHERE "projectId" = old."projectId" AND "kind" = 'volume'
    AND "volumeTypeId" = coalesce(old."volumeTypeId", '') AND old."consumesQuota" = 1;
  DELETE FROM "quota_usage" WHERE "projectId" = old."projectId" AND "kind" = 'volume'
    AND "volumeTypeId" = coalesce(old."volumeTypeId", '') AND old."consumesQuota" = 1 AND "count" = 0;
END;

CREATE TRIGGER "volumes_imageMetadata_changed" AFTER UPDATE OF "imageMetadata" ON "volumes"
WHEN old."imageMetadata" <> new."imageMetadata" BEGIN
  DELETE FROM "metadata_pairs" WHERE "ownerId" = old."id" AND "kind" = 'volume-image';
  INSERT OR IGNORE INTO "metadata_pairs" SELECT 'volume-image', new."id", "key", CAST("value" AS TEXT)
    FROM json_each(new."imageMetadata");
END;

CREATE TRIGGER "volumes_imageMetadata_in" AFTER INSERT ON "volumes"
WHEN new."imageMetadata" NOT IN ('{}', '[]') BEGIN
  INSERT OR IGNORE INTO "metadata_pairs" SELECT 'volume-image', new."id", "key", CAST("value" AS TEXT)
    FROM json_each(new."imageMetadata");
END;

CREATE TRIGGER "volumes_imageMetadata_out" AFTER DELETE ON "volumes"
WHEN old."imageMetadata" NOT IN ('{}', '[]') BEGIN
  DELETE FROM "metadata_pairs" WHERE "ownerId" = old."id" AND "kind" = 'volume-image';
END;

CREATE TRIGGER "volumes_metadata_changed" AFTER UPDATE OF "metadata" ON "volumes"
WHEN old."metadata" <> new."metadata" BEGIN
  DELETE FROM "metadata_pairs" WHERE "ownerId" = old."id" AND "kind" = 'volume';
  INSERT OR IGNORE INTO "metadata_pairs" SELECT 'volume', new."id", "key", CAST("value" AS TEXT)
    FROM json_each(new."metadata");
END;

CREATE TRIGGER "volumes_metadata_in" AFTER INSERT ON "volumes"
WHEN new."metadata" NOT IN ('{}', '[]') BEGIN
  INSERT OR IGNORE INTO "metadata_pairs" SELECT 'volume', new."id", "key", CAST("value" AS TEXT)
    FROM json_each(new."metadata");
END;

CREATE TRIGGER "volumes_metadata_out" AFTER DELETE ON "volumes"
WHEN old."metadata" NOT IN ('{}', '[]') BEGIN
  DELETE FROM "metadata_pairs" WHERE "ownerId" = old."id" AND "kind" = 'volume';
END;

CREATE TRIGGER "volumes_recount" AFTER UPDATE OF "projectId", "volumeTypeId", "sizeGib",
  "consumesQuota" ON "volumes" BEGIN
  UPDATE "quota_usage" SET "count" = "count" - 1, "gib" = "gib" - old."sizeGib" WHERE "projectId" = old."projectId" AND "kind" = 'volume'
    AND "volumeTypeId" = coalesce(old."volumeTypeId", '') AND old."consumesQuota" = 1;
  DELETE FROM "quota_usage" WHERE "projectId" = old."projectId" AND "kind" = 'volume'
    AND "volumeTypeId" = coalesce(old."volumeTypeId", '') AND old."consumesQuota" = 1 AND "count" = 0;
  INSERT INTO "quota_usage" SELECT new."projectId", 'volume', coalesce(new."volumeTypeId", ''), 1,
    new."sizeGib" WHERE new."consumesQuota" = 1
  ON CONFLICT DO UPDATE SET "count" = "count" + 1, "gib" = "gib" + excluded."gib";
END;
