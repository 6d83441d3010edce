// Transfers over real HTTP: replies of a real Cinder, what moves with a volume, who may do what,
// quotas, and the refusals, each of which leaves every record as it was.
import { findVolume, updateVolume } from '../../bundled-engine/records/volumes';
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { Answer, Caller, EngineUnderTest } from './engine-under-test';
import { refusal } from './refusal';
import { expectForm } from './sample';

let under: EngineUnderTest;

beforeAll(async () => {
  under = await engineUnderTest();
  await setQuota(under.member, { volumes: 100 });
});

afterAll(() => under.stop());

const expectRefused = refusal(() => under);
const nil = '00000000-0000-0000-0000-000000000000';

function setQuota(of: Caller, quota: Readonly<Record<string, number>>): Promise<Answer> {
  return under.admin.call('PUT', `/os-quota-sets/${of.projectId}`, { quota_set: quota });
}

async function used(by: Caller): Promise<Record<string, number>> {
  const path = `/os-quota-sets/${by.projectId}?usage=true`;
  const { quota_set: set } = (await under.admin.call('GET', path)).body;
  const names = ['volumes', 'snapshots', 'gigabytes', 'gigabytes___DEFAULT__'];
  return Object.fromEntries(names.map((name) => [name, set[name].in_use]));
}

function offer(
  volumeId: string,
  more: Readonly<Record<string, unknown>> = {},
  by: Caller = under.member,
): Promise<Answer> {
  return by.call('POST', '/volume-transfers', { transfer: { volume_id: volumeId, ...more } });
}

async function offered(
  volumeId: string,
  more: Readonly<Record<string, unknown>> = {},
  by: Caller = under.member,
): Promise<{ id: string; key: string }> {
  const answer = await offer(volumeId, more, by);
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
  return { id: answer.body.transfer.id, key: answer.body.transfer.auth_key };
}

function accept(transfer: { id: string; key: unknown }, by: Caller): Promise<Answer> {
  const body = { accept: { auth_key: transfer.key } };
  return by.call('POST', `/volume-transfers/${transfer.id}/accept`, body);
}

async function withSnapshot(volumeId: string): Promise<string> {
  const snapshot = { volume_id: volumeId };
  const made = await under.member.call('POST', '/snapshots', { snapshot });
  await under.idle();
  return made.body.snapshot.id;
}

async function statusOf(volumeId: string, caller = under.member): Promise<string> {
  return (await caller.call('GET', `/volumes/${volumeId}`)).body.volume.status;
}

function message(answer: Answer): string {
  const [fault] = Object.values<{ message: string }>(answer.body);
  return fault?.message ?? '';
}

describe('replies have the form of Cinder’s', () => {
  it('for an offer, the volume that waits, and a withdrawal', async () => {
    const { member } = under;
    const { id } = await madeVolume(under, { metadata: { k: 'v' } });
    const made = await offer(id, { name: ' tr ' });
    expectForm(made, 'transfer-create');
    const { transfer } = made.body;
    expect(transfer).toMatchObject({
      name: 'tr',
      volume_id: id,
      source_project_id: member.projectId,
      destination_project_id: null,
      accepted: false,
      no_snapshots: false,
    });
    expect(transfer.auth_key).toMatch(/^[0-9a-f]{16}$/);
    expect(transfer.links[0].href).toContain(`/os-volume-transfer/${transfer.id}`);
    expectForm(await member.call('GET', `/volumes/${id}`), 'volume-show-awaiting-transfer');
    expect(await statusOf(id)).toBe('awaiting-transfer');
    expectForm(await member.call('DELETE', `/volume-transfers/${transfer.id}`), 'transfer-delete');
    expect(await statusOf(id)).toBe('available');
    expect((await member.call('GET', `/volume-transfers/${transfer.id}`)).status).toBe(404);
  });

  it.each([
    ['3.0', []],
    ['3.54', []],
    ['3.55', ['no_snapshots']],
    ['3.56', ['no_snapshots']],
    ['3.57', ['accepted', 'destination_project_id', 'no_snapshots', 'source_project_id']],
  ])('with the keys of %s', async (version, more) => {
    const { member } = under;
    const { id } = await offered((await madeVolume(under)).id);
    for (const path of ['volume-transfers', 'os-volume-transfer']) {
      const show = await member.call('GET', `/${path}/${id}`, undefined, { version });
      const plain = ['created_at', 'id', 'links', 'name', 'volume_id'];
      expect(Object.keys(show.body.transfer).sort()).toEqual([...plain, ...more].sort());
      const detail = await member.call('GET', `/${path}/detail`, undefined, { version });
      expect(detail.body.transfers).toContainEqual(show.body.transfer);
      const brief = await member.call('GET', `/${path}`, undefined, { version });
      const { links, name, volume_id } = show.body.transfer;
      expect(brief.body.transfers).toContainEqual({ id, links, name, volume_id });
    }
    expect((await member.call('DELETE', `/os-volume-transfer/${id}`)).status).toBe(202);
  });
});

