// A disk that is full, and one that cannot be written: refused by name, with nothing lost or left.
import { execFileSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Driver } from '../../bundled-engine/drivers/driver';
import { qcow2Driver } from '../../bundled-engine/drivers/qcow2';
import { rawFileDriver } from '../../bundled-engine/drivers/raw-file';
import {
  expectBytes,
  expectRefusal,
  filesBelow,
  filledVolume,
  newId,
} from '../conformance/driver-pool';
import { mountFileSystem } from '../support/mounted-file-system';
import { notRun } from '../support/not-run';
import { removeFolder } from '../support/temp-folder';
import { toolMissing } from '../support/tools';

const mib = 1024 * 1024;
const openers = { 'raw-file': rawFileDriver, qcow2: qcow2Driver };
const mounted = mountFileSystem('ext4', 96);

async function fillTheDisk(driver: Driver, id: string): Promise<void> {
  const writer = await driver.openWriter(id);
  const piece = Buffer.alloc(4 * mib, 1);
  const fill = async (): Promise<void> => {
    for (let at = 100 * mib; at < 300 * mib; at += piece.length) await writer.write(at, piece);
    await writer.flush();
  };
  await expectRefusal(fill(), 'full');
  await writer.close().catch(() => undefined);
}

for (const [kind, open] of Object.entries(openers)) {
  const title = `${kind}: a full disk is named, keeps what was there, and serves again with room`;
  const needed = kind === 'qcow2' ? (toolMissing('qemu-img') ?? toolMissing('qemu-nbd')) : null;
  if (typeof mounted === 'string' || needed !== null) {
    notRun(title, typeof mounted === 'string' ? mounted : (needed ?? ''));
    continue;
  }

  it(title, async () => {
    const folder = await mkdtemp(join(mounted.folder, 'pool-'));
    const driver = await open({ folder });
    const [kept, filler] = [await filledVolume(driver), newId()];
    await driver.createBlank({ id: filler, sizeGib: 1 });
    await fillTheDisk(driver, filler);
    await expectBytes(driver, { volume: kept.id }, kept.model);
    const before = await filesBelow(folder);
    if (kind === 'raw-file') {
      await expectRefusal(driver.createFromVolume({ id: newId(), sizeGib: 1 }, filler), 'full');
    }
    expect(await filesBelow(folder)).toEqual(before);
    await driver.remove(filler);
    const clone = newId();
    await driver.createFromVolume({ id: clone, sizeGib: 1 }, kept.id);
    await expectBytes(driver, { volume: clone }, kept.model);
    await removeFolder(folder);
  });

  it(`${kind}: a disk that cannot be written is told by the check and refused`, async () => {
    const folder = await mkdtemp(join(mounted.folder, 'pool-'));
    const driver = await open({ folder });
    const kept = await filledVolume(driver);
    execFileSync('mount', ['-o', 'remount,ro', mounted.folder]);
    try {
      expect((await driver.check()).problems).toEqual([
        expect.stringContaining('cannot be written'),
      ]);
      await expectRefusal(driver.createBlank({ id: newId(), sizeGib: 1 }), 'refused');
      await expectRefusal(driver.remove(kept.id), 'refused');
      await expectBytes(driver, { volume: kept.id }, kept.model);
    } finally {
      execFileSync('mount', ['-o', 'remount,rw', mounted.folder]);
    }
    expect(await driver.check()).toEqual({ ok: true, problems: [] });
    await expectBytes(driver, { volume: kept.id }, kept.model);
    await removeFolder(folder);
  });
}
if (typeof mounted !== 'string') afterAll(() => mounted.unmount());
