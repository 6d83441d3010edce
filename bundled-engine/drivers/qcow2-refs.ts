// Names of volumes, snapshots and checkpoints of the qcow2 driver, and of what was let go of: one
// small file each, telling which layer shows its bytes. Invariant: a name changes from one layer to
// another in one durable move, so after a crash it tells the old layer or the new one.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { removeIfThere, sweepHalves, writeWhole } from '../host/files';
import { makePrivateFolder } from '../host/files';
import type { BytesOf, Inventory } from './driver';
import { DriverError } from './driver-error';

const folders = {
  volume: 'volumes',
  snapshot: 'snapshots',
  checkpoint: 'checkpoints',
  looseVolume: join('unmanaged', 'volumes'),
  looseSnapshot: join('unmanaged', 'snapshots'),
} as const;
const extension = '.json';
const refShape = z.object({ version: z.literal(1), layer: z.string().regex(/^[0-9a-f]{24}$/) });
const readsAtOnce = 64;
const kinds = ['volume', 'snapshot', 'checkpoint', 'looseVolume', 'looseSnapshot'] as const;

type Kind = keyof typeof folders;

/** The name of something that was let go of. */
export type LooseName = { readonly looseVolume: string } | { readonly looseSnapshot: string };

/** The name under which a volume or snapshot that was let go of is found again. */
export function looseName(kind: 'volume' | 'snapshot', name: string): LooseName {
  return kind === 'volume' ? { looseVolume: name } : { looseSnapshot: name };
}

function kindAndId(of: BytesOf | LooseName): readonly [Kind, string] {
  if ('looseVolume' in of) return ['looseVolume', of.looseVolume];
  if ('looseSnapshot' in of) return ['looseSnapshot', of.looseSnapshot];
  if ('volume' in of) return ['volume', of.volume];
  return 'snapshot' in of ? ['snapshot', of.snapshot] : ['checkpoint', of.checkpoint];
}

/** The names of one pool, held in memory and on disk. */
export class Qcow2Refs {
  readonly #folder: string;
  readonly #layers: Readonly<Record<Kind, Map<string, string>>> = {
    volume: new Map(),
    snapshot: new Map(),
    checkpoint: new Map(),
    looseVolume: new Map(),
    looseSnapshot: new Map(),
  };

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Reads all names of a pool's folder, making what folders are missing. */
  static async load(folder: string): Promise<Qcow2Refs> {
    const refs = new Qcow2Refs(folder);
    for (const kind of kinds) {
      const inside = join(folder, folders[kind]);
      await makePrivateFolder(inside);
      const names = (await readdir(inside)).filter((name) => name.endsWith(extension));
      for (let at = 0; at < names.length; at += readsAtOnce) {
        const some = names.slice(at, at + readsAtOnce);
        await Promise.all(some.map((name) => refs.#read(kind, inside, name)));
      }
    }
    return refs;
  }

  async #read(kind: Kind, inside: string, name: string): Promise<void> {
    const text = await readFile(join(inside, name), 'utf8');
    const parsed = refShape.safeParse(parseJson(text));
    if (!parsed.success) {
      // People put files of their own there.
      if (kind === 'looseVolume' || kind === 'looseSnapshot') return;
      throw new DriverError(
        'bug',
        `cannot read ${join(inside, name)}: it does not name a layer; put it right or remove it`,
        parsed.error,
      );
    }
    this.#layers[kind].set(name.slice(0, -extension.length), parsed.data.layer);
  }

  /** The layer that shows a thing's bytes, or undefined when there is no such thing. */
  find(of: BytesOf | LooseName): string | undefined {
    const [kind, id] = kindAndId(of);
    return this.#layers[kind].get(id);
  }

  /** Names a layer, in place of what the name told before. Durable when it resolves. Repeatable. */
  async set(of: BytesOf | LooseName, layer: string): Promise<void> {
    const [kind, id] = kindAndId(of);
    await writeWhole(this.#path(kind, id), `${JSON.stringify({ version: 1, layer })}\n`);
    this.#layers[kind].set(id, layer);
  }

  /**
   * Forgets a name; gives the layer that it told, undefined when it was gone. Durable, repeatable.
   */
  async remove(of: BytesOf | LooseName): Promise<string | undefined> {
    const [kind, id] = kindAndId(of);
    await removeIfThere(this.#path(kind, id));
    const layer = this.#layers[kind].get(id);
    this.#layers[kind].delete(id);
    return layer;
  }

  /** Every layer that a name tells, once for each name. */
  *layers(): Generator<string> {
    for (const map of Object.values(this.#layers)) yield* map.values();
  }

  /** Names of what was let go of, sorted. */
  looseNames(kind: 'volume' | 'snapshot'): string[] {
    const { looseVolume, looseSnapshot } = this.#layers;
    return [...(kind === 'volume' ? looseVolume : looseSnapshot).keys()].sort();
  }

  /** Ids by kind, sorted. */
  inventory(): Inventory {
    const { volume, snapshot, checkpoint } = this.#layers;
    const ids = (map: ReadonlyMap<string, string>): string[] => [...map.keys()].sort();
    return { volumes: ids(volume), snapshots: ids(snapshot), checkpoints: ids(checkpoint) };
  }

  /** Removes half-written names that a crash left. */
  async sweep(): Promise<string[]> {
    const inside = Object.values(folders).map((name) => join(this.#folder, name));
    return (await Promise.all(inside.map(sweepHalves))).flat();
  }

  #path(kind: Kind, id: string): string {
    return join(this.#folder, folders[kind], id + extension);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
