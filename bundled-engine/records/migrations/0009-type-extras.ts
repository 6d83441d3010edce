// Migration 9: what is tied to volume types: QoS specs, encryption records, projects' default
// types. Invariant: an encryption record goes with its type; a project's default type stays.
import type { Migration } from '../migrate';

/** Tables of QoS specs, encryption records and default types. */
export const typeExtraTables: Migration = {
  number: 9,
  name: 'type-extras',
  sql: `
CREATE TABLE "qos_specs" (
  "id" TEXT PRIMARY KEY,
  "name" TEXT NOT NULL UNIQUE,
  "consumer" TEXT NOT NULL,
  "specs" TEXT NOT NULL CHECK (json_valid("specs")),
  "createdAt" TEXT NOT NULL,
  "updatedAt" TEXT
) STRICT;

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

CREATE TABLE "default_volume_types" (
  "projectId" TEXT PRIMARY KEY,
  "volumeTypeId" TEXT NOT NULL REFERENCES "volume_types" ("id")
) STRICT, WITHOUT ROWID;
`,
};
