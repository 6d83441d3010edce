// A set of chunk hashes that stays small with millions of them: it keeps 53 bits of each. Two
// hashes may rarely look the same, so has() can say yes wrongly but never no: use it only where a
// wrong yes keeps a chunk that could go. Invariant: every hash that was added is found.

// A JavaScript Set holds at most 2^24 members; sixteen of them are enough for 256 TiB of chunks.
const shardCount = 16;

/** Approximate set of sha256 hashes (32 bytes each), erring towards yes. */
export class ChunkSet {
  readonly #shards = Array.from({ length: shardCount }, () => new Set<number>());

  /** Adds a hash. Repeatable. */
  add(hash: Buffer): void {
    this.#shardOf(hash).add(keyOf(hash));
  }

  /** Whether the hash was added; wrongly yes about once in 2^53 tries per member. */
  has(hash: Buffer): boolean {
    return this.#shardOf(hash).has(keyOf(hash));
  }

  #shardOf(hash: Buffer): Set<number> {
    const shard = this.#shards[hash.readUInt8(31) % shardCount];
    if (shard === undefined) throw new Error('a chunk set has a shard for every remainder');
    return shard;
  }
}

function keyOf(hash: Buffer): number {
  return hash.readUIntBE(0, 6) * 32 + (hash.readUInt8(6) >> 3);
}
