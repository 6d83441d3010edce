// Migration over HTTP: codes and texts of a real Cinder 21.3 (cinder/volume/api.py migrate_volume,
// cinder/api/contrib/admin_actions.py), and the bytes behind them.
import { randomUUID } from 'node:crypto';
import { updateVolume } from '../../bundled-engine/records/volumes';
import { notRun } from '../support/not-run';
import { toolMissing } from '../support/tools';
import { engineUnderTest } from './engine-under-test';
import type { Answer, EngineUnderTest } from './engine-under-test';
import { expectRefusal, VolumeActor } from './volume-actor';

let under: EngineUnderTest;
const missing = toolMissing('qemu-img') ?? toolMissing('qemu-nbd');
let actor: VolumeActor;

beforeAll(async () => {
  under = await engineUnderTest();
  actor = new VolumeActor(under);
  await actor.liftQuotas();
});
afterAll(() => under.stop());

describe('os-migrate_volume', () => {
  if (missing === null) {
    it('moves the bytes to the pool that is named, there and back, locked or not', async () => {
      const id = await actor.make();
      await actor.write(id, 'some bytes');
      const first = String((await actor.show(id))['os-vol-host-attr:host']);
      const there = first.endsWith('#raw') ? 'cinderkit@qcow2#qcow2' : 'cinderkit@raw#raw';
      const go = { 'os-migrate_volume': { host: there, force_host_copy: 'True' } };
      expect((await actor.act(id, go, '3.0')).status).toBe(202);
      await under.idle();
      expect(await actor.show(id)).toMatchObject({
        'os-vol-host-attr:host': there,
        migration_status: 'success',
        'os-vol-mig-status-attr:migstat': 'success',
        'os-vol-mig-status-attr:name_id': null,
        status: 'available',
      });
      expect(await actor.read(id, 10)).toBe('some bytes');
      const [backEnd = ''] = first.split('#');
      const back = { 'os-migrate_volume': { host: backEnd, lock_volume: true } };
      expect((await actor.act(id, back)).status).toBe(202);
      await under.idle();
      expect(await actor.show(id)).toMatchObject({
        'os-vol-host-attr:host': first,
        migration_status: 'success',
        status: 'available',
      });
      expect(await actor.read(id, 10)).toBe('some bytes');
    });
  } else notRun('os-migrate_volume between two pools', missing);

  it('a pool that the back end does not have ends in migration_status error', async () => {
    const id = await actor.make();
    const go = { 'os-migrate_volume': { host: 'cinderkit@raw#nowhere', lock_volume: true } };
    expect((await actor.act(id, go)).status).toBe(202);
    await under.idle();
    expect(await actor.show(id)).toMatchObject({ migration_status: 'error', status: 'available' });
    const { messages } = (await under.member.call('GET', '/messages')).body;
    expect(messages.some((each: { resource_uuid: string }) => each.resource_uuid === id)).toBe(
      true,
    );
  });

  it('an attached volume is accepted and not moved, for want of a compute service', async () => {
    const id = await actor.make();
    const { database } = under.engine.parts;
    await updateVolume(database, id, { status: 'in-use', attachStatus: 'attached' });
    const host = String((await actor.show(id))['os-vol-host-attr:host']);
    const go = { 'os-migrate_volume': { host: 'cinderkit@raw#other', lock_volume: true } };
    expect((await actor.act(id, go)).status).toBe(202);
    await under.idle();
    expect(await actor.show(id)).toMatchObject({
      migration_status: 'error',
      status: 'in-use',
      'os-vol-host-attr:host': host,
    });
  });

  it('refuses unknown hosts, clusters, and both or none of them', async () => {
    const id = await actor.make();
    const to = (asked: object, version?: string): Promise<Answer> =>
      actor.act(id, { 'os-migrate_volume': asked }, version);
    const none = 'Invalid host: No available service named';
    expectRefusal(await to({ host: 'nowhere@x#y' }), 400, `${none} 'nowhere@x#y'`);
    expectRefusal(await to({ cluster: 'c@x' }, '3.16'), 400, `${none} 'c@x'`);
    const both = 'Invalid input received: One and only one of cluster and host must be set.';
    expectRefusal(await to({ host: 'cinderkit@raw#raw', cluster: 'c' }), 400, both);
    expectRefusal(await to({}), 400, both);
    expectRefusal(
      await to({ host: 'h', cluster: 'c' }, '3.15'),
      400,
      'Invalid input for field/attribute os-migrate_volume. Value: ' +
        "{'host': 'h', 'cluster': 'c'}. " +
        "Additional properties are not allowed ('cluster' was unexpected)",
    );
    expectRefusal(
      await to({}, '3.15'),
      400,
      'Invalid input for field/attribute os-migrate_volume. Value: {}. ' +
        "'host' is a required property",
    );
    expectRefusal(
      await to({ host: '' }, '3.15'),
      400,
      'Invalid input received: Host field is missing.',
    );
    expect((await actor.act(randomUUID(), { 'os-migrate_volume': { host: 'x' } })).status).toBe(
      404,
    );
    const member = await under.member.call('POST', `/volumes/${id}/action`, {
      'os-migrate_volume': { host: 'cinderkit@raw#raw' },
    });
    expect(member.status).toBe(403);
  });

  it('refuses volumes that are there already, have snapshots, or are on the move', async () => {
    const id = await actor.make();
    const text =
      `Invalid volume: Volume ${id} status must be available or in-use, must not be migrating, ` +
      'have snapshots, be replicated, be part of a group and destination host/cluster must be ' +
      'different than the current one';
    const host = String((await actor.show(id))['os-vol-host-attr:host']);
    const elsewhere = { 'os-migrate_volume': { host: 'cinderkit@raw#other' } };
    expectRefusal(await actor.act(id, { 'os-migrate_volume': { host } }), 400, text);
    const { database } = under.engine.parts;
    for (const status of ['error', 'reserved', 'maintenance', 'retyping']) {
      await updateVolume(database, id, { status });
      expectRefusal(await actor.act(id, elsewhere), 400, text);
    }
    await updateVolume(database, id, { status: 'available', migrationStatus: 'migrating' });
    expectRefusal(await actor.act(id, elsewhere), 400, text);
    const snapshot = { snapshot: { volume_id: id } };
    expectRefusal(
      await under.member.call('POST', '/snapshots', snapshot),
      400,
      'Invalid volume: Snapshot cannot be created while volume is migrating.',
    );
    expect((await under.member.call('DELETE', `/volumes/${id}`)).status).toBe(400);
    expect((await actor.act(id, { 'os-unmanage': {} })).status).toBe(400);
    await updateVolume(database, id, { migrationStatus: null });
    expect((await under.member.call('POST', '/snapshots', snapshot)).status).toBe(202);
    await under.idle();
    expectRefusal(await actor.act(id, elsewhere), 400, text);
  });
});

it('os-migrate_volume_completion answers as a Cinder that is not in mid-migration', async () => {
  const [one, two] = [await actor.make(), await actor.make()];
  const { database } = under.engine.parts;
  const complete = (): Promise<Answer> =>
    actor.act(one, { 'os-migrate_volume_completion': { new_volume: two, error: false } });
  expect(await complete()).toMatchObject({ status: 200, body: { save_volume_id: two } });
  await updateVolume(database, two, { migrationStatus: 'migrating' });
  expectRefusal(await complete(), 400, 'Invalid volume: Source volume not mid-migration.');
  await updateVolume(database, one, { migrationStatus: 'migrating' });
  expectRefusal(
    await complete(),
    400,
    `Invalid volume: Destination has migration_status migrating, expected target:${one}.`,
  );
  await updateVolume(database, two, { migrationStatus: null });
  expectRefusal(await complete(), 400, 'Invalid volume: Destination volume not mid-migration.');
  const unknown = { 'os-migrate_volume_completion': { new_volume: randomUUID() } };
  expect((await actor.act(one, unknown)).status).toBe(404);
});
