// kill -9 at every change that making or deleting a backup does to its target: afterwards the
// backup is there whole or not at all, others are untouched, and the next operation clears up the
// rest.
import { transformFileSync } from '@swc/core';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { backupStore, type BackupStore } from '../../bundled-engine/backups/backup-store';
import { folderTarget } from '../../bundled-engine/backups/folder-target';
import type { CrashArguments } from './crash-child';
import { crashVolume } from './crash-volume';
import { restored } from './temporary-store';

const root = join(__dirname, '..', '..');
const volume = crashVolume();
const keptVolume = crashVolume('kept');
volume.bytes.copy(keptVolume.bytes, 0, 0, 1024 * 1024);

let programs: string;
let folder: string;

beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), 'cinderkit-crash-'));
  const sources = ['bundled-engine/backups/*.ts', 'bundled-engine/host/*.ts'];
  for (const file of globSync([...sources, 'test/backups/{crash-,faulty-,model-}*.ts'], {
    cwd: root,
  })) {
    const { code } = transformFileSync(join(root, file), {
      swcrc: false,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
    });
    const to = join(programs, file.replace(/\.ts$/, '.js'));
    await mkdir(dirname(to), { recursive: true });
    await writeFile(to, code);
  }
});
afterAll(() => rm(programs, { recursive: true, force: true }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cinderkit-backups-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs the child; whether it came to its end instead of being killed. */
async function ranToItsEnd(...args: CrashArguments): Promise<boolean> {
  const program = join(programs, 'test/backups/crash-child.js');
  const child = spawn(process.execPath, [program, folder, ...args], {
    env: { ...process.env, NODE_PATH: join(root, 'node_modules') },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await once(child, 'close');
  expect([child.exitCode, child.signalCode]).toEqual(
    child.signalCode === null ? [0, null] : [null, 'SIGKILL'],
  );
  return child.signalCode === null;
}

async function newStore(): Promise<BackupStore> {
  return backupStore(await folderTarget({ folder }));
}

async function unfinishedNotes(store: BackupStore): Promise<string[]> {
  const notes: string[] = [];
  for await (const key of store.target.list('unfinished/')) notes.push(key);
  return notes;
}

async function isWholeOrGone(store: BackupStore): Promise<boolean> {
  const isThere = (await store.listBackups()).includes('b1');
  return !isThere || (await restored(store, 'b1')).equals(volume.bytes);
}

/** Crash points one after another until the child is through; what is checked after each. */
async function atEveryPoint(
  what: CrashArguments[0],
  check: (store: BackupStore) => Promise<void>,
): Promise<number> {
  let crashes = 0;
  for (const when of ['before', 'after'] as const) {
    for (let point = 1; ; point += 1) {
      const store = await newStore();
      await store.createBackup({ backupId: 'kept', source: keptVolume });
      if (what === 'delete') await store.createBackup({ backupId: 'b1', source: volume });
      const isThrough = await ranToItsEnd(what, String(point), when);
      const later = await newStore();
      await check(later);
      expect((await restored(later, 'kept')).equals(keptVolume.bytes)).toBe(true);
      expect(await unfinishedNotes(later)).toEqual([]);
      for (const id of await later.listBackups()) await later.deleteBackup(id);
      expect(await later.usedBytes()).toBe(0);
      if (isThrough) break;
      crashes += 1;
    }
  }
  return crashes;
}

describe('kill -9', () => {
  it('at any change of a create: sweeping and making it again gives one whole backup', async () => {
    const crashes = await atEveryPoint('create', async (store) => {
      expect(await isWholeOrGone(store)).toBe(true);
      await store.sweep();
      const { objectCount } = await store.createBackup({ backupId: 'b1', source: volume });
      expect(objectCount).toBe(4);
      expect((await restored(store, 'b1')).equals(volume.bytes)).toBe(true);
    });
    expect(crashes).toBeGreaterThan(10);
  });

  it('at any change of a create: the next backup clears up without being asked to', async () => {
    const crashes = await atEveryPoint('create', async (store) => {
      await store.createBackup({ backupId: 'next', source: volume });
      expect((await restored(store, 'next')).equals(volume.bytes)).toBe(true);
    });
    expect(crashes).toBeGreaterThan(10);
  });

  it('at any change of a delete: the backup is whole or gone, and repeating ends it', async () => {
    const crashes = await atEveryPoint('delete', async (store) => {
      expect(await isWholeOrGone(store)).toBe(true);
      await store.deleteBackup('b1');
      expect(await store.listBackups()).toEqual(['kept']);
    });
    expect(crashes).toBeGreaterThan(8);
  });
});
