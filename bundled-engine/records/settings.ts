// What the engine remembers about itself: ids that it chose at its first start. Invariant: a value
// is JSON, and its reader parses it.
import type { Db } from './database';

/** The remembered value, or undefined. It comes back as `unknown`: parse it. */
export async function findSetting(db: Db, key: string): Promise<unknown> {
  const [row] = await db.rows('SELECT "value" FROM "settings" WHERE "key" = ?', [key]);
  return row === undefined ? undefined : JSON.parse(String(row.value));
}

/** Remembers `value`, which must be JSON, in place of what was there. Repeatable. */
export async function saveSetting(db: Db, key: string, value: unknown): Promise<void> {
  await db.run(
    'INSERT INTO "settings" ("key", "value") VALUES (?, ?) ' +
      'ON CONFLICT ("key") DO UPDATE SET "value" = excluded."value"',
    [key, JSON.stringify(value)],
  );
}
