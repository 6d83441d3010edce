// Bytes that rot: whatever byte of whatever object changes, a restore gives a clear error or the
// right bytes, never wrong ones; and the next backup of the same bytes makes the damaged one
// whole.
import { createHash } from 'node:crypto';
import { readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isBackupError } from '../../bundled-engine/backups/backup-error';
import { ModelSink, ModelVolume } from './model-volume';
import { restored, temporaryStore, type TemporaryStore } from './temporary-store';

const mib = 1024 * 1024;

let on: TemporaryStore;
let volume: ModelVolume;

beforeEach(async () => {
  on = await temporaryStore();
  volume = new ModelVolume('volume', 3 * mib);
});
afterEach(() => on.close());

/** Paths of the objects under a prefix. */
async function pathsOf(prefix: string): Promise<string[]> {
  const names = await readdir(join(on.folder, prefix), { recursive: true, withFileTypes: true });
  return names.filter((n) => n.isFile()).map((n) => join(n.parentPath, n.name));
}

async function onlyPath(prefix: string): Promise<string> {
  const [path, ...others] = await pathsOf(prefix);
  if (path === undefined || others.length > 0) throw new Error(`expected one object in ${prefix}`);
  return path;
}

/** Restores: 'right', 'wrong', or the code of the error. */
async function outcome(): Promise<string> {
  try {
    return (await restored(on.store, 'b1')).equals(volume.bytes) ? 'right' : 'wrong';
  } catch (error) {
    return isBackupError(error) ? error.code : String(error);
  }
}

/** Flips one bit at each position in turn and gives the outcomes. */
async function outcomesOfFlips(path: string, positions: Iterable<number>): Promise<Set<string>> {
  const good = await readFile(path);
  const outcomes = new Set<string>();
  for (const at of positions) {
    const bad = Buffer.from(good);
    bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8));
    await writeFile(path, bad);
    outcomes.add(await outcome());
  }
  await writeFile(path, good);
  return outcomes;
}

function range(end: number, step = 1): number[] {
  return Array.from({ length: Math.ceil(end / step) }, (_, n) => n * step);
}

describe('damage', () => {
  it('of any byte of a raw chunk is an error', async () => {
    volume.write({ offset: mib, length: 2000, filling: 'random' });
    volume.grow(mib + 2000 + 2 * mib);
    await on.store.createBackup({ backupId: 'b1', source: volume });
    const path = await onlyPath('chunks');
    const { length } = await readFile(path);
    expect(await outcomesOfFlips(path, range(length, 7))).toEqual(new Set(['damaged']));
    expect(await outcome()).toBe('right');
  });

  it('of any byte of an incompressible chunk is an error', async () => {
    volume.write({ offset: mib, length: mib, filling: 'random' });
    await on.store.createBackup({ backupId: 'b1', source: volume });
    const path = await onlyPath('chunks');
    const positions = [...range(20), ...range(mib, 40_009), mib + 9];
    expect(await outcomesOfFlips(path, positions)).toEqual(new Set(['damaged']));
  });

  it('of any byte of a compressed chunk never gives wrong bytes', async () => {
    volume.write({ offset: mib, length: 40_000, filling: 'text' });
    await on.store.createBackup({ backupId: 'b1', source: volume });
    const path = await onlyPath('chunks');
    const { length } = await readFile(path);
    expect(length).toBeLessThan(1000);
    expect(await outcomesOfFlips(path, range(length))).toEqual(new Set(['damaged']));
  });

  it('of any byte of a manifest is an error', async () => {
    volume.write({ offset: 0, length: 3 * mib, filling: 'text' });
    await on.store.createBackup({ backupId: 'b1', source: volume });
    const path = await onlyPath('backups');
    const { length } = await readFile(path);
    expect(await outcomesOfFlips(path, range(length))).toEqual(new Set(['damaged']));
  });

  it('by cutting off or adding is an error, for chunks and manifests', async () => {
    volume.write({ offset: 0, length: mib, filling: 'random' });
    volume.write({ offset: mib, length: mib, filling: 'text' });
    await on.store.createBackup({ backupId: 'b1', source: volume });
    for (const path of [...(await pathsOf('chunks')), await onlyPath('backups')]) {
      const good = await readFile(path);
      for (const length of [0, 3, 9, 10, 11, good.length >> 1, good.length - 1]) {
        await truncate(path, length);
        expect(await outcome()).toBe('damaged');
        await writeFile(path, good);
      }
      await writeFile(path, Buffer.concat([good, Buffer.from('more')]));
      expect(['damaged', 'right']).toContain(await outcome());
      await writeFile(path, good);
    }
    expect(await outcome()).toBe('right');
  });

  it('by exchanging two chunks, or two manifests, is an error', async () => {
    volume.write({ offset: 0, length: 2 * mib, filling: 'random' });
    await on.store.createBackup({ backupId: 'b1', source: volume });
    const [one = '', two = ''] = await pathsOf('chunks');
    const good = await readFile(one);
    await writeFile(one, await readFile(two));
    expect(await outcome()).toBe('damaged');
    await writeFile(one, good);
    const other = new ModelVolume('other', 3 * mib);
    await on.store.createBackup({ backupId: 'b2', source: other });
    const otherManifest = await readFile(join(on.folder, 'backups', 'b2', 'b2'));
    await writeFile(join(on.folder, 'backups', 'b1', 'b1'), otherManifest);
    expect(await outcome()).toBe('damaged');
  });

  it('names the backup, the chunk, its place and what to do', async () => {
    volume.write({ offset: 2 * mib, length: 5, filling: 'random' });
    await on.store.createBackup({ backupId: 'b1', source: volume });
    const path = await onlyPath('chunks');
    await truncate(path, 5);
    const sink = new ModelSink(3 * mib, 'blank');
    const restoring = on.store.restoreBackup({ backupId: 'b1', sink, sinkIsBlank: true });
    await expect(restoring).rejects.toMatchObject({
      code: 'damaged',
      details: { backupId: 'b1', offset: 2 * mib },
      message: expect.stringMatching(
        new RegExp(
          '^Could not restore backup b1: the chunk at byte 2097152 \\(chunks/[0-9a-f]{64}\\) ' +
            'is damaged: it is cut off after 5 bytes\\. Restore another backup; or',
        ),
      ),
    });
    expect(sink.written).toEqual([]);
  });

  it('of a chunk that is gone is told as missing', async () => {
    volume.write({ offset: 0, length: mib, filling: 'random' });
    await on.store.createBackup({ backupId: 'b1', source: volume });
    await rm(await onlyPath('chunks'));
    expect(await outcome()).toBe('missing');
  });

  it('found by verifying first leaves the volume as it was', async () => {
    volume.write({ offset: 0, length: 3 * mib, filling: 'random' });
    await on.store.createBackup({ backupId: 'b1', source: volume });
    const [, , last = ''] = await pathsOf('chunks');
    await truncate(last, 100);
    const sink = new ModelSink(3 * mib, 'old bytes');
    const request = { backupId: 'b1', sink, sinkIsBlank: false, verifyFirst: true };
    await expect(on.store.restoreBackup(request)).rejects.toMatchObject({ code: 'damaged' });
    expect([sink.written, sink.zeroed]).toEqual([[], []]);
  });

  it('is counted in full by verify', async () => {
    volume.write({ offset: 0, length: 3 * mib, filling: 'random' });
    await on.store.createBackup({ backupId: 'b1', source: volume });
    expect(await on.store.verifyBackup({ backupId: 'b1' })).toEqual({
      checkedChunks: 3,
      problems: [],
    });
    const [one = '', two = ''] = await pathsOf('chunks');
    await truncate(one, 100);
    await rm(two);
    const { checkedChunks, problems } = await on.store.verifyBackup({ backupId: 'b1' });
    expect(checkedChunks).toBe(3);
    expect(problems.map((problem) => problem.code).sort()).toEqual(['damaged', 'missing']);
  });
});

