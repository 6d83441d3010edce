// What is refused: every operation in every status where its lifecycle table does not begin, every
// bad value in every place, everything of another project, every write of a reader. A refusal
// changes nothing: statuses, quotas and jobs are as before.
import { volumeLifecycle } from '../../schema/lifecycles/volume';
import { snapshotLifecycle } from '../../schema/lifecycles/snapshot';
import { backupLifecycle } from '../../schema/lifecycles/backup';
import { allStatuses, startsIn } from '../../schema/kernel/lifecycle';
import { updateBackup } from '../../bundled-engine/records/backups';
import { updateSnapshot } from '../../bundled-engine/records/snapshots';
import { updateVolume } from '../../bundled-engine/records/volumes';
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { EngineUnderTest } from './engine-under-test';
import { refusal } from './refusal';

let under: EngineUnderTest;
let volumeId = '';
let snapshotId = '';
let backupId = '';

beforeAll(async () => {
  under = await engineUnderTest();
  const { member } = under;
  volumeId = (await madeVolume(under)).id;
  const snapshot = await member.call('POST', '/snapshots', { snapshot: { volume_id: volumeId } });
  snapshotId = snapshot.body.snapshot.id;
  await under.idle();
  const backup = await member.call('POST', '/backups', { backup: { volume_id: volumeId } });
  backupId = backup.body.backup.id;
  await under.idle();
});

afterAll(() => under.stop());

const expectRefused = refusal(() => under);

const { extend, retype, upload, backup, restore, delete: remove } = volumeLifecycle.operations;
const version = '3.70';

/**
 * Calls that begin an operation on a volume, with the row of the table that says where they may.
 */
const volumeCalls = [
  ['extend', extend, 'POST', '/action', { 'os-extend': { new_size: 2 } }],
  ['retype', retype, 'POST', '/action', { 'os-retype': { new_type: 'another' } }],
  ['upload', upload, 'POST', '/action', { 'os-volume_upload_image': { image_name: 'i' } }],
  ['delete', remove, 'DELETE', '?cascade=true', undefined],
] as const;

const statuses = allStatuses(volumeLifecycle).filter((status) => status !== 'deleted');

describe('by status', () => {
  beforeAll(async () => {
    await under.admin.call('POST', '/types', { volume_type: { name: 'another' } });
  });
  afterEach(() => updateVolume(under.engine.parts.database, volumeId, { status: 'available' }));

  it.each(
    volumeCalls.flatMap(([title, row, method, path, body]) =>
      statuses
        .filter((status) => !startsIn(volumeLifecycle, row, { version }).includes(status))
        .map((status) => ({ title, status, method, path, body })),
    ),
  )('$title of a volume in $status', async ({ status, method, path, body }) => {
    await updateVolume(under.engine.parts.database, volumeId, { status });
    await expectRefused(() => under.member.call(method, `/volumes/${volumeId}${path}`, body), 400);
  });

  it.each(statuses.filter((status) => !startsIn(volumeLifecycle, backup).includes(status)))(
    'backup of a volume in %s',
    async (status) => {
      await updateVolume(under.engine.parts.database, volumeId, { status });
      const body = { backup: { volume_id: volumeId } };
      await expectRefused(() => under.member.call('POST', '/backups', body), 400);
    },
  );

  it.each(statuses.filter((status) => !startsIn(volumeLifecycle, restore).includes(status)))(
    'restore onto a volume in %s',
    async (status) => {
      await updateVolume(under.engine.parts.database, volumeId, { status });
      const body = { restore: { volume_id: volumeId } };
      const path = `/backups/${backupId}/restore`;
      await expectRefused(() => under.member.call('POST', path, body), 400);
    },
  );

  it.each(statuses.filter((status) => !['available', 'in-use'].includes(status)))(
    'snapshot and clone of a volume in %s',
    async (status) => {
      await updateVolume(under.engine.parts.database, volumeId, { status });
      const { member } = under;
      const snapshot = { snapshot: { volume_id: volumeId } };
      await expectRefused(() => member.call('POST', '/snapshots', snapshot), 400);
      const clone = { volume: { source_volid: volumeId } };
      await expectRefused(() => member.call('POST', '/volumes', clone), 400);
    },
  );

  const deletable: readonly string[] = snapshotLifecycle.operations.delete.from;
  it.each(allStatuses(snapshotLifecycle).filter((status) => !deletable.includes(status)))(
    'delete of a snapshot in %s',
    async (status) => {
      const { database } = under.engine.parts;
      await updateSnapshot(database, snapshotId, { status });
      await expectRefused(() => under.member.call('DELETE', `/snapshots/${snapshotId}`), 400);
      const body = { volume: { snapshot_id: snapshotId } };
      await expectRefused(() => under.member.call('POST', '/volumes', body), 400);
      await updateSnapshot(database, snapshotId, { status: 'available' });
    },
  );

  const restorable: readonly string[] = backupLifecycle.operations.delete.from;
  it.each(allStatuses(backupLifecycle).filter((status) => !restorable.includes(status)))(
    'delete and restore of a backup in %s',
    async (status) => {
      const { database } = under.engine.parts;
      await updateBackup(database, backupId, { status });
      const { member } = under;
      await expectRefused(() => member.call('DELETE', `/backups/${backupId}`), 400);
      const path = `/backups/${backupId}/restore`;
      await expectRefused(() => member.call('POST', path, { restore: {} }), 400);
      await updateBackup(database, backupId, { status: 'available' });
    },
  );
});

