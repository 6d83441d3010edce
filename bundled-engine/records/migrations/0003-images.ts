// Migration 3: images. Invariant: the id of a removed image is kept for good and cannot be taken
// again, for a reused id could come to mean another's bytes (OSSN-0075).
import type { Migration } from '../migrate';

/** Tables of images and of the ids that images have had. */
export const imageTables: Migration = {
  number: 3,
  name: 'images',
  sql: `
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
CREATE INDEX "images_by_creation" ON "images" ("createdAt", "id");
CREATE INDEX "images_of_project" ON "images" ("projectId", "createdAt", "id");
CREATE INDEX "images_by_visibility" ON "images" ("visibility", "createdAt", "id");
CREATE INDEX "images_by_name" ON "images" ("name", "createdAt", "id");

CREATE TABLE "retired_image_ids" (
  "id" TEXT PRIMARY KEY,
  "retiredAt" TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER "images_retire_their_ids" AFTER DELETE ON "images" BEGIN
  INSERT INTO "retired_image_ids" VALUES (old."id", strftime('%Y-%m-%dT%H:%M:%f000', 'now'));
END;
CREATE TRIGGER "images_take_no_retired_id" BEFORE INSERT ON "images"
WHEN EXISTS (SELECT 1 FROM "retired_image_ids" r WHERE r."id" = new."id") BEGIN
  SELECT RAISE(ABORT, 'the image id was used before');
END;
`,
};
