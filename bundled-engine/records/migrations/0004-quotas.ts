// Migration 4: quotas. Invariant: quota_usage equals a recount of the rows at every commit, because
// triggers keep it: admission reads a few rows instead of counting ten thousand, and nothing leaks.
import type { Migration } from '../migrate';

interface Counted {
  readonly table: string;
  readonly kind: string;
}

const counted: readonly Counted[] = [
  { table: 'volumes', kind: 'volume' },
  { table: 'snapshots', kind: 'snapshot' },
  { table: 'backups', kind: 'backup' },
];

// A trigger each for insert, delete and a change of what is counted; the row that is left at zero
// goes, so that a project that is gone leaves nothing.
function countingTriggers({ table, kind }: Counted): string {
  const add = `
  INSERT INTO "quota_usage" SELECT new."projectId", '${kind}', coalesce(new."volumeTypeId", ''), 1,
    new."sizeGib" WHERE new."consumesQuota" = 1
  ON CONFLICT DO UPDATE SET "count" = "count" + 1, "gib" = "gib" + excluded."gib";`;
  const key = `"projectId" = old."projectId" AND "kind" = '${kind}'
    AND "volumeTypeId" = coalesce(old."volumeTypeId", '') AND old."consumesQuota" = 1`;
  const subtract = `
  UPDATE "quota_usage" SET "count" = "count" - 1, "gib" = "gib" - old."sizeGib" WHERE ${key};
  DELETE FROM "quota_usage" WHERE ${key} AND "count" = 0;`;
  return `
CREATE TRIGGER "${table}_count_in" AFTER INSERT ON "${table}" BEGIN${add}
END;
CREATE TRIGGER "${table}_count_out" AFTER DELETE ON "${table}" BEGIN${subtract}
END;
CREATE TRIGGER "${table}_recount" AFTER UPDATE OF "projectId", "volumeTypeId", "sizeGib",
  "consumesQuota" ON "${table}" BEGIN${subtract}${add}
END;
`;
}

/** Tables of limits and of what is used. */
export const quotaTables: Migration = {
  number: 4,
  name: 'quotas',
  sql: `
CREATE TABLE "quota_limits" (
  "projectId" TEXT NOT NULL,
  "resource" TEXT NOT NULL,
  "hardLimit" INTEGER NOT NULL,
  PRIMARY KEY ("projectId", "resource")
) STRICT, WITHOUT ROWID;

CREATE TABLE "quota_usage" (
  "projectId" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "volumeTypeId" TEXT NOT NULL,
  "count" INTEGER NOT NULL,
  "gib" INTEGER NOT NULL,
  PRIMARY KEY ("projectId", "kind", "volumeTypeId")
) STRICT, WITHOUT ROWID;
${counted.map(countingTriggers).join('')}`,
};
