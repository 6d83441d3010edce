// Advice to the kernel must never change what a file holds, nor fail.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dropCache } from '../../bundled-engine/host/drop-cache';
import { syncFile } from '../../bundled-engine/host/files';
import { removeFolder, tempFolder } from '../support/temp-folder';

let folder: string;
beforeEach(async () => {
  folder = await tempFolder();
});
afterEach(() => removeFolder(folder));

it('keeps the bytes of a file, synced or not', async () => {
  const path = join(folder, 'file');
  const bytes = Buffer.alloc(300_000, 'abc');
  await writeFile(path, bytes);
  await dropCache(path);
  expect(bytes.equals(await readFile(path))).toBe(true);
  await syncFile(path);
  await dropCache(path);
  await dropCache(path);
  expect(bytes.equals(await readFile(path))).toBe(true);
});

it('does not mind a file that is gone', async () => {
  await expect(dropCache(join(folder, 'gone'))).resolves.toBeUndefined();
});
