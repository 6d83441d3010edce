// Taking over and letting go over HTTP, and the lists of what lies in a pool: under the paths of
// 3.8 and the old ones, in the words of a real Cinder 21.3 (cinder/api/contrib/volume_manage.py,
// snapshot_manage.py, resource_common_manage.py, cinder/volume/drivers/lvm.py).
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { updateVolume } from '../../bundled-engine/records/volumes';
import { removeFolder, tempFolder } from '../support/temp-folder';
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { Answer, EngineUnderTest } from './engine-under-test';
import { expectRefusal } from './volume-actor';

const host = 'cinderkit@raw#raw';
let under: EngineUnderTest;
let folder = '';

beforeAll(async () => {
  folder = await tempFolder();
  under = await engineUnderTest({ folder });
  await under.admin.call('POST', '/types', { volume_type: { name: 'on-raw' } });
  const { body } = await under.admin.call('GET', '/types/on-raw');
  const type = (await under.admin.call('GET', '/types')).body.volume_types.find(
    (each: { name: string }) => each.name === 'on-raw',
  );
  expect(body).toBeDefined();
  const specs = { extra_specs: { volume_backend_name: 'raw' } };
  await under.admin.call('POST', `/types/${type.id}/extra_specs`, specs);
});
afterAll(async () => {
  await under.stop();
  await removeFolder(folder);
});

const made = async (): Promise<string> =>
  (await madeVolume(under, { volume_type: 'on-raw' }, under.admin)).id;

const letGo = async (kind: 'volumes' | 'snapshots', id: string): Promise<void> => {
  const answer = await under.admin.call('POST', `/${kind}/${id}/action`, { 'os-unmanage': {} });
  expect(answer.status).toBe(202);
  await under.idle();
  expect((await under.admin.call('GET', `/${kind}/${id}`)).status).toBe(404);
};

const list = (path: string, query = '', version?: string): Promise<Answer> =>
  under.admin.call(
    'GET',
    `${path}?host=${encodeURIComponent(host)}${query}`,
    undefined,
    version ? { version } : {},
  );

