// The laws that every driver keeps, run over each of them: describeDriver(name, harness) from a
// test file of its own. Abilities choose between "is exercised" and "is refused": none is skipped.
import { gibBytes } from '../../bundled-engine/drivers/sizes';
import { describeCheckpoints } from './driver-checkpoints';
import { describeCopies } from './driver-copies';
import { describeExports } from './driver-exports';
import { describeImages } from './driver-images';
import {
  dataBytes,
  expectBytes,
  expectRefusal,
  filesBelow,
  filledVolume,
  ModelVolume,
  newId,
  patterned,
  withReader,
  writeBoth,
  type DriverHarness,
  type UnderTest,
} from './driver-pool';
import { describeStories } from './driver-stories';
import { describeUnmanaged } from './driver-unmanaged';

/** Registers all laws for one driver. */
export function describeDriver(name: string, harness: DriverHarness): void {
  describe(`the ${name} driver`, () => {
    let now: UnderTest | undefined;
    beforeEach(async () => {
      const pool = await harness.makePool();
      now = { pool, driver: await pool.open() };
    });
    afterEach(async () => {
      await now?.driver.close();
      await now?.pool.destroy();
    });
    const get = (): UnderTest => {
      if (now === undefined) throw new Error('no driver is open outside a test');
      return now;
    };
    describeHealth(get, harness);
    describeVolumes(get);
    describeWriters(get);
    describeGrowing(get);
    describeCopies(get);
    describeRefusals(get);
    describeCheckpoints(get);
    describeImages(get);
    describeExports(get);
    describeUnmanaged(get);
    describeStories(get, harness);
  });
}

function describeHealth(get: () => UnderTest, harness: DriverHarness): void {
  it('says that it can serve and declares the abilities of this host', async () => {
    const { driver } = get();
    expect(await driver.check()).toEqual({ ok: true, problems: [] });
    expect(driver.abilities).toEqual(harness.expected);
  });

  it('measures its room, and what its volumes occupy', async () => {
    const { driver } = get();
    const before = await driver.capacity();
    await filledVolume(driver);
    const after = await driver.capacity();
    expect(after.totalGib).toBeGreaterThan(0);
    expect(after.freeGib).toBeLessThanOrEqual(after.totalGib);
    const grownBytes = (after.allocatedGib - before.allocatedGib) * gibBytes;
    expect(grownBytes).toBeGreaterThan(300_000);
    expect(grownBytes).toBeLessThan(8 * 1024 * 1024);
  });
}

function describeVolumes(get: () => UnderTest): void {
  it('a blank volume is all zeroes and holds no data', async () => {
    const { driver } = get();
    const id = newId();
    await driver.createBlank({ id, sizeGib: 3 });
    await expectBytes(driver, { volume: id }, new ModelVolume(3));
    expect(await dataBytes(driver, { volume: id })).toBe(0);
  });

  it('bytes survive reopening the driver', async () => {
    const { driver, pool } = get();
    const volume = await filledVolume(driver);
    const snapshot = newId();
    await driver.createSnapshot(snapshot, volume.id);
    await driver.close();
    const again = await pool.open();
    expect(await again.list()).toEqual({
      volumes: [volume.id],
      snapshots: [snapshot],
      checkpoints: [],
    });
    await expectBytes(again, { volume: volume.id }, volume.model);
    await expectBytes(again, { snapshot }, volume.model);
    await again.close();
  });

  it('leaves no file behind when all is removed', async () => {
    const { driver, pool } = get();
    const before = await filesBelow(pool.folder);
    const volume = await filledVolume(driver);
    const [snapshot, clone, other] = [newId(), newId(), newId()];
    await driver.createSnapshot(snapshot, volume.id);
    await driver.createFromSnapshot({ id: clone, sizeGib: 1 }, snapshot);
    await driver.createFromVolume({ id: other, sizeGib: 2 }, clone);
    for (const id of [volume.id, clone, other]) await driver.remove(id);
    await driver.removeSnapshot(snapshot);
    expect(await driver.list()).toEqual({ volumes: [], snapshots: [], checkpoints: [] });
    expect(await filesBelow(pool.folder)).toEqual(before);
  });

  it('a sweep removes nothing that is whole', async () => {
    const { driver } = get();
    const volume = await filledVolume(driver);
    expect(await driver.sweep()).toEqual({ removed: [] });
    await expectBytes(driver, { volume: volume.id }, volume.model);
  });
}

