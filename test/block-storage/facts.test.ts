// What the service tells of itself, quotas by class and project, messages, and the small actions.
import { updateSnapshot } from '../../bundled-engine/records/snapshots';
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { EngineUnderTest } from './engine-under-test';

let under: EngineUnderTest;

beforeAll(async () => {
  under = await engineUnderTest();
});

afterAll(() => under.stop());

interface Named {
  readonly name: string;
}

describe('facts', () => {
  it('are told of pools, by name and by the type that they serve', async () => {
    const { admin, engine } = under;
    const hosts = engine.parts.pools.map(({ host }) => host);
    const get = async (query: string): Promise<string[]> =>
      (await admin.call('GET', `/scheduler-stats/get_pools${query}`)).body.pools.map(
        (pool: Named) => pool.name,
      );
    expect(await get('')).toEqual(hosts);
    expect(await get(`?name=${encodeURIComponent(hosts[0] ?? '')}`)).toEqual([hosts[0]]);
    const type = { name: 'raw-only', extra_specs: { volume_backend_name: 'raw' } };
    await admin.call('POST', '/types', { volume_type: type });
    expect(await get('?volume_type=raw-only')).toEqual(['cinderkit@raw#raw']);
    const host = encodeURIComponent(hosts[0] ?? '');
    const capabilities = await admin.call('GET', `/capabilities/${host}`);
    const [first] = engine.parts.pools;
    expect(capabilities.body).toMatchObject({
      pool_name: first?.name,
      volume_backend_name: first?.volumeBackendName,
    });
    expect((await admin.call('GET', '/capabilities/nobody')).status).toBe(404);
  });

  it('are told of services, extensions and filters', async () => {
    const { admin, member } = under;
    const services = await admin.call('GET', '/os-services?binary=cinder-scheduler');
    expect(services.body.services).toHaveLength(1);
    const { extensions } = (await member.call('GET', '/extensions')).body;
    for (const { alias } of extensions) {
      const { body } = await member.call('GET', `/extensions/${alias}`);
      expect(body.extension.alias).toBe(alias);
    }
    expect((await member.call('GET', '/extensions/nothing')).status).toBe(404);
    const filters = await member.call('GET', '/resource_filters?resource=backup');
    expect(filters.body.resource_filters).toHaveLength(1);
  });
});

describe('quotas', () => {
  it('come from the project, else from the default class, else from the settings', async () => {
    const { admin, member } = under;
    const path = `/os-quota-sets/${member.projectId}`;
    const shown = async (): Promise<unknown> => (await member.call('GET', path)).body.quota_set;
    expect(await shown()).toMatchObject({ volumes: 10, gigabytes: 1000, id: member.projectId });
    const ofClass = { quota_class_set: { volumes: 7, volumes___DEFAULT__: 5 } };
    const changed = await admin.call('PUT', '/os-quota-class-sets/default', ofClass);
    expect(changed.body.quota_class_set).toMatchObject({ volumes: 7 });
    expect(await shown()).toMatchObject({ volumes: 7, volumes___DEFAULT__: 5 });
    await admin.call('PUT', path, { quota_set: { volumes: '3' } });
    expect(await shown()).toMatchObject({ volumes: 3 });
    expect((await admin.call('GET', `${path}/defaults`)).body.quota_set.volumes).toBe(7);
    const limits = await admin.call('GET', `/limits?project_id=${member.projectId}`);
    expect(limits.body.limits.absolute.maxTotalVolumes).toBe(3);
    expect((await admin.call('DELETE', path)).status).toBe(200);
    expect(await shown()).toMatchObject({ volumes: 7 });
    const ofOther = await admin.call('GET', '/os-quota-class-sets/default');
    expect(ofOther.body.quota_class_set).toMatchObject({ id: 'default', volumes: 7 });
  });
});

describe('messages', () => {
  it('are found by what they are about, shown and removed', async () => {
    const { admin, member, stranger } = under;
    const type = { name: 'nowhere', extra_specs: { volume_backend_name: 'none' } };
    await admin.call('POST', '/types', { volume_type: type });
    const { id } = await madeVolume(under, { volume_type: 'nowhere' });
    await madeVolume(under, { volume_type: 'nowhere' });
    const { messages } = (await member.call('GET', `/messages?resource_uuid=${id}`)).body;
    expect(messages).toHaveLength(1);
    const path = `/messages/${messages[0].id}`;
    expect((await member.call('GET', path)).body.message.resource_uuid).toBe(id);
    expect((await stranger.call('GET', path)).status).toBe(404);
    expect((await member.call('DELETE', path)).status).toBe(204);
    expect((await member.call('GET', path)).status).toBe(404);
  });
});

describe('administrators', () => {
  it('set statuses, and only known ones', async () => {
    const { admin, member } = under;
    const { id } = await madeVolume(under);
    const reset = (body: object) =>
      admin.call('POST', `/volumes/${id}/action`, { 'os-reset_status': body });
    expect((await reset({ status: 'error' })).status).toBe(202);
    expect((await member.call('GET', `/volumes/${id}`)).body.volume.status).toBe('error');
    expect((await reset({ status: 'deleting' })).status).toBe(400);
    expect((await reset({ status: 'no-such' })).status).toBe(400);
    expect((await reset({})).status).toBe(400);
    expect((await reset({ status: 'available', attach_status: 'detached' })).status).toBe(202);
    const snapshot = await member.call('POST', '/snapshots', { snapshot: { volume_id: id } });
    await under.idle();
    const path = `/snapshots/${snapshot.body.snapshot.id}`;
    const act = (body: object) => admin.call('POST', `${path}/action`, body);
    expect((await act({ 'os-reset_status': { status: 'error' } })).status).toBe(202);
    expect((await act({ 'os-reset_status': { status: 'lost' } })).status).toBe(400);
    const report = { 'os-update_snapshot_status': { status: 'available', progress: '80%' } };
    expect((await act(report)).status).toBe(400);
    const { database } = under.engine.parts;
    await updateSnapshot(database, snapshot.body.snapshot.id, { status: 'creating' });
    expect((await act(report)).status).toBe(202);
    const update = { snapshot: { name: 'n', description: 'd' } };
    expect((await member.call('PUT', path, update)).body.snapshot.name).toBe('n');
    const force = await member.call('POST', '/snapshots', {
      snapshot: { volume_id: id, force: false },
    });
    expect(force.status).toBe(400);
    expect((await act({ 'os-force_delete': {} })).status).toBe(202);
    await under.idle();
    expect((await member.call('GET', path)).status).toBe(404);
    const backup = await member.call('POST', '/backups', { backup: { volume_id: id } });
    await under.idle();
    const place = `/backups/${backup.body.backup.id}`;
    const onBackup = (body: object) => admin.call('POST', `${place}/action`, body);
    expect((await onBackup({ 'os-reset_status': { status: 'creating' } })).status).toBe(400);
    expect((await onBackup({ 'os-reset_status': { status: 'error' } })).status).toBe(202);
    expect((await onBackup({ 'os-force_delete': {} })).status).toBe(202);
    await under.idle();
    expect((await member.call('GET', place)).status).toBe(404);
  });
});
