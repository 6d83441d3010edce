// Migration 6: jobs. Invariant: seq rises for ever (AUTOINCREMENT), so the order of admission is
// not lost when old jobs are removed.
import type { Migration } from '../migrate';

/** The table of jobs. */
export const jobTables: Migration = {
  number: 6,
  name: 'jobs',
  sql: `
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
CREATE INDEX "jobs_unfinished" ON "jobs" ("seq") WHERE "finishedAt" IS NULL;
CREATE INDEX "jobs_of_subject" ON "jobs" ("subject", "seq");
`,
};
