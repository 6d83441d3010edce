// Exported backup records: two records on the same bytes, records of another engine folder, and the
// records that are refused, each without harm to what is there.
import { cp } from 'node:fs/promises';
import { randomUUID, randomFillSync } from 'node:crypto';
import { join } from 'node:path';
import { removeBackup } from '../../bundled-engine/records/backups';
import { removeFolder, tempFolder } from '../support/temp-folder';
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { Answer, EngineUnderTest } from './engine-under-test';
import { refusal } from './refusal';

let under: EngineUnderTest;
let folder = '';

beforeAll(async () => {
  folder = await tempFolder();
  under = await engineUnderTest({ folder });
  const quota = { quota_set: { volumes: 100, backups: 100 } };
  await under.admin.call('PUT', `/os-quota-sets/${under.member.projectId}`, quota);
});

afterAll(async () => {
  await under.stop();
  await removeFolder(folder);
});

const expectRefused = refusal(() => under);

interface Exported {
  readonly backup_service: string;
  readonly backup_url: string;
}

async function driverOf(volumeId: string, of = under) {
  const { database, pools } = of.engine.parts;
  const [row] = await database.rows('SELECT "pool" FROM "volumes" WHERE "id" = ?', [volumeId]);
  const pool = pools.find(({ name }) => name === row?.['pool']);
  if (!pool) throw new Error(`volume ${volumeId} lies in no pool`);
  return pool.driver;
}

async function bytesOf(volumeId: string, of = under): Promise<Buffer> {
  const reader = await (await driverOf(volumeId, of)).openReader({ volume: volumeId });
  try {
    const bytes = Buffer.alloc(64 * 1024);
    await reader.read(0, bytes);
    return bytes;
  } finally {
    await reader.close();
  }
}

async function backedUp(): Promise<{ id: string; bytes: Buffer; exported: Exported }> {
  const volume = await madeVolume(under, { name: 'source', metadata: { k: 'v' } });
  const bytes = randomFillSync(Buffer.alloc(64 * 1024));
  const writer = await (await driverOf(volume.id)).openWriter(volume.id);
  await writer.write(0, bytes);
  await writer.close();
  const backup = { volume_id: volume.id, name: 'saved', metadata: { tier: 'gold' } };
  const { body } = await under.member.call('POST', '/backups', { backup });
  await under.idle();
  return { id: body.backup.id, bytes, exported: await exportOf(body.backup.id) };
}

async function exportOf(id: string): Promise<Exported> {
  const answer = await under.admin.call('GET', `/backups/${id}/export_record`);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return answer.body['backup-record'];
}

function decoded(exported: Exported): Record<string, unknown> {
  return JSON.parse(Buffer.from(exported.backup_url, 'base64').toString('utf8'));
}

function changed(exported: Exported, changes: Readonly<Record<string, unknown>>): Exported {
  const text = JSON.stringify({ ...decoded(exported), ...changes });
  return { ...exported, backup_url: Buffer.from(text).toString('base64') };
}

function importOf(record: Exported, of = under): Promise<Answer> {
  return of.admin.call('POST', '/backups/import_record', { 'backup-record': record });
}

async function show(id: string, of = under): Promise<Record<string, unknown>> {
  return (await of.admin.call('GET', `/backups/${id}`)).body.backup;
}

async function restoredBytes(id: string, of = under): Promise<Buffer> {
  const answer = await of.admin.call('POST', `/backups/${id}/restore`, { restore: {} });
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
  await of.idle();
  const volumeId: string = answer.body.restore.volume_id;
  const volume = (await of.admin.call('GET', `/volumes/${volumeId}`)).body.volume;
  expect(volume).toMatchObject({
    status: 'available',
    name: 'source',
    metadata: { k: 'v', src_backup_id: id },
  });
  return bytesOf(volumeId, of);
}

function message(answer: Answer): string {
  const [fault] = Object.values<{ message: string }>(answer.body);
  return fault?.message ?? '';
}

it('tells the record under Cinder’s names', async () => {
  const { id, exported } = await backedUp();
  expect(exported.backup_service).toMatch(/^cinder\.backup\.drivers\./);
  expect(decoded(exported)).toMatchObject({
    id,
    size: 1,
    display_name: 'saved',
    display_description: null,
    object_count: 1,
    service_metadata: null,
    metadata: { tier: 'gold' },
    driver_info: { backup_id: id },
  });
});

it.each([
  ['the first', 0],
  ['the second', 1],
])('keeps one of two records on the same bytes whole when %s goes', async (_, which) => {
  const { id, bytes, exported } = await backedUp();
  const second = randomUUID();
  const answer = await importOf(changed(exported, { id: second }));
  expect([answer.status, answer.body.backup]).toEqual([
    201,
    { id: second, name: null, links: expect.any(Array) },
  ]);
  await under.idle();
  const facts = { status: 'available', name: 'saved', object_count: 1, metadata: { tier: 'gold' } };
  expect(await show(second)).toMatchObject({
    ...facts,
    volume_id: decoded(exported)['volume_id'],
    data_timestamp: decoded(exported)['data_timestamp'],
  });
  expect((await restoredBytes(second)).equals(bytes)).toBe(true);
  const ids = [id, second] as const;
  const [goes, stays] = which === 0 ? ids : [second, id];
  expect((await under.admin.call('DELETE', `/backups/${goes}`)).status).toBe(202);
  await under.idle();
  expect((await under.admin.call('GET', `/backups/${goes}`)).status).toBe(404);
  expect((await restoredBytes(stays)).equals(bytes)).toBe(true);
  expect((await under.admin.call('DELETE', `/backups/${stays}`)).status).toBe(202);
  await under.idle();
  expect(await under.engine.parts.backups.listBackups()).not.toContain(stays);
});

