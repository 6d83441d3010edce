// Keeps volumes as qcow2 files laid over one another, for file systems that cannot share blocks: a
// clone or snapshot freezes the volume's file as a layer and lays new empty files over it, in
// constant time. Invariants: a volume writes only into its own top layer; layers live as long as
// anything shows them, so things may be removed in any order; a name is set only once its layer is
// durable.
import { join } from 'node:path';
import { assertAbsolute, makePrivateFolder, makeWhole } from '../host/files';
import { endLeftTools } from '../host/left-tools';
import { convert, growQcow2, qemuImgMissing, qemuImgVersion } from '../host/qemu-img';
import { sweepSockets } from '../host/qemu-nbd';
import type * as face from './driver';
import { classified, describe, DriverError } from './driver-error';
import { KeyedLock } from '../host/keyed-lock';
import { admitImage, convertImage, convertOptions } from './pool';
import { folderProblems, occupiedBytes, poolCapacity } from './pool';
import { openChainReader, openLayerWriter } from './qcow2-bytes';
import { Qcow2Exports } from './qcow2-exports';
import { Qcow2Layers } from './qcow2-layers';
import { Qcow2Refs } from './qcow2-refs';
import { qcow2Unmanaged } from './qcow2-unmanaged';
import { assertFits, assertGrows, toBytes } from './sizes';
import { UnmanagedFiles } from './unmanaged-files';
import { volumesOn } from './volumes-on';

/** Where volumes lie, and how much room they may take (all of the disk unless given). */
export interface Qcow2Options {
  /** Absolute path; made if missing, private to its owner. One engine alone may use it. */
  readonly folder: string;
  readonly capacityGib?: number | undefined;
  /** In how many files a volume's bytes may lie, at most; 16 unless given, at least 3. */
  readonly maxDepth?: number | undefined;
}

const usualMaxDepth = 16;
const leastMaxDepth = 3;

/** Opens the driver behind volumesOn: makes its folders and reads names and layers. */
export async function qcow2Driver(options: Qcow2Options): Promise<face.Driver> {
  return classified(`cannot open the pool ${options.folder}`, async () => {
    await makePrivateFolder(assertAbsolute(options.folder));
    await makePrivateFolder(join(options.folder, 'run'));
    const refs = await Qcow2Refs.load(options.folder);
    const maxDepth = Math.max(leastMaxDepth, options.maxDepth ?? usualMaxDepth);
    const layers = await Qcow2Layers.load(join(options.folder, 'layers'), refs, maxDepth);
    const files = await UnmanagedFiles.open(options.folder);
    return volumesOn(new Qcow2Driver(options, { refs, layers, files }));
  });
}

interface PinnedChain {
  readonly chain: readonly string[];
  readonly path: string;
  readonly sizeBytes: number;
  readonly release: () => Promise<void>;
}

class Qcow2Driver implements face.Driver {
  readonly kind = 'qcow2';
  readonly abilities = { clones: true, onlineGrow: false, revert: true, checkpoints: true };
  readonly #options: Qcow2Options;
  readonly #refs: Qcow2Refs;
  readonly #layers: Qcow2Layers;
  readonly #exports: Qcow2Exports;
  readonly #files: UnmanagedFiles;
  readonly #lock = new KeyedLock();
  readonly unmanaged: face.UnmanagedThings;