describe('an accepted volume', () => {
  it('goes with its snapshots, its quota and its bytes to the receiver', async () => {
    const { member, stranger } = under;
    const { id } = await madeVolume(under, { metadata: { k: 'v' } });
    const snapshotId = await withSnapshot(id);
    const before = { donor: await used(member), receiver: await used(stranger) };
    const transfer = await offered(id);
    const taken = await accept(transfer, stranger);
    expect([taken.status, taken.body]).toEqual([
      202,
      { transfer: { id: transfer.id, volume_id: id, name: null, links: expect.any(Array) } },
    ]);
    const show = await stranger.call('GET', `/volumes/${id}`);
    expect(show.body.volume).toMatchObject({
      status: 'available',
      user_id: stranger.userId,
      'os-vol-tenant-attr:tenant_id': stranger.projectId,
      metadata: { k: 'v' },
    });
    expect((await member.call('GET', `/volumes/${id}`)).status).toBe(404);
    const snapshot = await stranger.call('GET', `/snapshots/${snapshotId}`);
    expect(snapshot.body.snapshot).toMatchObject({ user_id: stranger.userId });
    expect((await member.call('GET', `/snapshots/${snapshotId}`)).status).toBe(404);
    const moved = { volumes: 1, snapshots: 1, gigabytes: 2, gigabytes___DEFAULT__: 2 };
    const [donor, receiver] = [await used(member), await used(stranger)];
    for (const [name, amount] of Object.entries(moved)) {
      expect([name, before.donor[name]! - donor[name]!]).toEqual([name, amount]);
      expect([name, receiver[name]! - before.receiver[name]!]).toEqual([name, amount]);
    }
    // It is the receiver's in full: it can be used up and removed.
    expect((await stranger.call('DELETE', `/snapshots/${snapshotId}`)).status).toBe(202);
    await under.idle();
    expect((await stranger.call('DELETE', `/volumes/${id}`)).status).toBe(202);
    await under.idle();
    expect(await used(stranger)).toEqual(before.receiver);
  });

  it('leaves its snapshots behind where that was asked, and they stay when it goes on', async () => {
    const { member, stranger, admin } = under;
    const { id } = await madeVolume(under);
    const snapshotId = await withSnapshot(id);
    const transfer = await offered(id, { no_snapshots: true });
    expect((await accept(transfer, stranger)).status).toBe(202);
    expect((await member.call('GET', `/snapshots/${snapshotId}`)).status).toBe(200);
    expect((await stranger.call('GET', `/snapshots/${snapshotId}`)).status).toBe(404);
    // Somebody else's snapshot is not the new owner's to give away.
    await expectRefused(() => stranger.call('DELETE', `/volumes/${id}`), 400);
    const further = await offered(id, {}, stranger);
    expect((await accept(further, admin)).status).toBe(202);
    expect((await member.call('GET', `/snapshots/${snapshotId}`)).status).toBe(200);
    await admin.call('POST', `/snapshots/${snapshotId}/action`, { 'os-force_delete': {} });
    await under.idle();
    expect((await admin.call('DELETE', `/volumes/${id}`)).status).toBe(202);
    await under.idle();
  });

  it('is taken once, however many ask at a time', async () => {
    const { stranger, admin } = under;
    const { id } = await madeVolume(under);
    const transfer = await offered(id);
    const answers = await Promise.all(
      [stranger, admin, stranger, admin].map((by) => accept(transfer, by)),
    );
    const codes = answers.map(({ status }) => status).sort();
    expect(codes).toEqual([202, 404, 404, 404]);
    const winner = answers.findIndex(({ status }) => status === 202) % 2 === 0 ? stranger : admin;
    expect((await findVolume(under.engine.parts.database, id))?.projectId).toBe(winner.projectId);
  });

  it('may come to administrators by its number alone, as an integer key', async () => {
    const { id } = await madeVolume(under);
    const transfer = await offered(id);
    await expectRefused(() => accept({ ...transfer, key: 1234 }, under.stranger), 400);
    expect((await accept(transfer, under.admin)).status).toBe(202);
  });
});