it('brings a lost record back under its own id', async () => {
  const { id, bytes, exported } = await backedUp();
  await removeBackup(under.engine.parts.database, id);
  expect((await importOf(exported)).status).toBe(201);
  expect(await show(id)).toMatchObject({ status: 'available', name: 'saved' });
  expect((await restoredBytes(id)).equals(bytes)).toBe(true);
});

it('takes a record of another engine folder on the same target', async () => {
  const { id, bytes, exported } = await backedUp();
  const other = await tempFolder();
  const later = await engineUnderTest({ folder: other });
  try {
    await cp(join(folder, 'backups'), join(other, 'backups'), { recursive: true });
    expect((await importOf(exported, later)).status).toBe(201);
    expect(await show(id, later)).toMatchObject({
      status: 'available',
      metadata: { tier: 'gold' },
    });
    expect((await restoredBytes(id, later)).equals(bytes)).toBe(true);
  } finally {
    await later.stop();
    await removeFolder(other);
  }
});

it('keeps a parent that is here, and none that would hold it for ever', async () => {
  const { id, exported } = await backedUp();
  const [own, child, orphan] = [randomUUID(), randomUUID(), randomUUID()];
  await importOf(changed(exported, { id: own, parent_id: own }));
  await importOf(changed(exported, { id: child, parent_id: id }));
  await importOf(changed(exported, { id: orphan, parent_id: randomUUID() }));
  await under.idle();
  expect(await show(own)).toMatchObject({ is_incremental: false, has_dependent_backups: false });
  expect(await show(child)).toMatchObject({ is_incremental: true });
  expect(await show(orphan)).toMatchObject({ is_incremental: false });
  await expectRefused(() => under.admin.call('DELETE', `/backups/${id}`), 400);
});

describe('refuses', () => {
  let known: { id: string; bytes: Buffer; exported: Exported };

  beforeAll(async () => {
    known = await backedUp();
  });

  const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');

  it.each<[string, (exported: Exported) => Exported, string]>([
    ['an id in use', (record) => record, 'Invalid backup: Backup already exists in database.'],
    [
      'a service of others',
      (record) => ({
        ...changed(record, { id: randomUUID() }),
        backup_service: 'cinder.backup.drivers.nfs.NFSBackupDriver',
      }),
      'Invalid backup: Import record failed, cannot find backup service to perform the import. ' +
        'Request service cinder.backup.drivers.nfs.NFSBackupDriver',
    ],
    [
      'bytes that the target has not',
      (record) => changed(record, { id: randomUUID(), driver_info: null }),
      'Invalid backup: Import record failed: the backup target has no backup',
    ],
    [
      'bytes outside the target',
      (record) => changed(record, { id: randomUUID(), driver_info: { backup_id: '../../x' } }),
      'Invalid input received: Provided backup record has an invalid driver_info',
    ],
    ['no id', (record) => ({ ...record, backup_url: encoded({ size: 1 }) }), 'missing an id'],
    [
      'no size',
      (record) => ({ ...record, backup_url: encoded({ id: randomUUID() }) }),
      'Invalid input received: Provided backup record is missing size attribute',
    ],
    ['no size at all', (record) => changed(record, { id: randomUUID(), size: 0 }), 'invalid size'],
    ['an odd id', (record) => changed(record, { id: '../x' }), 'has an invalid id'],
    [
      'an odd time',
      (record) => changed(record, { id: randomUUID(), data_timestamp: 'soon' }),
      'has an invalid data_timestamp',
    ],
    ['a list', (record) => ({ ...record, backup_url: encoded([1]) }), "Can't parse backup record."],
    ['other bytes', (record) => ({ ...record, backup_url: 'AAAA' }), "Can't parse backup record."],
    ['cut text', (record) => ({ ...record, backup_url: 'AAAAA' }), "'AAAAA' is not a 'base64'"],
    ['no text', (record) => ({ ...record, backup_url: '' }), "'' is too short"],
  ])('%s', async (_, make, words) => {
    const record = make(known.exported);
    await expectRefused(() => importOf(record), 400);
    expect(message(await importOf(record))).toContain(words);
  });

  it('members, and a quota without room', async () => {
    const { admin, member } = under;
    const body = { 'backup-record': changed(known.exported, { id: randomUUID() }) };
    await expectRefused(() => member.call('POST', '/backups/import_record', body), 403);
    const answer = await member.call('POST', '/backups/import_record', body);
    expect(message(answer)).toContain('backup:backup-import');
    const quota = (backups: number) =>
      admin.call('PUT', `/os-quota-sets/${admin.projectId}`, { quota_set: { backups } });
    await quota(1);
    await expectRefused(() => importOf(body['backup-record']), 413);
    await quota(100);
    expect((await importOf(body['backup-record'])).status).toBe(201);
    await under.idle();
  });

  it('a damaged manifest, and leaves the others restorable', async () => {
    const { target } = under.engine.parts.backups;
    const broken = await backedUp();
    const key = `backups/${broken.id}`;
    const whole = await target.get(key);
    await target.put(key, Buffer.from('no manifest'));
    const record = changed(broken.exported, { id: randomUUID() });
    await expectRefused(() => importOf(record), 400);
    expect(message(await importOf(record))).toContain('is damaged');
    if (whole) await target.put(key, whole);
    expect((await restoredBytes(known.id)).equals(known.bytes)).toBe(true);
    expect((await restoredBytes(broken.id)).equals(broken.bytes)).toBe(true);
  });
});
