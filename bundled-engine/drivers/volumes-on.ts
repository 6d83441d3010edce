// Stands before every driver: checks arguments, makes calls on the same thing serial, and refuses
// what would tear bytes that are being read or written. Invariant: a driver behind this sees only
// ids that cannot leave its folder, at most one writer a volume, and no reader beside a writer; a
// volume that a host may write to is copied only where the copy is of one moment.
import { isAbsolute } from 'node:path';
import type * as face from './driver';
import { describe, DriverError } from './driver-error';
import { KeyedLock } from '../host/keyed-lock';
import { toBytes } from './sizes';
import { assertUnmanagedName, kindOf } from './unmanaged-files';

const uuidLike = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Wraps a driver. Same promises as Driver, plus `busy` and `refused` where the header says. */
export function volumesOn(driver: face.Driver): face.Driver {
  return new VolumesOn(driver);
}

class VolumesOn implements face.Driver {
  readonly #driver: face.Driver;
  readonly #lock = new KeyedLock();
  readonly #writing = new Set<string>();
  readonly #reading = new Map<string, number>();
  readonly #exported = new Map<string, { readonly readOnly: boolean }>();

  constructor(driver: face.Driver) {
    this.#driver = driver;
  }

  get kind(): string {
    return this.#driver.kind;
  }

  get abilities(): face.Abilities {
    return this.#driver.abilities;
  }

  check(): Promise<face.Health> {
    return this.#driver.check();
  }

  capacity(): Promise<face.Capacity> {
    return this.#driver.capacity();
  }

  list(): Promise<face.Inventory> {
    return this.#driver.list();
  }

  sweep(): Promise<{ readonly removed: readonly string[] }> {
    return this.#driver.sweep();
  }

  close(): Promise<void> {
    return this.#driver.close();
  }

