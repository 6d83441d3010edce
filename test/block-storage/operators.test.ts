// What operators do: services, hosts, pools, clusters, logs. Laws: a closed pool takes nothing new,
// everything on it still works, and all of it is an administrator's alone.
import { hostName } from '../../bundled-engine/operations/services';
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { Answer, EngineUnderTest } from './engine-under-test';
import { removeFolder, tempFolder } from '../support/temp-folder';

let under: EngineUnderTest;
let raw: string;

beforeAll(async () => {
  under = await engineUnderTest();
  raw = `${hostName}@${under.engine.parts.pools[0]?.name ?? ''}`;
});

// Nothing that one test says of a service, and nothing that it makes, is there for the next.
afterEach(async () => {
  const { admin, engine } = under;
  const { body } = await admin.call('GET', '/volumes?all_tenants=1');
  for (const { id } of body.volumes) await admin.call('DELETE', `/volumes/${id}?cascade=true`);
  await under.idle();
  await engine.parts.database.run('DELETE FROM "service_states"', []);
});

afterAll(() => under.stop());

const put = (path: string, body: unknown, version = '3.70'): Promise<Answer> =>
  under.admin.call('PUT', path, body, { version });

const messageOf = ({ body }: Answer): string =>
  Object.values(body as Record<string, { message: string }>)[0]?.message ?? '';

async function services(query = '', version = '3.70'): Promise<Record<string, unknown>[]> {
  const { body } = await under.admin.call('GET', `/os-services${query}`, undefined, { version });
  return body.services;
}

const backend = async (): Promise<Record<string, unknown> | undefined> =>
  (await services(`?host=${encodeURIComponent(raw)}`))[0];

async function poolNames(query = '', version = '3.70'): Promise<string[]> {
  const path = `/scheduler-stats/get_pools${query}`;
  const answer = await under.admin.call('GET', path, undefined, { version });
  return answer.body.pools.map((pool: { name: string }) => pool.name);
}

