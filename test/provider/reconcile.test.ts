// The one path of all tools, on a real engine: what is made, taken up, adopted, altered and
// removed.
import { HalfDone } from '../../provider/reconcile-failure';
import { readThing } from '../../provider/reconcile';
import { backupAdapter } from '../../provider/resources/backup';
import { backupsOf } from '../../provider/resources/backup-view';
import { snapshotAdapter } from '../../provider/resources/snapshot';
import { volumeAdapter } from '../../provider/resources/volume';
import { volumeTypeAdapter } from '../../provider/resources/volume-type';
import { volumeActionRoutes, volumeRoutes } from '../../schema/wire/volumes';
import { Stage } from './stage';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(async () => {
  await stage.close();
});

const countVolumes = async (): Promise<number> => {
  const reply = await stage.connection.call(volumeRoutes.listVolumes);
  return reply.body.volumes.length;
};

test('an interrupted making is taken up, and brought to what is wanted now', async () => {
  stage.isCallerAlive = false;
  const first = await stage.make(volumeAdapter, { name: 'one', sizeGib: 1 }, 'interrupted');
  stage.isCallerAlive = true;
  const inputs = { name: 'renamed', sizeGib: 2, metadata: { k: 'v' } };
  const second = await stage.make(volumeAdapter, inputs, 'interrupted');
  expect(second.id).toBe(first.id);
  expect(second.values).toMatchObject({ ...inputs, status: 'available' });
  expect(stage.warnings.join()).toContain(`Going on with volume ${first.id}`);
  await stage.remove(volumeAdapter, second);
});

test('a half-made thing that has outgrown the program is left alone', async () => {
  stage.isCallerAlive = false;
  const large = await stage.make(volumeAdapter, { name: 'large', sizeGib: 3 }, 'outgrown');
  stage.isCallerAlive = true;
  const small = await stage.make(volumeAdapter, { name: 'small', sizeGib: 1 }, 'outgrown');
  expect(small.id).not.toBe(large.id);
  for (const state of [large, small]) await stage.remove(volumeAdapter, state);
});

test('a half-made thing in error is removed and made anew', async () => {
  stage.isCallerAlive = false;
  const first = await stage.make(volumeAdapter, { name: 'broken', sizeGib: 1 }, 'broken');
  stage.isCallerAlive = true;
  await stage.connection.call(volumeActionRoutes.resetVolumeStatus, {
    params: { id: first.id },
    body: { 'os-reset_status': { status: 'error' } },
  });
  const before = await countVolumes();
  const second = await stage.make(volumeAdapter, { name: 'broken', sizeGib: 1 }, 'broken');
  expect(second.id).not.toBe(first.id);
  expect(await countVolumes()).toBe(before);
  await stage.remove(volumeAdapter, second);
});

test('two half-made things of one place are not guessed between', async () => {
  stage.isCallerAlive = false;
  const a = await stage.make(volumeAdapter, { name: 'a', sizeGib: 1 }, 'twins');
  const marker = (await volumeAdapter.observe(stage.scope, a.id))?.marker ?? '';
  const b = await stage.make(volumeAdapter, { name: 'b', sizeGib: 1 });
  await stage.connection.call(volumeRoutes.addVolumeMetadata, {
    params: { id: b.id },
    body: { metadata: { 'cinderkit:marker': marker } },
  });
  stage.isCallerAlive = true;
  const again = stage.make(volumeAdapter, { name: 'a', sizeGib: 1 }, 'twins');
  await expect(again).rejects.toThrow(new RegExp(`${a.id}.*${b.id}|${b.id}.*${a.id}`));
  for (const state of [a, b]) await stage.remove(volumeAdapter, state);
});

test('adopting takes a thing over, and refuses what cannot become what is wanted', async () => {
  const made = await stage.make(volumeAdapter, { name: 'theirs', sizeGib: 1 });
  const inputs = { adopt: made.id, name: 'ours', sizeGib: 2 };
  const adopted = await stage.make(volumeAdapter, inputs);
  expect(adopted).toMatchObject({ id: made.id, values: { name: 'ours', sizeGib: 2 } });
  const zone = { adopt: made.id, name: 'ours', availabilityZone: 'elsewhere' };
  await expect(stage.make(volumeAdapter, zone)).rejects.toThrow(/availabilityZone is nova, not/);
  const absent = '00000000-0000-4000-8000-000000000000';
  await expect(stage.make(volumeAdapter, { adopt: absent })).rejects.toThrow(/knows none/);
  // Whoever had it before, or replaces it by itself, does not remove it any more.
  const again = await stage.make(volumeAdapter, inputs);
  for (const former of [made, adopted]) await stage.remove(volumeAdapter, former);
  expect(stage.warnings.join()).toContain(`Leaving volume ${made.id}`);
  expect(await volumeAdapter.observe(stage.scope, made.id)).not.toBeNull();
  await stage.remove(volumeAdapter, again);
  expect(await volumeAdapter.observe(stage.scope, made.id)).toBeNull();
});

