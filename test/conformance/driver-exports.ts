// Laws of exports: what a program of this host writes through one is in the volume and the other
// way round; an export is the same when it is made again; a volume in use is neither torn by a copy
// nor changed by the engine; ending takes the export away and no byte.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Driver } from '../../bundled-engine/drivers/driver';
import { gibBytes } from '../../bundled-engine/drivers/sizes';
import { notRun } from '../support/not-run';
import { toolMissing } from '../support/tools';
import { expectBytes, expectRefusal, filledVolume, newId, type UnderTest } from './driver-pool';

const run = promisify(execFile);
const mib = 1024 * 1024;

/** Lets qemu-io, a program that knows nothing of the engine, work on what an export leads to. */
export async function ioOn(devicePath: string, ...commands: readonly string[]): Promise<string> {
  const asked = commands.flatMap((command) => ['-c', command]);
  const { stdout } = await run('qemu-io', ['-f', 'raw', ...asked, devicePath]);
  if (/failed|Pattern verification|error/i.test(stdout)) throw new Error(stdout);
  return stdout;
}

/** Registers the laws. */
export function describeExports(get: () => UnderTest): void {
  const missing = toolMissing('qemu-io');
  if (missing !== null) {
    notRun('exports keep all laws', missing);
    return;
  }
  describeUse(get);
  describeCare(get);
}

function describeUse(get: () => UnderTest): void {
  it('what a host writes through it is in the volume, and what was there is seen', async () => {
    const { driver } = get();
    const volume = await filledVolume(driver);
    const { devicePath } = await driver.startExport(volume.id, { readOnly: false });
    await ioOn(devicePath, `write -P 0xab ${512 * mib} 64k`, 'flush');
    volume.model.write(512 * mib, Buffer.alloc(65_536, 0xab));
    await ioOn(devicePath, `read -P 0xab ${512 * mib} 64k`, `read -P 0 ${700 * mib} 64k`);
    await driver.endExport(volume.id);
    await expectBytes(driver, { volume: volume.id }, volume.model);
  });

  it('an export is gone when it has ended, and the same when it is made again', async () => {
    const { driver } = get();
    const { id } = await filledVolume(driver);
    const first = await driver.startExport(id, { readOnly: false });
    expect(await driver.startExport(id, { readOnly: true })).toEqual(first);
    await driver.endExport(id);
    await driver.endExport(id);
    await expect(ioOn(first.devicePath, 'read 0 512')).rejects.toThrow();
    expect(await driver.startExport(id, { readOnly: false })).toEqual(first);
    await ioOn(first.devicePath, 'read 0 512');
  });

  it('a second host may use it beside the first', async () => {
    const { driver } = get();
    const { id } = await filledVolume(driver);
    const { devicePath } = await driver.startExport(id, { readOnly: true });
    await driver.startExport(id, { readOnly: false });
    await Promise.all([
      ioOn(devicePath, `write -P 1 ${600 * mib} 4k`, 'flush'),
      ioOn(devicePath, `write -P 2 ${601 * mib} 4k`, 'flush'),
    ]);
    await ioOn(devicePath, `read -P 1 ${600 * mib} 4k`, `read -P 2 ${601 * mib} 4k`);
  });

  it('after a restart it is made again at the same place, with what was written', async () => {
    const { driver, pool } = get();
    const { id } = await filledVolume(driver);
    const { devicePath } = await driver.startExport(id, { readOnly: false });
    await ioOn(devicePath, `write -P 7 ${600 * mib} 4k`, 'flush');
    await driver.close();
    const again = await pool.open();
    try {
      await again.sweep();
      expect(devicePath.startsWith('/') && existsSync(devicePath)).toBe(false);
      expect(await again.startExport(id, { readOnly: false })).toEqual({ devicePath });
      await ioOn(devicePath, `read -P 7 ${600 * mib} 4k`);
    } finally {
      await again.close();
    }
  });
}

function describeCare(get: () => UnderTest): void {
  it('what a host may write to is not written, read or reverted by the engine', async () => {
    const { driver } = get();
    const { id } = await filledVolume(driver);
    const snapshotId = newId();
    await driver.createSnapshot(snapshotId, id);
    await driver.startExport(id, { readOnly: false });
    await expectRefusal(driver.openWriter(id), 'busy');
    await expectRefusal(driver.openReader({ volume: id }), 'busy');
    await expectRefusal(driver.revert(id, snapshotId), 'busy');
    await driver.endExport(id);
    await driver.revert(id, snapshotId);
  });

  it('a copy of it is of one moment, or refused', async () => {
    const { driver } = get();
    const volume = await filledVolume(driver);
    await driver.startExport(volume.id, { readOnly: false });
    const [snapshotId, cloneId] = [newId(), newId()];
    const snapshot = driver.createSnapshot(snapshotId, volume.id);
    const clone = driver.createFromVolume({ id: cloneId, sizeGib: 1 }, volume.id);
    if (!givesFile(driver) || !driver.abilities.clones) {
      await expectRefusal(snapshot, 'busy');
      await expectRefusal(clone, 'busy');
      return;
    }
    await Promise.all([snapshot, clone]);
    await expectBytes(driver, { snapshot: snapshotId }, volume.model);
    await expectBytes(driver, { volume: cloneId }, volume.model);
  });

  it('it grows while in use, or that is refused, as declared', async () => {
    const { driver } = get();
    const { id } = await filledVolume(driver);
    const { devicePath } = await driver.startExport(id, { readOnly: false });
    if (!driver.abilities.onlineGrow) {
      await expectRefusal(driver.grow(id, 2), 'busy');
      return;
    }
    await driver.grow(id, 2);
    await ioOn(devicePath, `write -P 9 ${gibBytes + mib} 4k`, `read -P 9 ${gibBytes + mib} 4k`);
  });

  it('it is not exported while the engine reads or writes it', async () => {
    const { driver } = get();
    const { id } = await filledVolume(driver);
    const reader = await driver.openReader({ volume: id });
    await expectRefusal(driver.startExport(id, { readOnly: false }), 'busy');
    await reader.close();
    const writer = await driver.openWriter(id);
    await expectRefusal(driver.startExport(id, { readOnly: true }), 'busy');
    await writer.close();
    await driver.startExport(id, { readOnly: true });
  });

  it('one for reading alone refuses writes where a server stands before the bytes', async () => {
    const { driver } = get();
    const { id } = await filledVolume(driver);
    const { devicePath } = await driver.startExport(id, { readOnly: true });
    if (!givesFile(driver)) await expect(ioOn(devicePath, 'write 0 512')).rejects.toThrow();
    const { stdout } = await run('qemu-io', ['-r', '-f', 'raw', '-c', 'read 0 4k', devicePath]);
    expect(stdout).toContain('read 4096/4096');
  });

  it('a removed volume has no export left', async () => {
    const { driver } = get();
    const { id } = await filledVolume(driver);
    const { devicePath } = await driver.startExport(id, { readOnly: false });
    await driver.remove(id);
    await expect(ioOn(devicePath, 'read 0 512')).rejects.toThrow();
    await driver.createBlank({ id, sizeGib: 1 });
    await ioOn((await driver.startExport(id, { readOnly: false })).devicePath, 'read -P 0 0 4k');
  });

  it('of a volume that is not there is refused', async () => {
    await expectRefusal(get().driver.startExport(newId(), { readOnly: false }), 'missing');
  });
}

/** Whether hosts get the volume's own file, which shows its growth at once. */
function givesFile(driver: Driver): boolean {
  return driver.abilities.onlineGrow;
}
