// Our replies against those recorded from a real Cinder 21.3 (test/fixtures/cinder-samples): the
// same status codes, the same keys with values of the same kinds, the same words where they are
// words.
import { updateVolume } from '../../bundled-engine/records/volumes';
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { EngineUnderTest } from './engine-under-test';
import { expectForm, expectText, sample } from './sample';

let under: EngineUnderTest;
let id = '';

beforeAll(async () => {
  under = await engineUnderTest();
  await under.admin.call('POST', '/types', { volume_type: { name: 'gold' } });
  id = (await madeVolume(under, { name: 'sample', volume_type: 'gold', metadata: { k: 'v' } })).id;
});

afterAll(() => under.stop());

describe('replies have the form of Cinder’s', () => {
  it('for volumes', async () => {
    const { member, admin } = under;
    const asked = { size: 1, name: 'sample', description: 'd', volume_type: 'gold' };
    expectForm(await member.call('POST', '/volumes', { volume: asked }), 'volume-create');
    await under.idle();
    expectForm(await member.call('GET', `/volumes/${id}`), 'volume-show-370-user');
    const old = await member.call('GET', `/volumes/${id}`, undefined, { version: '3.0' });
    expectForm(old, 'volume-show-30-user');
    expectForm(await admin.call('GET', `/volumes/${id}`), 'volume-show-admin');
    expectForm(await member.call('GET', '/volumes?limit=1'), 'volume-list');
    const detail = await member.call('GET', '/volumes/detail?limit=1&with_count=True');
    expectForm(detail, 'volume-list-detail');
    expect(detail.body.count).toBe(2);
    expectForm(await member.call('GET', '/volumes/summary'), 'volume-summary');
    expectForm(await member.call('GET', `/volumes/${id}/metadata`), 'volume-metadata');
    const change = { volume: { name: 'sample2' } };
    expectForm(await member.call('PUT', `/volumes/${id}`, change), 'volume-update');
    const grow = { 'os-extend': { new_size: 2 } };
    expectForm(await member.call('POST', `/volumes/${id}/action`, grow), 'volume-extend-202');
    await under.idle();
  });

  it('for snapshots and backups', async () => {
    const { member } = under;
    const snapshot = { volume_id: id, name: 'snap', description: 'd', metadata: { a: 'b' } };
    const taken = await member.call('POST', '/snapshots', { snapshot });
    expectForm(taken, 'snapshot-create');
    await under.idle();
    const path = `/snapshots/${taken.body.snapshot.id}`;
    expectForm(await member.call('GET', path), 'snapshot-show');
    expectForm(await member.call('GET', '/snapshots/detail'), 'snapshot-list-detail');
    const refused = await member.call('DELETE', `/volumes/${id}`);
    expectText(refused, 'err-400-delete-volume-with-snapshot');
    expectForm(await member.call('DELETE', path), 'snapshot-delete');
    await under.idle();
    const backup = { volume_id: id, name: 'bk', metadata: { x: 'y' } };
    const saved = await member.call('POST', '/backups', { backup });
    expectForm(saved, 'backup-create');
    await under.idle();
    const place = `/backups/${saved.body.backup.id}`;
    expectForm(await member.call('GET', place), 'backup-show');
    expectForm(await member.call('GET', '/backups/detail'), 'backup-list-detail');
    expectForm(await member.call('DELETE', place), 'backup-delete');
    await under.idle();
  });

  it('for types, quotas and what the service tells of itself', async () => {
    const { member, admin } = under;
    const type = {
      name: 'sample-type',
      description: 'd',
      'os-volume-type-access:is_public': true,
      extra_specs: { 'demo:tier': 'x' },
    };
    const made = await admin.call('POST', '/types', { volume_type: type });
    expectForm(made, 'type-create');
    const path = `/types/${made.body.volume_type.id}`;
    expectForm(await admin.call('GET', path), 'type-show-admin');
    expectForm(await member.call('GET', path), 'type-show-user');
    expectForm(await admin.call('GET', '/types'), 'types-list');
    expectForm(await admin.call('GET', `${path}/extra_specs`), 'type-extra-specs');
    expectForm(await admin.call('DELETE', path), 'type-delete');
    expectForm(await member.call('GET', '/limits'), 'limits');
    expectForm(await admin.call('GET', '/os-services'), 'os-services');
    expectForm(await member.call('GET', '/os-availability-zone'), 'availability-zones');
    expectForm(await member.call('GET', '/resource_filters'), 'resource-filters');
    const pools = await admin.call('GET', '/scheduler-stats/get_pools?detail=true');
    const recorded = sample('scheduler-stats-pools').body as { pools: { capabilities: object }[] };
    expect(Object.keys(pools.body.pools[0].capabilities)).toEqual(
      expect.arrayContaining(Object.keys(recorded.pools[0]?.capabilities ?? {})),
    );
    const set = await admin.call('GET', `/os-quota-sets/${member.projectId}?usage=true`);
    expect(set.body.quota_set).toMatchObject({
      volumes: { limit: 10, in_use: 2, reserved: 0 },
      volumes_gold: { limit: -1, in_use: 2, reserved: 0 },
      id: member.projectId,
    });
    const root = await member.request('/volume/');
    expectForm(root, 'versions-root');
    expectForm(await member.request('/volume/v3/'), 'versions-v3-with-token');
  });

  it('for messages, with the words of a scheduler that found no pool', async () => {
    const { admin } = under;
    const type = { name: 'nowhere', extra_specs: { volume_backend_name: 'not there' } };
    await admin.call('POST', '/types', { volume_type: type });
    const { status } = await madeVolume(under, { volume_type: 'nowhere' });
    expect(status).toBe('error');
    const messages = await under.member.call('GET', '/messages');
    expectForm(messages, 'messages-list');
    expect(messages.body.messages[0]).toMatchObject({
      event_id: 'VOLUME_VOLUME_001_003',
      user_message: 'schedule allocate volume:Could not find any available weighted backend.',
      message_level: 'ERROR',
    });
  });
});