test('a type that volumes have is adopted although no word can be written on it', async () => {
  const type = await stage.make(volumeTypeAdapter, { name: 'taken' });
  const volume = await stage.make(volumeAdapter, { sizeGib: 1, volumeType: 'taken' });
  const adopted = await stage.make(volumeTypeAdapter, { name: 'taken', adopt: type.id });
  expect(adopted).toMatchObject({ id: type.id, memory: { holder: null } });
  await stage.remove(volumeAdapter, volume);
  await stage.remove(volumeTypeAdapter, adopted);
  expect(await volumeTypeAdapter.observe(stage.scope, type.id)).toBeNull();
});

test('changes of what only the tool knows call no service', async () => {
  const made = await stage.make(volumeAdapter, { name: 'quiet', sizeGib: 1 });
  const before = await volumeAdapter.observe(stage.scope, made.id);
  const inputs = { name: 'quiet', sizeGib: 1, onDelete: 'retain', timeouts: { deleteMinutes: 1 } };
  const told = await stage.update(volumeAdapter, made, inputs);
  expect(told.values).toMatchObject({ onDelete: 'retain', timeouts: { deleteMinutes: 1 } });
  expect(await volumeAdapter.observe(stage.scope, made.id)).toEqual(before);
  await stage.remove(volumeAdapter, told);
  expect(await volumeAdapter.observe(stage.scope, made.id)).not.toBeNull();
  await stage.remove(volumeAdapter, made);
});

test('retype and growth go in one update; an impossible one is half done', async () => {
  const type = await stage.make(volumeTypeAdapter, {
    name: 'gold',
    isPublic: true,
    extraSpecs: { volume_backend_name: 'raw' },
  });
  const made = await stage.make(volumeAdapter, { name: 'moving', sizeGib: 1, volumeType: 'gold' });
  const default_ = await stage.update(volumeAdapter, made, {
    name: 'moving',
    sizeGib: 2,
    volumeType: '__DEFAULT__',
  });
  expect(default_.values).toMatchObject({ volumeType: '__DEFAULT__', sizeGib: 2 });
  const nowhere = { name: 'moving', sizeGib: 3, volumeType: 'no-such-type' };
  const error = await stage.update(volumeAdapter, default_, nowhere).catch((caught) => caught);
  expect(error).toBeInstanceOf(HalfDone);
  expect(error.state).toMatchObject({ id: made.id, values: { volumeType: '__DEFAULT__' } });
  expect(error.message).toMatch(/no-such-type/);
  await stage.remove(volumeAdapter, default_);
  await stage.remove(volumeTypeAdapter, type);
});

test('extra specs are altered key by key; a type in use names its users', async () => {
  const inputs = { name: 'specs', isPublic: true, extraSpecs: { 'x:a': '1', 'x:b': '2' } };
  const made = await stage.make(volumeTypeAdapter, inputs);
  const changed = { name: 'specs2', isPublic: true, extraSpecs: { 'x:b': '3', 'x:c': '4' } };
  const state = await stage.update(volumeTypeAdapter, made, changed);
  expect(state.values).toMatchObject(changed);
  const volume = await stage.make(volumeAdapter, {
    name: 'user',
    sizeGib: 1,
    volumeType: 'specs2',
  });
  const late = stage.update(volumeTypeAdapter, state, { ...changed, extraSpecs: { 'x:b': '9' } });
  await expect(late).rejects.toThrow(/Volume Type is currently in use/);
  await expect(stage.remove(volumeTypeAdapter, state)).rejects.toThrow(/user \([0-9a-f-]+\)/);
  await stage.remove(volumeAdapter, volume);
  await stage.remove(volumeTypeAdapter, state);
});

