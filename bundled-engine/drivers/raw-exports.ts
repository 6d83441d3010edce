// Gives hosts a raw volume as a file: a second name (hard link) of the volume's own file, so that
// ending the export takes the name away and never the bytes. Invariants: the name and the volume
// are one file, which grows for both; a name is only there while the volume is exported, or was
// when the engine died.
import { link, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../host/error-facts';
import { makePrivateFolder, removeIfThere } from '../host/files';
import type { VolumeExport } from './driver';

/** Names the volume's file in the pool's export folder; the same name every time. Repeatable. */
export async function linkExport(
  poolFolder: string,
  volume: { readonly volumeId: string; readonly path: string },
): Promise<VolumeExport> {
  await makePrivateFolder(folderOf(poolFolder));
  const devicePath = pathOf(poolFolder, volume.volumeId);
  try {
    await link(volume.path, devicePath);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    const [there, wanted] = await Promise.all([stat(devicePath), stat(volume.path)]);
    // Of an earlier file of this name, as a revert leaves it.
    if (there.ino !== wanted.ino) {
      await unlink(devicePath);
      await link(volume.path, devicePath);
    }
  }
  return { devicePath };
}

/** Takes the name away. Repeatable. */
export async function unlinkExport(poolFolder: string, volumeId: string): Promise<void> {
  await removeIfThere(pathOf(poolFolder, volumeId));
}

/** Takes all names away. Repeatable. */
export async function unlinkExports(poolFolder: string): Promise<void> {
  const names = await readdir(folderOf(poolFolder)).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  });
  for (const name of names) await removeIfThere(join(folderOf(poolFolder), name));
}

function folderOf(poolFolder: string): string {
  return join(poolFolder, 'exports');
}

function pathOf(poolFolder: string, volumeId: string): string {
  return join(folderOf(poolFolder), `${volumeId}.raw`);
}
