// Data sources through the calls that Terraform makes, on a real engine.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { catalogue } from '../../../schema/catalogue';
import { lookupCatalogue } from '../../../schema/lookup-catalogue';
import { adapterOf } from '../../../provider/resources/adapters';
import type { Values } from '../../../provider/resources/adapter';
import {
  dataSourceMethods,
  dataSources,
} from '../../../provider/terraform/data-sources/data-sources';
import type { Diagnostic } from '../../../provider/terraform/protocol/generated/tfplugin6';
import { encodeValue } from '../../../provider/terraform/values/dynamic-value';
import type { TfObject, TfValue } from '../../../provider/terraform/values/tf-value';
import { objectOf, UNKNOWN } from '../../../provider/terraform/values/tf-value';
import { freshFolder } from '../../engine/running-engine';
import { Stage } from '../../provider/stage';
import { readAsTerraform } from '../../support/read-as-terraform';

let stage: Stage;
const ids = new Map<string, string>();
const call = { signal: new AbortController().signal };

const make = async (noun: string, inputs: Values): Promise<string> => {
  const { id } = await stage.make(adapterOf(noun), inputs);
  ids.set(String(inputs['name']), id);
  return id;
};

beforeAll(async () => {
  stage = await Stage.open();
  const filePath = join(await freshFolder(), 'disk.img');
  await writeFile(filePath, randomBytes(1 << 16));
  const typeId = await make('volume-type', { name: 'gold' });
  const metadata = { team: 'a', tier: '1' };
  const volumeId = await make('volume', {
    name: 'web-1',
    sizeGib: 1,
    volumeType: typeId,
    metadata,
  });
  await make('volume', { name: 'web-2', sizeGib: 2, metadata: { team: 'b' } });
  await make('volume', { name: 'twin', sizeGib: 2, sourceVolumeId: volumeId });
  ids.set('older', ids.get('twin') ?? '');
  await make('volume', { name: 'twin', sizeGib: 1 });
  await make('snapshot', { name: 'snap', volumeId });
  await make('backup', { name: 'copy', volumeId });
  await make('image', { name: 'disk', filePath, tags: ['x', 'y'], properties: { os: 'z' } });
});

afterAll(() => stage.close());

const methodsOf = (typeName: string) => {
  const source = dataSources().find((each) => each.typeName === typeName);
  if (!source) throw new Error(`no data source ${typeName}`);
  return dataSourceMethods(source, { open: async () => stage.session });
};

/** The config as Terraform sends it: every attribute is there. */
const wire = (typeName: string, config: TfObject) => {
  const source = dataSources().find((each) => each.typeName === typeName);
  const names = source?.attributes.map(({ name }) => name) ?? [];
  return encodeValue(Object.fromEntries(names.map((name) => [name, config[name] ?? null])));
};

const said = (diagnostics: readonly Diagnostic[]) =>
  diagnostics.map(({ detail, attribute }) => {
    const steps = attribute?.steps.map((step) => step.attributeName ?? step.elementKeyString);
    return `${steps?.join('.') ?? ''}: ${detail}`;
  });

async function read(typeName: string, config: TfObject): Promise<TfObject> {
  const request = {
    typeName,
    config: wire(typeName, config),
    providerMeta: undefined,
    clientCapabilities: undefined,
  };
  const { state, diagnostics } = await methodsOf(typeName).read(request, call);
  if (diagnostics.length > 0) throw new Error(said(diagnostics).join('\n'));
  const source = dataSources().find((each) => each.typeName === typeName);
  if (!source) throw new Error(`no data source ${typeName}`);
  return objectOf(readAsTerraform(state, source.schema));
}

async function problems(typeName: string, config: TfObject): Promise<string[]> {
  const request = { typeName, config: wire(typeName, config) };
  return said((await methodsOf(typeName).validate(request)).diagnostics);
}

const idsIn = async (config: TfObject): Promise<TfValue> =>
  (await read('cinderkit_volumes', config))['ids'] ?? null;
const named = (...names: string[]) => names.map((name) => ids.get(name));