test('snapshots and backups of one volume made at once wait for each other', async () => {
  const volume = await stage.make(volumeAdapter, { name: 'busy', sizeGib: 1 });
  const of = { volumeId: volume.id };
  const [snapshot, backup, backup2] = await Promise.all([
    stage.make(snapshotAdapter, { ...of, name: 's', metadata: { k: 'v' } }),
    stage.make(backupAdapter, { ...of, name: 'b1', metadata: { k: 'v' } }),
    stage.make(backupAdapter, { ...of, name: 'b2' }),
  ]);
  expect(snapshot.values).toMatchObject({ status: 'available', metadata: { k: 'v' } });
  expect(backup.values).toMatchObject({ status: 'available', metadata: { k: 'v' } });
  await expect(stage.remove(volumeAdapter, volume)).rejects.toThrow(/1 snapshot\(s\): s \(/);
  const news = { ...of, name: 'b1', metadata: { other: 'w' }, description: 'd' };
  const renamed = await stage.update(backupAdapter, backup, news);
  expect(renamed.values).toMatchObject({ metadata: { other: 'w' }, description: 'd' });
  const child = await stage.make(backupAdapter, { ...of, name: 'child', incremental: true });
  const parent = child.values['isIncremental'] === true ? [backup, backup2] : [];
  const refusals = await Promise.all(
    parent.map((state) => stage.remove(backupAdapter, state).then(() => '', String)),
  );
  expect(refusals.join()).toMatch(/child \(/);
  await stage.remove(backupAdapter, child);
  for (const state of [backup, backup2]) await stage.remove(backupAdapter, state);
  await stage.remove(volumeAdapter, {
    ...volume,
    values: { ...volume.values, deleteSnapshots: true },
  });
  expect(await snapshotAdapter.observe(stage.scope, snapshot.id)).toBeNull();
});

test('an increment waits while the backup that it leans on is being restored', async () => {
  const volume = await stage.make(volumeAdapter, { name: 'leaned on', sizeGib: 1 });
  const parent = await stage.make(backupAdapter, { name: 'base', volumeId: volume.id });
  const [restored, child] = await Promise.all([
    stage.make(volumeAdapter, { name: 'restored', backupId: parent.id }),
    stage.make(backupAdapter, { name: 'next', volumeId: volume.id, incremental: true }),
  ]);
  expect(restored.values['status']).toBe('available');
  expect(child.values['isIncremental']).toBe(true);
  await stage.remove(backupAdapter, child);
  await stage.remove(volumeAdapter, restored);
  await stage.remove(backupAdapter, parent);
  await stage.remove(volumeAdapter, volume);
});

test('a volume that is backed up before it goes leaves exactly one backup', async () => {
  const inputs = { name: 'dear', sizeGib: 1, onDelete: 'backup' };
  const volume = await stage.make(volumeAdapter, inputs);
  const snapshot = await stage.make(snapshotAdapter, { volumeId: volume.id, name: 'blocks' });
  await expect(stage.remove(volumeAdapter, volume)).rejects.toThrow(/blocks/);
  expect(await backupsOf(stage.scope, volume.id)).toEqual([]);
  await stage.remove(snapshotAdapter, snapshot);
  await stage.remove(volumeAdapter, volume);
  await stage.remove(volumeAdapter, volume);
  const [final, ...others] = await backupsOf(stage.scope, volume.id);
  expect(others).toEqual([]);
  expect(final).toMatchObject({ name: 'dear-final', status: 'available' });
  const restored = await stage.make(volumeAdapter, { name: 'back', backupId: final?.id });
  expect(restored.values).toMatchObject({ sizeGib: 1, status: 'available' });
  const kept = { id: final?.id ?? '', values: {}, memory: restored.memory };
  await stage.remove(backupAdapter, kept);
  await stage.remove(volumeAdapter, restored);
});

test('reading tells what is gone, and takes a mark off that a finished making left', async () => {
  stage.isCallerAlive = false;
  const made = await stage.make(volumeAdapter, { name: 'marked', sizeGib: 1 });
  stage.isCallerAlive = true;
  const { id, values, memory } = made;
  const reading = await readThing(volumeAdapter, stage.session, { id, values, memory });
  expect(reading?.inputs).toEqual({ name: 'marked', sizeGib: 1 });
  expect((await volumeAdapter.observe(stage.scope, id))?.marker).toBeNull();
  await stage.remove(volumeAdapter, made);
  expect(await readThing(volumeAdapter, stage.session, { id, values, memory })).toBeNull();
  const update = stage.update(volumeAdapter, made, { name: 'x', sizeGib: 1 });
  await expect(update).rejects.toThrow(/is gone from the service/);
});
