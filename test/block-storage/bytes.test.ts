// Bytes end to end: image → volume → snapshot → volume → backup → restore → image → volume, for
// both drivers, with and without reflinks. What goes in comes out, holes stay holes, nothing is
// left.
import { execFileSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { mountFileSystem } from '../support/mounted-file-system';
import { notRun } from '../support/not-run';
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { EngineUnderTest } from './engine-under-test';

const mib = 1024 ** 2;
const gib = 1024 ** 3;

/** A disk with data at its beginning, in the middle and at its end. */
function disk(): Buffer {
  const bytes = Buffer.alloc(48 * mib);
  for (const at of [0, 20 * mib, 47 * mib]) randomFillSync(bytes, at, mib);
  return bytes;
}

async function uploaded(under: EngineUnderTest, bytes: Buffer): Promise<string> {
  const { member } = under;
  const made = await member.request('/image/v2/images', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'disk', disk_format: 'raw', container_format: 'bare' }),
  });
  expect(made.status).toBe(201);
  const sent = await member.request(`/image/v2/images/${made.body.id}/file`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
  });
  expect(sent.status).toBe(204);
  return made.body.id;
}

/** Asserts that the image's bytes are `expected` and zeroes behind them up to `totalBytes`. */
async function expectImageBytes(
  under: EngineUnderTest,
  imageId: string,
  expected: { readonly bytes: Buffer; readonly totalBytes: number },
): Promise<void> {
  const { member } = under;
  const answer = await fetch(`${member.url}/image/v2/images/${imageId}/file`, {
    headers: { 'X-Auth-Token': member.token },
  });
  expect(answer.status).toBe(200);
  let at = 0;
  for await (const chunk of answer.body ?? []) {
    const got = Buffer.from(chunk);
    const want = Buffer.alloc(got.length);
    if (at < expected.bytes.length) expected.bytes.copy(want, 0, at, at + got.length);
    if (!got.equals(want)) throw new Error(`the image differs near byte ${at}`);
    at += got.length;
  }
  expect(at).toBe(expected.totalBytes);
}

async function expectVolumeBytes(
  under: EngineUnderTest,
  pool: string,
  expected: { readonly volumeId: string; readonly bytes: Buffer },
): Promise<void> {
  const driver = under.engine.parts.pools.find(({ name }) => name === pool)?.driver;
  const reader = await driver?.openReader({ volume: expected.volumeId });
  if (!reader) throw new Error(`no pool ${pool}`);
  try {
    const start = Buffer.alloc(expected.bytes.length);
    await reader.read(0, start);
    expect(start.equals(expected.bytes)).toBe(true);
    const data = (await reader.dataExtents()).reduce((sum, { length }) => sum + length, 0);
    expect(data).toBeLessThan(8 * mib);
  } finally {
    await reader.close();
  }
}

async function typeFor(under: EngineUnderTest, pool: string): Promise<string> {
  const made = await under.admin.call('POST', '/types', {
    volume_type: { name: `on-${pool}`, extra_specs: { volume_backend_name: pool } },
  });
  expect([200, 409]).toContain(made.status);
  return `on-${pool}`;
}

async function roundTrip(under: EngineUnderTest, pool: string): Promise<string[]> {
  const { member } = under;
  const bytes = disk();
  const type = await typeFor(under, pool);
  const how: string[] = [];
  const make = async (asked: Record<string, unknown>): Promise<string> => {
    const { id, status } = await madeVolume(under, { volume_type: type, ...asked });
    expect(status).toBe('available');
    const shown = await member.call('GET', `/volumes/${id}`);
    how.push(shown.headers.get('x-cinderkit-bytes') ?? 'none');
    await expectVolumeBytes(under, pool, { volumeId: id, bytes });
    return id;
  };
  const imageId = await uploaded(under, bytes);
  const first = await make({ imageRef: imageId });
  const facts = (await member.call('GET', `/volumes/${first}`)).body.volume;
  expect(facts).toMatchObject({
    bootable: 'true',
    volume_image_metadata: { image_id: imageId, image_name: 'disk', disk_format: 'raw' },
  });
  const snapshot = await member.call('POST', '/snapshots', { snapshot: { volume_id: first } });
  await under.idle();
  const second = await make({ snapshot_id: snapshot.body.snapshot.id });
  const third = await make({ source_volid: second, size: 2 });
  const backup = await member.call('POST', '/backups', { backup: { volume_id: second } });
  await under.idle();
  const backupId = backup.body.backup.id;
  const more = await member.call('POST', '/backups', {
    backup: { volume_id: second, incremental: true },
  });
  await under.idle();
  expect((await member.call('GET', `/backups/${more.body.backup.id}`)).body.backup).toMatchObject({
    status: 'available',
    is_incremental: true,
  });
  const restored = await make({ backup_id: more.body.backup.id });
  await member.call('POST', `/backups/${backupId}/restore`, { restore: { volume_id: third } });
  await under.idle();
  expect((await member.call('GET', `/volumes/${third}`)).body.volume.status).toBe('available');
  await expectVolumeBytes(under, pool, { volumeId: third, bytes });
  for (const diskFormat of ['raw', 'qcow2']) {
    const upload = await member.call('POST', `/volumes/${restored}/action`, {
      'os-volume_upload_image': { image_name: `of-${diskFormat}`, disk_format: diskFormat },
    });
    expect(upload.status).toBe(202);
    await under.idle();
    const image = upload.body['os-volume_upload_image'].image_id;
    const shown = await member.request(`/image/v2/images/${image}`);
    expect(shown.body).toMatchObject({ status: 'active', disk_format: diskFormat });
    if (diskFormat === 'raw') await expectImageBytes(under, image, { bytes, totalBytes: gib });
    await make({ imageRef: image });
    expect((await member.request(`/image/v2/images/${image}`, { method: 'DELETE' })).status).toBe(
      204,
    );
    await under.idle();
  }
  await member.request(`/image/v2/images/${imageId}`, { method: 'DELETE' });
  return how;
}

