// What must be true of an engine whatever befell it, looked up from outside: in its API, its
// records and its files. Invariant: nothing here asks the engine's own code; bytes are compared by
// qemu-img.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Lifecycle } from '../../schema/kernel/lifecycle';
import { backupLifecycle } from '../../schema/lifecycles/backup';
import { imageLifecycle } from '../../schema/lifecycles/image';
import { snapshotLifecycle } from '../../schema/lifecycles/snapshot';
import { volumeLifecycle } from '../../schema/lifecycles/volume';
import type { PlainCaller } from './plain-caller';
import { eventually, processesIn } from './processes';

const tables: Readonly<Record<string, Lifecycle>> = {
  volumes: volumeLifecycle,
  snapshots: snapshotLifecycle,
  backups: backupLifecycle,
  images: imageLifecycle,
};

/** A row of the records, as far as tests look into it. */
export type RecordRow = Readonly<Record<string, string | number | bigint | null | Uint8Array>>;

/** Reads the records of an engine, running or not. */
export function recordsOf(dataFolder: string, sql: string): RecordRow[] {
  const database = new DatabaseSync(join(dataFolder, 'records.db'), { readOnly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

/** Every file below a folder of the data folder, relative to it, sorted. */
export function filesIn(dataFolder: string, folder: string): string[] {
  return readdirSync(join(dataFolder, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(dataFolder.length + 1))
    .sort();
}

/** Waits until no job is unfinished and nothing is in a transient status. */
export async function settled(dataFolder: string): Promise<void> {
  const unsettled = (): RecordRow[] => [
    ...recordsOf(dataFolder, 'SELECT "operation", "state" FROM "jobs" WHERE "finishedAt" IS NULL'),
    ...Object.entries(tables).flatMap(([table, { statuses }]) =>
      recordsOf(dataFolder, `SELECT "id", "name", "status" FROM "${table}"`).filter(
        ({ status }) => statuses[String(status)]?.kind !== 'stable',
      ),
    ),
  ];
  await eventually('the engine to settle', () => unsettled().length === 0, 20_000).catch(
    (error: unknown) => {
      throw new Error(`unfinished: ${JSON.stringify(unsettled())}`, { cause: error });
    },
  );
}

/** Asserts that every byte on the disk has a row, and that nothing half-made is left. */
export function expectNoDebris(dataFolder: string): void {
  const known = new Set(
    Object.keys(tables).flatMap((table) =>
      recordsOf(dataFolder, `SELECT "id" FROM "${table}"`).map(({ id }) => String(id)),
    ),
  );
  const files = ['pools', 'images', 'conversion'].flatMap((name) => filesIn(dataFolder, name));
  const unnamed = files.filter((path) => {
    const id = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.raw|\.json)?$/.exec(path)?.[1];
    return !path.includes('/layers/') && !(id !== undefined && known.has(id));
  });
  expect(unnamed).toEqual([]);
  expect(files.concat(filesIn(dataFolder, 'backups')).filter((path) => /half/.test(path))).toEqual(
    [],
  );
}

/** Asserts that what the project's quota counts is what its lists show. */
export async function expectTrueQuotas(caller: PlainCaller): Promise<void> {
  const list = async (noun: string): Promise<{ size: number }[]> =>
    (await caller.volume('GET', `/${noun}/detail`)).body[noun];
  const [volumes, snapshots] = [await list('volumes'), await list('snapshots')];
  const backups = await list('backups');
  const gib = (things: { size: number }[]): number =>
    things.reduce((sum, { size }) => sum + size, 0);
  const quota = await caller.volume('GET', `/os-quota-sets/${caller.projectId}?usage=True`);
  const used = (key: string): unknown => quota.body.quota_set[key].in_use;
  expect(
    Object.fromEntries(
      ['volumes', 'snapshots', 'backups', 'gigabytes', 'backup_gigabytes'].map((key) => [
        key,
        used(key),
      ]),
    ),
  ).toEqual({
    volumes: volumes.length,
    snapshots: snapshots.length,
    backups: backups.length,
    gigabytes: gib(volumes) + gib(snapshots),
    backup_gigabytes: gib(backups),
  });
}

/** Asserts that the engine is the only process that works in its folder. */
export async function expectAlone(folder: string, pid: number): Promise<void> {
  await eventually('tools of the engine to end', () => {
    const others = processesIn(folder).filter((found) => found !== pid);
    return others.length === 0;
  });
}

/** Path and format of what holds the bytes of a volume or snapshot in a pool. */
export function bytesIn(
  pool: { readonly folder: string; readonly driver: string },
  kind: 'volumes' | 'snapshots',
  id: string,
): DiskFile {
  const { folder, driver } = pool;
  if (driver === 'raw-file') return { path: join(folder, kind, `${id}.raw`), format: 'raw' };
  const note = JSON.parse(readFileSync(join(folder, kind, `${id}.json`), 'utf8')) as {
    layer: string;
  };
  return { path: join(folder, 'layers', `${note.layer}.qcow2`), format: 'qcow2' };
}

/** A disk in a file. */
export interface DiskFile {
  readonly path: string;
  readonly format: 'raw' | 'qcow2';
}

/** Asserts that two disks hold the same bytes; where one is longer, the rest of it is zeroes. */
export function expectSameBytes(one: DiskFile, other: DiskFile): void {
  const args = ['compare', '-U', '-f', one.format, '-F', other.format, one.path, other.path];
  let said = '';
  try {
    said = execFileSync('qemu-img', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    said = error instanceof Error ? error.message : String(error);
  }
  expect(said).toContain('Images are identical.');
}
