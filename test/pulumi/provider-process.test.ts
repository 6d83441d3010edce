// Our handlers in the SDK's own provider process against a real engine, called as Pulumi's engine
// calls.
import type { Engine } from '../../bundled-engine/main';
import { asAdmin, freshFolder, runEngine, stopEngines } from '../engine/running-engine';
import type { Client } from '../engine/running-engine';
import type { Properties } from './provider-process';
import { failureOf, ProviderProcess, sourceText } from './provider-process';

let engine: Engine;
let admin: Client;
let folder: string;
let provider: ProviderProcess;
let count = 0;

beforeAll(async () => {
  engine = await runEngine();
  admin = await asAdmin(engine);
  folder = await freshFolder();
  provider = await ProviderProcess.start(folder, config());
});

afterAll(async () => {
  await provider.kill();
  await stopEngines();
});

const config = (): Properties => ({ 'cinderkit:engineFolder': engine.dataFolder });

function args(noun: string, more: Properties): Properties {
  count += 1;
  const identity = { name: `thing${count}`, address: `folder-${count}` };
  return { ...more, __provider: sourceText(noun), __identity: identity };
}

async function made(noun: string, more: Properties) {
  const { inputs, failures } = await provider.check({}, args(noun, more));
  expect(failures).toEqual([]);
  return { inputs, ...(await provider.create(inputs)) };
}

async function liveVolume(id: string) {
  const reply = await admin.call('GET', `/volume/v3/${admin.projectId}/volumes/${id}`);
  return (reply.json as { volume: Properties }).volume;
}

test('a volume is made, found unchanged, changed in place, read back and removed', async () => {
  const volume = await made('volume', { sizeGib: 1, metadata: { a: '1', b: '2' } });
  expect(volume.outs).toMatchObject({ status: 'available', sizeGib: 1, bytes: 'blank' });
  expect(volume.outs['name']).toMatch(/^thing\d+-[0-9a-f]{7}$/);
  expect((await liveVolume(volume.id))['metadata']).toEqual({ a: '1', b: '2' });

  const again = await provider.check(volume.inputs, volume.inputs);
  expect(again.inputs).toEqual(volume.inputs);
  expect(await provider.diff(volume.id, volume.outs, again.inputs)).toMatchObject({
    changes: 'none',
  });

  const news = { ...volume.inputs, sizeGib: 2, description: 'grown', metadata: { a: '9' } };
  const changed = await provider.diff(volume.id, volume.outs, news);
  expect(changed).toEqual({ changes: 'unknown', replaces: [] });
  const outs = await provider.update(volume.id, volume.outs, news);
  expect(outs).toMatchObject({ sizeGib: 2, description: 'grown', metadata: { a: '9' } });
  expect(await liveVolume(volume.id)).toMatchObject({ size: 2, metadata: { a: '9' } });

  const read = await provider.read(volume.id, outs);
  expect(read.inputs).toEqual({ ...news });
  await provider.remove(volume.id, outs);
  await provider.remove(volume.id, outs);
  expect((await provider.read(volume.id, outs)).id).toBe('');
});

test('drift of own keys shows in the inputs that read gives, keys of others do not', async () => {
  const volume = await made('volume', { sizeGib: 1, metadata: { a: '1' }, description: 'mine' });
  const path = `/volume/v3/${admin.projectId}/volumes/${volume.id}`;
  const changes = { volume: { description: 'theirs', metadata: { a: '2', other: 'x' } } };
  expect((await admin.call('PUT', path, { body: changes })).status).toBe(200);
  const read = await provider.read(volume.id, volume.outs);
  expect(read.inputs).toMatchObject({ description: 'theirs', metadata: { a: '2' } });
  const outs = await provider.update(volume.id, read.outs, volume.inputs);
  expect(outs).toMatchObject({ description: 'mine', metadata: { a: '1' } });
  expect((await liveVolume(volume.id))['metadata']).toEqual({ a: '1', other: 'x' });
  await provider.remove(volume.id, outs);
});