async function removeAll(under: EngineUnderTest): Promise<void> {
  const { member } = under;
  const backups = (await member.call('GET', '/backups?sort=created_at:desc')).body.backups;
  for (const { id } of backups) {
    expect((await member.call('DELETE', `/backups/${id}`)).status).toBe(202);
    await under.idle();
  }
  for (const { id } of (await member.call('GET', '/volumes')).body.volumes) {
    expect((await member.call('DELETE', `/volumes/${id}?cascade=true`)).status).toBe(202);
  }
  await under.idle();
  for (const { driver } of under.engine.parts.pools) {
    expect(await driver.list()).toEqual({ volumes: [], snapshots: [], checkpoints: [] });
  }
  expect(await under.engine.parts.backups.usedBytes()).toBe(0);
}

function describeBytes(where: string, folder: () => string | undefined): void {
  describe(`on ${where}`, () => {
    let under: EngineUnderTest;
    beforeAll(async () => {
      const given = folder();
      under = await engineUnderTest(given === undefined ? {} : { folder: given });
      const quota = { quota_set: { volumes: 100, backups: 100, snapshots: 100 } };
      await under.admin.call('PUT', `/os-quota-sets/${under.member.projectId}`, quota);
    });
    afterAll(() => under.stop());

    it.each(['raw', 'qcow2'])('come out of the pool %s as they went in', async (pool) => {
      if (!under.engine.parts.pools.some(({ name }) => name === pool)) return;
      const how = await roundTrip(under, pool);
      const { clones } =
        under.engine.parts.pools.find(({ name }) => name === pool)?.driver.abilities ?? {};
      // The clone of the snapshot, of the volume, and from the volume-backed image.
      const [ofImage, ofSnapshot, ofVolume, , ofVolumeBacked] = how;
      const expected = clones ? 'cloned' : 'copied';
      expect([ofSnapshot, ofVolume, ofVolumeBacked]).toEqual([expected, expected, expected]);
      // A raw file is shared by the file system where that can; qcow2 takes it in as a layer.
      expect(ofImage).toBe(clones && pool === 'raw' ? 'cloned' : 'copied');
      await removeAll(under);
    });

    it('move to another pool by a retype, and back', async () => {
      const { member } = under;
      const [one, other] = under.engine.parts.pools;
      if (!one || !other) return;
      const bytes = disk();
      const imageId = await uploaded(under, bytes);
      const types = [await typeFor(under, one.name), await typeFor(under, other.name)];
      const { id } = await madeVolume(under, { imageRef: imageId, volume_type: types[0] });
      for (const [type, pool, left] of [
        [types[1], other, one],
        [types[0], one, other],
      ] as const) {
        const action = { 'os-retype': { new_type: type, migration_policy: 'on-demand' } };
        expect((await member.call('POST', `/volumes/${id}/action`, action)).status).toBe(202);
        await under.idle();
        const { volume } = (await member.call('GET', `/volumes/${id}`)).body;
        expect(volume).toMatchObject({ status: 'available', volume_type: type });
        await expectVolumeBytes(under, pool.name, { volumeId: id, bytes });
        expect((await left.driver.list()).volumes).toEqual([]);
      }
      const never = { 'os-retype': { new_type: types[1] } };
      await member.call('POST', `/volumes/${id}/action`, never);
      await under.idle();
      const { volume } = (await member.call('GET', `/volumes/${id}`)).body;
      expect(volume).toMatchObject({ status: 'available', volume_type: types[0] });
      const messages = (await member.call('GET', `/messages?resource_uuid=${id}`)).body.messages;
      expect(messages[0].user_message).toContain('Retype requires migration but is not allowed.');
      await member.request(`/image/v2/images/${imageId}`, { method: 'DELETE' });
      await removeAll(under);
    });
  });
}

describe('bytes', () => {
  describeBytes('the file system of the temporary folder', () => undefined);

  const mounted = mountFileSystem('xfs', 2048);
  if (typeof mounted === 'string') {
    notRun('bytes on a file system with reflinks', mounted);
    return;
  }
  afterAll(() => {
    try {
      mounted.unmount();
    } catch {
      // The log file of an engine in this process may stay open until the process ends.
      execFileSync('umount', ['-l', mounted.folder]);
      rmSync(dirname(mounted.folder), { recursive: true, force: true });
    }
  });
  describeBytes('a file system with reflinks', () => `${mounted.folder}/engine`);
});