describe('volumes', () => {
  it('are let go of, listed, and taken over under either path', async () => {
    for (const path of ['/manageable_volumes', '/os-volume-manage']) {
      const old = await made();
      await letGo('volumes', old);
      const reference = { 'source-name': `volume-${old}` };
      const listed = (await list(path)).body['manageable-volumes'];
      expect(listed).toContainEqual({ reference, size: 1, safe_to_manage: true });
      const asked = {
        host,
        ref: reference,
        name: 'back ',
        volume_type: 'on-raw',
        availability_zone: 'nova',
        metadata: { a: 'b' },
        bootable: 'True',
      };
      const answer = await under.admin.call('POST', path, { volume: asked });
      expect(answer.status).toBe(202);
      expect(answer.body.volume).toMatchObject({
        status: 'managing',
        size: 0,
        name: 'back',
        bootable: 'true',
        volume_type: 'on-raw',
        availability_zone: 'nova',
      });
      expect(Object.keys(answer.body.volume)).not.toContain('group_id');
      await under.idle();
      const { id } = answer.body.volume;
      const shown = (await under.admin.call('GET', `/volumes/${id}`)).body.volume;
      expect(shown).toMatchObject({
        status: 'available',
        size: 1,
        metadata: { a: 'b' },
        'os-vol-host-attr:host': host,
      });
      const details = (await list(`${path}/detail`)).body['manageable-volumes'];
      expect(details).toContainEqual({
        reference: { 'source-name': `volume-${id}` },
        size: 1,
        safe_to_manage: false,
        reason_not_safe: 'already managed',
        cinder_id: id,
        extra_info: null,
      });
      await letGo('volumes', id);
      const byId = { host: 'cinderkit@raw', ref: { 'source-id': id } };
      const again = await under.admin.call('POST', path, { volume: byId });
      await under.idle();
      const place = `/volumes/${again.body.volume.id}`;
      expect((await under.admin.call('GET', place)).body.volume.status).toBe('available');
      expect((await under.admin.call('DELETE', place)).status).toBe(202);
      await under.idle();
    }
  });

  it('a disk that somebody put into the pool becomes a volume of whole GiB', async () => {
    const file = join(folder, 'pools', 'raw', 'unmanaged', 'volumes', 'mine.img');
    await writeFile(file, Buffer.from('of a person'));
    const ask = { host, ref: 'mine.img', volume_type: null, name: null };
    const answer = await under.admin.call('POST', '/manageable_volumes', { volume: ask });
    await under.idle();
    const { id } = answer.body.volume;
    const shown = (await under.admin.call('GET', `/volumes/${id}`)).body.volume;
    expect(shown).toMatchObject({ status: 'available', size: 1 });
    const driver = under.engine.parts.pools.find(({ name }) => name === 'raw')?.driver;
    const reader = await driver?.openReader({ volume: id });
    const bytes = Buffer.alloc(11);
    await reader?.read(0, bytes);
    await reader?.close();
    expect(bytes.toString()).toBe('of a person');
    await under.admin.call('DELETE', `/volumes/${id}`);
    await under.idle();
  });

  it('a bad reference, pool or zone ends in error_managing, and can be deleted', async () => {
    const before = (await list('/manageable_volumes')).body;
    for (const asked of [
      { host, ref: { 'source-name': 'not-there' } },
      { host, ref: { 'source-name': '../volumes/x' } },
      { host, ref: { other: 1 } },
      { host: 'cinderkit@raw#other', ref: { 'source-name': 'x' } },
      { host, ref: { 'source-name': 'x' }, availability_zone: 'mars' },
    ]) {
      const answer = await under.admin.call('POST', '/manageable_volumes', { volume: asked });
      expect([asked, answer.status]).toEqual([asked, 202]);
      await under.idle();
      const place = `/volumes/${answer.body.volume.id}`;
      const shown = (await under.admin.call('GET', place)).body.volume;
      expect(shown).toMatchObject({ status: 'error_managing', size: 0 });
      expect((await under.admin.call('DELETE', place)).status).toBe(202);
      await under.idle();
      expect((await under.admin.call('GET', place)).status).toBe(404);
    }
    expect((await list('/manageable_volumes')).body).toEqual(before);
  });

  it('refuses what Cinder refuses', async () => {
    const id = await made();
    const manage = (volume: object, version?: string): Promise<Answer> =>
      under.admin.call('POST', '/os-volume-manage', { volume }, version ? { version } : {});
    const ref = { 'source-name': `volume-${id}` };
    expectRefusal(
      await manage({ host, ref }),
      400,
      'Unable to manage existing volume. The volume is already managed',
    );
    const other = { 'source-name': 'x' };
    expectRefusal(await manage({ host: 'a@b', ref: other }), 400, "Host 'a@b' not found");
    expectRefusal(await manage({ cluster: 'c', ref: other }), 400, "Cluster 'c' not found");
    const both = 'Invalid input received: One and only one of cluster and host must be set.';
    expectRefusal(await manage({ ref: other }), 400, both);
    const none = 'Invalid input received: Host field is missing.';
    expectRefusal(await manage({ ref: other }, '3.15'), 400, none);
    expectRefusal(
      await manage({ host, ref: other, volume_type: 'no-such' }),
      400,
      "Invalid volume type: Cannot find requested 'no-such' volume type",
    );
    expect((await manage({ host })).status).toBe(400);
    const member = await under.member.call('POST', '/os-volume-manage', { volume: { host, ref } });
    expect(member.status).toBe(403);
    const early = await list('/manageable_volumes', '', '3.7');
    expect(early.status).toBe(404);
    const { database } = under.engine.parts;
    for (const status of ['in-use', 'reserved', 'creating', 'error_deleting']) {
      await updateVolume(database, id, { status });
      const answer = await under.admin.call('POST', `/volumes/${id}/action`, {
        'os-unmanage': {},
      });
      expect([status, answer.status]).toEqual([status, 400]);
    }
    await updateVolume(database, id, { status: 'available' });
  });
});

