// Volumes with bytes for the benchmarks that need some. Bytes are written through the engine's own
// drivers while no engine runs, as a guest would have written them. Invariant: bytes are random, so
// that nothing is gained by compressing or by finding them twice.
import { randomFillSync } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const gib = 2 ** 30;
const pieceBytes = 8 * 2 ** 20;

/** Name of a pool's volume_backend_name, its module and the function that opens it. */
const drivers = {
  raw: { file: 'raw-file.js', open: 'rawFileDriver' },
  qcow2: { file: 'qcow2.js', open: 'qcow2Driver' },
};

/** Opens the driver of a pool of a stopped engine; close() it. */
export async function openDriver(run, dataFolder, pool) {
  const { file, open } = drivers[pool];
  const load = createRequire(import.meta.url);
  const module = load(join(dirname(run.bin), 'drivers', file));
  return module[open]({ folder: join(dataFolder, 'pools', pool) });
}

/** Where the data of a volume lies: in eight regions over its size, `dataBytes` in all. */
export function dataRegions(sizeGib, dataBytes) {
  const length = dataBytes / 8;
  return Array.from({ length: 8 }, (_, n) => ({ offset: (n * sizeGib * gib) / 8, length }));
}

/** One hundredth of the data, in single MiB all over the regions; another place each `turn`. */
export function hundredth(regions, turn) {
  const mib = 2 ** 20;
  const count = Math.ceil(regions.reduce((sum, { length }) => sum + length, 0) / 100 / mib);
  return Array.from({ length: count }, (_, n) => {
    const { offset, length } = regions[n % regions.length];
    const slots = Math.floor(length / mib);
    return { offset: offset + ((Math.floor(n / 8) * 7 + turn * 3) % slots) * mib, length: mib };
  });
}

/** Writes random bytes to these places, the same to each of `writers` (`write(offset, bytes)`). */
export async function scribble(writers, places) {
  const bytes = Buffer.alloc(pieceBytes);
  for (const { offset, length } of places) {
    for (let done = 0; done < length; done += pieceBytes) {
      const piece = randomFillSync(bytes.subarray(0, Math.min(pieceBytes, length - done)));
      for (const writer of writers) await writer.write(offset + done, piece);
    }
  }
}

/** Writes the same random bytes to volumes of a stopped engine and to other writers. */
export async function scribbleVolumes(run, dataFolder, { volumes, others = [], places }) {
  const opened = [];
  try {
    for (const { pool, id } of volumes) {
      const driver = await openDriver(run, dataFolder, pool);
      opened.unshift(driver);
      opened.unshift(await driver.openWriter(id));
    }
    const writers = opened.filter((one) => 'write' in one);
    await scribble([...writers, ...others], places);
  } finally {
    for (const one of opened) await one.close();
  }
}
