// Fills the records of a stopped engine with copies of a volume's row, because making ten thousand
// volumes one by one takes minutes and a listing reads rows alone. The copies have no bytes.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Adds rows until there are `count` volumes; each has an id, a name and a time of its own. */
export function multiplyVolumes(dataFolder, count) {
  const records = new DatabaseSync(join(dataFolder, 'records.db'));
  try {
    const [row] = records.prepare('SELECT * FROM "volumes" WHERE "isInternal" = 0 LIMIT 1').all();
    const { total } = records.prepare('SELECT count(*) AS "total" FROM "volumes"').get();
    const names = Object.keys(row);
    const insert = records.prepare(
      `INSERT INTO "volumes" (${names.map((name) => `"${name}"`).join(', ')}) ` +
        `VALUES (${names.map(() => '?').join(', ')})`,
    );
    const since = Date.parse(`${row.createdAt.slice(0, 23)}Z`);
    records.exec('BEGIN');
    for (let number = total; number < count; number += 1) {
      const createdAt = `${new Date(since + number).toISOString().slice(0, 23)}000`;
      const copy = { ...row, id: randomUUID(), name: `volume-${number}`, createdAt };
      insert.run(...names.map((name) => copy[name]));
    }
    records.exec('COMMIT');
  } finally {
    records.close();
  }
}
