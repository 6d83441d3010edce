// Laws of checkpoints: what a driver says has changed is never too little, and not the whole
// volume.
import type { Driver } from '../../bundled-engine/drivers/driver';
import { extentBytes, type Extent } from '../../bundled-engine/host/extents';
import { gibBytes } from '../../bundled-engine/drivers/sizes';
import {
  expectBytes,
  filledVolume,
  newId,
  patterned,
  withReader,
  writeBoth,
  type ModelVolume,
  expectRefusal,
  type UnderTest,
} from './driver-pool';

/** Fails when a block that differs between two models is in no extent. */
export function expectCovers(
  changed: readonly Extent[],
  now: ModelVolume,
  then: ModelVolume,
): void {
  for (const offset of now.differingOffsets(then)) {
    if (offset >= now.sizeGib * gibBytes) continue;
    const isCovered = changed.some((e) => e.offset < offset + 4096 && offset < e.offset + e.length);
    if (!isCovered) throw new Error(`the change at offset ${offset} was not reported`);
  }
}

async function changedSince(
  driver: Driver,
  volume: string,
  checkpoint: string,
): Promise<Extent[] | null> {
  return withReader(driver, { volume }, (reader) => reader.changedSince(checkpoint));
}

/** Registers the laws of checkpoints for the driver under test. */
export function describeCheckpoints(get: () => UnderTest): void {
  it('checkpoints tell what changed, or are refused where not declared', async () => {
    const { driver } = get();
    const volume = await filledVolume(driver);
    const checkpoint = newId();
    if (!driver.abilities.checkpoints) {
      await expectRefusal(driver.createCheckpoint(checkpoint, { volume: volume.id }), 'refused');
      expect(await changedSince(driver, volume.id, checkpoint)).toBeNull();
      expect((await driver.list()).checkpoints).toEqual([]);
      return;
    }
    await driver.createCheckpoint(checkpoint, { volume: volume.id });
    await driver.createCheckpoint(checkpoint, { volume: volume.id });
    expect(await changedSince(driver, volume.id, checkpoint)).toEqual([]);
    const then = volume.model.copy();
    await writeBoth(driver, volume, [
      { offset: 4096, bytes: patterned(5000, 21) },
      { offset: 700 * 1024 * 1024, bytes: patterned(5000, 22) },
    ]);
    const writer = await driver.openWriter(volume.id);
    await writer.zero(131_072, 65_536);
    await writer.close();
    volume.model.zero(131_072, 65_536);
    const changed = (await changedSince(driver, volume.id, checkpoint)) ?? [];
    expectCovers(changed, volume.model, then);
    expect(extentBytes(changed)).toBeLessThan(512 * 1024);
    await expectBytes(driver, { checkpoint }, then);
    expect((await driver.list()).checkpoints).toEqual([checkpoint]);
    await driver.removeCheckpoint(checkpoint);
    expect(await changedSince(driver, volume.id, checkpoint)).toBeNull();
    await expectBytes(driver, { volume: volume.id }, volume.model);
  });

  it('growth since a checkpoint counts as changed', async () => {
    const { driver } = get();
    if (!driver.abilities.checkpoints) return;
    const volume = await filledVolume(driver);
    const checkpoint = newId();
    await driver.createCheckpoint(checkpoint, { volume: volume.id });
    await driver.grow(volume.id, 2);
    expect(await changedSince(driver, volume.id, checkpoint)).toEqual([
      { offset: gibBytes, length: gibBytes },
    ]);
  });

  it('a row of checkpoints, each removing the one before, stays exact', async () => {
    const { driver } = get();
    if (!driver.abilities.checkpoints) return;
    const volume = await filledVolume(driver);
    let last: string | undefined;
    for (let round = 0; round < 20; round += 1) {
      const checkpoint = newId();
      await driver.createCheckpoint(checkpoint, { volume: volume.id });
      if (last !== undefined) await driver.removeCheckpoint(last);
      last = checkpoint;
      const then = volume.model.copy();
      const offset = round * 3_000_000;
      await writeBoth(driver, volume, [{ offset, bytes: patterned(2000, round) }]);
      const changed = await changedSince(driver, volume.id, checkpoint);
      expectCovers(changed ?? [], volume.model, then);
      expect(extentBytes(changed ?? [])).toBeLessThan(256 * 1024);
    }
    await expectBytes(driver, { volume: volume.id }, volume.model);
  });

  it('a checkpoint of a snapshot tells what its volume changed since', async () => {
    const { driver } = get();
    if (!driver.abilities.checkpoints) return;
    const volume = await filledVolume(driver);
    const [snapshot, checkpoint] = [newId(), newId()];
    await driver.createSnapshot(snapshot, volume.id);
    const then = volume.model.copy();
    await writeBoth(driver, volume, [{ offset: 0, bytes: patterned(100, 31) }]);
    await driver.createCheckpoint(checkpoint, { snapshot });
    await driver.removeSnapshot(snapshot);
    const changed = await changedSince(driver, volume.id, checkpoint);
    expectCovers(changed ?? [], volume.model, then);
    expect(changed).toHaveLength(1);
  });
}