describe('services', () => {
  it('show what their version knows', async () => {
    const common = ['binary', 'host', 'zone', 'status', 'state', 'updated_at'];
    const plain = [...common, 'disabled_reason'];
    const ofVolume = ['replication_status', 'active_backend_id', 'frozen'];
    const keysAt = async (version: string, binary: string): Promise<string[]> =>
      Object.keys((await services(`?binary=${binary}`, version))[0] ?? {});
    expect(await keysAt('3.6', 'cinder-scheduler')).toEqual(plain);
    expect(await keysAt('3.6', 'cinder-volume')).toEqual([...plain, ...ofVolume]);
    const clustered = [...common, 'cluster', 'disabled_reason'];
    expect(await keysAt('3.7', 'cinder-scheduler')).toEqual(clustered);
    expect(await keysAt('3.48', 'cinder-volume')).toEqual([...clustered, ...ofVolume]);
    const full = [...common, 'backend_state', 'cluster', 'disabled_reason', ...ofVolume];
    expect(await keysAt('3.49', 'cinder-volume')).toEqual(full);
    expect(await keysAt('3.70', 'cinder-backup')).toEqual(clustered);
  });

  it('are found by a host, by what is on it, and by nothing else', async () => {
    const all = await services();
    const hosts = async (host: string): Promise<unknown[]> =>
      (await services(`?host=${encodeURIComponent(host)}`)).map((one) => one['host']);
    expect(await hosts(hostName)).toHaveLength(all.length);
    expect(await hosts(raw)).toEqual([raw]);
    expect(await hosts(`${raw}#pool`)).toEqual([]);
    expect(await hosts('cinder')).toEqual([]);
    expect(await services('?binary=cinder-api')).toEqual([]);
  });

  it('are disabled with a reason, which stays', async () => {
    const named = { binary: 'cinder-volume', host: raw };
    const disabled = await put('/os-services/disable', named);
    expect([disabled.status, disabled.body]).toEqual([
      200,
      { disabled: true, host: raw, service: '', binary: 'cinder-volume', status: 'disabled' },
    ]);
    expect(await backend()).toMatchObject({ status: 'disabled', disabled_reason: null });
    const reason = { ...named, disabled_reason: 'new disks' };
    expect((await put('/os-services/disable-log-reason', reason)).body).toMatchObject({
      disabled: true,
      disabled_reason: 'new disks',
    });
    const byService = { service: 'cinder-volume', host: raw };
    expect((await put('/os-services/enable', byService)).body).toEqual({
      disabled: false,
      host: raw,
      service: 'cinder-volume',
      binary: '',
      status: 'enabled',
    });
    expect(await backend()).toMatchObject({ status: 'enabled', disabled_reason: 'new disks' });
  });

  it.each([
    [
      'enable',
      { binary: 'cinder-volume', host: 'nowhere' },
      404,
      'Service cinder-volume could not be found on host nowhere.',
    ],
    [
      'disable',
      { binary: 'nothing', host: hostName },
      404,
      `Service nothing could not be found on host ${hostName}.`,
    ],
    ['disable', { binary: 'cinder-backup' }, 400, 'Invalid input received: Host field is missing.'],
    ['disable', { host: hostName }, 400, "'binary' is a required property"],
    [
      'disable-log-reason',
      { binary: 'cinder-backup', host: hostName, disabled_reason: null },
      400,
      'disabled_reason',
    ],
    [
      'disable-log-reason',
      { binary: 'cinder-backup', host: hostName, disabled_reason: '  ' },
      400,
      'disabled_reason',
    ],
    ['disable', { binary: 'cinder-backup', host: 'a b' }, 400, 'host'],
    ['freeze', { host: 'nowhere' }, 400, 'No service found with host=nowhere'],
    ['thaw', { cluster: 'a' }, 400, 'No service found with cluster=a'],
    [
      'freeze',
      {},
      400,
      'Invalid input received: One and only one of cluster and host must be set.',
    ],
    ['failover_host', { cluster: 'a' }, 400, 'Invalid input received: Host field is missing.'],
    ['explode', {}, 400, 'Invalid input received: Unknown action'],
    ['set-log', { level: 'LOUD' }, 400, 'Invalid input received: LOUD is not a valid log level.'],
    ['get-log', { binary: 'nova' }, 400, 'binary'],
  ])('refuse %s %j', async (action, body, status, text) => {
    const answer = await put(`/os-services/${action}`, body);
    expect(answer.status).toBe(status);
    expect(messageOf(answer)).toContain(text);
  });

  it('know some actions only from their version on', async () => {
    for (const [action, version] of [
      ['failover', '3.25'],
      ['set-log', '3.31'],
      ['get-log', '3.31'],
    ]) {
      const answer = await put(`/os-services/${action}`, {}, version);
      expect(messageOf(answer)).toBe('Invalid input received: Unknown action');
    }
    const old = await put('/os-services/freeze', { cluster: 'a' }, '3.25');
    expect(messageOf(old)).toBe('Invalid input received: Host field is missing.');
  });

  it('are frozen once and thawed once', async () => {
    expect((await put('/os-services/freeze', { host: raw })).status).toBe(200);
    expect(await backend()).toMatchObject({
      frozen: true,
      status: 'disabled',
      disabled_reason: 'frozen',
    });
    const again = await put('/os-services/freeze', { host: raw });
    expect(again.status).toBe(400);
    expect(messageOf(again)).toBe(
      `Invalid input received: frozen in ['${raw}'] must be False to failover.`,
    );
    expect((await put('/os-services/thaw', { host: raw })).status).toBe(200);
    expect(await backend()).toMatchObject({
      frozen: false,
      status: 'enabled',
      disabled_reason: '',
    });
    expect((await put('/os-services/thaw', { host: raw })).status).toBe(400);
  });

  it('fail over to nothing, for no pool has a replica', async () => {
    const answer = await put('/os-services/failover_host', { host: raw });
    expect(answer.status).toBe(400);
    expect(messageOf(answer)).toContain('replication_status');
    expect((await put('/os-services/failover', { host: raw })).status).toBe(400);
  });

  it('log as much as they are told', async () => {
    const { log } = under.engine.parts;
    const levels = async (body: object = {}): Promise<Record<string, string>[]> =>
      (await put('/os-services/get-log', body)).body.log_levels.map(
        (one: { levels: Record<string, string> }) => one.levels,
      );
    const before = log.level;
    expect((await levels()).length).toBe((await services()).length + 1);
    const backup = { binary: 'cinder-backup', level: 'debug' };
    expect((await put('/os-services/set-log', backup)).status).toBe(202);
    expect(await levels({ binary: 'cinder-backup' })).toEqual([{ 'cinder.backup': 'DEBUG' }]);
    expect(await levels({ binary: 'cinder-scheduler' })).toEqual([{ 'cinder.scheduler': 'INFO' }]);
    expect(await levels({ binary: 'cinder-backup', prefix: 'nova' })).toEqual([{}]);
    expect(log.level).toBe('debug');
    await put('/os-services/set-log', { binary: '*', level: 'ERROR' });
    expect(log.level).toBe('error');
    expect(await levels({ server: raw })).toEqual([{ 'cinder.volume': 'ERROR' }]);
    log.level = before;
  });

  it('are nothing for others', async () => {
    const { member, reader } = under;
    for (const caller of [member, reader]) {
      const answer = await caller.call('PUT', '/os-services/freeze', { host: raw });
      expect(answer.status).toBe(403);
      expect(messageOf(answer)).toBe(
        "Policy doesn't allow volume_extension:services:update to be performed.",
      );
      expect((await caller.call('GET', '/os-hosts')).status).toBe(403);
      expect((await caller.call('GET', '/clusters')).status).toBe(403);
      expect((await caller.call('POST', '/workers/cleanup', {})).status).toBe(403);
    }
  });
});

