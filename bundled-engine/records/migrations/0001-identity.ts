// Migration 1: who may do what. Invariant: names are unique in their domain, and what belongs to a
// user or a role goes with it.
import type { Migration } from '../migrate';

/** Tables of projects, users, roles, credentials and tokens. */
export const identityTables: Migration = {
  number: 1,
  name: 'identity',
  sql: `
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

CREATE TABLE "roles" (
  "id" TEXT PRIMARY KEY,
  "name" TEXT NOT NULL UNIQUE,
  "description" TEXT,
  "domainId" TEXT
) STRICT;

CREATE TABLE "role_assignments" (
  "userId" TEXT NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE,
  "roleId" TEXT NOT NULL REFERENCES "roles" ("id") ON DELETE CASCADE,
  "scopeType" TEXT NOT NULL CHECK ("scopeType" IN ('project', 'domain', 'system')),
  "scopeId" TEXT NOT NULL,
  PRIMARY KEY ("userId", "scopeType", "scopeId", "roleId")
) STRICT, WITHOUT ROWID;
CREATE INDEX "role_assignments_by_scope" ON "role_assignments" ("scopeType", "scopeId");
CREATE INDEX "role_assignments_by_role" ON "role_assignments" ("roleId");

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
CREATE INDEX "application_credentials_by_project" ON "application_credentials" ("projectId");

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
CREATE INDEX "tokens_by_user" ON "tokens" ("userId");
CREATE INDEX "tokens_by_expiry" ON "tokens" ("expiresAt");
CREATE INDEX "tokens_by_credential" ON "tokens" ("applicationCredentialId");

CREATE TABLE "settings" (
  "key" TEXT PRIMARY KEY,
  "value" TEXT NOT NULL CHECK (json_valid("value"))
) STRICT, WITHOUT ROWID;
`,
};
