// Migration 11: what an administrator has said of a service, and with whom images are shared.
// Invariants: a service without a row is enabled and not frozen; memberships go with their image.
import type { Migration } from '../migrate';

/** Tables of services that were disabled or frozen, and of the members of images. */
export const serviceStateTables: Migration = {
  number: 11,
  name: 'service-states',
  sql: `
CREATE TABLE "service_states" (
  "binary" TEXT NOT NULL,
  "host" TEXT NOT NULL,
  "isDisabled" INTEGER NOT NULL,
  "disabledReason" TEXT,
  "isFrozen" INTEGER NOT NULL,
  PRIMARY KEY ("binary", "host")
) STRICT, WITHOUT ROWID;

CREATE TABLE "image_members" (
  "imageId" TEXT NOT NULL REFERENCES "images" ("id") ON DELETE CASCADE,
  "memberId" TEXT NOT NULL,
  "status" TEXT NOT NULL CHECK ("status" IN ('pending', 'accepted', 'rejected')),
  "createdAt" TEXT NOT NULL,
  "updatedAt" TEXT NOT NULL,
  PRIMARY KEY ("imageId", "memberId")
) STRICT, WITHOUT ROWID;
CREATE INDEX "image_members_by_member" ON "image_members" ("memberId", "status");
`,
};
