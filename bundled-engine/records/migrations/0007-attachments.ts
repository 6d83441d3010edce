// Migration 7: attachments, and the connections that hosts have to volumes. Invariant: both go with
// their volume, and a connection goes with its attachment; what is exported follows from the
// connections alone, so that a start after a crash knows what to export again.
import type { Migration } from '../migrate';

/** Tables of attachments and connections. */
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
CREATE INDEX "attachments_by_creation" ON "volume_attachments" ("createdAt", "id");
CREATE INDEX "attachments_of_project" ON "volume_attachments" ("projectId", "createdAt", "id");

CREATE TABLE "volume_connections" (
  "id" TEXT PRIMARY KEY,
  "volumeId" TEXT NOT NULL REFERENCES "volumes" ("id") ON DELETE CASCADE,
  "attachmentId" TEXT REFERENCES "volume_attachments" ("id") ON DELETE CASCADE,
  "mode" TEXT NOT NULL,
  "createdAt" TEXT NOT NULL
) STRICT;
CREATE INDEX "connections_of_volume" ON "volume_connections" ("volumeId");
CREATE INDEX "connections_of_attachment" ON "volume_connections" ("attachmentId");
`,
};
