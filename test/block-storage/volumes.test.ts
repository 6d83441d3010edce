// Volumes over real HTTP: making, listing, changing, removing.
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { EngineUnderTest } from './engine-under-test';

let under: EngineUnderTest;

beforeAll(async () => {
  under = await engineUnderTest();
});

afterAll(() => under.stop());

describe('a volume', () => {
  it('is made, shown, listed, renamed and removed', async () => {
    const { member } = under;
    const made = await member.call('POST', '/volumes', {
      volume: { size: 1, name: 'first', description: 'd', metadata: { k: 'v' } },
    });
    expect(made.status).toBe(202);
    expect(made.body.volume).toMatchObject({ status: 'creating', name: 'first', size: 1 });
    await under.idle();
    const path = `/volumes/${made.body.volume.id}`;
    const shown = await member.call('GET', path);
    expect(shown.body.volume.status).toBe('available');
    expect(shown.headers.get('x-cinderkit-bytes')).toBe('blank');
    const renamed = await member.call('PUT', path, { volume: { name: 'second' } });
    expect(renamed.body.volume).toMatchObject({ name: 'second', metadata: { k: 'v' } });
    const listed = await member.call('GET', '/volumes/detail?name=second');
    expect(listed.body.volumes.map((each: { id: string }) => each.id)).toEqual([
      made.body.volume.id,
    ]);
    expect((await member.call('DELETE', path)).status).toBe(202);
    await under.idle();
    expect((await member.call('GET', path)).status).toBe(404);
    expect((await under.engine.parts.pools[0]?.driver.list())?.volumes).toEqual([]);
  });

  it('grows, keeps its size on a refusal, and shows the old size until it has grown', async () => {
    const { member } = under;
    const { id } = await madeVolume(under);
    const grown = await member.call('POST', `/volumes/${id}/action`, {
      'os-extend': { new_size: 3 },
    });
    expect(grown.status).toBe(202);
    await under.idle();
    const shown = await member.call('GET', `/volumes/${id}`);
    expect(shown.body.volume).toMatchObject({ status: 'available', size: 3 });
    const smaller = await member.call('POST', `/volumes/${id}/action`, {
      'os-extend': { new_size: 2 },
    });
    expect(smaller.status).toBe(400);
    expect(smaller.body.badRequest.message).toBe(
      'Invalid input received: New size for extend must be greater than current size. ' +
        '(current: 3, extended: 2).',
    );
    expect((await member.call('GET', `/volumes/${id}`)).body.volume.status).toBe('available');
    await member.call('DELETE', `/volumes/${id}`);
    await under.idle();
  });

  it('is snapshotted, cloned, backed up and restored', async () => {
    const { member } = under;
    const { id } = await madeVolume(under);
    const snapshot = await member.call('POST', '/snapshots', { snapshot: { volume_id: id } });
    expect(snapshot.status).toBe(202);
    await under.idle();
    const snapshotId = snapshot.body.snapshot.id;
    const shown = await member.call('GET', `/snapshots/${snapshotId}`);
    expect(shown.body.snapshot.status).toBe('available');
    const clone = await madeVolume(under, { snapshot_id: snapshotId, size: 2 });
    expect(clone.status).toBe('available');
    expect((await madeVolume(under, { source_volid: id })).status).toBe('available');
    const backup = await member.call('POST', '/backups', { backup: { volume_id: id, name: 'b' } });
    expect(backup.status).toBe(202);
    await under.idle();
    const backupId = backup.body.backup.id;
    const saved = await member.call('GET', `/backups/${backupId}`);
    expect(saved.body.backup).toMatchObject({ status: 'available', fail_reason: null });
    const restored = await member.call('POST', `/backups/${backupId}/restore`, { restore: {} });
    expect(restored.status).toBe(202);
    expect(restored.body.restore.volume_name).toBe(`restore_backup_${backupId}`);
    await under.idle();
    const target = `/volumes/${restored.body.restore.volume_id}`;
    expect((await member.call('GET', target)).body.volume.status).toBe('available');
    expect((await member.call('DELETE', `/volumes/${id}`)).status).toBe(400);
    expect((await member.call('DELETE', `/volumes/${id}?cascade=true`)).status).toBe(202);
    await under.idle();
    expect((await member.call('GET', `/volumes/${id}`)).status).toBe(404);
    expect((await member.call('DELETE', `/backups/${backupId}`)).status).toBe(202);
    await under.idle();
    const left = await member.call('GET', '/volumes');
    for (const { id: each } of left.body.volumes) await member.call('DELETE', `/volumes/${each}`);
    await under.idle();
    const driver = under.engine.parts.pools[0]?.driver;
    expect(await driver?.list()).toEqual({ volumes: [], snapshots: [], checkpoints: [] });
    expect(await under.engine.parts.backups.usedBytes()).toBe(0);
  });
});
