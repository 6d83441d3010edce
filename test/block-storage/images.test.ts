// Images as sources and as results: whose they may be, what fits, what they leave behind.
import { randomBytes } from 'node:crypto';
import { removeBackup } from '../../bundled-engine/records/backups';
import { insertImage, updateImage } from '../../bundled-engine/records/images';
import { newUuid } from '../../bundled-engine/records/new-id';
import type { NewImage } from '../../bundled-engine/records/rows/image-row';
import { listVolumes, updateVolume } from '../../bundled-engine/records/volumes';
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { EngineUnderTest } from './engine-under-test';

let under: EngineUnderTest;

beforeAll(async () => {
  under = await engineUnderTest();
});

afterAll(() => under.stop());

const gib = 1024 ** 3;

async function recorded(image: Partial<NewImage>): Promise<string> {
  const id = newUuid();
  await insertImage(under.engine.parts.database, {
    id,
    projectId: under.member.projectId,
    status: 'active',
    diskFormat: 'raw',
    containerFormat: 'bare',
    sizeBytes: 1024,
    ...image,
  });
  return id;
}

async function create(imageRef: string, size = 1) {
  return under.member.call('POST', '/volumes', { volume: { size, imageRef } });
}

describe('an image is refused as a source', () => {
  it.each([
    ['that is not active', { status: 'queued' }, /is not active/],
    ['that is larger than the volume', { sizeBytes: 2 * gib }, /larger than volume size 1GB/],
    ['whose disk is larger', { virtualSizeBytes: gib + 1 }, /virtual size is 2GB/],
    ['that asks for more disk', { minDiskGib: 3 }, /minDisk size 3GB/],
  ])('%s', async (_title, image, text) => {
    const answer = await create(await recorded(image));
    expect(answer.status).toBe(400);
    expect(answer.body.badRequest.message).toMatch(text);
  });

  it('of another project, unless it is public', async () => {
    const { projectId } = under.stranger;
    expect((await create(await recorded({ projectId }))).status).toBe(400);
    const shared = await recorded({ projectId, visibility: 'public', status: 'queued' });
    expect((await create(shared)).body.badRequest.message).toMatch(/is not active/);
  });

  it('by a name that two have', async () => {
    await recorded({ name: 'twin' });
    await recorded({ name: 'twin' });
    expect((await create('twin')).status).toBe(409);
    expect((await create('nobody')).status).toBe(400);
  });

  it('whose location is a volume of somebody else: the volume ends in error', async () => {
    const foreign = await madeVolume(under, { name: 'secret' }, under.stranger);
    const locations = [{ url: `cinder://${foreign.id}`, metadata: {} }];
    const answer = await create(await recorded({ locations, sizeBytes: gib }));
    expect(answer.status).toBe(202);
    await under.idle();
    const path = `/volumes/${answer.body.volume.id}`;
    expect((await under.member.call('GET', path)).body.volume.status).toBe('error');
    const { messages } = (await under.member.call('GET', '/messages')).body;
    expect(messages[0].user_message).toContain('names a volume that its owner does not own');
  });

  it('whose bytes are not what it says: the volume ends in error, with the reason', async () => {
    const { member } = under;
    const made = await member.request('/image/v2/images', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ disk_format: 'raw', container_format: 'bare' }),
    });
    await member.request(`/image/v2/images/${made.body.id}/file`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/octet-stream' },
      body: new Uint8Array(randomBytes(4096)),
    });
    // As if the record had been tampered with after the upload was inspected.
    const { database } = under.engine.parts;
    await database.transaction(async (tx) => {
      await updateImage(tx, made.body.id, { diskFormat: 'qcow2' });
    });
    const volume = await madeVolume(under, { imageRef: made.body.id });
    expect(volume.status).toBe('error');
  });
});

describe('a volume-backed image', () => {
  it('hides its volume, which nobody can change, and takes it along', async () => {
    const { admin, member, engine } = under;
    if (!engine.parts.pools.some(({ driver }) => driver.abilities.clones)) {
      throw new Error('no pool can clone');
    }
    const pool = engine.parts.pools.find(({ driver }) => driver.abilities.clones);
    const type = { name: 'clones', extra_specs: { volume_backend_name: pool?.volumeBackendName } };
    await admin.call('POST', '/types', { volume_type: type });
    const { id } = await madeVolume(under, { volume_type: 'clones' });
    const upload = await member.call('POST', `/volumes/${id}/action`, {
      'os-volume_upload_image': { image_name: 'backed', protected: true, visibility: 'shared' },
    });
    const answer = upload.body['os-volume_upload_image'];
    expect(answer).toMatchObject({
      id,
      status: 'uploading',
      image_name: 'backed',
      disk_format: 'raw',
      container_format: 'bare',
      protected: true,
      visibility: 'shared',
      volume_type: { name: 'clones' },
    });
    await under.idle();
    const page = await listVolumes(engine.parts.database, {
      projectId: null,
      filters: { isInternal: true },
    });
    const hidden = 'rows' in page ? page.rows : [];
    expect(hidden).toHaveLength(1);
    const [volume] = hidden;
    expect(volume).toMatchObject({
      name: `image-${answer.image_id}`,
      metadata: { image_owner: member.projectId, glance_image_id: answer.image_id },
      adminMetadata: { readonly: 'True' },
    });
    const place = `/volumes/${volume?.id}`;
    expect((await member.call('GET', place)).status).toBe(404);
    const all = await admin.call('GET', '/volumes?all_tenants=1');
    expect(JSON.stringify(all.body)).not.toContain(volume?.id);
    expect((await admin.call('DELETE', place)).status).toBe(400);
    const usage = await admin.call('GET', `/os-quota-sets/${member.projectId}?usage=true`);
    expect(usage.body.quota_set.volumes_clones.in_use).toBe(1);
    const cloned = await madeVolume(under, { imageRef: answer.image_id, volume_type: 'clones' });
    const shown = await member.call('GET', `/volumes/${cloned.id}`);
    expect(shown.headers.get('x-cinderkit-bytes')).toBe('cloned');
    // In another pool its bytes are copied, and the download is seen.
    const elsewhere = await madeVolume(under, { imageRef: answer.image_id });
    expect(elsewhere.status).toBe('available');
    await member.request(`/image/v2/images/${answer.image_id}`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/openstack-images-v2.1-json-patch' },
      body: JSON.stringify([{ op: 'replace', path: '/protected', value: false }]),
    });
    const gone = await member.request(`/image/v2/images/${answer.image_id}`, { method: 'DELETE' });
    expect(gone.status).toBe(204);
    await under.idle();
    expect((await pool?.driver.list())?.volumes).not.toContain(volume?.id);
  });

  it('is made public by administrators alone', async () => {
    const { id } = await madeVolume(under);
    const body = { 'os-volume_upload_image': { image_name: 'p', visibility: 'public' } };
    const refused = await under.member.call('POST', `/volumes/${id}/action`, body);
    expect(refused.status).toBe(403);
  });
});

