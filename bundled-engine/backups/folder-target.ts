// Backups in a folder of this machine: one file an object, spread over subfolders by the first
// two characters of its name. Invariant: a file is written under `incoming/` and renamed, so a
// reader never meets half an object; put() and settle() return only when file and folder entries
// are on disk. One process uses a folder at a time: whoever wires the target holds a lock on it.
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { dropCache } from '../host/drop-cache';
import { syncFile } from '../host/files';
import { watchFileSystem } from '../host/sync-file-system';
import type { FileSystemWatch } from '../host/sync-file-system';
import {
  BackupError,
  errnoOf,
  isBackupError,
  messageOf,
  type BackupErrorCode,
} from './backup-error';
import { assertKey, type BackupTarget } from './target';
import { mapInOrder } from './map-in-order';

const incoming = 'incoming';
const syncsAtOnce = 4;

const codeOfErrno: Readonly<Record<string, BackupErrorCode>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
};

const adviceOf: Readonly<Record<BackupErrorCode, string>> = {
  full: 'Free space there or delete backups, then try again.',
  unavailable: 'Check that the folder is mounted and writable for this user, then try again.',
  damaged: 'Check the disk, then back up again.',
  missing: '',
  refused: '',
};

/** Where a target is. */
export interface FolderTargetOptions {
  readonly folder: string;
  /** How the folder's file system is synced as a whole; given by tests of failing disks alone. */
  readonly watch?: typeof watchFileSystem;
}

/**
 * Opens (and makes, readable by its owner alone) a folder as a backup target. `folder` is an
 * absolute path; else `refused`. `unavailable` or `full` where it cannot be made. Repeatable.
 */
export async function folderTarget(options: FolderTargetOptions): Promise<BackupTarget> {
  const { folder, watch = watchFileSystem } = options;
  if (!isAbsolute(folder)) {
    throw new BackupError(
      'refused',
      `Could not open the backup folder ${JSON.stringify(folder)}: it is a relative path. ` +
        'Give an absolute path.',
    );
  }
  const target = new FolderTarget(folder, watch);
  await target.makeFolders();
  return target;
}

class FolderTarget implements BackupTarget {
  readonly name: string;
  readonly #root: string;
  readonly #watchFileSystem: typeof watchFileSystem;
  /** Tells files that this process writes from those that a killed one left. */
  readonly #session = randomBytes(8).toString('hex');
  #fileNumber = 0;
  #unsettled = new Set<string>();
  /** Files whose sync failed: the kernel may forget the loss, so a later sync proves nothing. */
  readonly #lost = new Set<string>();
  #settling: Promise<void> = Promise.resolve();
  /** Made before the first staged write, so that no loss since then goes unseen. */
  #watch: Promise<FileSystemWatch | null> | undefined;
  /** How often a sync has failed: what is written while one fails counts as lost too. */
  #failures = 0;

  constructor(root: string, watch: typeof watchFileSystem) {
    this.#root = root;
    this.#watchFileSystem = watch;
    this.name = `folder ${root}`;
  }

