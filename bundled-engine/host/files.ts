// Files that are there whole or not at all. Invariant: what these functions acknowledged survives a
// power cut (file and folder are synced), and a crash leaves at most a file whose name ends in
// ".half", which sweepHalves removes.
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readdir, rename, rm, stat, statfs, unlink } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';

const halfSuffix = '.half';

/** Refuses a path that is not absolute: tools read relative names and colons their own way. */
export function assertAbsolute(path: string): string {
  if (!isAbsolute(path) || path.includes('\0')) {
    throw new Error(`cannot use the path ${JSON.stringify(path)}: an absolute path is needed`);
  }
  return path;
}

/** A fresh name beside `path`, for a file in the making; publish() gives it its real name. */
export function halfNameFor(path: string): string {
  return `${assertAbsolute(path)}.${randomBytes(6).toString('hex')}${halfSuffix}`;
}

/**
 * Syncs a finished half file, gives it its real name (replacing what was there) and syncs the
 * folder. Durable when it resolves.
 */
export async function publish(half: string, path: string): Promise<void> {
  await syncFile(half);
  await rename(half, path);
  await syncFolder(dirname(path));
}

/**
 * Lets `make` fill a half file, then publishes it. On any failure the half file is gone.
 * Repeatable: the last one wins.
 */
export async function makeWhole<T>(path: string, make: (half: string) => Promise<T>): Promise<T> {
  const half = halfNameFor(path);
  try {
    const made = await make(half);
    await publish(half, path);
    return made;
  } catch (error) {
    await rm(half, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Writes a small file in one move, readable by the owner alone unless `mode` says otherwise. */
export async function writeWhole(path: string, text: string, mode = 0o600): Promise<void> {
  await makeWhole(path, async (half) => {
    const file = await open(half, 'wx', mode);
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
  });
}

/** Makes a file's bytes durable. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes names made, changed or removed in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  await syncFile(folder);
}

/** Whether something is at the path. */
export async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (isMissing(error)) return false;
      throw error;
    },
  );
}

/** Removes a file durably; false when it was gone already. */
export async function removeIfThere(path: string): Promise<boolean> {
  try {
    await unlink(path);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  await syncFolder(dirname(path));
  return true;
}

/** Removes the half files of a folder (not of those below it) and says which. For after a crash. */
export async function sweepHalves(folder: string): Promise<string[]> {
  const halves = (await readdir(folder)).filter((name) => name.endsWith(halfSuffix));
  for (const name of halves) await rm(join(folder, name), { force: true });
  if (halves.length > 0) await syncFolder(folder);
  return halves.map((name) => join(folder, name));
}

/** Makes a folder (and those above it) that only the owner may enter. Repeatable. */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(assertAbsolute(folder), { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
}

/** Makes an empty file that only the owner may read; one that is there keeps all it has. */
export async function makePrivateFile(path: string): Promise<void> {
  const file = await open(assertAbsolute(path), 'a', 0o600);
  await file.close();
}

/** Size and free space, in bytes, of the file system that holds a path, as its owner may use it. */
export async function spaceOf(path: string): Promise<{ totalBytes: number; freeBytes: number }> {
  const { bsize, blocks, bavail } = await statfs(path);
  return { totalBytes: bsize * blocks, freeBytes: bsize * bavail };
}

/**
 * Bytes that a file occupies on disk; 0 when it is gone. Blocks shared by reflink count each time.
 */
export async function allocatedBytes(path: string): Promise<number> {
  try {
    return (await stat(path)).blocks * 512;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
