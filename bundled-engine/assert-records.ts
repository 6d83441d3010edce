// Guards the bytes of an engine whose records are gone: a start with new records would take every
// volume and image for a leftover and sweep it away. Invariant: nothing is written or removed here.
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { engineFaults } from './engine-faults';
import { errnoOf } from './host/error-facts';

/**
 * Fails with `recordsMissing` where files of volumes, images or backups lie in the folder and its
 * records are missing or empty. Call before the records are opened, which makes them. Repeatable.
 */
export async function assertRecords(dataFolder: string, file: string): Promise<void> {
  if ((await sizeOf(file)) > 0) return;
  const pools = (await entriesOf(join(dataFolder, 'pools'))).filter((one) => one.isDirectory());
  const folders = ['images', 'backups', ...pools.map(({ name }) => join('pools', name))];
  for (const folder of folders) {
    const found = await aFileIn(join(dataFolder, folder));
    if (found !== null) throw engineFaults.recordsMissing({ file, found });
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 0;
    throw error;
  }
}

function entriesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  });
}

/** Path of any file below a folder; null where there is none. */
async function aFileIn(folder: string): Promise<string | null> {
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    const found = entry.isDirectory() ? await aFileIn(path) : path;
    if (found !== null) return found;
  }
  return null;
}