  createBlank(volume: face.NewVolume): Promise<void> {
    return this.#alone([{ volume: volume.id }], undefined, () => {
      toBytes(volume.sizeGib);
      return this.#driver.createBlank(volume);
    });
  }

  createFromImage(
    volume: face.NewVolume,
    image: face.ImageFile,
    options?: face.CallOptions,
  ): Promise<face.HowMade> {
    return this.#alone([{ volume: volume.id }], options, () => {
      toBytes(volume.sizeGib);
      assertPath(image.path);
      return this.#driver.createFromImage(volume, image, options);
    });
  }

  createFromVolume(
    volume: face.NewVolume,
    sourceId: string,
    options?: face.CallOptions,
  ): Promise<face.HowMade> {
    return this.#alone([{ volume: volume.id }, { volume: sourceId }], options, () => {
      toBytes(volume.sizeGib);
      this.#assertStill(sourceId);
      return this.#driver.createFromVolume(volume, sourceId, options);
    });
  }

  createFromSnapshot(
    volume: face.NewVolume,
    snapshotId: string,
    options?: face.CallOptions,
  ): Promise<face.HowMade> {
    return this.#alone([{ volume: volume.id }, { snapshot: snapshotId }], options, () => {
      toBytes(volume.sizeGib);
      return this.#driver.createFromSnapshot(volume, snapshotId, options);
    });
  }

  grow(id: string, sizeGib: number): Promise<void> {
    return this.#alone([{ volume: id }], undefined, () => {
      toBytes(sizeGib);
      if (!this.abilities.onlineGrow) this.#assertUnused(id);
      return this.#driver.grow(id, sizeGib);
    });
  }

  remove(id: string): Promise<void> {
    return this.#alone([{ volume: id }], undefined, async () => {
      if (this.#writing.has(id)) throw isWritten(id);
      await this.#driver.endExport(id);
      this.#exported.delete(id);
      await this.#driver.remove(id);
    });
  }

  createSnapshot(
    snapshotId: string,
    volumeId: string,
    options?: face.CallOptions,
  ): Promise<face.HowMade> {
    return this.#alone([{ snapshot: snapshotId }, { volume: volumeId }], options, () => {
      this.#assertStill(volumeId);
      return this.#driver.createSnapshot(snapshotId, volumeId, options);
    });
  }

  removeSnapshot(snapshotId: string): Promise<void> {
    return this.#alone([{ snapshot: snapshotId }], undefined, () =>
      this.#driver.removeSnapshot(snapshotId),
    );
  }

  revert(volumeId: string, snapshotId: string): Promise<void> {
    return this.#alone([{ volume: volumeId }, { snapshot: snapshotId }], undefined, () => {
      this.#assertUnused(volumeId);
      this.#assertNotRead(volumeId);
      return this.#driver.revert(volumeId, snapshotId);
    });
  }

  createCheckpoint(checkpointId: string, from: face.BytesOf): Promise<void> {
    return this.#alone([{ checkpoint: checkpointId }, from], undefined, () => {
      if ('volume' in from) this.#assertStill(from.volume);
      return this.#driver.createCheckpoint(checkpointId, from);
    });
  }

  removeCheckpoint(checkpointId: string): Promise<void> {
    return this.#alone([{ checkpoint: checkpointId }], undefined, () =>
      this.#driver.removeCheckpoint(checkpointId),
    );
  }

  openReader(from: face.BytesOf): Promise<face.VolumeReader> {
    return this.#alone([from], undefined, async () => {
      if ('volume' in from) this.#assertNotWritten(from.volume);
      const reader = await this.#driver.openReader(from);
      const key = keyOf(from);
      this.#reading.set(key, (this.#reading.get(key) ?? 0) + 1);
      return onceClosed(reader, () => {
        const left = (this.#reading.get(key) ?? 1) - 1;
        if (left > 0) this.#reading.set(key, left);
        else this.#reading.delete(key);
      });
    });
  }

  openWriter(volumeId: string): Promise<face.VolumeWriter> {
    return this.#alone([{ volume: volumeId }], undefined, async () => {
      this.#assertUnused(volumeId);
      this.#assertNotRead(volumeId);
      const writer = await this.#driver.openWriter(volumeId);
      this.#writing.add(volumeId);
      return onceClosed(writer, () => this.#writing.delete(volumeId));
    });
  }

  exportImage(
    from: face.BytesOf,
    to: { readonly path: string; readonly format: 'raw' | 'qcow2' },
    options?: face.CallOptions,
  ): Promise<face.HowMade> {
    return this.#alone([from], options, () => {
      if ('volume' in from) this.#assertNotWritten(from.volume);
      assertPath(to.path);
      return this.#driver.exportImage(from, to, options);
    });
  }

  startExport(
    volumeId: string,
    options: { readonly readOnly: boolean },
  ): Promise<face.VolumeExport> {
    return this.#alone([{ volume: volumeId }], undefined, async () => {
      if (!this.#exported.has(volumeId)) {
        this.#assertNotWritten(volumeId);
        this.#assertNotRead(volumeId);
      }
      const made = await this.#driver.startExport(volumeId, options);
      const { readOnly = true } = this.#exported.get(volumeId) ?? {};
      this.#exported.set(volumeId, { readOnly: readOnly && options.readOnly });
      return made;
    });
  }

  endExport(volumeId: string): Promise<void> {
    return this.#alone([{ volume: volumeId }], undefined, async () => {
      await this.#driver.endExport(volumeId);
      this.#exported.delete(volumeId);
    });
  }

  replace(volumeId: string, byVolumeId: string): Promise<void> {
    return this.#alone([{ volume: volumeId }, { volume: byVolumeId }], undefined, () => {
      for (const id of [volumeId, byVolumeId]) {
        this.#assertUnused(id);
        this.#assertNotRead(id);
      }
      return this.#driver.replace(volumeId, byVolumeId);
    });
  }

  readonly unmanaged: face.UnmanagedThings = {
    list: () => this.#driver.unmanaged.list(),
    adopt: (as, name, options) =>
      this.#withName(as, name, () => {
        options?.signal?.throwIfAborted();
        return this.#driver.unmanaged.adopt(as, name, options);
      }),
    letGo: (thing, name) =>
      this.#withName(thing, name, () => {
        if ('volume' in thing) {
          this.#assertUnused(thing.volume);
          this.#assertNotRead(thing.volume);
        }
        return this.#driver.unmanaged.letGo(thing, name);
      }),
  };

  async #withName<T>(thing: face.Managed, name: string, work: () => Promise<T>): Promise<T> {
    assertId(thing);
    assertUnmanagedName(name);
    return this.#lock.run([keyOf(thing), `unmanaged ${kindOf(thing)} ${name}`], async () => work());
  }

  async #alone<T>(
    things: readonly face.BytesOf[],
    options: face.CallOptions | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    for (const thing of things) assertId(thing);
    return this.#lock.run(things.map(keyOf), async () => {
      options?.signal?.throwIfAborted();
      return work();
    });
  }

  #assertNotWritten(volumeId: string): void {
    if (this.#exported.get(volumeId)?.readOnly === false) throw isConnected(volumeId);
    if (this.#writing.has(volumeId)) throw isWritten(volumeId);
  }

  /** For what must not happen while a host uses the volume, be it for reading alone. */
  #assertUnused(volumeId: string): void {
    if (this.#exported.has(volumeId)) throw isConnected(volumeId);
    if (this.#writing.has(volumeId)) throw isWritten(volumeId);
  }

  /** For copies: a clone of the very file is of one moment, a copy of a file in use is torn. */
  #assertStill(volumeId: string): void {
    const { clones, onlineGrow } = this.abilities;
    // Drivers that can grow a volume in use give hosts the file itself, so its clone has all bytes.
    if (clones && onlineGrow && !this.#writing.has(volumeId)) return;
    this.#assertNotWritten(volumeId);
  }

  #assertNotRead(volumeId: string): void {
    if (!this.#reading.has(keyOf({ volume: volumeId }))) return;
    throw new DriverError('busy', `volume ${volumeId} is being read: wait until that has ended`);
  }
}

function isWritten(volumeId: string): DriverError {
  return new DriverError('busy', `volume ${volumeId} is being written: wait until that has ended`);
}

function isConnected(volumeId: string): DriverError {
  return new DriverError('busy', `volume ${volumeId} is connected to a host: disconnect it first`);
}

/** The same handle, whose close() also runs `after` once, however closing ended. */
function onceClosed<T extends face.VolumeReader | face.VolumeWriter>(
  handle: T,
  after: () => void,
): T {
  const close = handle.close.bind(handle);
  let closed: Promise<void> | undefined;
  handle.close = () => (closed ??= close().finally(after));
  return handle;
}

function keyOf(of: face.BytesOf): string {
  return describe(of);
}

function assertId(of: face.BytesOf): void {
  const [id] = Object.values(of);
  if (typeof id === 'string' && uuidLike.test(id)) return;
  throw new DriverError(
    'refused',
    `cannot use ${JSON.stringify(id)} as an id: a UUID in lower case is needed`,
  );
}

function assertPath(path: string): void {
  if (isAbsolute(path) && !path.includes('\0')) return;
  throw new DriverError(
    'refused',
    `cannot use the path ${JSON.stringify(path)}: an absolute path is needed`,
  );
}
