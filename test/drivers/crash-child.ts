// Runs as a process of its own until it is killed: does one random thing after another to a pool,
// and notes in a journal what it begins and what was acknowledged. Arguments: kind, folder,
// journal, seed.
import { randomUUID } from 'node:crypto';
import { openSync, writeSync } from 'node:fs';
import type { Driver } from '../../bundled-engine/drivers/driver';
import { qcow2Driver } from '../../bundled-engine/drivers/qcow2';
import { rawFileDriver } from '../../bundled-engine/drivers/raw-file';

/** One thing done: which, to what new or old id, from what, and with which bytes. */
export interface Deed {
  readonly kind:
    | 'blank'
    | 'write'
    | 'snapshot'
    | 'clone'
    | 'revert'
    | 'grow'
    | 'remove'
    | 'forget'
    | 'let-go'
    | 'adopt'
    | 'replace';
  readonly id: string;
  readonly from: string;
  readonly sizeGib: number;
  readonly offset: number;
  readonly seed: number;
}

/** A line of the journal. */
export interface JournalLine {
  readonly deed: Deed;
  readonly is: 'begun' | 'done';
}

/** How many bytes a write writes; each is the deed's seed, never zero. */
export const writtenBytes = 1_500_000;

/** Opens the pool as both sides of the test do. */
export function openPool(kind: string, folder: string): Promise<Driver> {
  if (kind === 'qcow2') return qcow2Driver({ folder, maxDepth: 4 });
  return rawFileDriver({ folder, neverClone: true });
}

/** Does one thing. Repeatable for those that jobs repeat after a crash. */
export async function act(driver: Driver, deed: Deed): Promise<void> {
  const { id, from, sizeGib } = deed;
  switch (deed.kind) {
    case 'blank':
      return driver.createBlank({ id, sizeGib });
    case 'snapshot':
      return void (await driver.createSnapshot(id, from));
    case 'clone':
      return void (await driver.createFromVolume({ id, sizeGib }, from));
    case 'revert':
      return driver.revert(id, from);
    case 'grow':
      return driver.grow(id, sizeGib);
    case 'let-go':
      return driver.unmanaged.letGo({ volume: id }, `volume-${id}`);
    case 'adopt':
      return void (await driver.unmanaged.adopt({ volume: id }, `volume-${from}`));
    case 'replace':
      return driver.replace(id, from);
    case 'remove':
      return driver.remove(id);
    case 'forget':
      return driver.removeSnapshot(id);
    case 'write': {
      const writer = await driver.openWriter(id);
      await writer.write(deed.offset, Buffer.alloc(writtenBytes, deed.seed));
      await writer.zero(deed.offset + 200_000, 100_000);
      return writer.close();
    }
  }
}

async function main([kind = '', folder = '', journal = '', seed = '1']: string[]): Promise<void> {
  const driver = await openPool(kind, folder);
  const file = openSync(journal, 'a');
  const sizes = new Map<string, number>();
  const snapshots = new Map<string, number>();
  let loose: [string, number] | null = null;
  let last = Number(seed);
  // A small generator of our own, so that a seed tells the whole run.
  const random = (below: number): number =>
    (last = (last * 1_103_515_245 + 12_345) % 2 ** 31) % below;
  const pick = (map: Map<string, number>): [string, number] =>
    [...map][random(Math.max(1, map.size))] ?? ['', 0];
  for (;;) {
    const [volume, sizeGib] = pick(sizes);
    const deed = choose({
      volume,
      loose,
      another: [...sizes.keys()].find((id) => id !== volume) ?? '',
      sizeGib,
      snapshot: pick(snapshots)[0],
      count: sizes.size,
      random,
    });
    writeSync(file, `${JSON.stringify({ deed, is: 'begun' } satisfies JournalLine)}\n`);
    await act(driver, deed);
    writeSync(file, `${JSON.stringify({ deed, is: 'done' } satisfies JournalLine)}\n`);
    if (['blank', 'clone', 'grow'].includes(deed.kind)) sizes.set(deed.id, deed.sizeGib);
    if (deed.kind === 'snapshot') snapshots.set(deed.id, deed.sizeGib);
    if (deed.kind === 'adopt') sizes.set(deed.id, deed.sizeGib);
    if (deed.kind === 'replace') sizes.set(deed.id, sizes.get(deed.from) ?? 1);
    if (deed.kind === 'remove' || deed.kind === 'let-go') sizes.delete(deed.id);
    if (deed.kind === 'replace') sizes.delete(deed.from);
    loose = deed.kind === 'let-go' ? [deed.id, deed.sizeGib] : null;
    if (deed.kind === 'forget') snapshots.delete(deed.id);
  }
}

function choose(now: {
  volume: string;
  another: string;
  loose: [string, number] | null;
  sizeGib: number;
  snapshot: string;
  count: number;
  random: (below: number) => number;
}): Deed {
  const { volume, snapshot, sizeGib, random } = now;
  const offset = random(6) * 700_000;
  const seed = 1 + random(255);
  const made = { id: randomUUID(), from: volume, sizeGib, offset, seed };
  if (now.loose !== null) {
    const [from, size] = now.loose;
    return { ...made, kind: 'adopt', from, sizeGib: size };
  }
  if (now.count < 2) return { ...made, kind: 'blank', from: '', sizeGib: 1 };
  const dice = random(12);
  if (dice === 10) return { ...made, kind: 'let-go', id: volume };
  if (dice === 11) return { ...made, kind: 'replace', id: volume, from: now.another };
  if (dice < 4) return { ...made, kind: 'write', id: volume };
  if (dice < 6) return { ...made, kind: 'snapshot' };
  if (dice === 6 && snapshot !== '') return { ...made, kind: 'forget', id: snapshot };
  if (dice === 7 && sizeGib < 4) return { ...made, kind: 'grow', id: volume, sizeGib: sizeGib + 1 };
  if (now.count < 5) return { ...made, kind: 'clone' };
  return { ...made, kind: 'remove', id: volume };
}

if (require.main === module) void main(process.argv.slice(2));
