// Laws of finding on a real engine: random things of every noun, and filters made of the values
// that they really have. What the service narrows by itself is under test here.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { catalogue } from '../../../schema/catalogue';
import { adapterOf } from '../../../provider/resources/adapters';
import type { Observed, Values } from '../../../provider/resources/adapter';
import { filterAttributes } from '../../../provider/terraform/data-sources/filter-attributes';
import { manyThings } from '../../../provider/terraform/data-sources/many-things';
import { objectFrom } from '../../../provider/terraform/schema/object-values';
import { faceOf } from '../../../provider/terraform/schema/resource-face';
import { freshFolder } from '../../engine/running-engine';
import { Stage } from '../../provider/stage';
import { passes, valueOf } from './finding-model';

const things = new Map<string, Observed[]>();
const seed = Date.now() % 2 ** 31;
let stage: Stage;

const names = ['data', 'None', '12', 'True', 'in:a,b', "O'Neill", 'a b', '{}', 'é', 'web-1'];
const inputsOf: Readonly<Record<string, (volumeIds: readonly string[]) => fc.Arbitrary<Values>>> = {
  'volume-type': () =>
    fc.record({
      name: fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 8, maxLength: 8 }),
      description: text(),
      isPublic: fc.boolean(),
      extraSpecs: fc.dictionary(fc.constantFrom('own:k', 'own:l'), fc.constantFrom('1', '2')),
    }),
  volume: () =>
    fc.record({
      name: fc.constantFrom(...names),
      description: text(),
      sizeGib: fc.integer({ min: 1, max: 2 }),
      metadata: metadata(),
    }),
  snapshot: (volumeIds) => ofVolume(volumeIds),
  backup: (volumeIds) => ofVolume(volumeIds),
  image: () =>
    fc.record({
      name: fc.constantFrom(...names),
      minDiskGib: fc.integer({ min: 0, max: 1 }),
      visibility: fc.constantFrom('private', 'shared', 'community', 'public'),
      tags: fc.subarray(['x', 'y']),
      properties: metadata(),
    }),
};

const text = () => fc.constantFrom('', 'one', 'two');
const metadata = () => fc.dictionary(fc.constantFrom('k', "l'"), fc.constantFrom('1', 'v w', '"'));
const ofVolume = (volumeIds: readonly string[]) =>
  fc.record({
    name: fc.constantFrom(...names),
    description: text(),
    volumeId: fc.constantFrom(...volumeIds),
    metadata: metadata(),
  });

beforeAll(async () => {
  stage = await Stage.open();
  const filePath = join(await freshFolder(), 'disk.img');
  await writeFile(filePath, randomBytes(1 << 12));
  for (const { noun } of catalogue) {
    const adapter = adapterOf(noun);
    const volumeIds = (things.get('volume') ?? []).map(({ id }) => id);
    const inputs = inputsOf[noun]?.(volumeIds);
    if (!inputs) throw new Error(`this test makes no ${noun}: tell it how`);
    const source = noun === 'image' ? { filePath } : {};
    const samples = fc.sample(inputs, { numRuns: 8, seed });
    for (const values of samples) await stage.make(adapter, { ...values, ...source });
    const all: Observed[] = [];
    for await (const { id } of adapter.list(stage.scope, {})) {
      const shown = await adapter.observe(stage.scope, id);
      if (shown) all.push(shown);
    }
    things.set(noun, all);
  }
});

afterAll(() => stage.close());

it.each(catalogue.map(({ noun }) => noun))('finds exactly what is as asked: %s', async (noun) => {
  const adapter = adapterOf(noun);
  const face = faceOf(adapter);
  const all = things.get(noun) ?? [];
  expect(all.length).toBeGreaterThanOrEqual(8);
  const filters = filterAttributes(face, 'narrowing');
  const asked = fc
    .tuple(fc.constantFrom(...all), fc.subarray(filters, { minLength: 1, maxLength: 3 }))
    .map(([one, chosen]) =>
      chosen.map(({ field }) => [field.name, valueOf(one, field.name)] as const),
    )
    .map((pairs) => pairs.filter(([, value]) => value !== undefined && value !== null));
  const found = { none: 0, some: 0 };
  await fc.assert(
    fc.asyncProperty(asked, async (pairs) => {
      const config = objectFrom(filters, Object.fromEntries(pairs));
      const { ids } = await manyThings(face).read(stage.session, config);
      const expected = all.filter((one) =>
        pairs.every(([name, wanted]) => passes(valueOf(one, name), wanted)),
      );
      expect([...(ids as string[])].sort()).toEqual(expected.map(({ id }) => id).sort());
      found[expected.length < all.length ? 'some' : 'none'] += 1;
    }),
    { numRuns: 40, seed },
  );
  // Filters that never leave anything out would prove nothing.
  expect(found.some).toBeGreaterThan(5);
});
