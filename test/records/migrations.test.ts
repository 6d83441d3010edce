// Migrations: from nothing, from each step, interrupted, altered, and from a newer program; and the
// schema that they make, as it is committed beside this file.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '../../bundled-engine/records/connection';
import { openDatabase } from '../../bundled-engine/records/database';
import type { Migration } from '../../bundled-engine/records/migrate';
import { allMigrations } from '../../bundled-engine/records/migrations/all-migrations';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cinderkit-migrations-'));
  file = join(folder, 'records.db');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function open(migrations: readonly Migration[] = allMigrations): Promise<void> {
  const database = await openDatabase({ file, migrations });
  await database.close();
}

function schema(): string {
  const connection = new Connection(file, { readOnly: true });
  const { rows } = connection.run(
    "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' " +
      'ORDER BY type, name',
    [],
  );
  connection.close();
  return `${rows.map((row) => `${String(row.sql)};`).join('\n\n')}\n`;
}

it('makes the committed schema (UPDATE_SCHEMA=1 writes it anew)', async () => {
  await open();
  const dump = join(__dirname, 'schema.sql');
  if (process.env.UPDATE_SCHEMA === '1') await writeFile(dump, schema());
  expect(schema()).toBe(await readFile(dump, 'utf8'));
});

it('numbers migrations without gaps', () => {
  expect(allMigrations.map((each) => each.number)).toEqual(allMigrations.map((_, i) => i + 1));
});

it.each(allMigrations.map((each) => each.number))('goes on from migration %i', async (number) => {
  await open(allMigrations.slice(0, number));
  await open();
  const stepwise = schema();
  await rm(file);
  await open();
  expect(stepwise).toBe(schema());
});

it('refuses what a newer program wrote, and leaves it alone', async () => {
  const newer = { number: allMigrations.length + 1, name: 'newer', sql: 'CREATE TABLE n (a)' };
  await open([...allMigrations, newer]);
  const before = schema();
  await expect(open()).rejects.toMatchObject({
    code: 'databaseNewer',
    message: expect.stringContaining(`this program knows ${allMigrations.length}`),
  });
  expect(schema()).toBe(before);
});

it('refuses a migration that is not the one that was applied', async () => {
  await open();
  const altered = allMigrations.map((each) =>
    each.number === 2 ? { ...each, sql: `${each.sql} -- edited` } : each,
  );
  await expect(open(altered)).rejects.toMatchObject({
    code: 'databaseAltered',
    message: expect.stringContaining('0002-block-storage'),
  });
});

it('keeps nothing of a migration that fails', async () => {
  await open();
  const before = schema();
  const number = allMigrations.length + 1;
  const broken = { number, name: 'broken', sql: 'CREATE TABLE half (a); CREATE TABLE half (a);' };
  await expect(open([...allMigrations, broken])).rejects.toMatchObject({ code: 'migrationFailed' });
  expect(schema()).toBe(before);
  await open([...allMigrations, { ...broken, sql: 'CREATE TABLE half (a);' }]);
});

it('keeps nothing of a migration in which the process is killed', async () => {
  await open(allMigrations.slice(0, 1));
  const before = schema();
  const program = `
    const { DatabaseSync } = require('node:sqlite');
    const database = new DatabaseSync(process.argv[1]);
    database.exec('BEGIN IMMEDIATE');
    database.exec(process.argv[2]);
    process.kill(process.pid, 'SIGKILL');`;
  const half = allMigrations[1]?.sql ?? '';
  const { signal } = spawnSync(process.execPath, ['-e', program, file, half]);
  expect(signal).toBe('SIGKILL');
  await open(allMigrations.slice(0, 1));
  expect(schema()).toBe(before);
  await open();
});