describe('a damaged chunk that was found', () => {
  async function damageAndFind(): Promise<void> {
    volume.write({ offset: 0, length: 2 * mib, filling: 'random' });
    await on.store.createBackup({ backupId: 'b1', source: volume });
    const [path = ''] = await pathsOf('chunks');
    await truncate(path, 100);
    expect(await outcome()).toBe('damaged');
  }

  it('is stored anew by the next full backup, even of a later process', async () => {
    await damageAndFind();
    const later = await on.reopen();
    const summary = await later.createBackup({ backupId: 'b2', source: volume });
    expect(summary).toMatchObject({ newChunks: 1, reusedChunks: 1 });
    expect(await outcome()).toBe('right');
    await later.deleteBackup('b1');
    await later.deleteBackup('b2');
    expect(await later.usedBytes()).toBe(0);
  });

  it('is read and stored anew by the next increment', async () => {
    await damageAndFind();
    const since = { parentId: 'b1', changed: [] };
    const summary = await on.store.createBackup({ backupId: 'b2', source: volume, since });
    expect(summary).toMatchObject({ newChunks: 1, inheritedChunks: 1 });
    expect(await outcome()).toBe('right');
  });

  it('leaves nothing behind when its backup is deleted', async () => {
    await damageAndFind();
    await on.store.deleteBackup('b1');
    expect(await on.store.usedBytes()).toBe(0);
  });
});

describe('a damaged manifest', () => {
  beforeEach(async () => {
    volume.write({ offset: 0, length: mib, filling: 'random' });
    await on.store.createBackup({ backupId: 'b1', source: volume });
    volume.write({ offset: mib, length: mib, filling: 'random' });
    await on.store.createBackup({ backupId: 'b2', source: volume });
    await truncate(join(on.folder, 'backups', 'b1', 'b1'), 60);
  });

  it('keeps others from giving up chunks that it may share, and says which to delete', async () => {
    await expect(on.store.deleteBackup('b2')).rejects.toMatchObject({
      code: 'damaged',
      message: expect.stringContaining('Delete backup b1, then try again.'),
    });
    expect(await pathsOf('chunks')).toHaveLength(2);
    expect(await on.store.listBackups()).toEqual(['b1']);
    await on.store.deleteBackup('b1');
    expect(await on.store.deleteBackup('b2')).toEqual({ existed: false, removedChunks: 0 });
    expect(await on.store.usedBytes()).toBe(0);
  });

  it('can be deleted, with the chunks that it alone had', async () => {
    expect((await on.store.deleteBackup('b1')).existed).toBe(true);
    expect((await restored(on.store, 'b2')).equals(volume.bytes)).toBe(true);
    await on.store.deleteBackup('b2');
    expect(await on.store.usedBytes()).toBe(0);
  });

  it('made by a later version is refused, not called damaged', async () => {
    const path = join(on.folder, 'backups', 'b2', 'b2');
    const body = (await readFile(path)).subarray(0, -32);
    body[4] = 2;
    await writeFile(path, Buffer.concat([body, createHash('sha256').update(body).digest()]));
    await expect(on.store.describeBackup('b2')).rejects.toMatchObject({ code: 'refused' });
  });
});