describe('refusals have the words of Cinder’s', () => {
  const nil = '00000000-0000-0000-0000-000000000000';

  it.each([
    ['err-400-bad-size', { size: 0 }],
    ['err-400-missing-size', { name: 'x' }],
    ['err-400-schema-extra-key', { size: 1, bogus: 1 }],
    ['err-400-image-not-found', { size: 1, imageRef: nil }],
    ['err-404-type', { size: 1, volume_type: 'nonexistent' }],
  ])('%s', async (name, volume) => {
    expectText(await under.member.call('POST', '/volumes', { volume }), name);
  });

  it.each([
    ['err-404-volume', `/volumes/${nil}`],
    ['err-404-snapshot', `/snapshots/${nil}`],
    ['err-403-services-as-user', '/os-services'],
  ])('%s', async (name, path) => {
    expectText(await under.member.call('GET', path), name);
  });

  it('of bodies, versions, projects and tokens', async () => {
    const { member, admin } = under;
    expectText(await member.call('POST', '/volumes', {}), 'err-400-empty-body');
    const type = { volume_type: { name: 'nope' } };
    expectText(await member.call('POST', '/types', type), 'err-403-types-create-as-user');
    const gold = { volume_type: { name: 'gold' } };
    expectText(await admin.call('POST', '/types', gold), 'err-409-type-dup');
    const smaller = { 'os-extend': { new_size: 1 } };
    expectText(
      await member.call('POST', `/volumes/${id}/action`, smaller),
      'err-400-extend-smaller',
    );
    const malformed = await member.request(`/volume/v3/${member.projectId}/volumes`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{not json',
    });
    expectText(malformed, 'err-400-malformed-json');
    const bad = await member.call('GET', '/volumes', undefined, { version: 'abc' });
    expectText(bad, 'err-400-microversion-bad');
    const newer = await member.call('GET', '/volumes', undefined, { version: '3.999' });
    expect([newer.status, newer.body]).toEqual([406, sample('err-406-microversion-too-new').body]);
    const other = await member.request(`/volume/v3/${nil.replaceAll('-', '')}/volumes`);
    expect([other.status, other.body]).toEqual([400, sample('err-400-project-mismatch').body]);
  });

  it('of attached volumes below 3.42', async () => {
    const { member } = under;
    const { database } = under.engine.parts;
    await updateVolume(database, id, { status: 'in-use' });
    const grow = { 'os-extend': { new_size: 3 } };
    const refused = await member.call('POST', `/volumes/${id}/action`, grow, { version: '3.0' });
    expectText(refused, 'err-400-extend-in-use-old-mv', {
      '21f8a44a-9ec9-4474-bda3-f05b736f6832': id,
    });
    expectText(
      await member.call('DELETE', `/volumes/${id}`),
      'err-400-delete-volume-with-snapshot',
    );
    await updateVolume(database, id, { status: 'available' });
  });

  it('of quotas', async () => {
    const { admin, member } = under;
    const path = `/os-quota-sets/${member.projectId}`;
    await admin.call('PUT', path, { quota_set: { volumes: 1 } });
    const many = await member.call('POST', '/volumes', { volume: { size: 1 } });
    expectText(many, 'err-413-quota-volumes');
    await admin.call('PUT', path, { quota_set: { volumes: 100, gigabytes: 2 } });
    const large = await member.call('POST', '/volumes', { volume: { size: 5 } });
    const { gigabytes } = (await admin.call('GET', `${path}?usage=true`)).body.quota_set;
    expectText(large, 'err-413-quota-gigabytes', { '102G': `${gigabytes.in_use}G` });
    await admin.call('DELETE', path);
  });
});
