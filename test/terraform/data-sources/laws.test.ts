// Laws of data sources for every noun: random things, random filters, and a model of finding that
// is written down a second time here.
import * as fc from 'fast-check';
import { catalogue } from '../../../schema/catalogue';
import type { Session } from '../../../provider/reconcile';
import type { Connection } from '../../../provider/client/connection';
import { adapterOf } from '../../../provider/resources/adapters';
import type { Observed } from '../../../provider/resources/adapter';
import { filterAttributes } from '../../../provider/terraform/data-sources/filter-attributes';
import { manyThings, pluralOf } from '../../../provider/terraform/data-sources/many-things';
import { oneThing } from '../../../provider/terraform/data-sources/one-thing';
import { objectFrom } from '../../../provider/terraform/schema/object-values';
import type { TfObject, TfValue } from '../../../provider/terraform/values/tf-value';
import { nothing, passes, valueOf } from './finding-model';
import { fewValues, inMemory, someThings } from './memory-adapter';

const session: Session = {
  // Things in memory need no connection; the type alone asks for one.
  connection: {} as Connection,
  isCallerAlive: async () => true,
  claims: undefined as never,
  warn: () => undefined,
};

describe.each(catalogue.map(({ noun }) => noun))('%s', (noun) => {
  const adapter = adapterOf(noun);
  const face = inMemory(adapter, []);
  const filters = filterAttributes(face, 'narrowing');
  const asked = fc
    .subarray(filters, { maxLength: 3 })
    .chain((chosen) =>
      fc.record(Object.fromEntries(chosen.map(({ field }) => [field.name, fewValues(field.kind)]))),
    );
  const configOf = (wanted: Record<string, unknown>): TfObject => objectFrom(filters, wanted);
  const hidden = adapter.model.outputs.slice(0, 2).map(({ name }) => name);

  it('finds exactly what is as asked, in a list', async () => {
    await fc.assert(
      fc.asyncProperty(someThings(adapter), asked, fc.boolean(), async (things, wanted, hides) => {
        const source = manyThings(inMemory(adapter, things, hides ? hidden : []));
        const state = await source.read(session, configOf(wanted));
        const names = Object.keys(wanted);
        const expected = things.filter((one) =>
          names.every((name) => passes(valueOf(one, name), wanted[name])),
        );
        expect([...(state['ids'] as string[])].sort()).toEqual(expected.map(({ id }) => id).sort());
        const plural = state[pluralOf(noun).replaceAll('-', '_')] as TfObject[];
        expect(plural.map(({ id }) => id)).toEqual(state['ids']);
      }),
    );
  });

  it('gives the one that is as asked, or says how many there are', async () => {
    await fc.assert(
      fc.asyncProperty(someThings(adapter), asked, async (things, wanted) => {
        const names = Object.keys(wanted);
        const expected = things.filter((one) =>
          names.every((name) => passes(valueOf(one, name), wanted[name])),
        );
        const config = configOf(wanted);
        const read = oneThing(inMemory(adapter, things, hidden)).read(session, config);
        const [only] = expected;
        if (!only) await expect(read).rejects.toThrow(/^No .* is as asked/);
        else if (expected.length > 1) {
          await expect(read).rejects.toThrow(`${expected.length} are as asked, expected one`);
        } else {
          const state = await read;
          expect(state['id']).toBe(only.id);
          for (const [name, written] of Object.entries(config)) {
            if (written !== null) expect(state[name]).toEqual(written);
          }
        }
      }),
    );
  });

  it('gives every attribute a value that Terraform knows, and all that is told', async () => {
    await fc.assert(
      fc.asyncProperty(someThings(adapter), async (things) => {
        const [one] = things;
        if (!one) return;
        const source = oneThing(inMemory(adapter, things));
        const state = await source.read(session, { id: one.id });
        expect(Object.keys(state).sort()).toEqual(source.attributes.map(({ name }) => name).sort());
        for (const { name, field } of source.attributes) {
          const live = valueOf(one, field.name);
          if (name !== 'id') expect(nothing(state[name])).toBe(nothing(live));
        }
      }),
    );
  });

  it('puts the newest or the oldest first, the same at each reading', async () => {
    if (!adapter.model.outputs.some(({ name }) => name === 'createdAt')) return;
    await fc.assert(
      fc.asyncProperty(someThings(adapter), fc.boolean(), async (things, isNewest) => {
        const config = { most_recent: isNewest };
        const ids = async (all: readonly Observed[]): Promise<TfValue> =>
          (await manyThings(inMemory(adapter, all)).read(session, config))['ids'] ?? null;
        const order = (await ids(things)) as string[];
        expect(await ids([...things].reverse())).toEqual(order);
        const moments = order.map((id) =>
          String(things.find((one) => one.id === id)?.outputs['createdAt']),
        );
        const sorted = [...moments].sort();
        expect(moments).toEqual(isNewest ? sorted.reverse() : sorted);
        const few = await manyThings(inMemory(adapter, things)).read(session, {
          ...config,
          limit: 2,
        });
        expect(few['ids']).toEqual(order.slice(0, 2));
      }),
    );
  });

  it('refuses no value that is not known, and no block that asks for nothing', () => {
    for (const source of [oneThing(face), manyThings(face)])
      expect(source.problems({})).toEqual([]);
  });
});