it('has every noun once as one and once as many, and every lookup', () => {
  const names = dataSources().map(({ typeName }) => typeName);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toHaveLength(2 * catalogue.length + lookupCatalogue.length);
  expect(names).toEqual(
    expect.arrayContaining([
      'cinderkit_volume',
      'cinderkit_volumes',
      'cinderkit_volume_types',
      'cinderkit_availability_zones',
      'cinderkit_limits',
      'cinderkit_quota',
      'cinderkit_messages',
    ]),
  );
});

it('describes every attribute, and names none twice or as Terraform keeps for itself', () => {
  const reserved = ['count', 'depends_on', 'for_each', 'lifecycle', 'provider', 'connection'];
  for (const { attributes, schema } of dataSources()) {
    const names = attributes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => reserved.includes(name))).toEqual([]);
    expect(attributes.filter(({ description }) => !description.endsWith('.'))).toEqual([]);
    expect(attributes.some(({ writeOnly, required }) => writeOnly || required)).toBe(false);
    expect(schema.block?.attributes).toHaveLength(names.length);
  }
});

it('finds one of each noun by its name and by its id, with all that is told', async () => {
  for (const [noun, name] of [
    ['volume_type', 'gold'],
    ['volume', 'web-1'],
    ['snapshot', 'snap'],
    ['backup', 'copy'],
    ['image', 'disk'],
  ] as const) {
    const found = await read(`cinderkit_${noun}`, { name });
    expect(found['id']).toBe(ids.get(name));
    expect(await read(`cinderkit_${noun}`, { id: ids.get(name) ?? '' })).toEqual(found);
  }
  expect(await read('cinderkit_volume', { name: 'web-1' })).toMatchObject({
    size_gib: 1,
    status: 'available',
    bytes: 'blank',
    volume_type: 'gold',
    metadata: { team: 'a', tier: '1' },
    name_regex: null,
  });
  expect(await read('cinderkit_image', { name: 'disk' })).toMatchObject({
    tags: ['x', 'y'],
    properties: { os: 'z' },
    protected: false,
  });
});

it('gives back what was asked in its own spelling', async () => {
  const type = ids.get('gold') ?? '';
  const metadata = { team: 'a' };
  expect(await read('cinderkit_volume', { volume_type: type, metadata })).toMatchObject({
    id: ids.get('web-1'),
    volume_type: type,
    metadata,
    size_gib: 1,
  });
});

it('narrows by every kind of filter', async () => {
  expect(await idsIn({})).toEqual(named('web-1', 'web-2', 'older', 'twin'));
  expect(await idsIn({ name: 'twin' })).toEqual(named('older', 'twin'));
  expect(await idsIn({ name: 'twin', most_recent: true })).toEqual(named('twin', 'older'));
  expect(await idsIn({ size_gib: 2 })).toEqual(named('web-2', 'older'));
  expect(await idsIn({ metadata: { team: 'b' } })).toEqual(named('web-2'));
  expect(await idsIn({ source_volume_id: ids.get('web-1') ?? '' })).toEqual(named('older'));
  expect(await idsIn({ name_regex: '^web-\\d$' })).toEqual(named('web-1', 'web-2'));
  expect(await idsIn({ name_regex: '1$', size_gib: 2 })).toEqual([]);
  expect(await idsIn({ bytes: 'cloned' })).toEqual(named('older'));
  expect(await idsIn({ bootable: true })).toEqual([]);
  expect(await idsIn({ status: 'available', limit: 1 })).toEqual(named('web-1'));
  expect(await idsIn({ snapshot_id: '', most_recent: true, limit: 1 })).toEqual(named('twin'));
  const images = await read('cinderkit_images', { tags: ['y'], properties: { os: 'z' } });
  expect(images['ids']).toEqual(named('disk'));
  expect(images['images']).toMatchObject([{ id: ids.get('disk'), visibility: 'shared' }]);
});

it('takes the newest where it is told to', async () => {
  const newest = await read('cinderkit_volume', { name: 'twin', most_recent: true });
  expect(newest).toMatchObject({ id: ids.get('twin'), size_gib: 1, bytes: 'blank' });
});

