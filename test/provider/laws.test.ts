// Laws of the pure half of reconciliation, for every noun of the catalogue and random inputs.
import * as fc from 'fast-check';
import { catalogue } from '../../schema/catalogue';
import type { FieldModel, Kind, ResourceModel } from '../../schema/kernel/describe';
import { describeResource } from '../../schema/kernel/describe';
import { changedFields, droppedKeys, ownedBy, ownsNothing } from '../../provider/reconcile-compare';
import { validate } from '../../provider/reconcile-validate';
import { nearest } from '../../provider/reconcile-wording';
import { stateOf, writtenInputs } from '../../provider/reconcile-state';
import { markerFor } from '../../provider/reconcile-marker';
import { backupAdapter } from '../../provider/resources/backup';
import { volumeAdapter } from '../../provider/resources/volume';

const models = catalogue.map((resource) => describeResource(resource));
const known = () => false;

function valueOf(kind: Kind): fc.Arbitrary<unknown> {
  switch (kind.type) {
    case 'string':
      return fc.string({ minLength: 1, maxLength: 20 });
    case 'integer':
    case 'number':
      return fc.integer({ min: 1, max: 1000 });
    case 'boolean':
      return fc.boolean();
    case 'enum':
      return fc.constantFrom(...kind.values);
    case 'map':
      return fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }), valueOf(kind.of));
    case 'list':
      return fc.array(valueOf(kind.of), { maxLength: 4 });
    case 'object':
      return fc.record(
        Object.fromEntries(Object.entries(kind.fields).map(([key, of]) => [key, valueOf(of)])),
        { requiredKeys: [] },
      );
  }
}

const inputsOf = (model: ResourceModel): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(Object.fromEntries(model.inputs.map(({ name, kind }) => [name, valueOf(kind)])), {
    requiredKeys: [],
  });

const nameOf = ({ name }: FieldModel): string => name;

describe.each(models.map((model) => [model.noun, model] as const))('%s', (_noun, model) => {
  test('what is as wanted is no change, whatever the order of keys', () => {
    fc.assert(
      fc.property(inputsOf(model), (inputs) => {
        const live = Object.fromEntries(Object.entries(inputs).reverse());
        const owned = ownedBy(model, inputs);
        expect(changedFields(model, { desired: inputs, live, owned })).toEqual([]);
      }),
    );
  });

  test('what was never written is never a change', () => {
    fc.assert(
      fc.property(inputsOf(model), (live) => {
        const service = model.inputs.filter(({ home }) => home === 'service').map(nameOf);
        const sides = { desired: {}, live, owned: ownsNothing };
        const changed = changedFields(model, sides).map(nameOf);
        expect(changed.filter((name) => service.includes(name))).toEqual([]);
      }),
    );
  });

  test('an unknown value may be a change, and is never refused', () => {
    fc.assert(
      fc.property(fc.constantFrom(...model.inputs), ({ name }) => {
        const isUnknown = (value: unknown): boolean => value === 'unknown';
        const news = { [name]: 'unknown' };
        const sides = { desired: news, live: {}, owned: ownsNothing, isUnknown };
        expect(changedFields(model, sides).map(nameOf)).toEqual([name]);
        const failures = validate(model, { news, olds: {}, isUnknown });
        expect(failures.filter(({ property }) => property.startsWith(name))).toEqual([]);
      }),
    );
  });

  test('keys of others in a map are no change and are never dropped', () => {
    const maps = model.inputs.filter(({ ownKeysOnly }) => ownKeysOnly);
    fc.assert(
      fc.property(inputsOf(model), fc.dictionary(fc.string(), fc.string()), (inputs, others) => {
        for (const { name } of maps) {
          const mine = (inputs[name] ?? {}) as Record<string, unknown>;
          const live = { ...inputs, [name]: { ...others, ...mine } };
          const sides = { desired: inputs, live, owned: ownedBy(model, inputs) };
          expect(changedFields(model, sides)).toEqual([]);
          expect(droppedKeys(name, sides)).toEqual([]);
        }
      }),
    );
  });

  test('a state gives back what was written, when the service has it', () => {
    fc.assert(
      fc.property(inputsOf(model), (inputs) => {
        const observed = { id: 'x', status: 'available', inputs, outputs: {}, marker: null };
        const state = stateOf(model, { observed, written: inputs });
        const { owned } = state.memory;
        const back = writtenInputs(model, state);
        expect(changedFields(model, { desired: inputs, live: back, owned })).toEqual([]);
        expect(Object.keys(back).every((name) => owned.names.includes(name))).toBe(true);
      }),
    );
  });

  test('a misspelt name is refused with the right one', () => {
    for (const { name } of model.inputs.filter((field) => field.name.length > 4)) {
      const typo = name.slice(0, 2) + name.slice(3);
      const failures = validate(model, { news: { [typo]: 1 }, olds: {}, isUnknown: known });
      expect(failures.find(({ property }) => property === typo)?.reason).toContain(
        `did you mean ${name}?`,
      );
    }
    expect(nearest('zzzzzzzz', model.inputs.map(nameOf))).toBeNull();
  });
});

