// The folder target: the promises of every target, and what only a folder can get wrong.
import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderTarget } from '../../bundled-engine/backups/folder-target';
import type { watchFileSystem } from '../../bundled-engine/host/sync-file-system';
import { describeTarget } from '../conformance/backup-target';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cinderkit-target-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describeTarget('folder', () => ({
  open: () => folderTarget({ folder }),
  reopen: () => folderTarget({ folder }),
  close: () => Promise.resolve(),
}));

describe('a folder target', () => {
  it('refuses a relative path', async () => {
    await expect(folderTarget({ folder: 'backups' })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('absolute path'),
    });
  });

  it('says so where no folder can be made', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(folderTarget({ folder: join(folder, 'file', 'sub') })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/Could not open .* Check that the folder/s),
    });
  });

  it('is readable by its owner alone', async () => {
    const inner = join(folder, 'new', 'target');
    const target = await folderTarget({ folder: inner });
    await target.put('chunks/abc', Buffer.from('x'));
    expect((await stat(inner)).mode & 0o777).toBe(0o700);
    expect((await stat(join(inner, 'chunks', 'ab', 'abc'))).mode & 0o777).toBe(0o600);
  });

  it('sweeps drafts of dead processes and leaves its own', async () => {
    const target = await folderTarget({ folder });
    await writeFile(join(folder, 'incoming', 'dead-1'), 'half');
    const writing = target.put('chunks/abc', Buffer.alloc(4 * 1024 * 1024));
    await target.sweep();
    await writing;
    expect(await readdir(join(folder, 'incoming'))).toEqual([]);
    expect(await target.has('chunks/abc')).toBe(true);
  });

  it('leaves no draft when it cannot publish', async () => {
    const target = await folderTarget({ folder });
    // A folder in the object's place: the draft is written, the rename fails.
    await mkdir(join(folder, 'chunks', 'ab', 'abc', 'in-the-way'), { recursive: true });
    await expect(target.put('chunks/abc', Buffer.from('x'))).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(await readdir(join(folder, 'incoming'))).toEqual([]);
  });

  it('reports objects that the disk did not take, until they are stored anew', async () => {
    const target = await folderTarget({ folder, watch: async () => null });
    await target.stage('chunks/abc', Buffer.from('x'));
    // A loop of links cannot be opened, so it cannot be synced.
    const path = join(folder, 'chunks', 'ab', 'abc');
    await rm(path);
    await symlink(path, path);
    await expect(target.settle()).rejects.toMatchObject({ code: 'unavailable' });
    await expect(target.settle()).rejects.toMatchObject({ code: 'unavailable' });
    await target.put('chunks/abc', Buffer.from('x'));
    await target.settle();
  });

  it('reports what a sync of the whole file system lost, until it is stored anew', async () => {
    const outcomes = [new Error('lost'), null];
    let open = 0;
    const watch = async (): ReturnType<typeof watchFileSystem> => {
      open += 1;
      return {
        async sync() {
          const outcome = outcomes.shift();
          if (outcome) throw outcome;
        },
        async close() {
          open -= 1;
        },
      };
    };
    const target = await folderTarget({ folder, watch });
    await target.stage('chunks/abc', Buffer.from('x'));
    await expect(target.settle()).rejects.toMatchObject({ code: 'unavailable' });
    await expect(target.settle()).rejects.toMatchObject({ code: 'unavailable' });
    await target.stage('chunks/abc', Buffer.from('x'));
    await target.settle();
    expect({ open, left: outcomes.length }).toEqual({ open: 0, left: 0 });
  });

  it('counts an object as lost that is written while a sync fails', async () => {
    let failSync = (): void => undefined;
    const syncing = new Promise<void>((_, reject) => {
      failSync = () => reject(new Error('lost'));
    });
    let goOn = (): void => undefined;
    const failed = new Promise<void>((resolve) => (goOn = resolve));
    let watches = 0;
    const watch = async (): ReturnType<typeof watchFileSystem> => {
      watches += 1;
      // The second object's look for a watch after its write waits until the sync has failed.
      if (watches === 2) await failed;
      return { sync: () => syncing, close: async () => undefined };
    };
    const target = await folderTarget({ folder, watch });
    await target.stage('chunks/first', Buffer.from('x'));
    const settling = target.settle().catch((error: unknown) => error);
    const staging = target.stage('chunks/second', Buffer.from('y'));
    failSync();
    expect(await settling).toMatchObject({ code: 'unavailable' });
    goOn();
    await staging;
    await target.remove('chunks/first');
    await expect(target.settle()).rejects.toMatchObject({ code: 'unavailable' });
  });
});