describe('refusals', () => {
  let volumeId = '';
  let transfer = { id: '', key: '' };

  beforeAll(async () => {
    volumeId = (await madeVolume(under)).id;
    transfer = await offered(volumeId);
  });

  it('of a wrong key, a second offer, and what is not there', async () => {
    const { stranger, member } = under;
    await expectRefused(() => accept({ ...transfer, key: 'f'.repeat(16) }, stranger), 400);
    const wrong = await accept({ ...transfer, key: '' }, stranger);
    expect(message(wrong)).toBe(
      `Invalid auth key: Attempt to transfer ${transfer.id} with invalid auth key.`,
    );
    await expectRefused(() => offer(volumeId), 400);
    expect(message(await offer(volumeId))).toBe('Invalid volume: status must be available');
    await expectRefused(() => offer(nil), 404);
    await expectRefused(() => accept({ id: nil, key: 'x' }, stranger), 404);
    expect(message(await accept({ id: nil, key: 'x' }, stranger))).toBe(
      `Transfer ${nil} could not be found.`,
    );
    await expectRefused(() => member.call('DELETE', `/volume-transfers/${nil}`), 404);
    await expectRefused(() => member.call('DELETE', `/volumes/${volumeId}`), 400);
  });

  it('of strangers and readers', async () => {
    const { stranger, reader, admin } = under;
    const path = `/volume-transfers/${transfer.id}`;
    await expectRefused(() => stranger.call('GET', path), 404);
    await expectRefused(() => stranger.call('DELETE', path), 404);
    const own = (await madeVolume(under)).id;
    await expectRefused(() => offer(own, {}, stranger), 404);
    await expectRefused(() => offer(own, {}, reader), 403);
    await expectRefused(() => accept(transfer, reader), 403);
    await expectRefused(() => reader.call('DELETE', path), 403);
    expect((await reader.call('GET', '/volume-transfers')).body).toEqual({ transfers: [] });
    expect((await stranger.call('GET', '/volume-transfers')).body.transfers).toEqual([]);
    expect((await stranger.call('GET', '/volume-transfers?all_tenants=1')).body.transfers).toEqual(
      [],
    );
    expect((await admin.call('GET', path)).status).toBe(200);
  });

  it('where the receiver’s quota has no room', async () => {
    const { stranger } = under;
    const id = (await madeVolume(under)).id;
    await withSnapshot(id);
    const both = await offered(id);
    const now = await used(stranger);
    const limits: [Record<string, number>, string][] = [
      [{ volumes: now['volumes']! }, 'VolumeLimitExceeded: Maximum number of volumes allowed'],
      [{ gigabytes: now['gigabytes']! + 1 }, 'Requested volume or snapshot exceeds allowed giga'],
      [{ snapshots: now['snapshots']! }, 'SnapshotLimitExceeded: Maximum number of snapshots'],
      [{ per_volume_gigabytes: 0 }, 'VolumeSizeExceedsLimit: Requested volume size 1G is larger'],
    ];
    for (const [limit, words] of limits) {
      await setQuota(stranger, limit);
      await expectRefused(() => accept(both, stranger), 413);
      const answer = await accept(both, stranger);
      expect([answer.headers.get('retry-after'), message(answer)]).toEqual([
        '0',
        expect.stringMatching(new RegExp(`^${words}`)),
      ]);
      const [name = ''] = Object.keys(limit);
      await setQuota(stranger, { [name]: name === 'gigabytes' ? 1000 : -1 });
    }
    expect((await accept(both, stranger)).status).toBe(202);
  });

  it('of snapshots that are busy, at the offer and at the accept', async () => {
    const { admin, stranger } = under;
    const id = (await madeVolume(under)).id;
    const snapshotId = await withSnapshot(id);
    const reset = (status: string) =>
      admin.call('POST', `/snapshots/${snapshotId}/action`, { 'os-reset_status': { status } });
    await reset('error');
    await expectRefused(() => offer(id), 400);
    expect(message(await offer(id))).toBe(
      `Invalid snapshot: snapshot: ${snapshotId} status must be available`,
    );
    await reset('available');
    const busy = await offered(id);
    await reset('error');
    await expectRefused(() => accept(busy, stranger), 400);
    expect(message(await accept(busy, stranger))).toBe(
      `Invalid snapshot: Transfer ${busy.id}: Snapshot ${snapshotId} is not in the expected ` +
        'available state.',
    );
    await reset('available');
    expect((await accept(busy, stranger)).status).toBe(202);
  });

  it('of a volume whose status or group changed under the offer', async () => {
    const { admin, stranger } = under;
    const id = (await madeVolume(under)).id;
    const stale = await offered(id);
    const reset = { 'os-reset_status': { status: 'available' } };
    await admin.call('POST', `/volumes/${id}/action`, reset);
    await expectRefused(() => accept(stale, stranger), 400);
    expect(message(await accept(stale, stranger))).toBe(
      `Invalid volume: Transfer ${stale.id}: Volume id ${id} expected in awaiting-transfer state.`,
    );
    // A new offer ends the old one: its key opens nothing any more.
    const fresh = await offered(id);
    await expectRefused(() => accept(stale, stranger), 404);
    const { database } = under.engine.parts;
    await updateVolume(database, id, { status: 'maintenance' });
    expect(message(await accept(fresh, stranger))).toBe(
      'Invalid volume: The volume cannot accept transfer in maintenance mode.',
    );
    await updateVolume(database, id, { status: 'awaiting-transfer', consistencyGroupId: nil });
    expect(message(await accept(fresh, stranger))).toBe(
      `Invalid volume: Volume ${id} must not be part of a consistency group.`,
    );
    await updateVolume(database, id, { consistencyGroupId: null });
    expect((await accept(fresh, stranger)).status).toBe(202);
  });

  it.each([
    ['no volume', {}, "'volume_id' is a required property"],
    ['a name of nothing', { volume_id: nil, name: '  ' }, 'is not valid under any of the given'],
    ['a name too long', { volume_id: nil, name: 'x'.repeat(256) }, 'is not valid under any of'],
    ['a key too many', { volume_id: nil, size: 1 }, "('size' was unexpected)"],
    ['an id that is none', { volume_id: 'x' }, "'x' is not a 'uuid'"],
    ['a word for yes', { volume_id: nil, no_snapshots: 'maybe' }, "'maybe' is not one of"],
  ])('of a body with %s', async (_, body, words) => {
    const answer = await under.member.call('POST', '/volume-transfers', { transfer: body });
    expect([answer.status, message(answer)]).toEqual([400, expect.stringContaining(words)]);
  });

  it('of snapshots left behind before 3.55 and under the older path', async () => {
    const { member } = under;
    const id = (await madeVolume(under)).id;
    const body = { transfer: { volume_id: id, no_snapshots: true } };
    const words = "Additional properties are not allowed ('no_snapshots' was unexpected)";
    const before = await member.call('POST', '/volume-transfers', body, { version: '3.54' });
    expect([before.status, message(before)]).toEqual([400, expect.stringContaining(words)]);
    const older = await member.call('POST', '/os-volume-transfer', body);
    expect([older.status, message(older)]).toEqual([400, expect.stringContaining(words)]);
    const plain = { transfer: { volume_id: id, name: null } };
    expect((await member.call('POST', '/os-volume-transfer', plain)).status).toBe(202);
  });

  it.each([
    [{}, "'auth_key' is a required property"],
    [{ auth_key: null }, "None is not of type 'string', 'integer'"],
    [{ auth_key: true }, "True is not of type 'string', 'integer'"],
    [{ auth_key: 1.5 }, "1.5 is not of type 'string', 'integer'"],
  ])('of the key %j', async (body, words) => {
    const path = `/volume-transfers/${transfer.id}/accept`;
    const answer = await under.stranger.call('POST', path, { accept: body });
    expect([answer.status, message(answer)]).toEqual([400, expect.stringContaining(words)]);
  });
});

