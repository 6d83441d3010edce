// A noun that the catalogue does not have yet: what is secret, nested, nameless or undated finds
// its place in data sources without an edit.
import { z } from 'zod';
import { describeResource } from '../../../schema/kernel/describe';
import { field } from '../../../schema/kernel/field';
import { resource } from '../../../schema/kernel/resource';
import { volumeAdapter } from '../../../provider/resources/volume';
import type { Observed } from '../../../provider/resources/adapter';
import { manyThings, pluralOf } from '../../../provider/terraform/data-sources/many-things';
import { oneThing } from '../../../provider/terraform/data-sources/one-thing';
import type { DataSource } from '../../../provider/terraform/data-sources/data-source';
import type { Session } from '../../../provider/reconcile';
import { faceOf } from '../../../provider/terraform/schema/resource-face';
import { inMemory } from './memory-adapter';

const choice = { change: 'in-place', presence: 'optional' } as const;
const told = { change: 'in-place', presence: 'computed' } as const;
const disk = z.object({ sizeGib: z.number().int(), label: z.string().optional() });

const model = describeResource(
  resource({
    noun: 'key-policy',
    title: 'KeyPolicy',
    summary: 'A toy.',
    lifecycle: null,
    inputs: {
      owner: field(z.string(), { ...choice, presence: 'required' }),
      passphrase: field(z.string(), { ...choice, secret: true }),
      steer: field(z.boolean(), { ...choice, home: 'tool' }),
      disks: field(z.array(disk), choice),
      first: field(disk, choice),
      rounds: field(z.number(), choice),
    },
    outputs: {
      keyText: field(z.string(), { ...told, secret: true }),
      ports: field(z.array(z.number()), told),
    },
  }),
);

const one: Observed = {
  id: 'k1',
  status: 'available',
  marker: null,
  inputs: { owner: 'me', disks: [{ sizeGib: 1 }], first: { sizeGib: 2, label: 'x' }, rounds: 0.5 },
  outputs: { keyText: 's3cret', ports: [1, 2] },
};
const face = inMemory({ ...volumeAdapter, model }, [
  one,
  { ...one, id: 'k2', inputs: { owner: 'you' } },
]);
const session = { connection: {} } as Session;
const find = (source: DataSource, name: string) =>
  source.attributes.find((attribute) => attribute.name === name);

it('has plurals for its kind of word', () => {
  expect(pluralOf('key-policy')).toBe('key-policies');
  expect(pluralOf('volume-class')).toBe('volume-classes');
  expect(pluralOf('relay')).toBe('relays');
  expect(manyThings(face).typeName).toBe('cinderkit_key_policies');
});

it('neither asks for secrets nor for what steers the tool, and hides secrets that are told', () => {
  const source = oneThing(face);
  expect(find(source, 'passphrase')).toBeUndefined();
  expect(find(source, 'steer')).toBeUndefined();
  expect(find(source, 'key_text')).toMatchObject({ sensitive: true, optional: false });
  expect(find(manyThings(face), 'key_text')).toBeUndefined();
  expect(find(source, 'name_regex')).toBeUndefined();
  expect(find(source, 'most_recent')).toBeUndefined();
  expect(find(source, 'owner')).toMatchObject({ required: false, optional: true, computed: true });
  expect(find(source, 'disks')).toMatchObject({ optional: false, nested: { mode: 'list' } });
});

it('tells nested values whole, and finds by lists and fractions', async () => {
  const source = oneThing(face);
  const state = await source.read(session, { ports: [2], rounds: '0.5' });
  expect(state).toEqual({
    id: 'k1',
    owner: 'me',
    disks: [{ size_gib: 1, label: null }],
    first: { size_gib: 2, label: 'x' },
    rounds: '0.5',
    key_text: 's3cret',
    ports: [2],
  });
  const { key_policies: all } = await manyThings(face).read(session, {});
  expect(all).toMatchObject([{ id: 'k1' }, { id: 'k2', disks: null, first: null }]);
});

it('says no more of how to narrow than there is, and quotes no secret', async () => {
  const read = oneThing(face).read(session, {});
  await expect(read).rejects.toThrow(/2 are as asked, .* Narrow by another filter or by id\.$/);
  await expect(read).rejects.not.toThrow(/s3cret/);
});

it('leaves out what went between listing and showing it', async () => {
  const hiding = inMemory({ ...volumeAdapter, model }, [one], ['ports']);
  const gone = faceOf({ ...hiding.adapter, observe: async () => null });
  const { ids } = await manyThings(gone).read(session, { ports: [1] });
  expect(ids).toEqual([]);
  expect((await manyThings(gone).read(session, {}))['ids']).toEqual([]);
  await expect(oneThing(gone).read(session, {})).rejects.toThrow(/k1 has gone while it was read/);
});

it('finds by what a list does not tell, by showing each thing', async () => {
  const hiding = inMemory({ ...volumeAdapter, model }, [one], ['ports']);
  expect((await manyThings(hiding).read(session, { ports: [1] }))['ids']).toEqual(['k1']);
  expect((await manyThings(hiding).read(session, { ports: [3] }))['ids']).toEqual([]);
});

it('says plainly that there is nothing to be seen', async () => {
  const none = inMemory({ ...volumeAdapter, model }, []);
  await expect(oneThing(none).read(session, { owner: 'me' })).rejects.toThrow(
    /these credentials can see no key policy at all/,
  );
});