describe('snapshots', () => {
  it('are let go of, listed with their source, and taken over under either path', async () => {
    for (const path of ['/manageable_snapshots', '/os-snapshot-manage']) {
      const volumeId = await made();
      const taken = await under.admin.call('POST', '/snapshots', {
        snapshot: { volume_id: volumeId },
      });
      await under.idle();
      const old: string = taken.body.snapshot.id;
      const source = { 'source-name': `volume-${volumeId}` };
      expect((await list(`${path}/detail`)).body['manageable-snapshots']).toContainEqual({
        reference: { 'source-name': `snapshot-${old}` },
        size: 1,
        safe_to_manage: false,
        reason_not_safe: 'already managed',
        cinder_id: old,
        extra_info: null,
        source_reference: source,
      });
      await letGo('snapshots', old);
      const reference = { 'source-name': `snapshot-${old}` };
      expect((await list(path)).body['manageable-snapshots']).toContainEqual({
        reference,
        size: 1,
        safe_to_manage: true,
        source_reference: null,
      });
      const asked = { volume_id: volumeId, ref: reference, name: 'n', metadata: { a: 'b' } };
      const answer = await under.admin.call('POST', path, { snapshot: asked });
      expect(answer.status).toBe(202);
      expect(answer.body.snapshot).toMatchObject({ status: 'creating', size: 1, name: 'n' });
      await under.idle();
      const place = `/snapshots/${answer.body.snapshot.id}`;
      const shown = (await under.admin.call('GET', place)).body.snapshot;
      expect(shown).toMatchObject({ status: 'available', volume_id: volumeId });
      const lost = { volume_id: volumeId, ref: { 'source-name': 'lost' } };
      const bad = await under.admin.call('POST', path, { snapshot: lost });
      await under.idle();
      const state = await under.admin.call('GET', `/snapshots/${bad.body.snapshot.id}`);
      expect(state.body.snapshot.status).toBe('error');
    }
  });

  it('refuses volumes that are not there', async () => {
    const asked = { volume_id: randomUUID(), ref: { 'source-name': 'x' } };
    const answer = await under.admin.call('POST', '/manageable_snapshots', { snapshot: asked });
    expectRefusal(answer, 404, `Volume ${asked.volume_id} could not be found.`);
  });
});

describe('lists', () => {
  it('come sorted, in pages, and refuse what cannot be read', async () => {
    const files = ['p1.raw', 'p2.raw', 'p3.raw'];
    const inside = join(folder, 'pools', 'raw', 'unmanaged', 'snapshots');
    for (const name of files) await writeFile(join(inside, name), name);
    const names = async (query: string): Promise<string[]> => {
      const { body } = await list('/manageable_snapshots', query);
      return body['manageable-snapshots']
        .map((each: { reference: Record<string, string> }) => each.reference['source-name'])
        .filter((name: string) => name.endsWith('.raw'));
    };
    expect(await names('')).toEqual(['p3.raw', 'p2.raw', 'p1.raw']);
    expect(await names('&sort=reference:asc')).toEqual(files);
    expect(await names('&sort=size:asc,reference:asc')).toEqual(files);
    const marker = encodeURIComponent('{"source-name": "p1.raw"}');
    const order = '&sort_key=reference&sort_dir=asc';
    expect(await names(`${order}&marker=${marker}&limit=1`)).toEqual(['p2.raw']);
    expect(await names(`${order}&marker=${marker}&limit=1&offset=1`)).toEqual(['p3.raw']);
    const refused = async (query: string, message: string): Promise<void> =>
      expectRefusal(await list('/manageable_snapshots', query), 400, message);
    await refused('&sort=id', 'Invalid sort keys passed: id');
    await refused('&sort=size:up', 'Invalid sort dirs passed: up');
    await refused('&limit=x', 'Invalid input received: limit must be an integer');
    await refused(
      '&marker=x',
      'Invalid input received: marker x can not be analysed, please use json like format',
    );
    const lost = encodeURIComponent('{"source-name":"lost"}');
    await refused(
      `&marker=${lost}`,
      "Invalid input received: marker not found: {'source-name': 'lost'}",
    );
    const call = (query: string, version: string): Promise<Answer> =>
      under.admin.call('GET', `/manageable_volumes${query}`, undefined, { version });
    expectRefusal(
      await call('?host=a@b', '3.70'),
      404,
      'Service None could not be found on host a@b.',
    );
    const both = 'Invalid input received: One and only one of cluster and host must be set.';
    expectRefusal(await call('', '3.17'), 400, both);
    expectRefusal(await call('', '3.16'), 400, 'Invalid input received: Host field is missing.');
    expect((await under.member.call('GET', '/manageable_volumes?host=x')).status).toBe(403);
  });
});
