// Transfers that are refused, each of which leaves every record as it was, in Cinder's words.
import { updateVolume } from '../../bundled-engine/records/volumes';
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { EngineUnderTest } from './engine-under-test';
import { refusal } from './refusal';
import { message, TransferCalls } from './transfer-calls';

let under: EngineUnderTest;
let volumeId = '';
let transfer = { id: '', key: '' };
const calls = new TransferCalls(() => under);
const expectRefused = refusal(() => under);
const nil = '00000000-0000-0000-0000-000000000000';

beforeAll(async () => {
  under = await engineUnderTest();
  await calls.setQuota(under.member, { volumes: 100 });
  volumeId = (await madeVolume(under)).id;
  transfer = await calls.offered(volumeId);
});

afterAll(() => under.stop());

it('of a wrong key, a second offer, and what is not there', async () => {
  const { stranger, member } = under;
  await expectRefused(() => calls.accept({ ...transfer, key: 'f'.repeat(16) }, stranger), 400);
  const wrong = await calls.accept({ ...transfer, key: '' }, stranger);
  expect(message(wrong)).toBe(
    `Invalid auth key: Attempt to transfer ${transfer.id} with invalid auth key.`,
  );
  await expectRefused(() => calls.offer(volumeId), 400);
  expect(message(await calls.offer(volumeId))).toBe('Invalid volume: status must be available');
  await expectRefused(() => calls.offer(nil), 404);
  await expectRefused(() => calls.accept({ id: nil, key: 'x' }, stranger), 404);
  expect(message(await calls.accept({ id: nil, key: 'x' }, stranger))).toBe(
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
  await expectRefused(() => calls.offer(own, {}, stranger), 404);
  await expectRefused(() => calls.offer(own, {}, reader), 403);
  await expectRefused(() => calls.accept(transfer, reader), 403);
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
  await calls.withSnapshot(id);
  const both = await calls.offered(id);
  const now = await calls.used(stranger);
  const limits: [Record<string, number>, string][] = [
    [{ volumes: now.volumes }, 'VolumeLimitExceeded: Maximum number of volumes allowed'],
    [{ gigabytes: now.gigabytes + 1 }, 'Requested volume or snapshot exceeds allowed giga'],
    [{ snapshots: now.snapshots }, 'SnapshotLimitExceeded: Maximum number of snapshots'],
    [{ per_volume_gigabytes: 0 }, 'VolumeSizeExceedsLimit: Requested volume size 1G is larger'],
  ];
  for (const [limit, words] of limits) {
    await calls.setQuota(stranger, limit);
    await expectRefused(() => calls.accept(both, stranger), 413);
    const answer = await calls.accept(both, stranger);
    expect([answer.headers.get('retry-after'), message(answer)]).toEqual([
      '0',
      expect.stringMatching(new RegExp(`^${words}`)),
    ]);
    const [name = ''] = Object.keys(limit);
    await calls.setQuota(stranger, { [name]: name === 'gigabytes' ? 1000 : -1 });
  }
  expect((await calls.accept(both, stranger)).status).toBe(202);
});

it('of snapshots that are busy, at the offer and at the accept', async () => {
  const { admin, stranger } = under;
  const id = (await madeVolume(under)).id;
  const snapshotId = await calls.withSnapshot(id);
  const reset = (status: string) =>
    admin.call('POST', `/snapshots/${snapshotId}/action`, { 'os-reset_status': { status } });
  await reset('error');
  await expectRefused(() => calls.offer(id), 400);
  expect(message(await calls.offer(id))).toBe(
    `Invalid snapshot: snapshot: ${snapshotId} status must be available`,
  );
  await reset('available');
  const busy = await calls.offered(id);
  await reset('error');
  await expectRefused(() => calls.accept(busy, stranger), 400);
  expect(message(await calls.accept(busy, stranger))).toBe(
    `Invalid snapshot: Transfer ${busy.id}: Snapshot ${snapshotId} is not in the expected ` +
      'available state.',
  );
  await reset('available');
  expect((await calls.accept(busy, stranger)).status).toBe(202);
});

it('of a volume whose status or group changed under the offer', async () => {
  const { admin, stranger } = under;
  const id = (await madeVolume(under)).id;
  const stale = await calls.offered(id);
  const reset = { 'os-reset_status': { status: 'available' } };
  await admin.call('POST', `/volumes/${id}/action`, reset);
  await expectRefused(() => calls.accept(stale, stranger), 400);
  expect(message(await calls.accept(stale, stranger))).toBe(
    `Invalid volume: Transfer ${stale.id}: Volume id ${id} expected in awaiting-transfer state.`,
  );
  // A new offer ends the old one: its key opens nothing any more.
  const fresh = await calls.offered(id);
  await expectRefused(() => calls.accept(stale, stranger), 404);
  const { database } = under.engine.parts;
  await updateVolume(database, id, { status: 'maintenance' });
  expect(message(await calls.accept(fresh, stranger))).toBe(
    'Invalid volume: The volume cannot accept transfer in maintenance mode.',
  );
  await updateVolume(database, id, { status: 'awaiting-transfer', consistencyGroupId: nil });
  expect(message(await calls.accept(fresh, stranger))).toBe(
    `Invalid volume: Volume ${id} must not be part of a consistency group.`,
  );
  await updateVolume(database, id, { consistencyGroupId: null });
  expect((await calls.accept(fresh, stranger)).status).toBe(202);
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