describe('a closed pool', () => {
  it.each(['disable', 'freeze'])(
    'takes nothing new after %s, and keeps what it has',
    async (how) => {
      const { member, admin, engine } = under;
      const before = await madeVolume(under);
      const host = engine.parts.pools[0]?.host ?? '';
      const shownHost = async (id: string): Promise<unknown> =>
        (await admin.call('GET', `/volumes/${id}`)).body.volume['os-vol-host-attr:host'];
      expect(await shownHost(before.id)).toBe(host);
      await put(`/os-services/${how}`, {
        host: raw,
        ...(how === 'disable' ? { binary: 'cinder-volume' } : {}),
      });
      expect(await poolNames()).not.toContain(host);
      const after = await madeVolume(under);
      expect(after.status).toBe('available');
      expect(await shownHost(after.id)).not.toBe(host);
      await member.call('POST', `/volumes/${before.id}/action`, { 'os-extend': { new_size: 2 } });
      await under.idle();
      const grown = await member.call('GET', `/volumes/${before.id}`);
      expect(grown.body.volume).toMatchObject({ status: 'available', size: 2 });
      expect((await member.call('DELETE', `/volumes/${before.id}`)).status).toBe(202);
    },
  );

  it('is all that there is: then nothing can be made, and the zone is gone', async () => {
    for (const pool of under.engine.parts.pools) {
      const host = `${hostName}@${pool.name}`;
      await put('/os-services/disable', { binary: 'cinder-volume', host });
    }
    expect((await madeVolume(under)).status).toBe('error');
    const { body } = await under.member.call('GET', '/os-availability-zone');
    expect(body.availabilityZoneInfo).toEqual([
      { zoneName: 'nova', zoneState: { available: false } },
    ]);
    expect(await poolNames()).toEqual([]);
    await put('/os-services/enable', { binary: 'cinder-volume', host: raw });
    expect((await madeVolume(under)).status).toBe('available');
  });
});

it('what was said of services outlives the engine', async () => {
  const folder = await tempFolder();
  const first = await engineUnderTest({ folder });
  await first.admin.call('PUT', '/os-services/freeze', { host: raw });
  await first.stop();
  const second = await engineUnderTest({ folder });
  const path = `/os-services?host=${encodeURIComponent(raw)}`;
  expect((await second.admin.call('GET', path)).body.services[0]).toMatchObject({ frozen: true });
  await second.stop();
  await removeFolder(folder);
});
