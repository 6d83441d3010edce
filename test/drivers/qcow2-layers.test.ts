// The chains under qcow2 volumes: bounded, melted or made standalone without a byte changing, and
// put right after a crash.
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Driver } from '../../bundled-engine/drivers/driver';
import { qcow2Driver } from '../../bundled-engine/drivers/qcow2';
import { readQcow2Header } from '../../bundled-engine/host/qcow2-header';
import { checkQcow2, createQcow2 } from '../../bundled-engine/host/qemu-img';
import { serveQcow2 } from '../../bundled-engine/host/qemu-nbd';
import {
  expectBytes,
  expectRefusal,
  filesBelow,
  filledVolume,
  type ModelVolume,
  newId,
  patterned,
  withReader,
  writeBoth,
} from '../conformance/driver-pool';
import { notRun } from '../support/not-run';
import { removeFolder, tempFolder } from '../support/temp-folder';
import { toolMissing } from '../support/tools';

const missing = toolMissing('qemu-img') ?? toolMissing('qemu-nbd');
const layerTest: (title: string, body: () => Promise<void>) => void =
  missing === null ? it : (title) => notRun(title, missing);

let folder = '';
let driver: Driver;
beforeEach(async () => {
  folder = await tempFolder();
  driver = await qcow2Driver({ folder, maxDepth: 5 });
});
afterEach(() => removeFolder(folder));

/** How many files each layer's bytes lie in, by following the headers on disk. */
async function depths(): Promise<number[]> {
  const layers = join(folder, 'layers');
  const lowerOf = new Map<string, string | null>();
  for (const name of await readdir(layers)) {
    const head = (await readFile(join(layers, name))).subarray(0, 4096);
    lowerOf.set(name, readQcow2Header(head).backingFile);
  }
  return [...lowerOf.keys()].map((name) => {
    let depth = 0;
    for (let at: string | null | undefined = name; at; at = lowerOf.get(at)) depth += 1;
    return depth;
  });
}

async function snapshotOften(count: number, keep: boolean) {
  const volume = await filledVolume(driver);
  const kept = new Map<string, ModelVolume>();
  for (let round = 0; round < count; round += 1) {
    const snapshot = newId();
    await driver.createSnapshot(snapshot, volume.id);
    if (keep) kept.set(snapshot, volume.model.copy());
    else await driver.removeSnapshot(snapshot);
    const offset = round * 40_000;
    await writeBoth(driver, volume, [{ offset, bytes: patterned(50_000, round) }]);
  }
  return { volume, kept };
}

layerTest('removed snapshots melt away: the chain stays at its bound', async () => {
  const { volume } = await snapshotOften(14, false);
  expect(Math.max(...(await depths()))).toBeLessThanOrEqual(5);
  expect((await depths()).length).toBeLessThanOrEqual(5);
  await expectBytes(driver, { volume: volume.id }, volume.model);
});

layerTest('snapshots that stay make the chain start anew, and all keep their bytes', async () => {
  const { volume, kept } = await snapshotOften(12, true);
  expect(Math.max(...(await depths()))).toBeLessThanOrEqual(5);
  await expectBytes(driver, { volume: volume.id }, volume.model);
  for (const [snapshot, model] of kept) await expectBytes(driver, { snapshot }, model);
  for (const name of await readdir(join(folder, 'layers'))) {
    await checkQcow2(join(folder, 'layers', name));
  }
});

layerTest('clones of clones stay at the bound too', async () => {
  let last = await filledVolume(driver);
  for (let round = 0; round < 9; round += 1) {
    const next = { id: newId(), model: last.model.copy() };
    await driver.createFromVolume({ id: next.id, sizeGib: 1 }, last.id);
    await writeBoth(driver, next, [{ offset: round * 9000, bytes: patterned(9000, round) }]);
    await driver.remove(last.id);
    last = next;
  }
  expect(Math.max(...(await depths()))).toBeLessThanOrEqual(5);
  await expectBytes(driver, { volume: last.id }, last.model);
});

