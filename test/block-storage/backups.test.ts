// Backups at their edges: what a restore brings back besides bytes, increments, snapshots, other
// projects, statuses by force, lists, and refusals, which leave every record as it was.
import { updateBackup } from '../../bundled-engine/records/backups';
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { Answer, Caller, EngineUnderTest } from './engine-under-test';
import { refusal } from './refusal';

let under: EngineUnderTest;

beforeAll(async () => {
  under = await engineUnderTest();
  await setQuota({ volumes: 100, backups: 100 });
});

afterAll(() => under.stop());

const expectRefused = refusal(() => under);

function setQuota(quota: Readonly<Record<string, number>>): Promise<Answer> {
  const path = `/os-quota-sets/${under.member.projectId}`;
  return under.admin.call('PUT', path, { quota_set: quota });
}

function back(volumeId: string, more: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
  return under.member.call('POST', '/backups', { backup: { volume_id: volumeId, ...more } });
}

async function backedUp(
  volumeId: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const answer = await back(volumeId, more);
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
  await under.idle();
  return answer.body.backup.id;
}

function restore(id: string, more: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
  return under.member.call('POST', `/backups/${id}/restore`, { restore: more });
}

async function show(path: string, caller: Caller = under.member): Promise<Answer['body']> {
  const answer = await caller.call('GET', path);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return answer.body[Object.keys(answer.body)[0] ?? ''];
}

async function act(path: string, action: string, body: unknown = {}): Promise<Answer> {
  return under.admin.call('POST', `${path}/action`, { [action]: body });
}

function message(answer: Answer): string {
  const [fault] = Object.values<{ message: string }>(answer.body);
  return fault?.message ?? '';
}

describe('a restore', () => {
  it('into a new volume brings name, description and metadata back', async () => {
    const source = { name: 'source', description: 'why', metadata: { a: '1', b: '2' } };
    const { id } = await madeVolume(under, source);
    const backupId = await backedUp(id);
    const { body } = await restore(backupId);
    expect(body.restore).toMatchObject({ volume_name: `restore_backup_${backupId}` });
    await under.idle();
    expect(await show(`/volumes/${body.restore.volume_id}`)).toMatchObject({
      ...source,
      status: 'available',
      metadata: { ...source.metadata, src_backup_id: backupId },
    });
    const named = (await restore(backupId, { name: 'mine' })).body.restore.volume_id;
    await under.idle();
    expect(await show(`/volumes/${named}`)).toMatchObject({
      name: 'mine',
      description: 'auto-created_from_restore_from_backup',
    });
  });

  it('by a new volume’s backup_id leaves what was asked for it', async () => {
    const { id } = await madeVolume(under, { name: 'source', metadata: { a: '1', b: '2' } });
    const backupId = await backedUp(id);
    const asked = { backup_id: backupId, name: 'own', metadata: { b: '3', c: '4' } };
    const volume = await madeVolume(under, asked);
    expect(volume).toMatchObject({
      status: 'available',
      name: 'own',
      metadata: { a: '1', b: '3', c: '4', src_backup_id: backupId },
    });
  });

  it('onto a volume gives it the metadata of then, and tells where it came from', async () => {
    const { id } = await madeVolume(under, { name: 'then', metadata: { a: '1' } });
    const backupId = await backedUp(id);
    const path = `/volumes/${id}`;
    await under.member.call('PUT', path, { volume: { name: 'now', metadata: { z: '9' } } });
    await restore(backupId, { volume_id: id });
    await under.idle();
    expect(await show(path)).toMatchObject({ name: 'now', metadata: { a: '1' } });
    const other = (await madeVolume(under, { name: 'other', metadata: { z: '9' } })).id;
    await restore(backupId, { volume_id: other });
    await under.idle();
    expect(await show(`/volumes/${other}`)).toMatchObject({
      name: 'other',
      metadata: { a: '1', src_backup_id: backupId },
    });
  });

  it('of a volume without metadata takes nothing away', async () => {
    const backupId = await backedUp((await madeVolume(under)).id);
    const { id } = await madeVolume(under, { metadata: { z: '9' } });
    await restore(backupId, { volume_id: id });
    await under.idle();
    expect((await show(`/volumes/${id}`)).metadata).toEqual({ z: '9', src_backup_id: backupId });
  });

  it('is refused in the order and words of Cinder', async () => {
    const { admin } = under;
    const small = (await madeVolume(under)).id;
    const large = (await madeVolume(under, { size: 2 })).id;
    const backupId = await backedUp(large);
    const onto = (volumeId: string) => restore(backupId, { volume_id: volumeId });
    await expectRefused(() => onto(small), 400);
    expect(message(await onto(small))).toBe(
      'Invalid volume: volume size 1 is too small to restore backup of size 2.',
    );
    await act(`/volumes/${small}`, 'os-reset_status', { status: 'error' });
    expect(message(await onto(small))).toBe(
      'Invalid volume: Volume to be restored to must be available',
    );
    await act(`/backups/${backupId}`, 'os-reset_status', { status: 'error' });
    const gone = '00000000-0000-0000-0000-000000000000';
    await expectRefused(() => onto(gone), 400);
    expect(message(await onto(gone))).toBe('Invalid backup: Backup status must be available');
    await act(`/backups/${backupId}`, 'os-reset_status', { status: 'available' });
    await expectRefused(() => onto(gone), 404);
    await expectRefused(
      () =>
        under.stranger.call('POST', `/backups/${backupId}/restore`, {
          restore: {},
        }),
      404,
    );
    const { gigabytes } = (
      await admin.call('GET', `/os-quota-sets/${under.member.projectId}?usage=true`)
    ).body.quota_set;
    await setQuota({ gigabytes: gigabytes.in_use });
    await expectRefused(() => restore(backupId), 413);
    expect(message(await restore(backupId))).toMatch(/^Requested volume or snapshot exceeds/);
    await setQuota({ gigabytes: 1000 });
  });
});

