// Laws of images going in and out of a driver: bytes and holes pass both ways, and no image passes
// that could lead a tool to another file.
import { randomUUID } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Driver } from '../../bundled-engine/drivers/driver';
import { gibBytes } from '../../bundled-engine/drivers/sizes';
import { notRun } from '../support/not-run';
import { removeFolder, tempFolder } from '../support/temp-folder';
import { toolMissing } from '../support/tools';
import {
  expectBytes,
  filledVolume,
  ModelVolume,
  newId,
  patterned,
  expectRefusal,
  filesBelow,
  type UnderTest,
} from './driver-pool';

const mib = 1024 * 1024;

/**
 * A raw image of 10 MiB and a bit with data at both ends, and the model of a volume made from it.
 */
async function rawImage(folder: string): Promise<{ path: string; model: ModelVolume }> {
  const path = join(folder, `image-${randomUUID()}`);
  const sizeBytes = 10 * mib + 1536;
  const model = new ModelVolume(1);
  const file = await open(path, 'wx');
  for (const [offset, bytes] of [
    [0, patterned(100_000, 41)],
    [sizeBytes - 1000, patterned(1000, 42)],
  ] as const) {
    await file.write(bytes, 0, bytes.length, offset);
    model.write(offset, bytes);
  }
  await file.close();
  return { path, model };
}

/** Registers the laws of images for the driver under test. */
export function describeImages(get: () => UnderTest): void {
  let folder = '';
  beforeEach(async () => (folder = await tempFolder()));
  afterEach(() => removeFolder(folder));
  const qemuTest = toolMissing('qemu-img') === null ? it : notRunTest;

  it('a volume from a raw image has its bytes, its holes and the rest zero', async () => {
    const { driver } = get();
    const image = await rawImage(folder);
    const id = newId();
    const file = { path: image.path, format: 'raw' } as const;
    const first = await driver.createFromImage({ id, sizeGib: 1 }, file);
    expect(await driver.createFromImage({ id, sizeGib: 1 }, file)).toEqual(first);
    await expectBytes(driver, { volume: id }, image.model);
    const { allocatedGib } = await driver.capacity();
    expect(allocatedGib * gibBytes).toBeLessThan(4 * mib);
  });

  qemuTest('a volume from a qcow2 image has the bytes of its disk', async () => {
    const { driver } = get();
    const image = await rawImage(folder);
    const path = join(folder, 'image.qcow2');
    execFileSync('qemu-img', ['convert', '-c', '-f', 'raw', '-O', 'qcow2', image.path, path]);
    const id = newId();
    const made = await driver.createFromImage({ id, sizeGib: 2 }, { path, format: 'qcow2' });
    expect(made).toEqual({ how: 'copied' });
    await expectBytes(driver, { volume: id }, image.model.copy(2));
  });

  qemuTest('images that are unsafe, larger or of another format leave nothing', async () => {
    const { driver, pool } = get();
    const before = await filesBelow(pool.folder);
    await expectUnsafeRefused(driver, folder);
    expect(await filesBelow(pool.folder)).toEqual(before);
  });

  it('an aborted creation leaves nothing and throws the reason', async () => {
    const { driver, pool } = get();
    const image = await rawImage(folder);
    const before = await filesBelow(pool.folder);
    const abort = new AbortController();
    abort.abort(new Error('changed my mind'));
    const call = driver.createFromImage(
      { id: newId(), sizeGib: 1 },
      { path: image.path, format: 'raw' },
      { signal: abort.signal },
    );
    await expect(call).rejects.toThrow('changed my mind');
    expect(await filesBelow(pool.folder)).toEqual(before);
  });

  qemuTest('an exported image holds the same bytes and holes, raw and qcow2', async () => {
    const { driver } = get();
    const volume = await filledVolume(driver);
    const snapshot = newId();
    await driver.createSnapshot(snapshot, volume.id);
    for (const format of ['raw', 'qcow2'] as const) {
      const path = join(folder, `export.${format}`);
      await writeFile(path, 'an older file of that name');
      await driver.exportImage({ snapshot }, { path, format });
      const { blocks } = await stat(path);
      expect(blocks * 512).toBeLessThan(2 * mib);
      const id = newId();
      await driver.createFromImage({ id, sizeGib: 1 }, { path, format });
      await expectBytes(driver, { volume: id }, volume.model);
    }
    expect((await stat(join(folder, 'export.raw'))).size).toBe(gibBytes);
    expect((await filesBelow(folder)).length).toBe(2);
  });
}

async function expectUnsafeRefused(driver: Driver, folder: string): Promise<void> {
  const secret = join(folder, 'secret');
  await writeFile(secret, Buffer.alloc(mib, 7));
  const plain = sized(folder, '1M');
  const tries = [
    { path: overlay(folder, secret), format: 'qcow2' },
    { path: withDataFile(folder), format: 'qcow2' },
    { path: plain, format: 'raw' },
    { path: secret, format: 'qcow2' },
    { path: sized(folder, '2G'), format: 'qcow2' },
  ] as const;
  for (const image of tries) {
    const call = driver.createFromImage({ id: newId(), sizeGib: 1 }, image);
    await expectRefusal(call, 'refused');
  }
  const cut = join(folder, 'cut');
  await writeFile(cut, (await readFile(plain)).subarray(0, 70_000));
  const call = driver.createFromImage({ id: newId(), sizeGib: 1 }, { path: cut, format: 'qcow2' });
  await expectRefusal(call, 'refused');
}

function overlay(folder: string, below: string): string {
  const path = join(folder, 'overlay');
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', below, '-F', 'raw', path]);
  return path;
}

function withDataFile(folder: string): string {
  const path = join(folder, 'with-data-file');
  const options = `data_file=${join(folder, 'data')},data_file_raw=on`;
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-o', options, path, '1M']);
  return path;
}

function sized(folder: string, size: string): string {
  const path = join(folder, `sized-${size}`);
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', path, size]);
  return path;
}

function notRunTest(title: string): void {
  notRun(title, toolMissing('qemu-img') ?? '');
}
