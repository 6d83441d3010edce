// Copies: every byte, every hole, durable or not there; clones where the file system can.
import fc from 'fast-check';
import { mkdtemp, open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cloneOrCopy, nonZeroRuns } from '../../bundled-engine/host/copy-file';
import { halfNameFor, sweepHalves } from '../../bundled-engine/host/files';
import { dataExtents, zeroRange } from '../../bundled-engine/host/sparse';
import { mountFileSystem } from '../support/mounted-file-system';
import { notRun } from '../support/not-run';
import { removeFolder, tempFolder } from '../support/temp-folder';

const mib = 1024 * 1024;
let folder = '';
beforeEach(async () => (folder = await tempFolder()));
afterEach(() => removeFolder(folder));

async function sparseFile(path: string, pieces: readonly (readonly [number, Buffer])[]) {
  const file = await open(path, 'w+');
  await file.truncate(64 * mib + 100);
  for (const [offset, bytes] of pieces) await file.write(bytes, 0, bytes.length, offset);
  await file.close();
}

const pieces = [
  [0, Buffer.alloc(10_000, 1)],
  [20 * mib + 5, Buffer.alloc(3 * mib, 2)],
  [64 * mib + 99, Buffer.alloc(1, 3)],
] as const;

it('a copy has the same bytes, size and holes', async () => {
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  await sparseFile(from, pieces);
  const told: number[] = [];
  const copied = await cloneOrCopy(from, to, {
    neverClone: true,
    onProgress: (done, total) => told.push(done / total),
  });
  expect(copied.how).toBe('copied');
  expect((await readFile(to)).equals(await readFile(from))).toBe(true);
  expect((await stat(to)).blocks).toBeLessThanOrEqual((await stat(from)).blocks);
  expect(told.at(-1)).toBe(1);
  expect(told).toEqual([...told].sort((a, b) => a - b));
});

it('written zeroes become holes in the copy', async () => {
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  await writeFile(from, Buffer.concat([Buffer.alloc(8 * mib), Buffer.alloc(5000, 9)]));
  const copied = await cloneOrCopy(from, to, { neverClone: true });
  expect(copied.bytesCopied).toBeLessThanOrEqual(8192);
  expect((await stat(to)).blocks * 512).toBeLessThan(mib);
  expect((await readFile(to)).equals(await readFile(from))).toBe(true);
});

it('the copy may be larger, and has the mode that was asked for', async () => {
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  await writeFile(from, 'abc', { mode: 0o400 });
  await cloneOrCopy(from, to, { sizeBytes: 10_000 });
  await cloneOrCopy(from, join(folder, 'kept'), { mode: 0o400 });
  expect((await stat(to)).size).toBe(10_000);
  expect((await stat(to)).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, 'kept'))).mode & 0o777).toBe(0o400);
});

it('an abort in the middle leaves nothing, and the older file as it was', async () => {
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  await sparseFile(from, pieces);
  await writeFile(to, 'older');
  const abort = new AbortController();
  const call = cloneOrCopy(from, to, {
    neverClone: true,
    signal: abort.signal,
    onProgress: () => abort.abort(new Error('stop')),
  });
  await expect(call).rejects.toThrow('stop');
  expect(await readdir(folder)).toEqual(['from', 'to']);
  expect(await readFile(to, 'utf8')).toBe('older');
});

it('a sweep removes what a crash left half made, and nothing else', async () => {
  await writeFile(join(folder, 'whole'), 'x');
  const half = halfNameFor(join(folder, 'whole'));
  await writeFile(half, 'y');
  expect(await sweepHalves(folder)).toEqual([half]);
  expect(await readdir(folder)).toEqual(['whole']);
});

it('a file of holes has no data, and zeroing takes data away', async () => {
  const path = join(folder, 'file');
  await sparseFile(path, []);
  const file = await open(path, 'r+');
  expect(await dataExtents(file)).toEqual({ extents: [], knowsHoles: true });
  await file.write(Buffer.alloc(mib, 1), 0, mib, mib);
  expect((await dataExtents(file)).extents).toEqual([{ offset: mib, length: mib }]);
  await zeroRange(file, { offset: 0, length: 3 * mib });
  expect((await dataExtents(file)).extents).toEqual([]);
  await file.close();
});

it('the runs of a buffer that are not zero hold all that is not zero', () => {
  const block = fc.constantFrom('zero', 'one', 'full');
  fc.assert(
    fc.property(fc.array(block, { maxLength: 40 }), fc.nat(4095), (kinds, cut) => {
      const whole = kinds.map((kind) => {
        const bytes = Buffer.alloc(4096, kind === 'full' ? 255 : 0);
        if (kind === 'one') bytes[cut] = 1;
        return bytes;
      });
      const bytes = Buffer.concat(whole).subarray(0, Math.max(0, kinds.length * 4096 - cut));
      const rebuilt = Buffer.alloc(bytes.length);
      for (const { start, end } of nonZeroRuns(bytes)) bytes.copy(rebuilt, start, start, end);
      expect(rebuilt.equals(bytes)).toBe(true);
    }),
  );
});

const ext4 = mountFileSystem('ext4', 64);
if (typeof ext4 === 'string') {
  notRun('a copy on ext4 is never dense', ext4);
} else {
  afterAll(() => ext4.unmount());

  it('a copy on ext4 is never dense', async () => {
    const inside = await mkdtemp(join(ext4.folder, 'copy-'));
    await sparseFile(join(inside, 'from'), pieces);
    const copied = await cloneOrCopy(join(inside, 'from'), join(inside, 'to'));
    expect(copied.how).toBe('copied');
    expect((await stat(join(inside, 'to'))).blocks * 512).toBeLessThan(4 * mib);
    await removeFolder(inside);
  });

  it('a copy that fills the disk fails with ENOSPC and leaves nothing', async () => {
    const inside = await mkdtemp(join(ext4.folder, 'full-'));
    await writeFile(join(inside, 'from'), Buffer.alloc(30 * mib, 5));
    const call = cloneOrCopy(join(inside, 'from'), join(inside, 'to'));
    await expect(call).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(await readdir(inside)).toEqual(['from']);
    await removeFolder(inside);
  });
}
