// What changed between a file and its clone, on file systems that share blocks.
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { mkdtemp, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cloneOrCopy } from '../../bundled-engine/host/copy-file';
import { extentBytes, type Extent } from '../../bundled-engine/host/extents';
import { changedExtents } from '../../bundled-engine/host/shared-extents';
import { zeroRange } from '../../bundled-engine/host/sparse';
import { mountFileSystem } from '../support/mounted-file-system';
import { notRun } from '../support/not-run';
import { removeFolder, tempFolder } from '../support/temp-folder';

const sizeBytes = 4 * 1024 * 1024;

async function changedBetween(base: string, current: string): Promise<Extent[] | null> {
  const [a, b] = [await open(base, 'r'), await open(current, 'r')];
  return changedExtents(a, b).finally(() => Promise.all([a.close(), b.close()]));
}

const anyChange = fc.record({
  isZero: fc.boolean(),
  offset: fc.nat(sizeBytes - 1),
  length: fc.integer({ min: 1, max: 200_000 }),
});

for (const kind of ['xfs', 'btrfs'] as const) {
  const title = `on ${kind} every change since a clone is told, and the rest is the same`;
  const mounted = mountFileSystem(kind, 400);
  if (typeof mounted === 'string') {
    notRun(title, mounted);
    continue;
  }
  afterAll(() => mounted.unmount());

  it(title, async () => {
    const seed = Date.now() % 2 ** 31;
    process.stdout.write(`changed extents on ${kind}: seed ${seed}\n`);
    await fc.assert(
      fc.asyncProperty(fc.array(anyChange, { maxLength: 20 }), async (changes) => {
        const folder = await mkdtemp(join(mounted.folder, 'diff-'));
        const [base, current] = [join(folder, 'base'), join(folder, 'current')];
        await writeFile(base, Buffer.alloc(sizeBytes, 1));
        expect((await cloneOrCopy(base, current)).how).toBe('cloned');
        const file = await open(current, 'r+');
        for (const { isZero, offset, length } of changes) {
          const fitting = Math.min(length, sizeBytes - offset);
          if (isZero) await zeroRange(file, { offset, length: fitting });
          else await file.write(Buffer.alloc(fitting, 2), 0, fitting, offset);
        }
        await file.close();
        const changed = await changedBetween(base, current);
        if (changed === null) throw new Error('the file system could not tell');
        const [then, now] = [await readFile(base), await readFile(current)];
        for (const { offset, length } of changed) now.copy(then, offset, offset, offset + length);
        expect(then.equals(now)).toBe(true);
        const touched = changes.reduce((sum, { length }) => sum + length + 2 * 65_536, 0);
        expect(extentBytes(changed)).toBeLessThanOrEqual(touched);
        await removeFolder(folder);
      }),
      { seed, numRuns: 25 },
    );
  });

  it(`on ${kind} an unrelated file counts as changed all over`, async () => {
    const folder = await mkdtemp(join(mounted.folder, 'other-'));
    await writeFile(join(folder, 'a'), Buffer.alloc(sizeBytes, 1));
    await writeFile(join(folder, 'b'), Buffer.alloc(sizeBytes, 1));
    const changed = await changedBetween(join(folder, 'a'), join(folder, 'b'));
    expect(changed).toEqual([{ offset: 0, length: sizeBytes }]);
    await removeFolder(folder);
  });
}

it('files on different file systems cannot be compared', async () => {
  const folder = await tempFolder();
  const path = join(folder, 'a');
  await writeFile(path, 'abc');
  const changed = await changedBetween(path, '/proc/version').catch(() => null);
  expect(changed).toBeNull();
  await removeFolder(folder);
});

const compressed = mountFileSystem('btrfs', 400);
const compressedTitle = 'compressed files, whose bytes lie nowhere as they are, cannot be compared';
if (typeof compressed === 'string') {
  notRun(compressedTitle, compressed);
} else {
  afterAll(() => compressed.unmount());
  it(compressedTitle, async () => {
    execFileSync('mount', ['-o', 'remount,compress-force=zlib', compressed.folder]);
    const [base, current] = [join(compressed.folder, 'base'), join(compressed.folder, 'current')];
    await writeFile(base, Buffer.alloc(sizeBytes, 1));
    await cloneOrCopy(base, current);
    expect(await changedBetween(base, current)).toBeNull();
  });
}