describe('at once', () => {
  it('of several deletes of one volume one is admitted', async () => {
    const { member } = under;
    const { id } = await madeVolume(under);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => member.call('DELETE', `/volumes/${id}`)),
    );
    const codes = answers.map(({ status }) => status).sort();
    expect(codes.filter((code) => code === 202)).toHaveLength(1);
    expect(codes.every((code) => [202, 400, 404].includes(code))).toBe(true);
    await under.idle();
    expect((await member.call('GET', `/volumes/${id}`)).status).toBe(404);
  });

  it('a source is not removed while a volume is being made from it', async () => {
    const { member } = under;
    const { id } = await madeVolume(under);
    const snapshot = await member.call('POST', '/snapshots', { snapshot: { volume_id: id } });
    await under.idle();
    const snapshotId = snapshot.body.snapshot.id;
    const { database } = under.engine.parts;
    const clone = await madeVolume(under, { source_volid: id });
    const other = await madeVolume(under, { snapshot_id: snapshotId });
    for (const made of [clone, other])
      await updateVolume(database, made.id, { status: 'creating' });
    expect((await member.call('DELETE', `/snapshots/${snapshotId}`)).status).toBe(400);
    expect((await member.call('DELETE', `/volumes/${id}?cascade=true`)).status).toBe(400);
    for (const made of [clone, other])
      await updateVolume(database, made.id, { status: 'available' });
    expect((await member.call('DELETE', `/volumes/${id}?cascade=true`)).status).toBe(202);
    for (const made of [clone, other]) await member.call('DELETE', `/volumes/${made.id}`);
    await under.idle();
  });

  it('a forced delete overtakes what is being made', async () => {
    const { member, admin } = under;
    const made = await member.call('POST', '/volumes', { volume: { size: 1 } });
    const path = `/volumes/${made.body.volume.id}`;
    const forced = await admin.call('POST', `${path}/action`, { 'os-force_delete': {} });
    expect(forced.status).toBe(202);
    await under.idle();
    expect((await member.call('GET', path)).status).toBe(404);
  });
});

describe('backups', () => {
  it('keep their order: a parent stays while increments rest on it', async () => {
    const { member } = under;
    const { id } = await madeVolume(under, { name: 'kept', metadata: { a: 'b' } });
    const backup = async (asked: object) =>
      member.call('POST', '/backups', { backup: { volume_id: id, ...asked } });
    expect((await backup({ incremental: true })).status).toBe(400);
    const full = await backup({});
    await under.idle();
    const increment = await backup({ incremental: true });
    await under.idle();
    const show = async (made: { body: { backup: { id: string } } }) =>
      (await member.call('GET', `/backups/${made.body.backup.id}`)).body.backup;
    expect(await show(full)).toMatchObject({ is_incremental: false, has_dependent_backups: true });
    expect(await show(increment)).toMatchObject({ is_incremental: true });
    const refused = await member.call('DELETE', `/backups/${full.body.backup.id}`);
    expect([refused.status, refused.body.badRequest.message]).toEqual([
      400,
      'Invalid backup: Incremental backups exist for this backup.',
    ]);
    const renamed = await member.call('PUT', `/backups/${full.body.backup.id}`, {
      backup: { name: 'renamed', metadata: { k: 'v' } },
    });
    expect(renamed.body.backup.name).toBe('renamed');
    expect(await show(full)).toMatchObject({ name: 'renamed', metadata: { k: 'v' } });
  });

  it('are exported and imported as records', async () => {
    const { admin, member } = under;
    const { backups } = (await member.call('GET', '/backups?sort=created_at:asc')).body;
    const path = `/backups/${backups[0].id}`;
    const { body } = await admin.call('GET', `${path}/export_record`);
    expect(body['backup-record'].backup_service).toMatch(/^cinder\.backup\.drivers\./);
    expect((await admin.call('POST', '/backups/import_record', body)).status).toBe(400);
    const lost = { 'backup-record': { backup_service: 'folder', backup_url: 'AAAA' } };
    expect((await admin.call('POST', '/backups/import_record', lost)).status).toBe(400);
    await removeBackup(under.engine.parts.database, backups[0].id);
    const imported = await admin.call('POST', '/backups/import_record', body);
    expect(imported.status).toBe(201);
    const restored = await admin.call('POST', `${path}/restore`, { restore: {} });
    expect(restored.status).toBe(202);
    await under.idle();
    const volume = await admin.call('GET', `/volumes/${restored.body.restore.volume_id}`);
    expect(volume.body.volume.status).toBe('available');
  });
});
