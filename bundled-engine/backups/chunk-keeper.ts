// Puts single chunks of a source into the target: read, hash, look whether it is there, else
// compress and store. Invariant: a chunk is pinned before it is looked for, so what is found here
// stays until the manifest that names it is written.
import type { Extent } from '../host/extents';
import type { ByteSource } from './byte-source';
import { chunkBytes, chunkKey, chunkLength, chunkRoom } from './chunk-format';
import { encodeChunk, hashOf, type ChunkRoom } from './chunk-format';
import type { ChunkTask } from './chunk-plan';
import type { ChunkSet } from './chunk-set';
import { clearSuspect, type StoreParts } from './store-parts';

const zeroes = Buffer.alloc(chunkBytes);

/** How a chunk came to be in the target; `storedBytes` is what it added. */
export interface Kept {
  readonly how: 'new' | 'reused' | 'inherited';
  readonly hash: Buffer;
  readonly storedBytes: number;
}

/** The work on single chunks, with the buffers that it uses again and again. */
export class ChunkKeeper {
  readonly #parts: StoreParts;
  readonly #source: ByteSource;
  readonly #pins: ChunkSet;
  readonly #buffers: Buffer<ArrayBuffer>[] = [];
  /** Bytes read from the source so far. */
  readBytes = 0;

  constructor(parts: StoreParts, source: ByteSource, pins: ChunkSet) {
    this.#parts = parts;
    this.#source = source;
    this.#pins = pins;
  }

  /** Sees to it that the target has the chunk; `kept` is null for a chunk of zeroes. */
  async keep(task: ChunkTask): Promise<{ task: ChunkTask; kept: Kept | null }> {
    if (task.kind === 'inherit') {
      const how = { how: 'inherited', hash: task.hash, storedBytes: 0 } as const;
      if (await this.#isSafelyThere(task.hash)) return { task, kept: how };
      // The parent's chunk is damaged or gone: the source has the bytes, so the store heals.
      const offset = task.index * chunkBytes;
      const length = chunkLength(task.index, this.#source.sizeBytes);
      return { task, kept: await this.#readAndStore(task.index, [{ offset, length }]) };
    }
    return { task, kept: await this.#readAndStore(task.index, task.pieces) };
  }

  async #isSafelyThere(hash: Buffer): Promise<boolean> {
    const { guard, target } = this.#parts;
    this.#pins.add(hash);
    if ((await this.#parts.suspects()).has(hash.toString('hex'))) return false;
    return guard.withChunk(hash, () => target.has(chunkKey(hash)));
  }

  async #readAndStore(index: number, pieces: readonly Extent[]): Promise<Kept | null> {
    const room = chunkRoom(chunkLength(index, this.#source.sizeBytes), this.#buffers.pop());
    const { plain } = room;
    try {
      await this.#fill(plain, index * chunkBytes, pieces);
      if (plain.equals(zeroes.subarray(0, plain.length))) return null;
      const hash = await hashOf(plain);
      this.#pins.add(hash);
      const storedBytes = await this.#parts.guard.withChunk(hash, () => this.#store(hash, room));
      return { how: storedBytes > 0 ? 'new' : 'reused', hash, storedBytes };
    } finally {
      this.#buffers.push(Buffer.from(room.whole.buffer));
    }
  }

  async #fill(plain: Buffer, start: number, pieces: readonly Extent[]): Promise<void> {
    let filled = 0;
    for (const { offset, length } of pieces) {
      const at = offset - start;
      plain.fill(0, filled, at);
      await this.#source.read(offset, plain.subarray(at, at + length));
      this.readBytes += length;
      filled = at + length;
    }
    plain.fill(0, filled);
  }

  /**
   * Gives the bytes that it added: none when the chunk was there and is not known to be damaged.
   */
  async #store(hash: Buffer, room: ChunkRoom): Promise<number> {
    const { target } = this.#parts;
    const isSuspect = (await this.#parts.suspects()).has(hash.toString('hex'));
    if (!isSuspect && (await target.has(chunkKey(hash)))) return 0;
    const encoded = await encodeChunk(room);
    if (isSuspect) {
      // Durable before the note goes, or a power cut would hide the damage again.
      await target.put(chunkKey(hash), encoded);
      await clearSuspect(this.#parts, hash);
    } else {
      await target.stage(chunkKey(hash), encoded);
    }
    return encoded.length;
  }
}
