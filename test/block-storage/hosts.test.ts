// Pools, hosts, clusters and workers as operators see them. Law: figures are those of what is kept.
import { hostName } from '../../bundled-engine/operations/services';
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { Answer, EngineUnderTest } from './engine-under-test';

let under: EngineUnderTest;
let raw: string;

beforeAll(async () => {
  under = await engineUnderTest();
  raw = `${hostName}@${under.engine.parts.pools[0]?.name ?? ''}`;
});

afterAll(() => under.stop());

const put = (path: string, body: unknown): Promise<Answer> => under.admin.call('PUT', path, body);

const messageOf = ({ body }: Answer): string =>
  Object.values(body as Record<string, { message: string }>)[0]?.message ?? '';

async function poolNames(query = '', version = '3.70'): Promise<string[]> {
  const path = `/scheduler-stats/get_pools${query}`;
  const answer = await under.admin.call('GET', path, undefined, { version });
  return answer.body.pools.map((pool: { name: string }) => pool.name);
}

describe('pools', () => {
  it('are filtered from 3.28 on, by what is configured from 3.31 on', async () => {
    const all = under.engine.parts.pools.map(({ host }) => host);
    expect(await poolNames('?name=nobody', '3.27')).toEqual(all);
    expect(await poolNames('?name=nobody', '3.28')).toEqual([]);
    expect(await poolNames('?vendor_name=cinderkit', '3.28')).toEqual(all);
    expect(await poolNames('?vendor_name=other', '3.30')).toEqual([]);
    expect(await poolNames('?volume_type=__DEFAULT__', '3.34')).toEqual(all);
    const refused = await under.admin.call('GET', '/scheduler-stats/get_pools?vendor_name=other');
    expect(refused.status).toBe(400);
    expect(messageOf(refused)).toBe('Invalid filters vendor_name are found in query options.');
    const unknown = await under.admin.call('GET', '/scheduler-stats/get_pools?volume_type=none');
    expect(unknown.status).toBe(404);
  });
});

describe('hosts', () => {
  it('are listed while they are enabled, and tell what is kept on them', async () => {
    const { admin, member } = under;
    const { id } = await madeVolume(under, { size: 2 });
    await member.call('POST', '/snapshots', { snapshot: { volume_id: id } });
    await under.idle();
    const { body } = await admin.call('GET', '/os-hosts');
    expect(body.hosts[0]).toEqual({
      host_name: hostName,
      service: 'cinder-backup',
      zone: 'nova',
      'service-status': 'available',
      'service-state': 'enabled',
      'last-update': expect.any(String),
    });
    expect((await admin.call('GET', '/os-hosts?zone=mars')).body.hosts).toEqual([]);
    const path = `/os-hosts/${encodeURIComponent(raw)}`;
    const used = {
      host: raw,
      volume_count: '1',
      total_volume_gb: '2',
      snapshot_count: '1',
      total_snapshot_gb: '2',
    };
    expect((await admin.call('GET', path)).body.host).toEqual([
      { resource: { ...used, project: '(total)' } },
      { resource: { ...used, project: member.projectId } },
    ]);
    const disabled = await put(path, { status: 'disable' });
    expect(disabled.body).toEqual({ host: raw, status: 'disabled' });
    const hosts = (await admin.call('GET', '/os-hosts')).body.hosts;
    expect(hosts.map((one: { host_name: string }) => one.host_name)).not.toContain(raw);
    const gone = await admin.call('GET', path);
    expect([gone.status, messageOf(gone)]).toEqual([
      404,
      `Service cinder-volume could not be found on host ${raw}.`,
    ]);
    expect((await put(path, { status: 'enable' })).body.status).toBe('enabled');
    expect((await put(path, { status: 'maybe' })).status).toBe(400);
    expect((await put(path, { reboot: 'now' })).status).toBe(400);
    expect((await put(path, {})).body).toEqual({});
    expect((await put('/os-hosts/nobody', { status: 'enable' })).status).toBe(404);
  });
});

describe('clusters and workers', () => {
  it('are none: lists are empty, names unknown, nothing is left to clean up', async () => {
    const { admin } = under;
    for (const path of ['/clusters', '/clusters/detail?is_up=true&frozen=true']) {
      expect((await admin.call('GET', path)).body).toEqual({ clusters: [] });
    }
    const old = { version: '3.6' };
    expect((await admin.call('GET', '/clusters', undefined, old)).status).toBe(404);
    expect((await admin.call('GET', '/clusters?color=red')).status).toBe(400);
    expect((await admin.call('GET', '/clusters?is_up=perhaps')).status).toBe(400);
    expect(
      (await admin.call('GET', '/clusters?frozen=true', undefined, { version: '3.25' })).status,
    ).toBe(400);
    expect(messageOf(await admin.call('GET', '/clusters/a'))).toBe('Cluster a could not be found.');
    expect((await put('/clusters/enable', { name: 'a' })).status).toBe(404);
    expect((await put('/clusters/disable', { name: 'a', disabled_reason: 'x' })).status).toBe(404);
    expect((await put('/clusters/enable', { name: 'a', disabled_reason: 'x' })).status).toBe(400);
    expect((await put('/clusters/enable', {})).status).toBe(400);
    expect(messageOf(await put('/clusters/other', {}))).toBe('Unknown action');
    const clean = (body: unknown): Promise<Answer> => admin.call('POST', '/workers/cleanup', body);
    const done = await clean({ host: raw, resource_type: 'volume', is_up: 'true' });
    expect([done.status, done.body]).toEqual([202, { cleaning: [], unavailable: [] }]);
    expect((await clean({})).status).toBe(202);
    expect((await clean({ resource_type: 'server' })).status).toBe(400);
    expect((await clean({ binary: 'cinder-api' })).status).toBe(400);
    const { id } = await madeVolume(under);
    const nothing = await clean({ resource_id: id, resource_type: 'Volume' });
    expect(messageOf(nothing)).toBe(
      `Invalid input received: There is no resource with UUID ${id} pending cleanup.`,
    );
  });
});