test('a failed creation is kept with its id and reasons, and then replaced', async () => {
  const type = await made('volume-type', { extraSpecs: { volume_backend_name: 'nowhere' } });
  const { inputs } = await provider.check({}, args('volume', { sizeGib: 1, volumeType: type.id }));
  const failure = await failureOf(provider.create(inputs));
  expect(failure.kept?.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(failure.kept?.reasons.join()).toMatch(/weighted backend/);
  const kept = failure.kept?.properties ?? {};
  expect(kept).toMatchObject({ status: 'error', __provider: sourceText('volume') });
  expect(await provider.diff(failure.kept?.id ?? '', kept, inputs)).toEqual({
    changes: 'some',
    replaces: ['status'],
  });
  await provider.remove(failure.kept?.id ?? '', kept);
  await provider.remove(type.id, type.outs);
});

test('read reports a thing in error as unhealthy, with what it is now', async () => {
  const volume = await made('volume', { sizeGib: 1 });
  const path = `/volume/v3/${admin.projectId}/volumes/${volume.id}/action`;
  await admin.call('POST', path, { body: { 'os-reset_status': { status: 'error' } } });
  const failure = await failureOf(provider.read(volume.id, volume.outs));
  expect(failure.kept).toMatchObject({ id: volume.id, properties: { status: 'error' } });
  expect(failure.kept?.inputs).toMatchObject({ sizeGib: 1 });
  expect(failure.message).toContain('is in status error');
  await admin.call('POST', path, { body: { 'os-reset_status': { status: 'available' } } });
  expect((await provider.read(volume.id, volume.outs)).id).toBe(volume.id);
  await provider.remove(volume.id, volume.outs);
});

test('looking at a thing by its id needs no state, and fails where there is none', async () => {
  const volume = await made('volume', { sizeGib: 1, metadata: { k: 'v' } });
  const bare = args('volume', {});
  expect((await provider.read(volume.id, bare)).outs).toMatchObject({
    sizeGib: 1,
    metadata: { k: 'v' },
  });
  const gone = await failureOf(provider.read('00000000-0000-4000-8000-000000000000', bare));
  expect(gone.message).toMatch(/no volume with id 0000/);
  await provider.remove(volume.id, volume.outs);
});

test('what a provider made whose engine has died is taken up by the next, once', async () => {
  const { inputs } = await provider.check({}, args('volume', { sizeGib: 1, metadata: { a: '1' } }));
  const orphan = await ProviderProcess.start(folder, config(), { isEngineAlive: false });
  const first = await orphan.create(inputs);
  await orphan.kill();
  expect(Object.keys((await liveVolume(first.id))['metadata'] as object)).toContain(
    'cinderkit:marker',
  );
  const second = await provider.create(inputs);
  expect(second.id).toBe(first.id);
  expect(second.outs['metadata']).toEqual({ a: '1' });
  expect((await liveVolume(first.id))['metadata']).toEqual({ a: '1' });
  const third = await provider.create(inputs);
  expect(third.id).not.toBe(first.id);
  for (const { id, outs } of [second, third]) await provider.remove(id, outs);
});

test('two copies of a program in different folders never take up what the other made', async () => {
  const { inputs } = await provider.check({}, args('volume', { sizeGib: 1 }));
  const elsewhere = await freshFolder();
  const other = await ProviderProcess.start(elsewhere, config(), { isEngineAlive: false });
  const theirs = await other.create(inputs);
  const ours = await provider.create(inputs);
  expect(ours.id).not.toBe(theirs.id);
  for (const { id, outs } of [theirs, ours]) await other.remove(id, outs);
  await other.kill();
});

test('concurrent first calls share one connection and all succeed', async () => {
  const fresh = await ProviderProcess.start(folder, config());
  const all = await Promise.all(
    [1, 2, 3, 4].map(async () => {
      const { inputs } = await fresh.check({}, args('volume', { sizeGib: 1 }));
      return fresh.create(inputs);
    }),
  );
  expect(new Set(all.map(({ id }) => id)).size).toBe(4);
  await Promise.all(all.map(({ id, outs }) => fresh.remove(id, outs)));
  await fresh.kill();
});

test('a configuration that cannot be meant is refused by name at every call', async () => {
  const wrong = await ProviderProcess.start(folder, { ...config(), 'cinderkit:cloud': 'lab' });
  const { inputs } = await wrong.check({}, args('volume', { sizeGib: 1 }));
  for (let time = 0; time < 2; time += 1) {
    const failure = await failureOf(wrong.create(inputs));
    expect(failure.message).toMatch(/cinderkit:engineFolder and cinderkit:cloud/);
  }
  await wrong.kill();
});
