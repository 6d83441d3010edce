// Lookups on a real engine: what they tell is what is there.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { lookupAdapters } from '../../provider/lookups/lookups';
import { readScope } from '../../provider/lookups/read-scope';
import { volumeAdapter } from '../../provider/resources/volume';
import { volumeTypeAdapter } from '../../provider/resources/volume-type';
import type { Values } from '../../provider/resources/adapter';
import { lookupCatalogue } from '../../schema/lookup-catalogue';
import { textOfField, textsOfMembers } from '../../schema/kernel/lookup';
import { quotaRoutes } from '../../schema/wire/quotas';
import { Stage } from './stage';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
  await stage.make(volumeTypeAdapter, { name: 'gold_fast' });
  await stage.make(volumeAdapter, { name: 'a', sizeGib: 3, volumeType: 'gold_fast' });
  await stage.make(volumeAdapter, { name: 'b', sizeGib: 2 });
});

afterAll(() => stage.close());

const look = (name: string, inputs: Values = {}): Promise<Values> => {
  const adapter = lookupAdapters().find(({ model }) => model.name === name);
  if (!adapter) throw new Error(`no lookup ${name}`);
  return adapter.look(readScope(stage.session), inputs);
};

describe('the catalogue of lookups', () => {
  it('lists every file', () => {
    const files = readdirSync(join(__dirname, '../../schema/lookups'));
    expect(files.map((file) => file.replace(/\.ts$/, '')).sort()).toEqual(
      lookupCatalogue.map(({ name }) => name as string).sort(),
    );
    expect(lookupAdapters().map(({ model }) => model.name)).toEqual(
      lookupCatalogue.map(({ name }) => name),
    );
  });

  it('says what every field and every member is', () => {
    const textsIn = (texts: ReturnType<typeof textsOfMembers>): string[] =>
      Object.values(texts).flatMap(({ text, members }) => [text, ...textsIn(members)]);
    for (const { model } of lookupAdapters()) {
      const fields = [...model.inputs, ...model.outputs];
      const texts = fields.flatMap((field) => [
        textOfField(field),
        ...textsIn(textsOfMembers(field)),
      ]);
      expect(texts.filter((text) => !/^\S.*\.$/.test(text))).toEqual([]);
    }
  });

  it('gives every output a place in what is told', async () => {
    for (const { model } of lookupAdapters()) {
      const values = await look(model.name);
      const names = [...model.inputs, ...model.outputs].map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(Object.keys(values)));
      for (const { name, shape } of model.outputs) {
        expect(shape.safeParse(values[name])).toMatchObject({ success: true });
      }
    }
  });
});

it('tells the zones, by their state', async () => {
  const all = await look('availability-zones');
  expect(all).toEqual({ names: ['nova'], zones: [{ name: 'nova', state: 'available' }] });
  expect(await look('availability-zones', { state: 'available' })).toEqual(all);
  expect(await look('availability-zones', { state: 'unavailable' })).toEqual({
    names: [],
    zones: [],
  });
});

it('tells limits with what is used and what is free', async () => {
  const limits = await look('limits');
  expect(limits).toMatchObject({
    projectId: await stage.connection.projectId(),
    volumes: { inUse: 2 },
    gigabytes: { inUse: 5 },
    snapshots: { inUse: 0 },
  });
  const { limit, free } = limits['gigabytes'] as { limit: number; free: number };
  expect(free).toBe(limit - 5);
});

it('tells an administrator of other projects, and what is free within bounds', async () => {
  const project = 'another-project';
  const body = { quota_set: { volumes: -1, gigabytes: 7 } };
  await stage.connection.call(quotaRoutes.updateQuota, { params: { project }, body });
  expect(await look('limits', { projectId: project })).toMatchObject({
    projectId: project,
    volumes: { limit: -1, inUse: 0, free: undefined },
    gigabytes: { limit: 7, inUse: 0, free: 7 },
  });
  expect(await look('quota', { projectId: project })).toMatchObject({
    projectId: project,
    volumes: { limit: -1, inUse: 0, reserved: 0 },
  });
});

it('tells the quota of a project and of each volume type', async () => {
  const quota = await look('quota');
  expect(quota).toMatchObject({
    projectId: await stage.connection.projectId(),
    volumes: { inUse: 2, reserved: 0 },
    gigabytes: { inUse: 5 },
    perVolumeGigabytes: expect.any(Number),
  });
  expect(quota['volumeTypes']).toContainEqual({
    name: 'gold_fast',
    volumes: { limit: -1, inUse: 1, reserved: 0 },
    gigabytes: { limit: -1, inUse: 3, reserved: 0 },
    snapshots: { limit: -1, inUse: 0, reserved: 0 },
  });
});

it('tells why things failed, newest first', async () => {
  expect(await look('messages')).toEqual({ messages: [] });
  const type = await stage.make(volumeTypeAdapter, {
    name: 'nowhere',
    extraSpecs: { volume_backend_name: 'nowhere' },
  });
  const ids: string[] = [];
  for (const name of ['x', 'y']) {
    const failed = stage.make(volumeAdapter, { name, sizeGib: 1, volumeType: type.id });
    const error = await failed.catch((reason: unknown) => reason);
    ids.push((error as { state: { id: string } }).state.id);
  }
  const { messages } = await look('messages', { resourceType: 'volume', level: 'error' });
  expect(messages).toMatchObject([
    { resourceId: ids[1] },
    {
      resourceId: ids[0],
      resourceType: 'VOLUME',
      level: 'ERROR',
      action: 'schedule allocate volume',
      detail: 'Could not find any available weighted backend.',
      requestId: expect.stringMatching(/^req-/),
      createdAt: expect.stringMatching(/Z$/),
    },
  ]);
  const first = await look('messages', { resourceId: ids[0] });
  expect(first).toMatchObject({ messages: [{ resourceId: ids[0] }] });
  expect(await look('messages', { limit: 1 })).toMatchObject({
    messages: [{ resourceId: ids[1] }],
  });
  expect(await look('messages', { resourceType: 'VOLUME_SNAPSHOT' })).toEqual({ messages: [] });
  const [{ requestId }] = first['messages'] as [{ requestId: string }];
  expect(await look('messages', { requestId })).toEqual(first);
});
