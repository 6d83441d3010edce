// What drivers that keep their bytes in a folder share: how much room there is, whether the folder
// can be used, and letting an image in. Invariant: no image reaches a tool or a volume unless its
// header passed the inspection and its disk fits.
import { access, constants, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../host/error-facts';
import { allocatedBytes, spaceOf } from '../host/files';
import { assertSafeImage, inspectImage, UnsafeImageError } from '../host/inspect-image';
import { convert, type ConvertOptions } from '../host/qemu-img';
import { CommandError } from '../host/run-command';
import type { CallOptions, Capacity, ImageFile } from './driver';
import { DriverError } from './driver-error';
import { assertFits, gibBytes } from './sizes';

/**
 * Inspects an image and gives the size of its disk; refused when unsafe, of another format than
 * declared, or larger than the volume of `volumeBytes`.
 */
export async function admitImage(image: ImageFile, volumeBytes: number): Promise<number> {
  const inspection = await inspectImage(image.path);
  try {
    assertSafeImage(image.format, inspection);
  } catch (error) {
    if (!(error instanceof UnsafeImageError)) throw error;
    throw new DriverError('refused', error.message, error);
  }
  assertFits(volumeBytes, inspection.virtualSizeBytes, 'the image');
  return inspection.virtualSizeBytes;
}

/**
 * Bytes that the files of some folders occupy. Blocks shared by reflink count once for each file.
 */
export async function occupiedBytes(folders: readonly string[]): Promise<number> {
  const perFolder = folders.map(async (folder) => {
    const names = await readdir(folder);
    const sizes = await Promise.all(names.map((name) => allocatedBytes(join(folder, name))));
    return sizes.reduce((sum, bytes) => sum + bytes, 0);
  });
  return (await Promise.all(perFolder)).reduce((sum, bytes) => sum + bytes, 0);
}

/**
 * The room of a pool: the file system's, or `capacityGib` of it when the pool was given a limit.
 * `allocatedBytesNow` is what the pool's files occupy.
 */
export async function poolCapacity(pool: {
  readonly folder: string;
  readonly allocatedBytesNow: number;
  readonly capacityGib: number | undefined;
}): Promise<Capacity> {
  const space = await spaceOf(pool.folder);
  const allocatedGib = pool.allocatedBytesNow / gibBytes;
  const diskFreeGib = space.freeBytes / gibBytes;
  if (pool.capacityGib === undefined) {
    return { totalGib: space.totalBytes / gibBytes, freeGib: diskFreeGib, allocatedGib };
  }
  const freeGib = Math.max(0, Math.min(diskFreeGib, pool.capacityGib - allocatedGib));
  return { totalGib: pool.capacityGib, freeGib, allocatedGib };
}

/** Why a folder cannot hold volumes, in sentences; empty when it can. */
export async function folderProblems(folder: string): Promise<string[]> {
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    const { freeBytes } = await spaceOf(folder);
    return freeBytes > 0 ? [] : [`the disk of ${folder} is full: free some space`];
  } catch (error) {
    return [`the folder ${folder} cannot be written: ${messageOf(error)}`];
  }
}

/** A driver call's options as a conversion of `totalBytes` takes them. */
export function convertOptions(
  totalBytes: number,
  options: CallOptions | undefined,
): ConvertOptions {
  return {
    signal: options?.signal,
    onProgress: (share) =>
      options?.onProgress?.({ doneBytes: Math.round(share * totalBytes), totalBytes }),
  };
}

/**
 * Converts an admitted image into a file of the pool. What the tool
 * cannot read counts as a damaged image: refused.
 */
export async function convertImage(
  image: ImageFile,
  to: { readonly path: string; readonly format: 'raw' | 'qcow2' },
  options: ConvertOptions,
): Promise<void> {
  const format = image.format === 'iso' ? 'raw' : image.format;
  try {
    await convert({ path: image.path, format }, to, options);
  } catch (error) {
    const isDamage = error instanceof CommandError && error.exitCode === 1;
    if (!isDamage || (error.code !== undefined && error.code !== 'EIO')) throw error;
    throw new DriverError('refused', `the image is damaged: ${error.message}`, error);
  }
}
