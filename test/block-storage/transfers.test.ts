// Transfers over real HTTP: replies of a real Cinder, what moves with a volume and what stays, and
// lists. What is refused is in transfers-refused.
import { findVolume } from '../../bundled-engine/records/volumes';
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { EngineUnderTest } from './engine-under-test';
import { refusal } from './refusal';
import { expectForm } from './sample';
import { TransferCalls } from './transfer-calls';

let under: EngineUnderTest;

beforeAll(async () => {
  under = await engineUnderTest();
  await calls.setQuota(under.member, { volumes: 100 });
});

afterAll(() => under.stop());

const calls = new TransferCalls(() => under);
const expectRefused = refusal(() => under);

async function statusOf(volumeId: string, caller = under.member): Promise<string> {
  return (await caller.call('GET', `/volumes/${volumeId}`)).body.volume.status;
}

describe('replies have the form of Cinder’s', () => {
  it('for an offer, the volume that waits, and a withdrawal', async () => {
    const { member } = under;
    const { id } = await madeVolume(under, { metadata: { k: 'v' } });
    const made = await calls.offer(id, { name: ' tr ' });
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
    const { id } = await calls.offered((await madeVolume(under)).id);
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
    const snapshotId = await calls.withSnapshot(id);
    const before = { donor: await calls.used(member), receiver: await calls.used(stranger) };
    const transfer = await calls.offered(id);
    const taken = await calls.accept(transfer, stranger);
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
    expect(await calls.used(member)).toEqual({
      volumes: before.donor.volumes - 1,
      snapshots: before.donor.snapshots - 1,
      gigabytes: before.donor.gigabytes - 2,
      ofDefaultType: before.donor.ofDefaultType - 2,
    });
    expect(await calls.used(stranger)).toEqual({
      volumes: before.receiver.volumes + 1,
      snapshots: before.receiver.snapshots + 1,
      gigabytes: before.receiver.gigabytes + 2,
      ofDefaultType: before.receiver.ofDefaultType + 2,
    });
    // It is the receiver's in full: it can be used up and removed.
    expect((await stranger.call('DELETE', `/snapshots/${snapshotId}`)).status).toBe(202);
    await under.idle();
    expect((await stranger.call('DELETE', `/volumes/${id}`)).status).toBe(202);
    await under.idle();
    expect(await calls.used(stranger)).toEqual(before.receiver);
  });

  it('leaves its snapshots behind where asked, and they stay when it goes on', async () => {
    const { member, stranger, admin } = under;
    const { id } = await madeVolume(under);
    const snapshotId = await calls.withSnapshot(id);
    const transfer = await calls.offered(id, { no_snapshots: true });
    expect((await calls.accept(transfer, stranger)).status).toBe(202);
    expect((await member.call('GET', `/snapshots/${snapshotId}`)).status).toBe(200);
    expect((await stranger.call('GET', `/snapshots/${snapshotId}`)).status).toBe(404);
    // Somebody else's snapshot is not the new owner's to give away.
    await expectRefused(() => stranger.call('DELETE', `/volumes/${id}`), 400);
    const further = await calls.offered(id, {}, stranger);
    expect((await calls.accept(further, admin)).status).toBe(202);
    expect((await member.call('GET', `/snapshots/${snapshotId}`)).status).toBe(200);
    expect((await member.call('DELETE', `/snapshots/${snapshotId}`)).status).toBe(202);
    await under.idle();
    expect((await admin.call('DELETE', `/volumes/${id}`)).status).toBe(202);
    await under.idle();
  });

  it('is taken once, however many ask at a time', async () => {
    const { stranger, admin } = under;
    const { id } = await madeVolume(under);
    const transfer = await calls.offered(id);
    const answers = await Promise.all(
      [stranger, admin, stranger, admin].map((by) => calls.accept(transfer, by)),
    );
    const codes = answers.map(({ status }) => status).sort();
    expect(codes).toEqual([202, 404, 404, 404]);
    const winner = answers.findIndex(({ status }) => status === 202) % 2 === 0 ? stranger : admin;
    expect((await findVolume(under.engine.parts.database, id))?.projectId).toBe(winner.projectId);
  });

  it('may come to administrators by its number alone, as an integer key', async () => {
    const { id } = await madeVolume(under);
    const transfer = await calls.offered(id);
    await expectRefused(() => calls.accept({ ...transfer, key: 1234 }, under.stranger), 400);
    expect((await calls.accept(transfer, under.admin)).status).toBe(202);
  });
});

describe('lists', () => {
  it('are filtered, sorted and paged from 3.59 on, oldest first before', async () => {
    const { admin, stranger } = under;
    await calls.setQuota(stranger, { volumes: 100 });
    const made: string[] = [];
    for (const name of ['b', 'c', 'a']) {
      const { id } = await madeVolume(under, {}, stranger);
      made.push((await calls.offered(id, { name }, stranger)).id);
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
    await calls.offered((await madeVolume(under)).id, { name: 'of another' });
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
  const transfer = await calls.offered((await madeVolume(under)).id);
  const { database } = under.engine.parts;
  const rows = await database.rows('SELECT * FROM "volume_transfers" WHERE "id" = ?', [
    transfer.id,
  ]);
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain(transfer.key);
  expect(String(rows[0]?.['salt'])).toMatch(/^[0-9a-f]{32}$/);
});