describe('by project and role', () => {
  it('things of another project are not there', async () => {
    const { stranger } = under;
    for (const path of [
      `/volumes/${volumeId}`,
      `/snapshots/${snapshotId}`,
      `/backups/${backupId}`,
    ]) {
      await expectRefused(() => stranger.call('GET', path), 404);
      await expectRefused(() => stranger.call('DELETE', path), 404);
      await expectRefused(() => stranger.call('GET', `${path}/metadata`), 404);
    }
    for (const list of ['/volumes', '/volumes/detail?all_tenants=1', '/snapshots', '/backups']) {
      const { body } = await stranger.call('GET', list);
      expect(Object.values(body)).toEqual([[]]);
    }
    const grow = { 'os-extend': { new_size: 9 } };
    await expectRefused(() => stranger.call('POST', `/volumes/${volumeId}/action`, grow), 404);
    for (const source of [
      { snapshot_id: snapshotId },
      { source_volid: volumeId },
      { backup_id: backupId },
    ]) {
      await expectRefused(() => stranger.call('POST', '/volumes', { volume: source }), 404);
    }
    const backupBody = { backup: { volume_id: volumeId } };
    await expectRefused(() => stranger.call('POST', '/backups', backupBody), 404);
    const restoreBody = { restore: { volume_id: volumeId } };
    await expectRefused(
      () => stranger.call('POST', `/backups/${backupId}/restore`, restoreBody),
      404,
    );
    await expectRefused(
      () => stranger.call('GET', `/os-quota-sets/${under.member.projectId}`),
      403,
    );
  });

  it('an administrator sees things of all projects', async () => {
    const made = await madeVolume(under, { name: 'foreign' }, under.stranger);
    expect((await under.admin.call('GET', `/volumes/${made.id}`)).status).toBe(200);
    const all = await under.admin.call('GET', '/volumes?all_tenants=1&name=foreign');
    expect(all.body.volumes).toHaveLength(1);
    const own = await under.admin.call('GET', '/volumes?name=foreign');
    expect(own.body.volumes).toHaveLength(0);
    await under.stranger.call('DELETE', `/volumes/${made.id}`);
    await under.idle();
  });

  it('a reader writes nothing', async () => {
    const { reader } = under;
    expect((await reader.call('GET', '/volumes')).status).toBe(200);
    await expectRefused(() => reader.call('POST', '/volumes', { volume: { size: 1 } }), 403);
    await expectRefused(
      () => reader.call('PUT', `/volumes/${volumeId}`, { volume: { name: 'n' } }),
      403,
    );
    await expectRefused(() => reader.call('DELETE', `/volumes/${volumeId}`), 403);
  });

  it('members do not do what administrators may', async () => {
    const { member } = under;
    const status = { 'os-reset_status': { status: 'error' } };
    await expectRefused(() => member.call('POST', `/volumes/${volumeId}/action`, status), 403);
    await expectRefused(() => member.call('DELETE', `/volumes/${volumeId}?force=true`), 403);
    await expectRefused(() => member.call('POST', '/types', { volume_type: { name: 't' } }), 403);
    await expectRefused(
      () =>
        member.call('PUT', `/os-quota-sets/${member.projectId}`, { quota_set: { volumes: 99 } }),
      403,
    );
  });
});
