// The qcow2 files of a pool and who needs them. Each layer lies over at most one other, as its own
// header says; a layer lives while a name, a layer over it, or an open reader needs it.
// Invariants: a layer that anything lies over is never written by a guest; what a layer shows never
// changes by what happens here; the headers are the only record, so a crash loses none.
import { randomBytes } from 'node:crypto';
import { chmod, open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf } from '../host/error-facts';
import { makePrivateFolder, makeWhole, publish, removeIfThere, sweepHalves } from '../host/files';
import { readQcow2Header, type Qcow2Header } from '../host/qcow2-header';
import { commitIntoLower, convert, createOverlay, createQcow2 } from '../host/qemu-img';
import { CommandError } from '../host/run-command';
import { DriverError } from './driver-error';
import type { Qcow2Refs } from './qcow2-refs';

const extension = '.qcow2';
const readsAtOnce = 64;
const entryBytes = 8;

/** What a layer's header tells about it. */
export interface LayerFacts {
  readonly sizeBytes: number;
  /** Whether nothing was ever written to it: it shows just what it lies over. */
  readonly isUntouched: boolean;
}

/** The layers of one pool. Calls must not overlap, addFilled() apart: the driver queues. */
export class Qcow2Layers {
  readonly #folder: string;
  readonly #refs: Qcow2Refs;
  readonly #lowerOf = new Map<string, string | null>();
  readonly #pins = new Map<string, number>();
  readonly #maxDepth: number;

  private constructor(folder: string, refs: Qcow2Refs, maxDepth: number) {
    this.#folder = folder;
    this.#refs = refs;
    this.#maxDepth = maxDepth;
  }

  /** Reads every layer's header. `maxDepth` bounds how many files a volume's bytes may lie in. */
  static async load(folder: string, refs: Qcow2Refs, maxDepth: number): Promise<Qcow2Layers> {
    await makePrivateFolder(folder);
    const layers = new Qcow2Layers(folder, refs, maxDepth);
    const names = (await readdir(folder)).filter((name) => name.endsWith(extension));
    for (let at = 0; at < names.length; at += readsAtOnce) {
      const some = names.slice(at, at + readsAtOnce);
      await Promise.all(
        some.map(async (name) => {
          const { backingFile } = await headerOf(join(folder, name));
          const lower = backingFile === null ? null : basename(backingFile, extension);
          layers.#lowerOf.set(basename(name, extension), lower);
        }),
      );
    }
    return layers;
  }

  /** Absolute path of a layer's file. */
  path(layer: string): string {
    return join(this.#folder, layer + extension);
  }

  /** The layer and all below it, top first. Fails when a file of the chain is missing. */
  chain(layer: string): string[] {
    const chain: string[] = [];
    for (let at: string | null = layer; at !== null;) {
      const lower: string | null | undefined = this.#lowerOf.get(at);
      if (lower === undefined) {
        throw new DriverError('missing', `the layer file ${this.path(at)} is not there`);
      }
      chain.push(at);
      at = lower;
    }
    return chain;
  }

  /** Reads a layer's size and whether it was ever written to. */
  async facts(layer: string): Promise<LayerFacts> {
    const header = await headerOf(this.path(layer));
    const { offset, entries } = header.firstTable;
    const file = await open(this.path(layer), 'r');
    try {
      const table = Buffer.alloc(entries * entryBytes);
      await file.read(table, 0, table.length, offset);
      return {
        sizeBytes: header.virtualSizeBytes,
        isUntouched: table.every((byte) => byte === 0),
      };
    } finally {
      await file.close();
    }
  }

  /** The layer directly below, or null. */
  lowerOf(layer: string): string | null {
    return this.#lowerOf.get(layer) ?? null;
  }

  /**
   * A new empty layer that stands alone. Name it before the next collect(), which removes it else.
   */
  async addBlank(sizeBytes: number): Promise<string> {
    return this.#adopt(await this.#make((half) => createQcow2(half, sizeBytes)), null);
  }

  /**
   * A new layer over another; makes room first when the chain is at its bound. Name it likewise.
   */
  async addOver(lower: string, sizeBytes: number): Promise<string> {
    await this.#makeRoom(lower);
    const layer = await this.#make((half) => createOverlay(half, this.path(lower), sizeBytes));
    return this.#adopt(layer, lower);
  }

  /**
   * A new layer that stands alone, filled by `fill`. May run beside other calls; it comes pinned,
   * so that none of them removes it before it has a name.
   */
  async addFilled(
    fill: (half: string) => Promise<void>,
  ): Promise<{ readonly layer: string; readonly unpin: () => void }> {
    const layer = this.#adopt(await this.#make(fill), null);
    return { layer, unpin: this.pin(layer) };
  }

  /** Keeps a layer's whole chain as it is, in names and bytes, until the returned call. */
  pin(layer: string): () => void {
    const chain = this.chain(layer);
    for (const each of chain) this.#pins.set(each, (this.#pins.get(each) ?? 0) + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      for (const each of chain) {
        const left = (this.#pins.get(each) ?? 1) - 1;
        if (left > 0) this.#pins.set(each, left);
        else this.#pins.delete(each);
      }
    };
  }

