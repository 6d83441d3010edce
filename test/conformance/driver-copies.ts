// Laws of snapshots, clones and reverts: every copy has the bytes of its moment, goes its own way,
// and may outlive what it was made from; and any call may be repeated.
import { gibBytes } from '../../bundled-engine/drivers/sizes';
import {
  dataBytes,
  expectBytes,
  expectRefusal,
  filledVolume,
  newId,
  patterned,
  withReader,
  writeBoth,
  type UnderTest,
} from './driver-pool';

/** Registers the laws of copies for the driver under test. */
export function describeCopies(get: () => UnderTest): void {
  describeSnapshots(get);
  describeClones(get);
  describeRepetition(get);
  describeReverting(get);
}

function describeSnapshots(get: () => UnderTest): void {
  it('a snapshot does not see later writes', async () => {
    const { driver } = get();
    const volume = await filledVolume(driver);
    const then = volume.model.copy();
    const snapshot = newId();
    await driver.createSnapshot(snapshot, volume.id);
    await writeBoth(driver, volume, [{ offset: 100, bytes: patterned(100_000, 7) }]);
    await driver.grow(volume.id, 2);
    volume.model.sizeGib = 2;
    await expectBytes(driver, { snapshot }, then);
    await expectBytes(driver, { volume: volume.id }, volume.model);
  });

  it('a snapshot outlives its volume, and a volume its snapshots', async () => {
    const { driver } = get();
    const volume = await filledVolume(driver);
    const [first, second] = [newId(), newId()];
    await driver.createSnapshot(first, volume.id);
    const then = volume.model.copy();
    await writeBoth(driver, volume, [{ offset: 0, bytes: patterned(9000, 8) }]);
    await driver.createSnapshot(second, volume.id);
    await driver.removeSnapshot(second);
    await expectBytes(driver, { volume: volume.id }, volume.model);
    await driver.remove(volume.id);
    await expectBytes(driver, { snapshot: first }, then);
  });

  it('a reader keeps showing its moment while the thing changes or goes', async () => {
    const { driver } = get();
    const volume = await filledVolume(driver);
    const snapshot = newId();
    await driver.createSnapshot(snapshot, volume.id);
    await withReader(driver, { snapshot }, async (reader) => {
      await driver.removeSnapshot(snapshot);
      await driver.remove(volume.id);
      const bytes = Buffer.alloc(300_000);
      await reader.read(0, bytes);
      expect(bytes.equals(patterned(300_000, 1))).toBe(true);
    });
    expect((await driver.list()).snapshots).toEqual([]);
  });
}

function describeClones(get: () => UnderTest): void {
  it('volumes from a volume and from a snapshot have its bytes and go their own ways', async () => {
    const { driver } = get();
    const volume = await filledVolume(driver);
    const snapshot = newId();
    await driver.createSnapshot(snapshot, volume.id);
    const clone = { id: newId(), model: volume.model.copy(2) };
    const other = { id: newId(), model: volume.model.copy() };
    const ways = [
      await driver.createFromVolume({ id: clone.id, sizeGib: 2 }, volume.id),
      await driver.createFromSnapshot({ id: other.id, sizeGib: 1 }, snapshot),
    ];
    const how = driver.abilities.clones ? 'cloned' : 'copied';
    expect(ways).toEqual([{ how }, { how }]);
    await writeBoth(driver, clone, [{ offset: 5, bytes: patterned(8000, 5) }]);
    await writeBoth(driver, other, [{ offset: 6, bytes: patterned(8000, 6) }]);
    await writeBoth(driver, volume, [{ offset: 7, bytes: patterned(8000, 7) }]);
    for (const one of [volume, clone, other]) {
      await expectBytes(driver, { volume: one.id }, one.model);
    }
  });

  it('holes stay holes in clones and snapshots', async () => {
    const { driver } = get();
    const volume = await filledVolume(driver, 8);
    const [snapshot, clone] = [newId(), newId()];
    await driver.createSnapshot(snapshot, volume.id);
    await driver.createFromVolume({ id: clone, sizeGib: 8 }, volume.id);
    for (const thing of [{ volume: volume.id }, { snapshot }, { volume: clone }]) {
      expect(await dataBytes(driver, thing)).toBeLessThan(2 * 1024 * 1024);
    }
    const { allocatedGib } = await driver.capacity();
    expect(allocatedGib * gibBytes).toBeLessThan(16 * 1024 * 1024);
  });

  it('a volume smaller than its source is refused and leaves nothing', async () => {
    const { driver } = get();
    const volume = await filledVolume(driver, 2);
    const snapshot = newId();
    await driver.createSnapshot(snapshot, volume.id);
    const small = { id: newId(), sizeGib: 1 };
    await expectRefusal(driver.createFromVolume(small, volume.id), 'refused');
    await expectRefusal(driver.createFromSnapshot(small, snapshot), 'refused');
    expect((await driver.list()).volumes).toEqual([volume.id]);
  });
}

function describeRepetition(get: () => UnderTest): void {
  it('creating twice with the same id gives one volume with the same bytes', async () => {
    const { driver } = get();
    const volume = await filledVolume(driver);
    await driver.createBlank({ id: volume.id, sizeGib: 1 });
    await expectBytes(driver, { volume: volume.id }, volume.model);
    const [snapshot, clone] = [newId(), newId()];
    const then = volume.model.copy();
    const first = await driver.createSnapshot(snapshot, volume.id);
    await driver.createFromVolume({ id: clone, sizeGib: 1 }, volume.id);
    await writeBoth(driver, volume, [{ offset: 0, bytes: patterned(100, 55) }]);
    expect(await driver.createSnapshot(snapshot, volume.id)).toEqual(first);
    await driver.createFromVolume({ id: clone, sizeGib: 1 }, volume.id);
    await driver.createFromSnapshot({ id: clone, sizeGib: 1 }, snapshot);
    await expectBytes(driver, { snapshot }, then);
    await expectBytes(driver, { volume: clone }, then);
    await expectBytes(driver, { volume: volume.id }, volume.model);
  });

  it('removing what is gone or never was succeeds', async () => {
    const { driver } = get();
    const volume = await filledVolume(driver);
    const snapshot = newId();
    await driver.createSnapshot(snapshot, volume.id);
    for (let twice = 0; twice < 2; twice += 1) {
      await driver.remove(volume.id);
      await driver.removeSnapshot(snapshot);
      await driver.removeCheckpoint(newId());
    }
    expect(await driver.list()).toEqual({ volumes: [], snapshots: [], checkpoints: [] });
  });
}

function describeReverting(get: () => UnderTest): void {
  it('reverting gives back bytes, keeps a grown size, and is refused if not declared', async () => {
    const { driver } = get();
    const volume = await filledVolume(driver);
    const snapshot = newId();
    await driver.createSnapshot(snapshot, volume.id);
    const then = volume.model.copy(2);
    await writeBoth(driver, volume, [{ offset: 10, bytes: patterned(90_000, 77) }]);
    await driver.grow(volume.id, 2);
    volume.model.sizeGib = 2;
    await writeBoth(driver, volume, [{ offset: gibBytes + 10, bytes: patterned(5000, 78) }]);
    if (!driver.abilities.revert) {
      await expectRefusal(driver.revert(volume.id, snapshot), 'refused');
      return;
    }
    await driver.revert(volume.id, snapshot);
    await driver.revert(volume.id, snapshot);
    await expectBytes(driver, { volume: volume.id }, then);
    await expectBytes(driver, { snapshot }, then.copy(1));
  });
}
