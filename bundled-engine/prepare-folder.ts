// Takes possession of a data folder: makes it, private to its owner, and locks it. Invariant: after
// this no other engine touches the folder until it is let go, and every refusal says what to do.
import { access, mkdir, open, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf, messageOf } from './host/error-facts';
import { isFault } from '../schema/kernel/fault';
import { configFileName } from './config';
import { engineFaults } from './engine-faults';
import { FolderLockedError, lockFolder } from './host/lock-folder';
import type { FolderLock } from './host/lock-folder';

/** The lock of a folder that can be written. Fails with `engineLocked` or `dataFolderUnusable`. */
export async function prepareFolder(folder: string): Promise<FolderLock> {
  try {
    await assertOurs(folder);
    await makeFolders(folder);
    const lock = await lockFolder(folder);
    try {
      await proveWritable(folder);
      return lock;
    } catch (error) {
      await lock.release();
      throw error;
    }
  } catch (error) {
    if (isFault(error)) throw error;
    if (error instanceof FolderLockedError) {
      const holder = error.pid === undefined ? 'another process' : `process ${error.pid}`;
      throw engineFaults.engineLocked({ folder, holder }, error);
    }
    throw engineFaults.dataFolderUnusable({ folder, reason: reasonOf(error) }, error);
  }
}

const ourFiles = ['engine.lock', 'records.db', configFileName];

/** The folder is made private and its leftovers are swept: it must not be somebody's home. */
async function assertOurs(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  });
  if (names.length === 0 || names.some((name) => ourFiles.includes(name))) return;
  const reason = "it holds other files and was never an engine's; an empty or new folder is needed";
  throw engineFaults.dataFolderUnusable({ folder, reason });
}

/** Level by level: node's recursive mkdir never ends in file systems such as /proc. */
async function makeFolders(folder: string): Promise<void> {
  const isThere = await access(folder).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  await makeFolders(dirname(folder));
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    if (errnoOf(error) !== 'EEXIST') throw error;
  });
}

/**
 * A lock can be had on a full or read-only disk; a start that then fails half-way is harder to
 * read.
 */
async function proveWritable(folder: string): Promise<void> {
  const path = join(folder, '.writable');
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile('x');
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'its file system is read-only',
  ENOSPC: 'its disk is full',
  EDQUOT: 'its disk quota is used up',
  ENOENT: 'no folder can be made there',
  ENOTDIR: 'it or something above it is a file',
  EEXIST: 'a file of that name is in the way',
};

function reasonOf(error: unknown): string {
  const code = errnoOf(error) ?? '';
  return reasons[code] ?? messageOf(error);
}