layerTest('many clones of one unchanged volume share one layer', async () => {
  const { id, model } = await filledVolume(driver);
  for (let round = 0; round < 8; round += 1) {
    const clone = newId();
    await driver.createFromVolume({ id: clone, sizeGib: 1 }, id);
    await expectBytes(driver, { volume: clone }, model);
  }
  expect(Math.max(...(await depths()))).toBe(2);
  expect((await readdir(join(folder, 'layers'))).length).toBe(10);
});

layerTest('an open reader keeps its bytes while the chain below it is melted', async () => {
  const volume = await filledVolume(driver);
  const snapshot = newId();
  await driver.createSnapshot(snapshot, volume.id);
  await withReader(driver, { snapshot }, async (reader) => {
    await driver.removeSnapshot(snapshot);
    for (let round = 0; round < 8; round += 1) {
      await writeBoth(driver, volume, [{ offset: 0, bytes: patterned(300_000, round + 50) }]);
      const short = newId();
      await driver.createSnapshot(short, volume.id);
      await driver.removeSnapshot(short);
    }
    const bytes = Buffer.alloc(300_000);
    await reader.read(0, bytes);
    expect(bytes.equals(patterned(300_000, 1))).toBe(true);
  });
  await expectBytes(driver, { volume: volume.id }, volume.model);
});

layerTest('after a crash the sweep removes layers and halves that no name tells', async () => {
  const volume = await filledVolume(driver);
  const before = await filesBelow(folder);
  const layers = join(folder, 'layers');
  const [top = ''] = await readdir(layers);
  await copyFile(join(layers, top), join(layers, `${'ab'.repeat(12)}.qcow2`));
  await createQcow2(join(layers, `${'cd'.repeat(12)}.qcow2.0123456789ab.half`), 1024 ** 3);
  await writeFile(join(folder, 'volumes', `${newId()}.json.0123456789ab.half`), '{');
  const again = await qcow2Driver({ folder, maxDepth: 5 });
  expect((await again.sweep()).removed).toHaveLength(3);
  expect(await filesBelow(folder)).toEqual(before);
  await expectBytes(again, { volume: volume.id }, volume.model);
});

layerTest('a lost layer is named by the check, and only its volume is missing', async () => {
  const [one, two] = [await filledVolume(driver), await filledVolume(driver)];
  const name = join(folder, 'volumes', `${one.id}.json`);
  const parsed: unknown = JSON.parse(await readFile(name, 'utf8'));
  await writeFile(name, JSON.stringify({ ...Object(parsed), layer: 'ef'.repeat(12) }));
  const again = await qcow2Driver({ folder });
  const { ok, problems } = await again.check();
  expect(ok).toBe(false);
  expect(problems).toEqual([expect.stringContaining('ef'.repeat(12))]);
  await expectRefusal(again.openReader({ volume: one.id }), 'missing');
  await expectBytes(again, { volume: two.id }, two.model);
  await again.remove(one.id);
  expect(await again.check()).toEqual({ ok: true, problems: [] });
});

it('without the tools of QEMU every call that needs them says what to install', async () => {
  const path = process.env['PATH'];
  process.env['PATH'] = folder;
  try {
    const { ok, problems } = await driver.check();
    expect({ ok, problems }).toEqual({ ok: false, problems: [expect.stringMatching(/install/)] });
    const call = driver.createBlank({ id: newId(), sizeGib: 1 });
    await expect(call).rejects.toMatchObject({
      reason: 'refused',
      message: expect.stringContaining('install qemu-utils'),
    });
    await expect(serveQcow2(join(folder, 'none'), folder)).rejects.toThrow('install qemu-utils');
    expect(await filesBelow(folder)).toEqual([]);
  } finally {
    process.env['PATH'] = path;
  }
});
