// The list of all lookups' adapters: the one place where tools that walk the catalogue find them.
// Invariant: every lookup of schema/lookup-catalogue.ts has one.
import { lookupCatalogue } from '../../schema/lookup-catalogue';
import { availabilityZonesLookup } from './availability-zones';
import { limitsLookup } from './limits';
import type { LookupAdapter } from './lookup-adapter';
import { messagesLookup } from './messages';
import { quotaLookup } from './quota';

const all: readonly LookupAdapter[] = [
  availabilityZonesLookup,
  limitsLookup,
  quotaLookup,
  messagesLookup,
];

const byName = new Map(all.map((adapter) => [adapter.model.name, adapter]));

/**
 * Every lookup, in the order of the catalogue. Throws where one has no adapter: the catalogue has
 * outgrown this list.
 */
export function lookupAdapters(): readonly LookupAdapter[] {
  return lookupCatalogue.map(({ name }) => {
    const adapter = byName.get(name);
    if (adapter) return adapter;
    throw new Error(`no adapter for the lookup ${name}: add it to provider/lookups/lookups.ts`);
  });
}