  /** Removes every layer that nothing needs any more, and says which files went. Repeatable. */
  async collect(): Promise<string[]> {
    const needed = new Set<string>();
    for (const root of [...this.#refs.layers(), ...this.#pins.keys()]) {
      for (let at: string | null = root; at !== null && !needed.has(at);) {
        needed.add(at);
        at = this.lowerOf(at);
      }
    }
    // Listed at the same moment as what is needed: a layer that comes meanwhile is not judged.
    const spare = [...this.#lowerOf.keys()].filter((layer) => !needed.has(layer));
    const removed: string[] = [];
    for (const layer of spare) {
      await removeIfThere(this.path(layer));
      this.#lowerOf.delete(layer);
      removed.push(this.path(layer));
    }
    return removed;
  }

  /** Removes half-made files, and layers that a crash left without a name. */
  async sweep(): Promise<string[]> {
    return [...(await sweepHalves(this.#folder)), ...(await this.collect())];
  }

  /** Names that tell a layer whose file, or one below it, is missing. */
  damage(): string[] {
    return [...new Set(this.#refs.layers())].flatMap((layer) => {
      try {
        this.chain(layer);
        return [];
      } catch (error) {
        return [messageOf(error)];
      }
    });
  }

  /** Makes a durable layer file under a fresh name. */
  async #make(make: (half: string) => Promise<void>): Promise<string> {
    const layer = randomBytes(12).toString('hex');
    await makeWhole(this.path(layer), async (half) => {
      await make(half);
      await chmod(half, 0o600);
    });
    return layer;
  }

  #adopt(layer: string, lower: string | null): string {
    this.#lowerOf.set(layer, lower);
    return layer;
  }

  /**
   * Shortens a chain that is at its bound: melts two layers into one, else makes it stand alone.
   */
  async #makeRoom(layer: string): Promise<void> {
    while (this.chain(layer).length >= this.#maxDepth) {
      if (!(await this.#meltOne(layer))) return this.#flatten(layer);
    }
  }

  /**
   * Melts the cheapest pair of a chain: an upper layer into a lower one that nothing else needs.
   * Until the last step only the lower file changes, and only where the upper one covers it; then
   * one rename puts it in the upper one's place. So what is shown is the same at every moment.
   */
  async #meltOne(layer: string): Promise<boolean> {
    const pairs: { upper: string; lower: string; upperBytes: number }[] = [];
    const named = new Set(this.#refs.layers());
    for (const upper of this.chain(layer)) {
      const lower = this.lowerOf(upper);
      if (lower === null || named.has(lower) || this.#pins.has(lower) || this.#pins.has(upper)) {
        continue;
      }
      if ([...this.#lowerOf.values()].filter((each) => each === lower).length > 1) continue;
      const { blocks } = await stat(this.path(upper));
      pairs.push({ upper, lower, upperBytes: blocks * 512 });
    }
    pairs.sort((a, b) => a.upperBytes - b.upperBytes);
    const cheapest = pairs[0];
    if (cheapest === undefined) return false;
    const { upper, lower } = cheapest;
    try {
      await commitIntoLower(this.path(upper));
    } catch (error) {
      // Held by a tool of an engine that died a moment ago: standing alone works as well.
      if (error instanceof CommandError && error.code === 'EBUSY') return false;
      throw error;
    }
    await publish(this.path(lower), this.path(upper));
    this.#lowerOf.set(upper, this.lowerOf(lower));
    this.#lowerOf.delete(lower);
    return true;
  }

  /** Puts a standalone copy in the layer's place: it shows the same, over nothing. */
  async #flatten(layer: string): Promise<void> {
    const path = this.path(layer);
    await makeWhole(path, async (half) => {
      await convert({ path, format: 'qcow2' }, { path: half, format: 'qcow2' });
      await chmod(half, 0o600);
    });
    this.#lowerOf.set(layer, null);
    await this.collect();
  }
}

const headBytes = 4096;
const wholeHeadBytes = 64 * 1024;

async function headerOf(path: string): Promise<Qcow2Header> {
  const file = await open(path, 'r');
  try {
    for (const lengthBytes of [headBytes, wholeHeadBytes]) {
      const head = Buffer.alloc(lengthBytes);
      const { bytesRead } = await file.read(head, 0, lengthBytes, 0);
      const header = readQcow2Header(head.subarray(0, bytesRead));
      const isWhole = header.backingFile !== null || head.readBigUInt64BE(8) === 0n;
      if (isWhole && header.virtualSizeBytes > 0) return header;
    }
  } finally {
    await file.close();
  }
  throw new DriverError('bug', `the layer file ${path} has no valid qcow2 header`);
}
