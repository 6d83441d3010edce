// A backup whose bytes rot, as its user meets it: the restore ends in error_restoring with a
// message that names the backup and tells what is wrong, and the volume never shows wrong bytes as
// right.
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findVolume } from '../../bundled-engine/records/volumes';
import { driverOf } from '../../bundled-engine/operations/operation-context';
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { Caller, EngineUnderTest } from './engine-under-test';

let under: EngineUnderTest;
let member: Caller;
beforeEach(async () => {
  under = await engineUnderTest();
  ({ member } = under);
});
afterEach(() => under.stop());

/** A volume with bytes, and a backup of it. */
async function backedUp(): Promise<{ volumeId: string; backupId: string }> {
  const { parts } = under.engine;
  const { id: volumeId } = await madeVolume(under);
  const writer = await driverOf(
    parts,
    (await findVolume(parts.database, volumeId))?.pool ?? null,
  ).openWriter(volumeId);
  await writer.write(0, Buffer.alloc(300_000, 'real bytes'));
  await writer.close();
  const made = await member.call('POST', '/backups', { backup: { volume_id: volumeId } });
  expect(made.status).toBe(202);
  await under.idle();
  return { volumeId, backupId: made.body.backup.id };
}

/** Changes a byte in the middle of every chunk that the backups are made of. */
async function damageChunks(): Promise<void> {
  const folder = join(under.engine.dataFolder, 'backups', 'chunks');
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((name) => name.isFile());
  expect(files.length).toBeGreaterThan(0);
  for (const { parentPath, name } of files) {
    const bytes = await readFile(join(parentPath, name));
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 0xff;
    await writeFile(join(parentPath, name), bytes);
  }
}

async function messageAbout(id: string): Promise<string> {
  const { body } = await member.call('GET', `/messages?resource_uuid=${id}`);
  return body.messages[0]?.user_message ?? '';
}

it('ends a restore to its volume in error_restoring, and says why', async () => {
  const { volumeId, backupId } = await backedUp();
  await damageChunks();
  const asked = { restore: { volume_id: volumeId } };
  expect((await member.call('POST', `/backups/${backupId}/restore`, asked)).status).toBe(202);
  await under.idle();
  const { body } = await member.call('GET', `/volumes/${volumeId}`);
  expect(body.volume.status).toBe('error_restoring');
  expect((await member.call('GET', `/backups/${backupId}`)).body.backup.status).toBe('available');
  for (const id of [volumeId, backupId]) {
    const message = await messageAbout(id);
    expect(message).toMatch(/^restore backup:Backup failed to be restored\. .*damage/i);
    expect(message).toContain(backupId);
    expect(message).not.toContain(under.engine.dataFolder);
  }
  expect((await member.call('DELETE', `/volumes/${volumeId}`)).status).toBe(202);
  await under.idle();
});

it('ends a restore to a new volume in error, without a byte', async () => {
  const { backupId } = await backedUp();
  await damageChunks();
  const restore = await member.call('POST', `/backups/${backupId}/restore`, { restore: {} });
  expect(restore.status).toBe(202);
  await under.idle();
  const newId: string = restore.body.restore.volume_id;
  expect((await member.call('GET', `/volumes/${newId}`)).body.volume.status).toBe('error');
  expect(await messageAbout(newId)).toContain(backupId);
  const lists = await Promise.all(under.engine.parts.pools.map(({ driver }) => driver.list()));
  expect(lists.flatMap(({ volumes }) => volumes)).not.toContain(newId);
});
