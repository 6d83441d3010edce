// Keeps each volume as one sparse raw file. Where the file system shares blocks (xfs, btrfs)
// clones, snapshots and reverts are reflinks in constant time; elsewhere they are copies that read
// only data. Invariants: no file depends on another, so anything may be removed in any order; a
// name appears only once its bytes are whole and durable; a snapshot's file is read-only.
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cloneOrCopy } from '../host/copy-file';
import {
  assertAbsolute,
  isThere,
  makePrivateFolder,
  makeWhole,
  publish,
  removeIfThere,
  sweepHalves,
} from '../host/files';
import { endLeftTools } from '../host/left-tools';
import { convert } from '../host/qemu-img';
import type * as face from './driver';
import { classified, describe, DriverError } from './driver-error';
import {
  admitImage,
  convertImage,
  convertOptions,
  folderProblems,
  occupiedBytes,
  poolCapacity,
} from './pool';
import { findSharing } from './find-sharing';
import { openRawReader, openRawWriter } from './raw-bytes';
import { linkExport, unlinkExport, unlinkExports } from './raw-exports';
import { rawUnmanaged } from './raw-unmanaged';
import { assertFits, assertGrows, toBytes } from './sizes';
import { UnmanagedFiles } from './unmanaged-files';
import { volumesOn } from './volumes-on';

/** Where volumes lie, and how much room they may take (all of the disk unless given). */
export interface RawFileOptions {
  /** Absolute path; made if missing, private to its owner. One engine alone may use it. */
  readonly folder: string;
  readonly capacityGib?: number | undefined;
  /** Set to copy even where blocks could be shared. */
  readonly neverClone?: boolean | undefined;
}

const kinds = { volume: 'volumes', snapshot: 'snapshots', checkpoint: 'checkpoints' } as const;
const extension = '.raw';

/**
 * Opens the driver behind volumesOn: makes its folders and finds out once what the file system can
 * do.
 */
export async function rawFileDriver(options: RawFileOptions): Promise<face.Driver> {
  return classified(`cannot open the pool ${options.folder}`, async () => {
    const folder = assertAbsolute(options.folder);
    await makePrivateFolder(folder);
    for (const name of Object.values(kinds)) await makePrivateFolder(join(folder, name));
    const shares = await findSharing(folder, options.neverClone === true);
    const abilities = { ...shares, onlineGrow: true, revert: true };
    return volumesOn(new RawFileDriver(options, abilities, await UnmanagedFiles.open(folder)));
  });
}

class RawFileDriver implements face.Driver {
  readonly kind = 'raw-file';
  readonly abilities: face.Abilities;
  readonly #options: RawFileOptions;
  readonly unmanaged: face.UnmanagedThings;
  readonly #folders: readonly string[];

