// The database as a whole: durability settings, isolation, and files that are not what they should
// be.
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openDatabase } from '../../bundled-engine/records/database';
import type { Db } from '../../bundled-engine/records/database';
import { newUuid } from '../../bundled-engine/records/new-id';
import { findSetting, saveSetting } from '../../bundled-engine/records/settings';
import { insertVolume, listVolumes } from '../../bundled-engine/records/volumes';
import { sampleVolume } from './sample-rows';
import { temporaryDatabase } from './temporary-database';
import type { TemporaryDatabase } from './temporary-database';

let world: TemporaryDatabase;

beforeEach(async () => {
  world = await temporaryDatabase();
});

afterEach(() => world.close());

it('writes ahead, flushes each commit and checks foreign keys', async () => {
  const { database } = world;
  const settings = await database.transaction(async (tx) => [
    await tx.rows('PRAGMA journal_mode', []),
    await tx.rows('PRAGMA synchronous', []),
    await tx.rows('PRAGMA foreign_keys', []),
  ]);
  expect(settings.map(([row]) => Object.values(row ?? {})[0])).toEqual(['wal', 2, 1]);
});

it('finds everything again after it was closed', async () => {
  await saveSetting(world.database, 'a', { b: [1] });
  await world.database.close();
  await world.database.close();
  const again = await openDatabase({ file: world.file });
  expect(await findSetting(again, 'a')).toEqual({ b: [1] });
  expect(await findSetting(again, 'none')).toBeUndefined();
  await again.close();
});

it('lets transactions take turns and reads go on meanwhile', async () => {
  const { database } = world;
  const increment = (): Promise<void> =>
    database.transaction(async (tx) => {
      const before = Number((await findSetting(tx, 'count')) ?? 0);
      await new Promise((resolve) => setImmediate(resolve));
      await saveSetting(tx, 'count', before + 1);
    });
  const all = Promise.all(Array.from({ length: 10 }, increment));
  expect(await listVolumes(database, { projectId: null })).toEqual({ rows: [], hasMore: false });
  await all;
  expect(await findSetting(database, 'count')).toBe(10);
});

it('refuses a write past its own transaction instead of waiting for ever', async () => {
  const { database } = world;
  const past = database.transaction(() => saveSetting(database, 'a', 1));
  await expect(past).rejects.toThrow('pass tx instead of database');
  const nested = database.transaction(() => database.transaction(async () => 1));
  await expect(nested).rejects.toThrow('pass tx instead of database');
  await saveSetting(database, 'a', 2);
  expect(await findSetting(database, 'a')).toBe(2);
});

it('allows a write from work that a transaction has left behind', async () => {
  const { database } = world;
  let later: Promise<void> = Promise.resolve();
  await database.transaction(async (tx) => {
    tx.afterCommit(() => {
      later = saveSetting(database, 'later', true);
    });
  });
  await later;
  expect(await findSetting(database, 'later')).toBe(true);
});

it('shows no write outside its transaction before it is committed', async () => {
  const { database } = world;
  const { id } = await insertVolume(database, sampleVolume({ sizeGib: 1 }));
  const sizes = (db: Db): Promise<object[]> =>
    db.rows('SELECT "sizeGib" FROM "volumes" WHERE "id" = ?', [id]);
  const undone = database.transaction(async (tx) => {
    await tx.run('UPDATE "volumes" SET "sizeGib" = 2 WHERE "id" = ?', [id]);
    expect(await sizes(tx)).toEqual([{ sizeGib: 2 }]);
    expect(await sizes(database)).toEqual([{ sizeGib: 1 }]);
    throw new Error('no');
  });
  await expect(undone).rejects.toThrow('no');
  expect(await sizes(database)).toEqual([{ sizeGib: 1 }]);
});

it('refuses a transaction that has ended', async () => {
  const { database } = world;
  const tx = await database.transaction(async (open) => open);
  await expect(saveSetting(tx, 'a', 1)).rejects.toThrow('a transaction that has ended');
});

it('goes on after a commit that the database refused', async () => {
  const { database } = world;
  const id = newUuid();
  await insertVolume(database, sampleVolume({ id }));
  const twice = database.transaction((tx) => insertVolume(tx, sampleVolume({ id })));
  await expect(twice).rejects.toThrow(/UNIQUE/);
  await insertVolume(database, sampleVolume());
});

it('names the file and the reason where it cannot be used', async () => {
  const other = join(world.folder, 'other.db');
  await writeFile(other, 'this is no database, however long it may be '.repeat(100));
  await expect(openDatabase({ file: other })).rejects.toMatchObject({ code: 'databaseUnusable' });
  expect(await readFile(other, 'utf8')).toMatch(/^this is no database/);
  await mkdir(join(world.folder, 'folder.db'));
  const folder = openDatabase({ file: join(world.folder, 'folder.db') });
  await expect(folder).rejects.toThrow('folder.db');
});

it('silences the warning about SQLite and no other', async () => {
  const source = await readFile(
    join(__dirname, '../../bundled-engine/records/load-sqlite.ts'),
    'utf8',
  );
  // The module as JavaScript, run by a bare node: jest has a process object of its own.
  const { transform } = await import('@swc/core');
  const options = { jsc: { parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } };
  const { code } = await transform(source, options as Parameters<typeof transform>[1]);
  const program = `${code}
    exports.loadSqlite(); process.emitWarning('another');`;
  const run = await promisify(execFile)(process.execPath, ['-e', program]);
  expect(run.stderr).toContain('another');
  expect(run.stderr).not.toContain('SQLite');
});