  constructor(
    options: Qcow2Options,
    given: { refs: Qcow2Refs; layers: Qcow2Layers; files: UnmanagedFiles },
  ) {
    this.#options = options;
    this.#refs = given.refs;
    this.#layers = given.layers;
    this.#files = given.files;
    this.unmanaged = qcow2Unmanaged({ ...given, alone: (work) => this.#alone(work) });
    this.#exports = new Qcow2Exports(join(options.folder, 'run'));
  }

  async check(): Promise<face.Health> {
    const problems = [
      ...((await qemuImgVersion()) === null ? [qemuImgMissing] : []),
      ...(await folderProblems(this.#options.folder)),
      ...this.#layers.damage(),
    ];
    return { ok: problems.length === 0, problems };
  }

  capacity(): Promise<face.Capacity> {
    return classified('cannot measure the pool', async () => {
      const { folder, capacityGib } = this.#options;
      const folders = [join(folder, 'layers'), ...this.#files.folders()];
      const allocatedBytesNow = await occupiedBytes(folders);
      return poolCapacity({ folder, allocatedBytesNow, capacityGib });
    });
  }

  createBlank(volume: face.NewVolume): Promise<void> {
    return classified(`cannot create volume ${volume.id}`, async () => {
      const sizeBytes = toBytes(volume.sizeGib);
      await this.#createOnce({ volume: volume.id }, () => this.#layers.addBlank(sizeBytes));
    });
  }

  createFromImage(
    volume: face.NewVolume,
    image: face.ImageFile,
    options?: face.CallOptions,
  ): Promise<face.HowMade> {
    return classified(`cannot create volume ${volume.id} from an image`, async () => {
      const sizeBytes = toBytes(volume.sizeGib);
      if (this.#refs.find({ volume: volume.id }) !== undefined) return { how: 'copied' };
      const imageBytes = await admitImage(image, sizeBytes);
      const steps = convertOptions(imageBytes, options);
      // Outside the queue, since it may take minutes; nothing names the layer until it is whole.
      const { layer, unpin } = await this.#layers.addFilled(async (half) => {
        await convertImage(image, { path: half, format: 'qcow2' }, steps);
        if (imageBytes < sizeBytes) await growQcow2(half, sizeBytes);
      });
      await this.#alone(() => this.#refs.set({ volume: volume.id }, layer)).finally(unpin);
      return { how: 'copied' };
    });
  }

  createFromVolume(volume: face.NewVolume, sourceId: string): Promise<face.HowMade> {
    return classified(`cannot create volume ${volume.id} from volume ${sourceId}`, async () => {
      await this.#createOnce({ volume: volume.id }, async () => {
        const { sizeBytes } = await this.#layers.facts(this.#layerOf({ volume: sourceId }));
        assertFits(toBytes(volume.sizeGib), sizeBytes, `volume ${sourceId}`);
        return this.#layers.addOver(await this.#freeze(sourceId), toBytes(volume.sizeGib));
      });
      return { how: 'cloned' };
    });
  }

  createFromSnapshot(volume: face.NewVolume, snapshotId: string): Promise<face.HowMade> {
    return classified(`cannot create volume ${volume.id} from ${snapshotId}`, async () => {
      await this.#createOnce({ volume: volume.id }, async () => {
        const layer = this.#layerOf({ snapshot: snapshotId });
        const { sizeBytes } = await this.#layers.facts(layer);
        assertFits(toBytes(volume.sizeGib), sizeBytes, `snapshot ${snapshotId}`);
        return this.#layers.addOver(layer, toBytes(volume.sizeGib));
      });
      return { how: 'cloned' };
    });
  }

