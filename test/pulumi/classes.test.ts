// The classes as a program uses them, with Pulumi's own mocks in place of the engine.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import { catalogue } from '../../schema/catalogue';
import { describeResource } from '../../schema/kernel/describe';
import * as entry from '../../provider/pulumi/entry';
import { providerTextOf, typeTokenOf } from '../../provider/pulumi/declared-resource';

const registered: pulumi.runtime.MockResourceArgs[] = [];

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        registered.push(args);
        return { id: `${args.name}-id`, state: { ...args.inputs, status: 'available' } };
      },
      call: (args) => args.inputs,
    },
    'project',
    'stack',
  );
});

const valueOf = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => output.apply((value) => resolve(value)));

const sent = (name: string) => registered.find((args) => args.name === name);

test('arguments, outputs and references between resources are wired', async () => {
  const type = new entry.VolumeType('fast', { extraSpecs: { volume_backend_name: 'raw' } });
  const data = new entry.Volume('data', { sizeGib: 10, volumeType: type.name });
  const size: pulumi.Output<number> = data.sizeGib;
  const snapshot = new entry.Snapshot('snap', { volumeId: data.id, metadata: { k: data.status } });
  const backup = new entry.Backup('saved', { volumeId: data.id, incremental: true });
  const image = new entry.Image('golden', { volumeId: data.id, volumeBacked: 'required' });
  expect(await valueOf(data.status)).toBe('available');
  expect(await valueOf(size)).toBe(10);
  expect(await valueOf(snapshot.volumeId)).toBe('data-id');
  expect(await valueOf(backup.id)).toBe('saved-id');
  expect(await valueOf(image.id)).toBe('golden-id');
  expect(sent('data')).toMatchObject({
    type: 'pulumi-nodejs:dynamic/cinderkit:Volume',
    inputs: {
      sizeGib: 10,
      __provider: 'exports.handler = () => require("cinderkit/pulumi/handlers/volume");',
      __identity: { name: 'data', address: expect.stringMatching(/^folder-[0-9a-f]{24}$/) },
    },
  });
  expect(sent('snap')?.inputs).toMatchObject({ volumeId: 'data-id', metadata: { k: 'available' } });
});

test('the same name below another parent is another place', async () => {
  const parent = new pulumi.ComponentResource('test:index:Group', 'group', {}, {});
  const inside = new entry.Volume('twin', { sizeGib: 1 }, { parent });
  const outside = new entry.Volume('twin', { sizeGib: 1 });
  await Promise.all([valueOf(inside.urn), valueOf(outside.urn)]);
  const places = registered
    .filter(({ name }) => name === 'twin')
    .map(({ inputs }) => inputs['__identity'].address);
  expect(new Set(places).size).toBe(2);
});

test('children of one component may need each other', async () => {
  const parent = new pulumi.ComponentResource('test:index:Pair', 'pair', {}, {});
  const image = new entry.Image('base', { filePath: 'disk.raw' }, { parent });
  const disk = new entry.Volume('disk', { imageId: image.id }, { parent });
  const copy = new entry.Volume('copy', { sourceVolumeId: disk.id }, { parent });
  expect(await valueOf(copy.id)).toBe('copy-id');
  expect(sent('disk')?.inputs).toMatchObject({ imageId: 'base-id' });
  expect(sent('copy')?.inputs).toMatchObject({ sourceVolumeId: 'disk-id' });
});

test('get looks a thing up by its id', async () => {
  const seen = entry.Snapshot.get('seen', 'some-id');
  await valueOf(seen.urn);
  expect(sent('seen')).toMatchObject({ id: 'some-id' });
});

test('every noun of the catalogue has a class, a handler and names that never change', () => {
  const classes = Object.keys(entry).sort();
  expect(classes).toEqual(catalogue.map(({ title }) => title).sort());
  for (const resource of catalogue) {
    const file = join(__dirname, '../../provider/pulumi/handlers', `${resource.noun}.ts`);
    expect(existsSync(file)).toBe(true);
    expect(providerTextOf(resource)).toContain(`cinderkit/pulumi/handlers/${resource.noun}"`);
  }
  expect(catalogue.map(typeTokenOf).sort()).toEqual([
    'pulumi-nodejs:dynamic/cinderkit:Backup',
    'pulumi-nodejs:dynamic/cinderkit:Image',
    'pulumi-nodejs:dynamic/cinderkit:Snapshot',
    'pulumi-nodejs:dynamic/cinderkit:Volume',
    'pulumi-nodejs:dynamic/cinderkit:VolumeType',
  ]);
});

test('the arguments that classes demand are those that the definitions require', () => {
  const required = catalogue.map((resource) => {
    const { title, inputs } = describeResource(resource);
    const names = inputs.filter(({ presence }) => presence === 'required').map(({ name }) => name);
    return [title, names] as const;
  });
  expect(Object.fromEntries(required)).toEqual({
    VolumeType: [],
    Volume: [],
    Snapshot: ['volumeId'],
    Backup: ['volumeId'],
    Image: [],
  });
  // @ts-expect-error a snapshot needs its volume
  void ((): entry.SnapshotArgs => ({ name: 'x' }));
  // @ts-expect-error a backup needs its volume
  void ((): entry.BackupArgs => ({ name: 'x' }));
});
