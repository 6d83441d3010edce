// Migration 5: searching by metadata. Invariant: metadata_pairs holds exactly the members of the
// JSON columns, because triggers keep it: the row stays the one truth, and a page costs one query.
import type { Migration } from '../migrate';

interface Searched {
  readonly table: string;
  readonly column: string;
  readonly kind: string;
}

const searched: readonly Searched[] = [
  { table: 'volumes', column: 'metadata', kind: 'volume' },
  { table: 'volumes', column: 'imageMetadata', kind: 'volume-image' },
  { table: 'snapshots', column: 'metadata', kind: 'snapshot' },
  { table: 'backups', column: 'metadata', kind: 'backup' },
  { table: 'images', column: 'properties', kind: 'image' },
  { table: 'volume_types', column: 'extraSpecs', kind: 'volume-type' },
];

// Tags are a list: each is a key with an empty value.
const tags: Searched = { table: 'images', column: 'tags', kind: 'image-tag' };

function indexing({ table, column, kind }: Searched, key: string, value: string): string {
  const add = `
  INSERT OR IGNORE INTO "metadata_pairs" SELECT '${kind}', new."id", ${key}, ${value}
    FROM json_each(new."${column}");`;
  const remove = `
  DELETE FROM "metadata_pairs" WHERE "ownerId" = old."id" AND "kind" = '${kind}';`;
  return `
CREATE TRIGGER "${table}_${column}_in" AFTER INSERT ON "${table}"
WHEN new."${column}" NOT IN ('{}', '[]') BEGIN${add}
END;
CREATE TRIGGER "${table}_${column}_out" AFTER DELETE ON "${table}"
WHEN old."${column}" NOT IN ('{}', '[]') BEGIN${remove}
END;
CREATE TRIGGER "${table}_${column}_changed" AFTER UPDATE OF "${column}" ON "${table}"
WHEN old."${column}" <> new."${column}" BEGIN${remove}${add}
END;
`;
}

/** The table of searchable pairs. */
export const metadataPairsTable: Migration = {
  number: 5,
  name: 'metadata-pairs',
  sql: `
CREATE TABLE "metadata_pairs" (
  "kind" TEXT NOT NULL,
  "ownerId" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "value" TEXT NOT NULL,
  PRIMARY KEY ("ownerId", "kind", "key")
) STRICT, WITHOUT ROWID;
CREATE INDEX "metadata_pairs_by_value" ON "metadata_pairs" ("kind", "key", "value", "ownerId");
${searched.map((each) => indexing(each, '"key"', 'CAST("value" AS TEXT)')).join('')}
${indexing(tags, 'CAST("value" AS TEXT)', "''")}`,
};