it('says how many there are and how to narrow, where it is not one', async () => {
  await expect(read('cinderkit_volume', { name: 'twin' })).rejects.toThrow(
    /^: 2 are as asked, expected one volume: twin \([0-9a-f-]+, available\), twin \(.*most_recent/,
  );
  await expect(
    read('cinderkit_volume', { name: 'web-1', metadata: { team: 'zz' } }),
  ).rejects.toThrow(
    'metadata: No volume is as asked. Of 4 that can be seen, 1 has name = "web-1"; ' +
      'none has metadata = { team = "zz" }. Leave a filter out, or correct its value.',
  );
  await expect(read('cinderkit_volume', { name_regex: 'nope' })).rejects.toThrow(
    /^name_regex: .*none has a name like name_regex/,
  );
  await expect(read('cinderkit_image', { volume_id: 'x' })).rejects.toThrow(
    /does not tell volume_id/,
  );
  await expect(read('cinderkit_volume', { id: 'nonsense' })).rejects.toThrow(
    /^id: There is no volume with the id nonsense/,
  );
  await expect(
    read('cinderkit_volume', { id: ids.get('web-1') ?? '', size_gib: 9 }),
  ).rejects.toThrow(/^size_gib: .*found size_gib = 1, expected size_gib = 9/);
});

it('refuses at validation what can never be found, and nothing that is not known yet', async () => {
  expect(await problems('cinderkit_volume', { name_regex: '(a' })).toEqual([
    'name_regex: name_regex cannot be "(a": missing closing ): `(a`. ' +
      'Expected a regular expression in the syntax of RE2, as in regex().',
  ]);
  expect(await problems('cinderkit_image', { visibility: 'secret' })).toMatchObject([
    expect.stringMatching(/^visibility: visibility cannot be "secret": expected "public" or/),
  ]);
  expect(await problems('cinderkit_volumes', { size_gib: 1.5, limit: 0 })).toMatchObject([
    expect.stringMatching(/^size_gib: size_gib cannot be 1.5: expected a whole number/),
    expect.stringMatching(/^limit: limit cannot be 0/),
  ]);
  expect(await problems('cinderkit_volume', { id: '' })).toMatchObject([
    expect.stringMatching(/^id: /),
  ]);
  expect(await problems('cinderkit_messages', { limit: 0 })).toMatchObject([
    expect.stringMatching(/^limit: limit cannot be 0: expected at least 1/),
  ]);
  expect(await problems('cinderkit_availability_zones', { state: 'x' })).toHaveLength(1);
  for (const { typeName, attributes } of dataSources()) {
    const unknown = attributes.filter(({ optional }) => optional).map(({ name }) => name);
    const config = Object.fromEntries(unknown.map((name) => [name, UNKNOWN]));
    expect(await problems(typeName, config)).toEqual([]);
  }
});

it('looks up what is no noun', async () => {
  expect(await read('cinderkit_availability_zones', { state: 'available' })).toEqual({
    state: 'available',
    names: ['nova'],
    zones: [{ name: 'nova', state: 'available' }],
  });
  const project_id = await stage.connection.projectId();
  expect(await read('cinderkit_limits', {})).toMatchObject({
    project_id,
    volumes: { in_use: 4 },
    backup_gigabytes: { in_use: 1 },
  });
  expect(await read('cinderkit_quota', { project_id })).toMatchObject({
    project_id,
    gigabytes: { reserved: 0 },
    volume_types: expect.arrayContaining([
      expect.objectContaining({ name: 'gold', gigabytes: { limit: -1, in_use: 4, reserved: 0 } }),
    ]),
  });
  expect(await read('cinderkit_messages', { resource_id: 'x' })).toMatchObject({ messages: [] });
});

it('turns whatever is thrown into a diagnostic', async () => {
  const [source] = dataSources();
  if (!source) throw new Error('no data source');
  const broken = dataSourceMethods(source, {
    open: async () => {
      throw new Error('the cloud is away');
    },
  });
  const request = {
    typeName: source.typeName,
    config: wire(source.typeName, {}),
    providerMeta: undefined,
    clientCapabilities: undefined,
  };
  const { state, diagnostics } = await broken.read(request, call);
  expect(state).toBeUndefined();
  expect(said(diagnostics)).toEqual([': the cloud is away']);
});