describe('lists', () => {
  it('are filtered, sorted and paged from 3.59 on, oldest first before', async () => {
    const { admin, stranger } = under;
    await setQuota(stranger, { volumes: 100 });
    const made: string[] = [];
    for (const name of ['b', 'c', 'a']) {
      const { id } = await madeVolume(under, {}, stranger);
      made.push((await offered(id, { name }, stranger)).id);
    }
    const names = async (query: string, version = '3.70'): Promise<string[]> => {
      const path = `/volume-transfers${query}`;
      const { body } = await stranger.call('GET', path, undefined, { version });
      return body.transfers.map(({ name }: { name: string }) => name);
    };
    expect(await names('')).toEqual(['a', 'c', 'b']);
    expect(await names('', '3.58')).toEqual(['b', 'c', 'a']);
    expect(await names('?sort=name:asc')).toEqual(['a', 'b', 'c']);
    expect(await names('?name=c')).toEqual(['c']);
    expect(await names('?bogus=1')).toEqual([]);
    expect(await names('?all_tenants=perhaps')).toHaveLength(3);
    const all = await admin.call('GET', '/volume-transfers/detail?all_tenants=1');
    expect(all.body.transfers.length).toBeGreaterThan(3);
    const page = await stranger.call('GET', '/volume-transfers?limit=2&sort=name:asc');
    expect(page.body.transfers_links[0].rel).toBe('next');
    const rest = `?limit=2&sort=name:asc&marker=${page.body.transfers[1].id}`;
    expect(await names(rest)).toEqual(['c']);
    for (const id of made) await stranger.call('DELETE', `/volume-transfers/${id}`);
  });
});

it('keeps no key in the records', async () => {
  const transfer = await offered((await madeVolume(under)).id);
  const { database } = under.engine.parts;
  const rows = await database.rows('SELECT * FROM "volume_transfers" WHERE "id" = ?', [
    transfer.id,
  ]);
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain(transfer.key);
  expect(String(rows[0]?.['salt'])).toMatch(/^[0-9a-f]{32}$/);
});
