// Keeps running backups and running removals from hurting each other without making either wait for
// the other's end. A backup pins every chunk before it relies on it; a removal leaves pinned chunks
// alone. Invariant: no chunk is removed that a manifest, finished or about to be written, names.
import { ChunkSet } from './chunk-set';
import { KeyedLock } from '../host/keyed-lock';

/** Pins and locks of one target, within the one process that uses it. */
export class ChunkGuard {
  readonly #pins = new Set<ChunkSet>();
  /** Pins of backups that were finished while a removal ran that has not seen their manifests. */
  readonly #lingering = new Set<ChunkSet>();
  readonly #locks = new KeyedLock();
  #isRemoving = false;

  /** A set whose members are safe from removal until it is released. Add to it before looking. */
  pins(): ChunkSet {
    const pins = new ChunkSet();
    this.#pins.add(pins);
    return pins;
  }

  /** Ends pins(). Call it when the manifest is written, or when there will be none. Repeatable. */
  release(pins: ChunkSet): void {
    if (this.#pins.delete(pins) && this.#isRemoving) this.#lingering.add(pins);
  }

  /** Whether somebody relies on the chunk now. */
  isPinned(hash: Buffer): boolean {
    for (const pins of this.#pins) if (pins.has(hash)) return true;
    for (const pins of this.#lingering) if (pins.has(hash)) return true;
    return false;
  }

  /** Looking for, storing or removing one chunk: one at a time for each hash. */
  withChunk<T>(hash: Buffer, work: () => Promise<T>): Promise<T> {
    return this.#locks.run([hash.toString('hex')], work);
  }

  /** Runs a removal, from reading manifests to removing chunks; one at a time. */
  removing<T>(work: () => Promise<T>): Promise<T> {
    return this.#locks.run(['removing'], async () => {
      this.#isRemoving = true;
      try {
        return await work();
      } finally {
        this.#isRemoving = false;
        this.#lingering.clear();
      }
    });
  }
}