const volume = volumeAdapter.model;
const check = (news: object, olds: object = {}) =>
  validate(volume, { news: { ...news }, olds: { ...olds }, isUnknown: known });

test('a smaller size is refused with from and to, unless the volume is replaced anyway', () => {
  expect(check({ sizeGib: 1 }, { sizeGib: 3 })).toMatchObject([
    { property: 'sizeGib', reason: expect.stringMatching(/from 3 to 1/) },
  ]);
  expect(check({ sizeGib: 1, imageId: 'b' }, { sizeGib: 3, imageId: 'a' })).toEqual([]);
  expect(check({ sizeGib: 3 }, { sizeGib: 1 })).toEqual([]);
});

test('sources exclude each other, one of them or a size is needed, outputs cannot be set', () => {
  expect(check({ imageId: 'a', snapshotId: 'b' })).toMatchObject([{ property: 'snapshotId' }]);
  expect(check({ name: 'x' })).toMatchObject([{ property: 'sizeGib' }]);
  expect(check({ sizeGib: 1, status: 'error' })).toMatchObject([
    { property: 'status', reason: expect.stringContaining('told by the service') },
  ]);
  expect(check({ sizeGib: 1.5 })).toHaveLength(1);
  expect(check({ sizeGib: 1, name: 'a\u0000b' })).toHaveLength(1);
  expect(validate(backupAdapter.model, { news: {}, olds: {}, isUnknown: known })).toMatchObject([
    { property: 'volumeId', reason: 'volumeId is required' },
  ]);
});

test('what is no longer said is taken back, a choice is left with the service', () => {
  const before = {
    name: 'n',
    description: 'd',
    volumeType: 'gold',
    metadata: { a: '1' },
    sizeGib: 1,
  };
  const sides = { desired: { sizeGib: 1 }, live: before, owned: ownedBy(volume, before) };
  expect(changedFields(volume, sides).map(nameOf)).toEqual(['description', 'metadata']);
});

test('a type by its id is the type by its name', () => {
  const sides = {
    desired: { volumeType: 'id-of-gold' },
    live: { volumeType: 'gold' },
    owned: ownsNothing,
    spellings: { volumeType: ['id-of-gold'] },
  };
  expect(changedFields(volume, sides)).toEqual([]);
});

test('markers are the same for the same making and differ for any other', () => {
  const origin = { address: 'a', owner: 'o' };
  const marker = markerFor(volumeAdapter, origin, { sizeGib: 1, name: 'x' });
  expect(marker).toMatch(/^[0-9a-f]{32}$/);
  expect(markerFor(volumeAdapter, origin, { sizeGib: 2, name: 'y' })).toBe(marker);
  const others = [
    markerFor(volumeAdapter, origin, { imageId: 'i' }),
    markerFor(volumeAdapter, origin, { volumeType: 'gold' }),
    markerFor(volumeAdapter, { ...origin, owner: 'p' }, {}),
    markerFor(volumeAdapter, { ...origin, address: 'b' }, {}),
    markerFor(backupAdapter, origin, {}),
  ];
  expect(new Set([marker, ...others]).size).toBe(6);
});
