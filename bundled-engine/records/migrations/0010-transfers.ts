// Migration 10: transfers of volumes between projects, and backups that share their bytes with
// another record. Invariant: the key of a transfer is kept as a salted digest alone.
import type { Migration } from '../migrate';

/** Table of transfers; the id of a backup's bytes. */
export const transferTables: Migration = {
  number: 10,
  name: 'transfers',
  sql: `
CREATE TABLE "volume_transfers" (
  "id" TEXT PRIMARY KEY,
  "volumeId" TEXT NOT NULL REFERENCES "volumes" ("id") ON DELETE CASCADE,
  "name" TEXT,
  "salt" TEXT NOT NULL,
  "authHash" TEXT NOT NULL,
  "noSnapshots" INTEGER NOT NULL,
  "sourceProjectId" TEXT NOT NULL,
  "destinationProjectId" TEXT,
  "accepted" INTEGER NOT NULL,
  "createdAt" TEXT NOT NULL,
  "updatedAt" TEXT
) STRICT;
CREATE INDEX "transfers_of_project" ON "volume_transfers" ("sourceProjectId", "createdAt", "id");
CREATE INDEX "transfers_of_volume" ON "volume_transfers" ("volumeId");
`,
};