  async makeFolders(): Promise<void> {
    await this.#doing('open', this.#root, () =>
      mkdir(join(this.#root, incoming), { recursive: true, mode: 0o700 }),
    );
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const path = this.#pathOf(key);
    await this.#doing('store', key, async () => {
      await this.#publish(path, bytes, true);
      await this.#syncFolders([path]);
    });
    this.#unsettled.delete(path);
    this.#lost.delete(path);
  }

  async stage(key: string, bytes: Uint8Array): Promise<void> {
    const path = this.#pathOf(key);
    const failuresBefore = this.#failures;
    await this.#doing('store', key, async () => {
      await this.#watched();
      await this.#publish(path, bytes, false);
      await this.#watched();
    });
    if (this.#failures === failuresBefore) this.#lost.delete(path);
    else this.#lost.add(path);
    this.#unsettled.add(path);
  }

  /** Again after the write: a settle may have taken the watch that was there before. */
  #watched(): Promise<FileSystemWatch | null> {
    this.#watch ??= this.#watchFileSystem(this.#root).catch((error: unknown) => {
      this.#watch = undefined;
      throw error;
    });
    return this.#watch;
  }

  /** Calls queue up, so that each one's promise covers what another is still syncing. */
  async settle(): Promise<void> {
    const mine = this.#settling.then(() => this.#settleNow());
    this.#settling = mine.catch(() => undefined);
    await mine;
  }

  async get(key: string): Promise<Uint8Array | null> {
    const path = this.#pathOf(key);
    return this.#doing('read', key, () => ifThere(readFile(path)));
  }

  async has(key: string): Promise<boolean> {
    const path = this.#pathOf(key);
    return (await this.#doing('look up', key, () => ifThere(stat(path)))) !== null;
  }

  async remove(key: string): Promise<void> {
    const path = this.#pathOf(key);
    await this.discard(key);
    await this.#doing('remove', key, () => ifThere(syncFile(dirname(path))));
  }

  async discard(key: string): Promise<void> {
    const path = this.#pathOf(key);
    await this.#doing('remove', key, () => rm(path, { force: true }));
    this.#unsettled.delete(path);
    this.#lost.delete(path);
  }

  async *list(prefix: string): AsyncGenerator<string> {
    const folder = prefix.replace(/\/$/, '');
    for (const group of await this.#entries(folder)) {
      for (const name of await this.#entries(join(folder, group))) yield `${folder}/${name}`;
    }
  }

  async usedBytes(): Promise<number> {
    let bytes = 0;
    for (const prefix of await this.#entries('.')) {
      if (prefix === incoming) continue;
      for await (const key of this.list(prefix)) {
        const found = await this.#doing('measure', key, () => ifThere(stat(this.#pathOf(key))));
        bytes += found?.size ?? 0;
      }
    }
    return bytes;
  }

  async sweep(): Promise<void> {
    for (const name of await this.#entries(incoming)) {
      if (name.startsWith(this.#session)) continue;
      const path = join(this.#root, incoming, name);
      await this.#doing('remove', path, () => rm(path, { force: true }));
    }
  }

  #pathOf(key: string): string {
    assertKey(key);
    const [prefix = '', name = ''] = key.split('/');
    return join(this.#root, prefix, name.slice(0, 2), name);
  }

  async #entries(folder: string): Promise<string[]> {
    const path = join(this.#root, folder);
    return (await this.#doing('list', path, () => ifThere(readdir(path)))) ?? [];
  }

  async #publish(path: string, bytes: Uint8Array, synced: boolean): Promise<void> {
    this.#fileNumber += 1;
    const draft = join(this.#root, incoming, `${this.#session}-${this.#fileNumber}`);
    try {
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        if (synced) await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path).catch(async (error: unknown) => {
        if (errnoOf(error) !== 'ENOENT') throw error;
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await rename(draft, path);
      });
    } catch (error) {
      // The first failure is the one to tell; a draft that stays is swept later.
      await rm(draft, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  async #settleNow(): Promise<void> {
    const paths = [...this.#unsettled];
    this.#unsettled = new Set();
    const watch = this.#watch;
    this.#watch = undefined;
    await this.#doing('settle', this.#root, async () => {
      const whole = (await watch) ?? null;
      if (whole === null) await this.#syncEach(paths);
      else await this.#syncWhole(whole, paths);
      // A backup is written and then hardly ever read.
      const dropping = mapInOrder(paths, { width: syncsAtOnce }, dropCache);
      for await (const _ of dropping);
    });
    const [lost] = this.#lost;
    if (lost === undefined) return;
    throw new BackupError(
      'unavailable',
      `Could not make ${this.#lost.size} objects durable in ${this.name}, among them ${lost}: ` +
        'the disk did not take them. Check the disk, then back up again.',
    );
  }

  async #syncEach(paths: readonly string[]): Promise<void> {
    const syncing = mapInOrder(paths, { width: syncsAtOnce }, (path) => this.#syncFile(path));
    for await (const _ of syncing);
    await this.#syncFolders(paths);
  }

  /**
   * Hundreds of files and their folders in one call: each by itself costs a commit of the journal.
   */
  async #syncWhole(watch: FileSystemWatch, paths: readonly string[]): Promise<void> {
    try {
      await watch.sync();
    } catch {
      this.#failures += 1;
      for (const path of paths) this.#lost.add(path);
    } finally {
      await watch.close();
    }
  }

  async #syncFile(path: string): Promise<void> {
    try {
      await syncFile(path);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return;
      // Not removed meanwhile: lost.
      this.#failures += 1;
      this.#lost.add(path);
    }
  }

  async #syncFolders(paths: readonly string[]): Promise<void> {
    const folders = new Set<string>();
    for (const path of paths) {
      folders.add(dirname(path));
      folders.add(dirname(dirname(path)));
    }
    if (folders.size > 0) folders.add(this.#root);
    for (const folder of folders) await syncFile(folder);
  }

  async #doing<T>(verb: string, what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isBackupError(error)) throw error;
      const errno = errnoOf(error) ?? '';
      // A sector that cannot be read is a damaged object; any other failure is the target's own.
      const isLost = verb === 'read' && errno === 'EIO';
      const code = isLost ? 'damaged' : (codeOfErrno[errno] ?? 'unavailable');
      throw new BackupError(
        code,
        `Could not ${verb} ${what} in ${this.name}: ${messageOf(error)}. ${adviceOf[code]}`,
        { details: { key: what }, cause: error },
      );
    }
  }
}

async function ifThere<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}