  constructor(options: RawFileOptions, abilities: face.Abilities, unmanaged: UnmanagedFiles) {
    this.#options = options;
    this.abilities = abilities;
    this.unmanaged = rawUnmanaged(unmanaged, (thing) => this.#path(thing));
    const own = Object.values(kinds).map((name) => join(options.folder, name));
    this.#folders = [...own, ...unmanaged.folders()];
  }

  async check(): Promise<face.Health> {
    const problems = await folderProblems(this.#options.folder);
    return { ok: problems.length === 0, problems };
  }

  capacity(): Promise<face.Capacity> {
    return classified('cannot measure the pool', async () => {
      const { folder, capacityGib } = this.#options;
      const allocatedBytesNow = await occupiedBytes(this.#folders);
      return poolCapacity({ folder, allocatedBytesNow, capacityGib });
    });
  }

  createBlank(volume: face.NewVolume): Promise<void> {
    return classified(`cannot create volume ${volume.id}`, async () => {
      const path = this.#path({ volume: volume.id });
      if (await isThere(path)) return;
      await makeWhole(path, async (half) => {
        const file = await open(half, 'wx', 0o600);
        await file.truncate(toBytes(volume.sizeGib)).finally(() => file.close());
      });
    });
  }

  createFromImage(
    volume: face.NewVolume,
    image: face.ImageFile,
    options?: face.CallOptions,
  ): Promise<face.HowMade> {
    return classified(`cannot create volume ${volume.id} from an image`, async () => {
      const sizeBytes = toBytes(volume.sizeGib);
      const path = this.#path({ volume: volume.id });
      const isPlain = image.format === 'raw' || image.format === 'iso';
      if (await isThere(path)) return { how: isPlain ? await this.#howFrom(image.path) : 'copied' };
      const imageBytes = await admitImage(image, sizeBytes);
      if (isPlain) return this.#copy(image.path, path, { ...options, sizeBytes });
      await makeWhole(path, async (half) => {
        await convertImage(
          image,
          { path: half, format: 'raw' },
          convertOptions(imageBytes, options),
        );
        const file = await open(half, 'r+');
        await file
          .truncate(sizeBytes)
          .then(() => file.chmod(0o600))
          .finally(() => file.close());
      });
      return { how: 'copied' };
    });
  }

  createFromVolume(
    volume: face.NewVolume,
    sourceId: string,
    options?: face.CallOptions,
  ): Promise<face.HowMade> {
    return this.#createFrom(volume, { volume: sourceId }, options);
  }

  createFromSnapshot(
    volume: face.NewVolume,
    snapshotId: string,
    options?: face.CallOptions,
  ): Promise<face.HowMade> {
    return this.#createFrom(volume, { snapshot: snapshotId }, options);
  }

  grow(id: string, sizeGib: number): Promise<void> {
    return classified(`cannot grow volume ${id} to ${sizeGib} GiB`, async () => {
      const sizeBytes = toBytes(sizeGib);
      const file = await open(await this.#existing({ volume: id }), 'r+');
      try {
        const { size } = await file.stat();
        assertGrows(id, { from: size, to: sizeBytes });
        await file.truncate(sizeBytes);
        await file.sync();
      } finally {
        await file.close();
      }
    });
  }

  remove(id: string): Promise<void> {
    return this.#remove({ volume: id });
  }

  createSnapshot(
    snapshotId: string,
    volumeId: string,
    options?: face.CallOptions,
  ): Promise<face.HowMade> {
    return classified(`cannot create snapshot ${snapshotId} of volume ${volumeId}`, async () => {
      const path = this.#path({ snapshot: snapshotId });
      if (await isThere(path)) return { how: this.#usualHow() };
      const from = await this.#existing({ volume: volumeId });
      return this.#copy(from, path, { ...options, mode: 0o400 });
    });
  }

  removeSnapshot(snapshotId: string): Promise<void> {
    return this.#remove({ snapshot: snapshotId });
  }

  revert(volumeId: string, snapshotId: string): Promise<void> {
    return classified(`cannot revert volume ${volumeId} to ${snapshotId}`, async () => {
      const volumePath = await this.#existing({ volume: volumeId });
      const snapshotPath = await this.#existing({ snapshot: snapshotId });
      const { size } = await stat(volumePath);
      await this.#copy(snapshotPath, volumePath, { sizeBytes: size });
    });
  }

  createCheckpoint(checkpointId: string, from: face.BytesOf): Promise<void> {
    return classified(`cannot create checkpoint ${checkpointId}`, async () => {
      if (!this.abilities.checkpoints) {
        throw new DriverError(
          'refused',
          'cannot create a checkpoint: this file system does not tell which blocks files share',
        );
      }
      const path = this.#path({ checkpoint: checkpointId });
      if (await isThere(path)) return;
      await this.#copy(await this.#existing(from), path, { mode: 0o400 });
    });
  }

  removeCheckpoint(checkpointId: string): Promise<void> {
    return this.#remove({ checkpoint: checkpointId });
  }

  startExport(volumeId: string): Promise<face.VolumeExport> {
    return classified(`cannot export volume ${volumeId}`, async () => {
      const path = await this.#existing({ volume: volumeId });
      return linkExport(this.#options.folder, { volumeId, path });
    });
  }

  endExport(volumeId: string): Promise<void> {
    return classified(`cannot end the export of volume ${volumeId}`, () =>
      unlinkExport(this.#options.folder, volumeId),
    );
  }

  openReader(from: face.BytesOf): Promise<face.VolumeReader> {
    return classified(`cannot read ${describe(from)}`, async () =>
      openRawReader(await this.#existing(from), (checkpoint) =>
        this.abilities.checkpoints ? this.#path({ checkpoint }) : null,
      ),
    );
  }

  openWriter(volumeId: string): Promise<face.VolumeWriter> {
    return classified(`cannot write volume ${volumeId}`, async () =>
      openRawWriter(await this.#existing({ volume: volumeId })),
    );
  }

  exportImage(
    from: face.BytesOf,
    to: { readonly path: string; readonly format: 'raw' | 'qcow2' },
    options?: face.CallOptions,
  ): Promise<face.HowMade> {
    return classified(`cannot export ${describe(from)} as ${to.format}`, async () => {
      const path = await this.#existing(from);
      if (to.format === 'raw') return this.#copy(path, to.path, options ?? {});
      const steps = convertOptions((await stat(path)).size, options);
      await makeWhole(to.path, (half) =>
        convert({ path, format: 'raw' }, { path: half, format: 'qcow2' }, steps),
      );
      return { how: 'copied' };
    });
  }

  replace(volumeId: string, byVolumeId: string): Promise<void> {
    return classified(`cannot replace volume ${volumeId} by ${byVolumeId}`, async () => {
      const by = this.#path({ volume: byVolumeId });
      if (await isThere(by)) await publish(by, this.#path({ volume: volumeId }));
      else await this.#existing({ volume: volumeId });
    });
  }

  async list(): Promise<face.Inventory> {
    return classified('cannot list the pool', async () => ({
      volumes: await this.#ids(kinds.volume),
      snapshots: await this.#ids(kinds.snapshot),
      checkpoints: await this.#ids(kinds.checkpoint),
    }));
  }

  sweep(): Promise<{ readonly removed: readonly string[] }> {
    return classified('cannot sweep the pool', async () => {
      await endLeftTools(this.#options.folder);
      await unlinkExports(this.#options.folder);
      const folders = ['.', ...Object.values(kinds)].map((name) =>
        join(this.#options.folder, name),
      );
      const removed = await Promise.all(folders.map(sweepHalves));
      return { removed: removed.flat() };
    });
  }

  async close(): Promise<void> {
    // Nothing is kept open between calls.
  }

  async #createFrom(
    volume: face.NewVolume,
    from: face.BytesOf,
    options?: face.CallOptions,
  ): Promise<face.HowMade> {
    return classified(`cannot create volume ${volume.id} from ${describe(from)}`, async () => {
      const sizeBytes = toBytes(volume.sizeGib);
      const path = this.#path({ volume: volume.id });
      if (await isThere(path)) return { how: this.#usualHow() };
      const source = await this.#existing(from);
      assertFits(sizeBytes, (await stat(source)).size, describe(from));
      return this.#copy(source, path, { ...options, sizeBytes });
    });
  }

  async #copy(
    from: string,
    to: string,
    options: face.CallOptions & { readonly mode?: number; readonly sizeBytes?: number },
  ): Promise<face.HowMade> {
    const { onProgress, ...rest } = options;
    const { how } = await cloneOrCopy(from, to, {
      ...rest,
      neverClone: this.#options.neverClone,
      onProgress: (doneBytes, totalBytes) => onProgress?.({ doneBytes, totalBytes }),
    });
    return { how };
  }

  /** How a repeated call's first run must have made the volume: by then the source may be gone. */
  #usualHow(): 'cloned' | 'copied' {
    return this.abilities.clones ? 'cloned' : 'copied';
  }

  async #howFrom(imagePath: string): Promise<'cloned' | 'copied'> {
    const [image, pool] = await Promise.all([stat(imagePath), stat(this.#options.folder)]);
    return image.dev === pool.dev ? this.#usualHow() : 'copied';
  }

  async #remove(what: face.BytesOf): Promise<void> {
    await classified(`cannot remove ${describe(what)}`, () => removeIfThere(this.#path(what)));
  }

  #path(of: face.BytesOf): string {
    const { folder } = this.#options;
    if ('volume' in of) return join(folder, kinds.volume, of.volume + extension);
    if ('snapshot' in of) return join(folder, kinds.snapshot, of.snapshot + extension);
    return join(folder, kinds.checkpoint, of.checkpoint + extension);
  }

  async #existing(of: face.BytesOf): Promise<string> {
    const path = this.#path(of);
    if (await isThere(path)) return path;
    throw new DriverError('missing', `${describe(of)} is not there: ${path} was not found`);
  }

  async #ids(folder: string): Promise<string[]> {
    const names = await readdir(join(this.#options.folder, folder));
    return names
      .filter((name) => name.endsWith(extension))
      .map((name) => name.slice(0, -extension.length))
      .sort();
  }
}
