// A backup under a second name: either name can go without harm to the other, whatever else is
// being removed at the moment, and a copy that fails leaves nothing.
import { ModelVolume } from './model-volume';
import { fullError } from './faulty-target';
import { restored, temporaryStore, type TemporaryStore } from './temporary-store';

const mib = 1024 * 1024;

let on: TemporaryStore;

beforeEach(async () => {
  on = await temporaryStore();
});
afterEach(() => on.close());

async function backedUp(...backupIds: string[]): Promise<Buffer> {
  const volume = new ModelVolume('volume', 3 * mib);
  volume.write({ offset: 0, length: 3 * mib, filling: 'random' });
  for (const backupId of backupIds) await on.store.createBackup({ backupId, source: volume });
  return Buffer.from(volume.bytes);
}

it('holds the same bytes, and stores no chunk again', async () => {
  const bytes = await backedUp('one');
  const before = await on.store.usedBytes();
  const copy = await on.store.copyBackup({ fromId: 'one', toId: 'two' });
  expect(copy).toMatchObject({ backupId: 'two', storedBytes: 0, reusedChunks: 3, newChunks: 0 });
  expect(await on.store.describeBackup('two')).toEqual(copy);
  expect((await on.store.usedBytes()) - before).toBeLessThan(1024);
  expect((await restored(on.store, 'two')).equals(bytes)).toBe(true);
  expect(await on.store.copyBackup({ fromId: 'one', toId: 'two' })).toEqual(copy);
});

it.each([
  ['one', 'two'],
  ['two', 'one'],
])('stays whole when %s goes, and all goes with %s', async (first, second) => {
  const bytes = await backedUp('one');
  await on.store.copyBackup({ fromId: 'one', toId: 'two' });
  expect(await on.store.deleteBackup(first)).toEqual({ existed: true, removedChunks: 0 });
  const later = await on.reopen();
  await later.sweep();
  expect((await restored(later, second)).equals(bytes)).toBe(true);
  expect(await on.store.deleteBackup(second)).toEqual({ existed: true, removedChunks: 3 });
  expect(await on.store.usedBytes()).toBe(0);
});

it('is refused without a source, and leaves nothing where there is no room', async () => {
  await expect(on.store.copyBackup({ fromId: 'gone', toId: 'two' })).rejects.toMatchObject({
    code: 'missing',
  });
  const bytes = await backedUp('one');
  on.target.before = (operation, key) => {
    if (operation === 'put') throw fullError(key);
  };
  await expect(on.store.copyBackup({ fromId: 'one', toId: 'two' })).rejects.toMatchObject({
    code: 'full',
  });
  on.target.before = () => undefined;
  expect(await on.store.listBackups()).toEqual(['one']);
  expect((await restored(on.store, 'one')).equals(bytes)).toBe(true);
});

it('survives the end of its source while another removal has listed what is there', async () => {
  const bytes = await backedUp('one', 'other');
  // While the removal of `other`, of the same chunks, looks at `one`, that gets a second name and
  // loses its first.
  let begun = false;
  let moved: Promise<unknown> = Promise.resolve();
  on.target.before = async (operation, key) => {
    if (begun || operation !== 'get' || key !== 'backups/one') return;
    begun = true;
    moved = on.store
      .copyBackup({ fromId: 'one', toId: 'two' })
      .then(() => on.store.deleteBackup('one'));
    // The copy is made and the first name is gone before the removal reads it.
    while (await on.target.has('backups/one')) await new Promise(setImmediate);
  };
  await on.store.deleteBackup('other');
  await moved;
  expect(begun).toBe(true);
  expect(await on.store.listBackups()).toEqual(['two']);
  expect((await restored(on.store, 'two')).equals(bytes)).toBe(true);
});
