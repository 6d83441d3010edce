// What the laws of drivers work with: a pool that can be opened again, ids, and a model of a
// volume's bytes. Invariant: the model is plain arithmetic on blocks, so that it cannot share a
// driver's bug.
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isDriverError, type DriverReason } from '../../bundled-engine/drivers/driver-error';
import { gibBytes } from '../../bundled-engine/drivers/sizes';
import type { BytesOf, Driver, VolumeReader } from '../../bundled-engine/drivers/driver';
import { extentBytes } from '../../bundled-engine/host/extents';

/** A pool of one driver on some folder. */
export interface DriverPool {
  readonly folder: string;
  /** Opens the driver; again after close() it finds what was there. */
  open(): Promise<Driver>;
  destroy(): Promise<void>;
}

/** The driver of the test that runs now, and its pool. */
export interface UnderTest {
  driver: Driver;
  pool: DriverPool;
}

/** How a test file gets pools of the driver under test. */
export interface DriverHarness {
  makePool(): Promise<DriverPool>;
  /** Abilities the driver must declare here. */
  readonly expected: Driver['abilities'];
  /** Runs and steps of the random stories. */
  readonly stories: { readonly runs: number; readonly steps: number };
}

/** A fresh id. */
export const newId = (): string => randomUUID();

const blockBytes = 4096;

/** The bytes of one volume, held as the blocks that are not zero. */
export class ModelVolume {
  sizeGib: number;
  readonly #blocks: Map<number, Buffer>;

  constructor(sizeGib: number, blocks: ReadonlyMap<number, Buffer> = new Map()) {
    this.sizeGib = sizeGib;
    this.#blocks = new Map(blocks);
  }

  /** The same bytes in another volume, perhaps larger. */
  copy(sizeGib = this.sizeGib): ModelVolume {
    return new ModelVolume(sizeGib, this.#blocks);
  }

  write(offset: number, bytes: Buffer): void {
    for (let done = 0; done < bytes.length;) {
      const index = Math.floor((offset + done) / blockBytes);
      const start = (offset + done) % blockBytes;
      const length = Math.min(blockBytes - start, bytes.length - done);
      const block = Buffer.from(this.block(index));
      bytes.copy(block, start, done, done + length);
      if (block.every((byte) => byte === 0)) this.#blocks.delete(index);
      else this.#blocks.set(index, block);
      done += length;
    }
  }

  zero(offset: number, lengthBytes: number): void {
    this.write(offset, Buffer.alloc(lengthBytes));
  }

  block(index: number): Buffer {
    return this.#blocks.get(index) ?? Buffer.alloc(blockBytes);
  }

  /**
   * Offsets of blocks that differ from another model's (or are not zero, without one), in bytes.
   */
  differingOffsets(other: ModelVolume = new ModelVolume(this.sizeGib)): number[] {
    const indexes = new Set([...this.#blocks.keys(), ...other.#blocks.keys()]);
    return [...indexes]
      .filter((index) => !this.block(index).equals(other.block(index)))
      .map((index) => index * blockBytes);
  }

  get dataBytes(): number {
    return this.#blocks.size * blockBytes;
  }
}

/** Fails unless a thing has exactly the model's size and bytes. */
export async function expectBytes(driver: Driver, of: BytesOf, model: ModelVolume): Promise<void> {
  await withReader(driver, of, async (reader) => {
    expect(reader.sizeBytes).toBe(model.sizeGib * gibBytes);
    const extents = await reader.dataExtents();
    const buffer = Buffer.alloc(1024 * 1024);
    for (const extent of extents) {
      for (let at = 0; at < extent.length; at += buffer.length) {
        const part = buffer.subarray(0, Math.min(buffer.length, extent.length - at));
        await reader.read(extent.offset + at, part);
        expectPart(model, extent.offset + at, part);
      }
    }
    const block = Buffer.alloc(blockBytes);
    for (const offset of model.differingOffsets()) {
      await reader.read(offset, block);
      expectPart(model, offset, block);
      const isSeen = extents.some(
        (e) => e.offset < offset + blockBytes && offset < e.offset + e.length,
      );
      if (!isSeen) throw new Error(`the data at offset ${offset} is in no data extent`);
    }
  });
}

function expectPart(model: ModelVolume, offset: number, part: Buffer): void {
  for (let at = 0; at < part.length;) {
    const index = Math.floor((offset + at) / blockBytes);
    const start = (offset + at) % blockBytes;
    const length = Math.min(blockBytes - start, part.length - at);
    const isSame = part.compare(model.block(index), start, start + length, at, at + length) === 0;
    if (!isSame) throw new Error(`bytes differ in the 4 KiB block at offset ${index * blockBytes}`);
    at += length;
  }
}

/** Opens a reader, works, and closes it whatever happens. */
export async function withReader<T>(
  driver: Driver,
  of: BytesOf,
  work: (reader: VolumeReader) => Promise<T>,
): Promise<T> {
  const reader = await driver.openReader(of);
  return work(reader).finally(() => reader.close());
}

/** Writes into a volume and its model alike, in one writer session. */
export async function writeBoth(
  driver: Driver,
  target: { readonly id: string; readonly model: ModelVolume },
  pieces: readonly { readonly offset: number; readonly bytes: Buffer }[],
): Promise<void> {
  const writer = await driver.openWriter(target.id);
  try {
    for (const { offset, bytes } of pieces) {
      await writer.write(offset, bytes);
      target.model.write(offset, bytes);
    }
  } finally {
    await writer.close();
  }
}

/** A blank volume with some bytes at its start, middle and very end, and its model. */
export async function filledVolume(
  driver: Driver,
  sizeGib = 1,
): Promise<{ id: string; model: ModelVolume }> {
  const target = { id: newId(), model: new ModelVolume(sizeGib) };
  await driver.createBlank({ id: target.id, sizeGib });
  await writeBoth(driver, target, [
    { offset: 0, bytes: patterned(300_000, 1) },
    { offset: 512 * 1024 * 1024 + 77, bytes: patterned(70_000, 2) },
    { offset: sizeGib * gibBytes - 5000, bytes: patterned(5000, 3) },
  ]);
  return target;
}

/** Bytes that tell their place apart and are never all zero. */
export function patterned(lengthBytes: number, seed: number): Buffer {
  const bytes = Buffer.alloc(lengthBytes);
  for (let at = 0; at < lengthBytes; at += 1) bytes[at] = ((at * 31 + seed * 101) % 255) + 1;
  return bytes;
}

/** Bytes of data that a thing reports. */
export async function dataBytes(driver: Driver, of: BytesOf): Promise<number> {
  return withReader(driver, of, async (reader) => extentBytes(await reader.dataExtents()));
}

/** Fails unless the call is refused by a DriverError of this reason. */
export async function expectRefusal(call: Promise<unknown>, reason: DriverReason): Promise<void> {
  const outcome = await call.then(
    () => 'it succeeded',
    (error: unknown) => (isDriverError(error) ? error.reason : error),
  );
  expect(outcome).toBe(reason);
}

/** Every file below a folder, for asserting that nothing is left. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map((e) => join(e.parentPath, e.name));
}
