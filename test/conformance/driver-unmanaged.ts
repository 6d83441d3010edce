// Laws of what lies in a pool unmanaged: what was let go of keeps every byte and comes back under
// any id; what people put there is taken over when it is safe, and shown with its problem when not;
// and replacing a volume's bytes by another's.
import { link, mkdir, readdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { convert } from '../../bundled-engine/host/qemu-img';
import {
  expectBytes,
  expectRefusal,
  filledVolume,
  ModelVolume,
  newId,
  patterned,
  writeBoth,
  type UnderTest,
} from './driver-pool';

const mib = 1024 * 1024;

/** Registers the laws for the driver under test. */
export function describeUnmanaged(get: () => UnderTest): void {
  describeLettingGo(get);
  describeRepeating(get);
  describeFilesOfPeople(get);
  describeReplacing(get);
}

function describeLettingGo(get: () => UnderTest): void {
  it('what is let go of keeps its bytes through a sweep and a start, and comes back', async () => {
    const { driver, pool } = get();
    const volume = await filledVolume(driver, 2);
    const [snapshot, back, again] = [newId(), newId(), newId()];
    await driver.createSnapshot(snapshot, volume.id);
    const then = volume.model.copy();
    await writeBoth(driver, volume, [{ offset: 4096, bytes: patterned(9000, 21) }]);
    const sizeBytes = 2 * 1024 ** 3;
    await driver.unmanaged.letGo({ volume: volume.id }, `volume-${volume.id}`);
    await driver.unmanaged.letGo({ snapshot }, 'shot');
    expect(await driver.list()).toEqual({ volumes: [], snapshots: [], checkpoints: [] });
    await driver.close();
    const later = await pool.open();
    try {
      await later.sweep();
      expect(await later.unmanaged.list()).toEqual([
        { kind: 'volume', name: `volume-${volume.id}`, sizeBytes, problem: null },
        { kind: 'snapshot', name: 'shot', sizeBytes, problem: null },
      ]);
      const adopted = await later.unmanaged.adopt({ volume: back }, `volume-${volume.id}`);
      expect(adopted).toEqual({ sizeGib: 2 });
      await later.unmanaged.adopt({ snapshot: again }, 'shot');
      expect(await later.unmanaged.list()).toEqual([]);
      await expectBytes(later, { volume: back }, volume.model);
      await expectBytes(later, { snapshot: again }, then);
      await writeBoth(later, { ...volume, id: back }, [{ offset: 0, bytes: patterned(99, 4) }]);
      await expectBytes(later, { snapshot: again }, then);
      await later.remove(back);
      await later.removeSnapshot(again);
    } finally {
      await later.close();
    }
  });

  it('a volume that is being read or written is not let go of', async () => {
    const { driver } = get();
    const { id } = await filledVolume(driver);
    const writer = await driver.openWriter(id);
    await expectRefusal(driver.unmanaged.letGo({ volume: id }, 'gone'), 'busy');
    await writer.close();
    expect((await driver.list()).volumes).toEqual([id]);
  });
}

function describeRepeating(get: () => UnderTest): void {
  it('letting go and taking over may be repeated, and a name is never given twice', async () => {
    const { driver } = get();
    const [one, two] = [await filledVolume(driver), await filledVolume(driver)];
    for (let turn = 0; turn < 2; turn += 1) {
      await driver.unmanaged.letGo({ volume: one.id }, 'name');
    }
    await expectRefusal(driver.unmanaged.letGo({ volume: two.id }, 'name'), 'refused');
    await expectBytes(driver, { volume: two.id }, two.model);
    for (let turn = 0; turn < 2; turn += 1) {
      const adopted = await driver.unmanaged.adopt({ volume: one.id }, 'name');
      expect(adopted).toEqual({ sizeGib: 1 });
    }
    await expectBytes(driver, { volume: one.id }, one.model);
    await expectRefusal(driver.unmanaged.adopt({ volume: newId() }, 'name'), 'missing');
    await expectRefusal(driver.unmanaged.letGo({ volume: newId() }, 'other'), 'missing');
    for (const name of ['', '..', '../x', 'a/b', '.x', 'x\0', 'x.half', 'ä', 'a'.repeat(300)]) {
      await expectRefusal(driver.unmanaged.adopt({ volume: newId() }, name), 'refused');
      await expectRefusal(driver.unmanaged.letGo({ volume: one.id }, name), 'refused');
    }
    expect((await driver.list()).volumes).toEqual([one.id, two.id].sort());
  });
}

function describeFilesOfPeople(get: () => UnderTest): void {
  it('a disk image that somebody put there is taken over whole, its size rounded up', async () => {
    const { driver, pool } = get();
    const folder = join(pool.folder, 'unmanaged', 'volumes');
    const bytes = patterned(3 * mib, 11);
    const plain = join(folder, 'disk.raw');
    await writeFile(plain, bytes);
    await truncate(plain, 1024 ** 3 + 5 * mib);
    const listed = await driver.unmanaged.list();
    const sizeBytes = 1024 ** 3 + 5 * mib;
    expect(listed).toEqual([{ kind: 'volume', name: 'disk.raw', sizeBytes, problem: null }]);
    const model = new ModelVolume(2);
    model.write(0, bytes);
    const id = newId();
    expect(await driver.unmanaged.adopt({ volume: id }, 'disk.raw')).toEqual({ sizeGib: 2 });
    await expectBytes(driver, { volume: id }, model);
    expect(await driver.unmanaged.list()).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
    await driver.unmanaged.letGo({ volume: id }, 'disk.raw');
    await driver.unmanaged.adopt({ volume: id }, 'disk.raw');
    await expectBytes(driver, { volume: id }, model);
  });

  it('what cannot be taken over is shown with its problem and stays as it is', async () => {
    const { driver, pool } = get();
    const folder = join(pool.folder, 'unmanaged', 'volumes');
    await writeFile(join(folder, 'empty.raw'), '');
    await mkdir(join(folder, 'folder'));
    await symlink('/dev/zero', join(folder, 'link.raw'));
    await writeFile(join(folder, 'one.raw'), patterned(mib, 1));
    await link(join(folder, 'one.raw'), join(pool.folder, 'two'));
    const vhd = Buffer.concat([Buffer.from('conectix'), patterned(mib, 2)]);
    await writeFile(join(folder, 'strange.raw'), vhd);
    await writeFile(join(folder, 'with space.raw'), patterned(mib, 1));
    const listed = await driver.unmanaged.list();
    expect(listed.map(({ name }) => name).sort()).toEqual(
      ['empty.raw', 'folder', 'link.raw', 'one.raw', 'strange.raw', 'with space.raw'].sort(),
    );
    for (const { name, problem } of listed) {
      expect([name, problem]).toEqual([name, expect.stringMatching(/.{10}/)]);
      await expectRefusal(driver.unmanaged.adopt({ volume: newId() }, name), 'refused');
    }
    expect((await driver.list()).volumes).toEqual([]);
    expect(await driver.unmanaged.list()).toEqual(listed);
  });

  it('a qcow2 image is taken over where the pool keeps that format, else refused', async () => {
    const { driver, pool } = get();
    if (driver.kind === 'qcow2') {
      const folder = join(pool.folder, 'unmanaged', 'volumes');
      const bytes = patterned(2 * mib, 31);
      await writeFile(join(pool.folder, 'source'), bytes);
      await convert(
        { path: join(pool.folder, 'source'), format: 'raw' },
        { path: join(folder, 'disk.qcow2'), format: 'qcow2' },
      );
      const id = newId();
      expect(await driver.unmanaged.adopt({ volume: id }, 'disk.qcow2')).toEqual({ sizeGib: 1 });
      const model = new ModelVolume(1);
      model.write(0, bytes);
      await expectBytes(driver, { volume: id }, model);
      return;
    }
    const file = join(pool.folder, 'unmanaged', 'volumes', 'disk.qcow2');
    await writeFile(file, patterned(mib, 3));
    await expectRefusal(driver.unmanaged.adopt({ volume: newId() }, 'disk.qcow2'), 'refused');
  });
}

function describeReplacing(get: () => UnderTest): void {
  it('a replaced volume has the other one’s bytes, and its snapshots keep theirs', async () => {
    const { driver } = get();
    const volume = await filledVolume(driver);
    const snapshot = newId();
    await driver.createSnapshot(snapshot, volume.id);
    const other = { id: newId(), model: new ModelVolume(1) };
    await driver.createBlank({ id: other.id, sizeGib: 1 });
    await writeBoth(driver, other, [{ offset: 77, bytes: patterned(70_000, 41) }]);
    for (let turn = 0; turn < 2; turn += 1) await driver.replace(volume.id, other.id);
    expect((await driver.list()).volumes).toEqual([volume.id]);
    await expectBytes(driver, { volume: volume.id }, other.model);
    await expectBytes(driver, { snapshot }, volume.model);
    await expectRefusal(driver.replace(newId(), newId()), 'missing');
    const reader = await driver.openReader({ volume: volume.id });
    await driver.createBlank({ id: other.id, sizeGib: 1 });
    await expectRefusal(driver.replace(volume.id, other.id), 'busy');
    await reader.close();
  });
}