function describeWriters(get: () => UnderTest): void {
  it('zeroing a range makes it a hole again', async () => {
    const { driver } = get();
    const volume = { id: newId(), model: new ModelVolume(1) };
    await driver.createBlank({ id: volume.id, sizeGib: 1 });
    await writeBoth(driver, volume, [{ offset: 0, bytes: patterned(4 * 1024 * 1024, 9) }]);
    const writer = await driver.openWriter(volume.id);
    await writer.zero(0, 4 * 1024 * 1024);
    await writer.close();
    expect(await dataBytes(driver, { volume: volume.id })).toBe(0);
    await expectBytes(driver, { volume: volume.id }, new ModelVolume(1));
  });

  it('zeroing hides what a snapshot below still holds, and keeps the edges', async () => {
    const { driver } = get();
    const volume = await filledVolume(driver);
    const snapshot = newId();
    await driver.createSnapshot(snapshot, volume.id);
    const then = volume.model.copy();
    const writer = await driver.openWriter(volume.id);
    await writer.zero(1000, 200_001);
    await writer.flush();
    await writer.close();
    volume.model.zero(1000, 200_001);
    await expectBytes(driver, { volume: volume.id }, volume.model);
    await expectBytes(driver, { snapshot }, then);
  });

  it('writes and reads past the end are refused', async () => {
    const { driver } = get();
    const { id } = await filledVolume(driver);
    const writer = await driver.openWriter(id);
    await expectRefusal(writer.write(gibBytes - 1, Buffer.alloc(2)), 'refused');
    await expectRefusal(writer.zero(gibBytes, 1), 'refused');
    await expectRefusal(writer.write(-1, Buffer.alloc(1)), 'refused');
    await writer.close();
    await withReader(driver, { volume: id }, (reader) =>
      expectRefusal(reader.read(gibBytes - 1, Buffer.alloc(2)), 'refused'),
    );
  });

  it('a volume that is being written can be touched by nobody else', async () => {
    const { driver } = get();
    const { id } = await filledVolume(driver);
    const writer = await driver.openWriter(id);
    await expectRefusal(driver.openWriter(id), 'busy');
    await expectRefusal(driver.openReader({ volume: id }), 'busy');
    await expectRefusal(driver.createSnapshot(newId(), id), 'busy');
    await expectRefusal(driver.createFromVolume({ id: newId(), sizeGib: 1 }, id), 'busy');
    await expectRefusal(driver.remove(id), 'busy');
    await writer.close();
    await writer.close();
    const reader = await driver.openReader({ volume: id });
    await expectRefusal(driver.openWriter(id), 'busy');
    await reader.close();
    await (await driver.openWriter(id)).close();
  });

  it('parallel writes of different places all arrive', async () => {
    const { driver } = get();
    const volume = { id: newId(), model: new ModelVolume(1) };
    await driver.createBlank({ id: volume.id, sizeGib: 1 });
    const writer = await driver.openWriter(volume.id);
    await Promise.all(
      Array.from({ length: 16 }, async (_, index) => {
        const bytes = patterned(50_000, index);
        volume.model.write(index * 1_000_003, bytes);
        await writer.write(index * 1_000_003, bytes);
      }),
    );
    await writer.close();
    await expectBytes(driver, { volume: volume.id }, volume.model);
  });
}

function describeGrowing(get: () => UnderTest): void {
  it('growing keeps every byte already written, and the new part is zeroes', async () => {
    const { driver } = get();
    const volume = await filledVolume(driver);
    await driver.grow(volume.id, 3);
    await driver.grow(volume.id, 3);
    volume.model.sizeGib = 3;
    await expectBytes(driver, { volume: volume.id }, volume.model);
    await writeBoth(driver, volume, [{ offset: 2 * gibBytes - 10, bytes: patterned(20, 4) }]);
    await expectBytes(driver, { volume: volume.id }, volume.model);
  });

  it('shrinking is refused and changes nothing', async () => {
    const { driver } = get();
    const volume = await filledVolume(driver, 2);
    await expectRefusal(driver.grow(volume.id, 1), 'refused');
    await expectBytes(driver, { volume: volume.id }, volume.model);
  });

  it('growing while a writer is open works or is refused, as declared', async () => {
    const { driver } = get();
    const volume = await filledVolume(driver);
    const writer = await driver.openWriter(volume.id);
    if (driver.abilities.onlineGrow) await driver.grow(volume.id, 2);
    else await expectRefusal(driver.grow(volume.id, 2), 'busy');
    await writer.close();
    volume.model.sizeGib = driver.abilities.onlineGrow ? 2 : 1;
    await expectBytes(driver, { volume: volume.id }, volume.model);
  });
}

function describeRefusals(get: () => UnderTest): void {
  it('ids that are no UUID are refused everywhere', async () => {
    const { driver, pool } = get();
    const before = await filesBelow(pool.folder);
    for (const id of ['', '..', '../x', 'a/b', 'x\0y', newId().toUpperCase(), `${newId()}x`]) {
      await expectRefusal(driver.createBlank({ id, sizeGib: 1 }), 'refused');
      await expectRefusal(driver.remove(id), 'refused');
      await expectRefusal(driver.createSnapshot(id, newId()), 'refused');
      await expectRefusal(driver.openReader({ volume: id }), 'refused');
      await expectRefusal(driver.openWriter(id), 'refused');
    }
    expect(await filesBelow(pool.folder)).toEqual(before);
  });

  it('sizes that are no whole GiB above zero are refused', async () => {
    const { driver } = get();
    for (const sizeGib of [0, -1, 1.5, NaN, Infinity, 1e30]) {
      await expectRefusal(driver.createBlank({ id: newId(), sizeGib }), 'refused');
    }
    expect((await driver.list()).volumes).toEqual([]);
  });

  it('what is not there is named missing', async () => {
    const { driver } = get();
    const volume = { id: newId(), sizeGib: 1 };
    await expectRefusal(driver.createFromVolume(volume, newId()), 'missing');
    await expectRefusal(driver.createFromSnapshot(volume, newId()), 'missing');
    await expectRefusal(driver.createSnapshot(newId(), newId()), 'missing');
    await expectRefusal(driver.grow(newId(), 2), 'missing');
    await expectRefusal(driver.openReader({ volume: newId() }), 'missing');
    await expectRefusal(driver.openReader({ snapshot: newId() }), 'missing');
    await expectRefusal(driver.openWriter(newId()), 'missing');
    expect(await driver.list()).toEqual({ volumes: [], snapshots: [], checkpoints: [] });
  });
}
