// Migration 10: transfers of volumes between projects. Invariant: the key of a transfer is kept as
// a salted digest alone, and a volume is offered once at a time.
import type { Migration } from '../migrate';

/** Table of transfers that wait to be accepted. */
export const transferTables: Migration = {
  number: 10,
  name: 'transfers',
  sql: `
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
CREATE UNIQUE INDEX "transfers_of_volume" ON "volume_transfers" ("volumeId");
CREATE INDEX "transfers_by_creation" ON "volume_transfers" ("createdAt", "id");
CREATE INDEX "transfers_of_project" ON "volume_transfers" ("projectId", "createdAt", "id");
`,
};
