// The list of all adapters, by noun: the one place where tools that walk the catalogue find them.
// Invariant: every noun of schema/catalogue.ts has one.
import type { Adapter } from './adapter';
import { backupAdapter } from './backup';
import { imageAdapter } from './image';
import { snapshotAdapter } from './snapshot';
import { volumeAdapter } from './volume';
import { volumeTypeAdapter } from './volume-type';

const all: readonly Adapter[] = [
  volumeTypeAdapter,
  volumeAdapter,
  snapshotAdapter,
  backupAdapter,
  imageAdapter,
];

const byNoun = new Map(all.map((adapter) => [adapter.model.noun, adapter]));

/** The adapter of `noun`. Throws where there is none: the catalogue has outgrown this list. */
export function adapterOf(noun: string): Adapter {
  const adapter = byNoun.get(noun);
  if (adapter) return adapter;
  throw new Error(`no adapter for ${noun}: add it to provider/resources/adapters.ts`);
}
