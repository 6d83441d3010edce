// The list of a backup's chunks: (position in the volume, hash), packed into 36 bytes a chunk,
// because a full 10 TiB volume has ten million of them. Invariant: positions rise; what is not
// listed is zeroes.

/** Bytes of one packed entry: position as 32 bits, big end first, then sha256. */
export const entryBytes = 36;
const hashBytes = 32;

/** Chunks of one backup in rising order of their position. Positions count whole chunks from 0. */
export class ChunkList {
  #bytes: Buffer;
  #length: number;

  /** Over packed entries (not copied), or empty. Throws for a length that is not whole entries. */
  constructor(packed: Buffer = Buffer.alloc(0)) {
    if (packed.length % entryBytes !== 0) throw new RangeError('a chunk list has whole entries');
    this.#bytes = packed;
    this.#length = packed.length / entryBytes;
  }

  get length(): number {
    return this.#length;
  }

  /** Adds a chunk behind all others; throws when its position is not above the last one's. */
  push(index: number, hash: Buffer): void {
    if (this.#length > 0 && this.indexAt(this.#length - 1) >= index) {
      throw new RangeError('chunks are listed in rising order');
    }
    const at = this.#length * entryBytes;
    if (at + entryBytes > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(64 * entryBytes, this.#bytes.length * 2));
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    this.#bytes.writeUInt32BE(index, at);
    hash.copy(this.#bytes, at + 4, 0, hashBytes);
    this.#length += 1;
  }

  /** Position of the entry; `entry` is below length. */
  indexAt(entry: number): number {
    return this.#bytes.readUInt32BE(entry * entryBytes);
  }

  /** Hash of the entry: a view, not a copy. */
  hashAt(entry: number): Buffer {
    return this.#bytes.subarray(entry * entryBytes + 4, (entry + 1) * entryBytes);
  }

  /** All hashes, in order of position; the same hash may come often. */
  *hashes(): Generator<Buffer> {
    for (let entry = 0; entry < this.#length; entry += 1) yield this.hashAt(entry);
  }

  /** Numbers of all entries, for indexAt and hashAt. */
  *entries(): Generator<number> {
    for (let entry = 0; entry < this.#length; entry += 1) yield entry;
  }

  /** Whether positions rise and stay below `end`. */
  isRisingBelow(end: number): boolean {
    let last = -1;
    for (let entry = 0; entry < this.#length; entry += 1) {
      const index = this.indexAt(entry);
      if (index <= last || index >= end) return false;
      last = index;
    }
    return true;
  }

  /** The packed entries: a view, not a copy. */
  packed(): Buffer {
    return this.#bytes.subarray(0, this.#length * entryBytes);
  }
}