describe('increments', () => {
  it('need a backup, and one that is available', async () => {
    const { id } = await madeVolume(under);
    const increment = { incremental: true };
    await expectRefused(() => back(id, increment), 400);
    expect(message(await back(id, increment))).toBe(
      'Invalid backup: No backups available to do an incremental backup.',
    );
    const full = await backedUp(id);
    const newest = await backedUp(id);
    await act(`/backups/${newest}`, 'os-reset_status', { status: 'error' });
    await expectRefused(() => back(id, increment), 400);
    expect(message(await back(id, increment))).toBe(
      'Invalid backup: The parent backup must be available for incremental backup.',
    );
    await act(`/backups/${newest}`, 'os-reset_status', { status: 'available' });
    const child = await backedUp(id, increment);
    expect(await show(`/backups/${child}`)).toMatchObject({ is_incremental: true });
    expect(await show(`/backups/${newest}`)).toMatchObject({ has_dependent_backups: true });
    expect(await show(`/backups/${full}`)).toMatchObject({ has_dependent_backups: false });
    const remove = (by: Caller) => by.call('DELETE', `/backups/${newest}`);
    await expectRefused(() => remove(under.member), 400);
    expect(message(await remove(under.member))).toBe(
      'Invalid backup: Incremental backups exist for this backup.',
    );
    await expectRefused(() => act(`/backups/${newest}`, 'os-force_delete'), 400);
  });

  it('of a snapshot rest on what is older than it', async () => {
    const { id } = await madeVolume(under);
    const snapshot = await under.member.call('POST', '/snapshots', { snapshot: { volume_id: id } });
    await under.idle();
    const snapshotId: string = snapshot.body.snapshot.id;
    await backedUp(id);
    const increment = { incremental: true, snapshot_id: snapshotId };
    await expectRefused(() => back(id, increment), 400);
    const { created_at: taken } = await show(`/snapshots/${snapshotId}`);
    const grow = { 'os-extend': { new_size: 2 } };
    await under.member.call('POST', `/volumes/${id}/action`, grow);
    await under.idle();
    const backup = await show(`/backups/${await backedUp(id, { snapshot_id: snapshotId })}`);
    // The size is that of the volume, as a real Cinder has it; the moment is the snapshot's.
    expect(backup).toMatchObject({ snapshot_id: snapshotId, size: 2, data_timestamp: taken });
    const { body } = await restore(backup.id);
    await under.idle();
    expect(await show(`/volumes/${body.restore.volume_id}`)).toMatchObject({
      status: 'available',
      size: 2,
    });
    const other = (await madeVolume(under)).id;
    await expectRefused(() => back(other, { snapshot_id: snapshotId }), 400);
  });
});

