// One engine a folder. The lock is the kernel's (flock on an open file), so it ends with its holder
// however that dies; the file's text only names the holder. Invariant: while one process holds a
// folder, no other call of lockFolder on it succeeds, in this process or another.
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from './error-facts';
import { makePrivateFolder, removeIfThere, writeWhole } from './files';
import { processStartedAt } from './process-start';
import { systemCalls } from './system-calls';

/** A held lock. */
export interface FolderLock {
  /** Lets go. Repeatable. */
  release(): Promise<void>;
}

/** The folder is held by another engine; `pid` is its process id where the lock names one. */
export class FolderLockedError extends Error {
  readonly folder: string;
  readonly pid: number | undefined;

  constructor(folder: string, pid: number | undefined) {
    const holder = pid === undefined ? 'another process' : `process ${pid}`;
    super(
      `cannot use the folder ${folder}: ${holder} holds its lock and one engine a folder ` +
        'is allowed; stop that engine, or give this one another folder',
    );
    this.name = 'FolderLockedError';
    this.folder = folder;
    this.pid = pid;
  }
}

interface Holder {
  readonly pid: number;
  /** Tells a living holder from another process that got its id later. */
  readonly startedAt: string | null;
}

// What flock(2) answers on file systems without it; a process-id file serves there.
const cannotLock = ['ENOLCK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'];

/**
 * Makes the folder if needed (private to its owner) and takes its lock, in a file named `name`.
 * Throws FolderLockedError when it is held. Where the platform has no flock, a file with the
 * holder's process id and start time serves, which a later engine takes over once that process is
 * gone.
 */
export async function lockFolder(folder: string, name = 'engine.lock'): Promise<FolderLock> {
  await makePrivateFolder(folder);
  const path = join(folder, name);
  const calls = await systemCalls();
  const file = await open(path, 'a+', 0o600);
  const result = calls === null ? { errno: 'ENOSYS' } : calls.lockAtOnce(file.fd);
  if ('value' in result) return heldByKernel(file);
  await file.close();
  if (cannotLock.includes(result.errno)) return lockByProcessId(folder, `${path}.pid`);
  if (result.errno === 'EAGAIN') throw new FolderLockedError(folder, (await holderOf(path))?.pid);
  throw new Error(`cannot lock the folder ${folder}: ${result.errno}`);
}

async function heldByKernel(file: FileHandle): Promise<FolderLock> {
  await file.truncate(0);
  await file.write(await aboutMe());
  let held = true;
  return {
    async release() {
      if (!held) return;
      held = false;
      // The file stays: unlinking it would let two holders lock two files of one name.
      await file.truncate(0);
      await file.close();
    },
  };
}

/**
 * The way without flock; exported for its tests. Same promise as lockFolder, as far as ids tell.
 */
export async function lockByProcessId(folder: string, path: string): Promise<FolderLock> {
  const holder = await holderOf(path);
  if (holder !== null && (await isAlive(holder))) throw new FolderLockedError(folder, holder.pid);
  await removeIfThere(path);
  try {
    const file = await open(path, 'wx', 0o600);
    await file.close();
  } catch (error) {
    const lostTheRace = errnoOf(error) === 'EEXIST';
    throw lostTheRace ? new FolderLockedError(folder, (await holderOf(path))?.pid) : error;
  }
  await writeWhole(path, await aboutMe());
  let held = true;
  return {
    async release() {
      if (held) await removeIfThere(path);
      held = false;
    },
  };
}

async function aboutMe(): Promise<string> {
  const me: Holder = { pid: process.pid, startedAt: await processStartedAt(process.pid) };
  return `${JSON.stringify(me)}\n`;
}

async function holderOf(path: string): Promise<Holder | null> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof value !== 'object' || value === null || !('pid' in value)) return null;
    if (typeof value.pid !== 'number') return null;
    const startedAt = 'startedAt' in value ? value.startedAt : null;
    return { pid: value.pid, startedAt: typeof startedAt === 'string' ? startedAt : null };
  } catch {
    return null;
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (errnoOf(error) !== 'EPERM') return false;
  }
  const startedAt = await processStartedAt(holder.pid);
  return holder.startedAt === null || startedAt === null || startedAt === holder.startedAt;
}
