// Reading and writing a volume whose bytes lie in a chain of qcow2 files. Reading goes straight to
// where `qemu-img map` says each run lies (no process per read); writing goes through qemu-nbd,
// which owns the format: it is the one tool of qemu-utils that takes writes and zeroes at any
// place, keeps holes, and ends by itself when the engine dies. Invariant: a reader shows what the
// chain held when it was opened; the caller keeps the chain's files as they are until close().
import { open, type FileHandle } from 'node:fs/promises';
import { clipExtents, mergeExtents, type Extent } from '../host/extents';
import { mapChain, type MapEntry } from '../host/qemu-img';
import { serveQcow2 } from '../host/qemu-nbd';
import { readFully } from '../host/sparse';
import type { VolumeReader, VolumeWriter } from './driver';
import { classified, DriverError } from './driver-error';
import { assertInside } from './sizes';

/** A chain to read: its layers and their files, top first. */
export interface ChainToRead {
  readonly layers: readonly string[];
  readonly paths: readonly string[];
  readonly sizeBytes: number;
  /** The layer that a checkpoint froze, and its size; undefined when there is none. */
  checkpointLayer(
    checkpointId: string,
  ): Promise<{ readonly layer: string; readonly sizeBytes: number } | undefined>;
  /** Called once when the reader closes. */
  release(): Promise<void>;
}

/** Opens a chain for reading. Releases it when opening fails, too. */
export async function openChainReader(chain: ChainToRead): Promise<VolumeReader> {
  const files: FileHandle[] = [];
  const letGo = async (): Promise<void> => {
    for (const file of files) await file.close();
    await chain.release();
  };
  try {
    for (const path of chain.paths) files.push(await open(path, 'r'));
    const entries = await mapChain(chain.paths[0] ?? '');
    return new ChainReader(chain, files, { entries, letGo });
  } catch (error) {
    await letGo();
    throw error;
  }
}

class ChainReader implements VolumeReader {
  readonly sizeBytes: number;
  readonly #chain: ChainToRead;
  readonly #files: readonly FileHandle[];
  readonly #entries: readonly MapEntry[];
  readonly #data: readonly MapEntry[];
  readonly #letGo: () => Promise<void>;
  #closed: Promise<void> | undefined;

  constructor(
    chain: ChainToRead,
    files: readonly FileHandle[],
    rest: { readonly entries: readonly MapEntry[]; readonly letGo: () => Promise<void> },
  ) {
    this.sizeBytes = chain.sizeBytes;
    this.#chain = chain;
    this.#files = files;
    this.#entries = rest.entries;
    this.#data = rest.entries.filter((entry) => !entry.zero);
    this.#letGo = rest.letGo;
  }

  async dataExtents(): Promise<Extent[]> {
    return clipExtents(this.#data.map(toExtent), this.sizeBytes);
  }

  async changedSince(checkpointId: string): Promise<Extent[] | null> {
    const checkpoint = await this.#chain.checkpointLayer(checkpointId);
    const position = this.#chain.layers.indexOf(checkpoint?.layer ?? '');
    if (checkpoint === undefined || position < 0) return null;
    // What a layer above the checkpoint's holds was written, or zeroed, since.
    const above = this.#entries.filter((entry) => entry.depth < position).map(toExtent);
    const grown = this.sizeBytes - checkpoint.sizeBytes;
    const tail = { offset: checkpoint.sizeBytes, length: Math.max(0, grown) };
    return clipExtents(mergeExtents([...above, tail]), this.sizeBytes);
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    assertInside(this.sizeBytes, offset, into.length);
    await classified('cannot read a qcow2 volume', async () => {
      into.fill(0);
      const end = offset + into.length;
      for (let index = this.#firstAfter(offset); index < this.#data.length; index += 1) {
        const entry = this.#data[index];
        if (entry === undefined || entry.start >= end) return;
        const from = Math.max(offset, entry.start);
        const to = Math.min(end, entry.start + entry.length);
        await this.#readRun(entry, from, into.subarray(from - offset, to - offset));
      }
    });
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#letGo());
  }

  async #readRun(entry: MapEntry, from: number, into: Uint8Array): Promise<void> {
    const file = this.#files[entry.depth];
    if (file === undefined || entry.offset === undefined) {
      // Layers are written by us without compression, so their bytes lie as they are.
      throw new DriverError('bug', `cannot tell where the bytes at offset ${from} lie`);
    }
    await readFully(file, into, entry.offset + from - entry.start);
  }

  /** Index of the first data run that ends after `offset`, by halving. */
  #firstAfter(offset: number): number {
    let low = 0;
    let high = this.#data.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#data[middle];
      if (entry !== undefined && entry.start + entry.length <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function toExtent(entry: MapEntry): Extent {
  return { offset: entry.start, length: entry.length };
}

/**
 * Opens a top layer for writing. `release` is called once, when the writer closes or opening fails.
 */
export async function openLayerWriter(top: {
  readonly path: string;
  readonly runFolder: string;
  readonly release: () => Promise<void>;
}): Promise<VolumeWriter> {
  const server = await serveQcow2(top.path, top.runFolder).catch(async (error: unknown) => {
    await top.release();
    throw error;
  });
  const { client } = server;
  const what = `cannot write ${top.path}`;
  let closed: Promise<void> | undefined;
  return {
    sizeBytes: client.sizeBytes,
    async write(offset, bytes) {
      assertInside(client.sizeBytes, offset, bytes.length);
      await classified(what, () => client.write(offset, bytes));
    },
    async zero(offset, lengthBytes) {
      assertInside(client.sizeBytes, offset, lengthBytes);
      await classified(what, () => client.zero(offset, lengthBytes));
    },
    flush: () => classified(what, () => client.flush()),
    close: () => (closed ??= classified(what, () => server.close()).finally(top.release)),
  };
}