describe('statuses by force', () => {
  it('are available and error in any case, and nothing else', async () => {
    const id = await backedUp((await madeVolume(under)).id);
    const reset = (status: string) => act(`/backups/${id}`, 'os-reset_status', { status });
    expect((await reset('ERROR')).status).toBe(202);
    expect(await show(`/backups/${id}`)).toMatchObject({ status: 'error' });
    for (const status of ['creating', 'deleted', 'x', '']) {
      await expectRefused(() => reset(status), 400);
    }
    expect(message(await reset('creating'))).toBe(
      "Backup status: creating is invalid, valid statuses are: ['available', 'error'].",
    );
    const own = under.member.call('POST', `/backups/${id}/action`, {
      'os-reset_status': { status: 'available' },
    });
    expect((await own).status).toBe(403);
  });

  it('let an administrator remove what is stuck', async () => {
    const id = await backedUp((await madeVolume(under)).id);
    await updateBackup(under.engine.parts.database, id, { status: 'error_deleting' });
    await expectRefused(() => under.member.call('DELETE', `/backups/${id}`), 400);
    const force = { 'os-force_delete': {} };
    await expectRefused(() => under.member.call('POST', `/backups/${id}/action`, force), 403);
    expect((await act(`/backups/${id}`, 'os-force_delete')).status).toBe(202);
    await under.idle();
    expect((await under.admin.call('GET', `/backups/${id}`)).status).toBe(404);
    expect(await under.engine.parts.backups.listBackups()).not.toContain(id);
  });
});

describe('lists', () => {
  it('show other projects’ to administrators alone, by configured filters', async () => {
    const { stranger, admin, reader } = under;
    const volume = await madeVolume(under, {}, stranger);
    const made = await stranger.call('POST', '/backups', { backup: { volume_id: volume.id } });
    await under.idle();
    const id: string = made.body.backup.id;
    const ids = async (caller: Caller, query: string): Promise<string[]> => {
      const { body } = await caller.call('GET', `/backups${query}`);
      return body.backups.map((each: { id: string }) => each.id);
    };
    expect(await ids(stranger, '')).toEqual([id]);
    expect(await ids(under.member, '?all_tenants=1')).not.toContain(id);
    expect(await ids(admin, '')).not.toContain(id);
    expect(await ids(admin, '?all_tenants=1')).toContain(id);
    expect(await ids(admin, `?all_tenants=1&project_id=${stranger.projectId}`)).toEqual([id]);
    expect(await ids(stranger, `?volume_id=${volume.id}`)).toEqual([id]);
    expect(await ids(stranger, '?status=error')).toEqual([]);
    expect(await ids(stranger, '?sort=size:asc,name:desc')).toEqual([id]);
    await expectRefused(() => stranger.call('GET', `/backups?snapshot_id=x`), 400);
    await expectRefused(() => stranger.call('GET', `/backups?metadata=%7B%7D`), 400);
    const old = { version: '3.30' };
    expect((await stranger.call('GET', '/backups?size=5', undefined, old)).status).toBe(200);
    const whole = await admin.call('GET', `/backups/${id}`);
    expect(whole.body.backup).toMatchObject({
      'os-backup-project-attr:project_id': stranger.projectId,
      user_id: stranger.userId,
    });
    for (const caller of [under.member, reader]) {
      await expectRefused(() => caller.call('GET', `/backups/${id}`), 404);
      const body = { backup: { name: 'x' } };
      await expectRefused(() => caller.call('PUT', `/backups/${id}`, body), [403, 404]);
      await expectRefused(() => caller.call('DELETE', `/backups/${id}`), [403, 404]);
    }
    expect((await admin.call('DELETE', `/backups/${id}`)).status).toBe(202);
    await under.idle();
  });
});
