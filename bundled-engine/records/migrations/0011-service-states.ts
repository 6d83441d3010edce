// Migration 11: what an administrator has said of a service. Invariant: a service without a row is
// enabled and not frozen.
import type { Migration } from '../migrate';

/** Table of services that were disabled, frozen or told how much to log. */
export const serviceStateTables: Migration = {
  number: 11,
  name: 'service-states',
  sql: `
CREATE TABLE "service_states" (
  "binary" TEXT NOT NULL,
  "host" TEXT NOT NULL,
  "disabled" INTEGER NOT NULL,
  "disabledReason" TEXT,
  "frozen" INTEGER NOT NULL,
  "logLevels" TEXT NOT NULL CHECK (json_valid("logLevels")),
  "updatedAt" TEXT,
  PRIMARY KEY ("binary", "host")
) STRICT, WITHOUT ROWID;
`,
};
