// Finds out by trying whether a folder's file system lets files share blocks, and tells where they
// lie: file systems differ by version, options and mount, so no list of names would be true.
// Invariant: a yes was seen to work in this folder; nothing is left behind.
import { open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cloneOrCopy } from '../host/copy-file';
import { halfNameFor } from '../host/files';
import { changedExtents } from '../host/shared-extents';

/** What files of a folder can share. */
export interface Sharing {
  /** Clones in constant time. */
  readonly clones: boolean;
  /** Telling what changed between a file and its clone. */
  readonly checkpoints: boolean;
}

const nothingShared: Sharing = { clones: false, checkpoints: false };
const probeBytes = 64 * 1024;

/** Tries a real clone in the folder; `neverClone` answers no without trying. */
export async function findSharing(folder: string, neverClone: boolean): Promise<Sharing> {
  if (neverClone) return nothingShared;
  const original = halfNameFor(join(folder, 'probe'));
  const copy = halfNameFor(join(folder, 'probe'));
  try {
    await writeFile(original, Buffer.alloc(probeBytes, 1), { flag: 'wx', mode: 0o600 });
    const { how } = await cloneOrCopy(original, copy);
    if (how === 'copied') return nothingShared;
    return { clones: true, checkpoints: await tellsChanges(original, copy) };
  } finally {
    for (const path of [original, copy]) await rm(path, { force: true });
  }
}

async function tellsChanges(original: string, copy: string): Promise<boolean> {
  const base = await open(original, 'r');
  try {
    const current = await open(copy, 'r');
    const changed = await changedExtents(base, current).finally(() => current.close());
    return changed !== null && changed.length === 0;
  } finally {
    await base.close();
  }
}
