// Migration 7: attachments. Invariant: an attachment goes with its volume.
import type { Migration } from '../migrate';

/** Table of attachments. */
export const attachmentTables: Migration = {
  number: 7,
  name: 'attachments',
  sql: `
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
CREATE INDEX "attachments_of_volume" ON "volume_attachments" ("volumeId");
CREATE INDEX "attachments_of_project" ON "volume_attachments" ("projectId", "createdAt", "id");
`,
};