  grow(id: string, sizeGib: number): Promise<void> {
    return classified(`cannot grow volume ${id} to ${sizeGib} GiB`, () =>
      this.#alone(async () => {
        const layer = this.#layerOf({ volume: id });
        const { sizeBytes } = await this.#layers.facts(layer);
        assertGrows(id, { from: sizeBytes, to: toBytes(sizeGib) });
        if (sizeBytes < toBytes(sizeGib)) {
          await growQcow2(this.#layers.path(layer), toBytes(sizeGib));
        }
      }),
    );
  }

  remove(id: string): Promise<void> {
    return this.#remove({ volume: id });
  }

  createSnapshot(snapshotId: string, volumeId: string): Promise<face.HowMade> {
    return classified(`cannot create snapshot ${snapshotId} of volume ${volumeId}`, async () => {
      await this.#createOnce({ snapshot: snapshotId }, () => this.#freeze(volumeId));
      return { how: 'cloned' };
    });
  }

  removeSnapshot(snapshotId: string): Promise<void> {
    return this.#remove({ snapshot: snapshotId });
  }

  revert(volumeId: string, snapshotId: string): Promise<void> {
    return classified(`cannot revert volume ${volumeId} to ${snapshotId}`, () =>
      this.#alone(async () => {
        const now = await this.#layers.facts(this.#layerOf({ volume: volumeId }));
        const layer = this.#layerOf({ snapshot: snapshotId });
        const then = await this.#layers.facts(layer);
        const sizeBytes = Math.max(now.sizeBytes, then.sizeBytes);
        await this.#refs.set({ volume: volumeId }, await this.#layers.addOver(layer, sizeBytes));
        await this.#layers.collect();
      }),
    );
  }

  createCheckpoint(checkpointId: string, from: face.BytesOf): Promise<void> {
    return classified(`cannot create checkpoint ${checkpointId}`, () =>
      this.#createOnce({ checkpoint: checkpointId }, async () =>
        'volume' in from ? this.#freeze(from.volume) : this.#layerOf(from),
      ),
    );
  }

  removeCheckpoint(checkpointId: string): Promise<void> {
    return this.#remove({ checkpoint: checkpointId });
  }

  startExport(
    volumeId: string,
    options: { readonly readOnly: boolean },
  ): Promise<face.VolumeExport> {
    return classified(`cannot export volume ${volumeId}`, () =>
      this.#exports.start(volumeId, { ...options, pin: () => this.#pin({ volume: volumeId }) }),
    );
  }

  endExport(volumeId: string): Promise<void> {
    return classified(`cannot end the export of volume ${volumeId}`, () =>
      this.#exports.end(volumeId),
    );
  }

  openReader(from: face.BytesOf): Promise<face.VolumeReader> {
    return classified(`cannot read ${describe(from)}`, async () => {
      const { chain, sizeBytes, release } = await this.#pin(from);
      return openChainReader({
        layers: chain,
        paths: chain.map((each) => this.#layers.path(each)),
        sizeBytes,
        checkpointLayer: (id) => this.#checkpointLayer(id),
        release,
      });
    });
  }

  openWriter(volumeId: string): Promise<face.VolumeWriter> {
    return classified(`cannot write volume ${volumeId}`, async () => {
      const { path, release } = await this.#pin({ volume: volumeId });
      return openLayerWriter({ path, runFolder: join(this.#options.folder, 'run'), release });
    });
  }

  exportImage(
    from: face.BytesOf,
    to: { readonly path: string; readonly format: 'raw' | 'qcow2' },
    options?: face.CallOptions,
  ): Promise<face.HowMade> {
    return classified(`cannot export ${describe(from)} as ${to.format}`, async () => {
      const { path, sizeBytes, release } = await this.#pin(from);
      const steps = convertOptions(sizeBytes, options);
      await makeWhole(to.path, (half) =>
        convert({ path, format: 'qcow2' }, { path: half, format: to.format }, steps),
      ).finally(release);
      return { how: 'copied' };
    });
  }

  replace(volumeId: string, byVolumeId: string): Promise<void> {
    return classified(`cannot replace volume ${volumeId} by ${byVolumeId}`, () =>
      this.#alone(async () => {
        const by = this.#refs.find({ volume: byVolumeId });
        if (by === undefined) return void this.#layerOf({ volume: volumeId });
        await this.#refs.set({ volume: volumeId }, by);
        await this.#refs.remove({ volume: byVolumeId });
        await this.#layers.collect();
      }),
    );
  }

  async list(): Promise<face.Inventory> {
    return this.#refs.inventory();
  }

  sweep(): Promise<{ readonly removed: readonly string[] }> {
    return classified('cannot sweep the pool', () =>
      this.#alone(async () => {
        await endLeftTools(this.#options.folder);
        const sockets = await sweepSockets(join(this.#options.folder, 'run'));
        const names = await this.#refs.sweep();
        return { removed: [...sockets, ...names, ...(await this.#layers.sweep())] };
      }),
    );
  }

  close(): Promise<void> {
    // Readers and writers hold what else is open.
    return classified('cannot end the exports', () => this.#exports.endAll());
  }

  /**
   * Makes what the volume shows now unchangeable and gives the layer that shows it. A volume that
   * was not written to since it was laid over another already has one.
   */
  async #freeze(volumeId: string): Promise<string> {
    const top = this.#layerOf({ volume: volumeId });
    const { sizeBytes, isUntouched } = await this.#layers.facts(top);
    const lower = this.#layers.lowerOf(top);
    if (isUntouched && lower !== null) {
      const below = await this.#layers.facts(lower);
      if (below.sizeBytes === sizeBytes) return lower;
    }
    await this.#refs.set({ volume: volumeId }, await this.#layers.addOver(top, sizeBytes));
    return top;
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#lock.run(['layers'], work);
  }

  /** Names the layer that `make` gives, unless the name is there already. */
  async #createOnce(name: face.BytesOf, make: () => Promise<string>): Promise<void> {
    await this.#alone(async () => {
      if (this.#refs.find(name) === undefined) await this.#refs.set(name, await make());
    });
  }

  async #remove(name: face.BytesOf): Promise<void> {
    await classified(`cannot remove ${describe(name)}`, () =>
      this.#alone(async () => {
        if ((await this.#refs.remove(name)) !== undefined) await this.#layers.collect();
      }),
    );
  }

  /**
   * Keeps a chain as it is for use outside the queue; letting go also clears what was removed
   * meanwhile.
   */
  #pin(of: face.BytesOf): Promise<PinnedChain> {
    return this.#alone(async () => {
      const layer = this.#layerOf(of);
      const { sizeBytes } = await this.#layers.facts(layer);
      const chain = this.#layers.chain(layer);
      const unpin = this.#layers.pin(layer);
      const release = async (): Promise<void> => {
        unpin();
        await this.#alone(() => this.#layers.collect());
      };
      return { chain, path: this.#layers.path(layer), sizeBytes, release };
    });
  }

  async #checkpointLayer(id: string): Promise<{ layer: string; sizeBytes: number } | undefined> {
    const layer = this.#refs.find({ checkpoint: id });
    if (layer === undefined) return undefined;
    return { layer, sizeBytes: (await this.#layers.facts(layer)).sizeBytes };
  }

  #layerOf(of: face.BytesOf): string {
    const layer = this.#refs.find(of);
    if (layer !== undefined) return layer;
    throw new DriverError('missing', `${describe(of)} is not there: no layer has that name`);
  }
}
