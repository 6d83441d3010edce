// The digest of a local file's content. Reading gigabytes in every preview would be slow, so
// digests are remembered beside the project, by path, size and time of change. Invariant: a
// remembered digest is used only for a file that has not changed since; a memory that is lost or
// damaged costs time alone.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

const factsShape = z.object({
  sizeBytes: z.number(),
  modifiedMs: z.number(),
  inode: z.number(),
  sha512: z.string(),
});

const memoryShape = z.record(z.string(), factsShape);

type Memory = z.output<typeof memoryShape>;

/** A file that was changed so lately may change again without its time moving on. */
const settledAfterMs = 2000;

const readBytes = 1 << 20;

/**
 * SHA-512 of the content of the file `path`, in hex. Remembers it in `<projectFolder>/.cinderkit`.
 * Throws where the file cannot be read.
 */
export async function fileDigest(path: string, projectFolder: string): Promise<string> {
  const file = resolve(projectFolder, path);
  const found = await stat(file);
  if (!found.isFile()) throw new Error('it is not a file');
  const now = { sizeBytes: found.size, modifiedMs: found.mtimeMs, inode: found.ino };
  const store = join(projectFolder, '.cinderkit', 'digests.json');
  const known = (await recall(store))[file];
  const isSame = (['sizeBytes', 'modifiedMs', 'inode'] as const).every(
    (key) => known?.[key] === now[key],
  );
  if (known && isSame) return known.sha512;
  const hash = createHash('sha512');
  await pipeline(createReadStream(file, { highWaterMark: readBytes }), hash);
  const sha512 = hash.digest('hex');
  const isSettled = Date.now() - found.mtimeMs > settledAfterMs;
  if (isSettled) await remember(store, { [file]: { ...now, sha512 } }).catch(() => undefined);
  return sha512;
}

async function recall(store: string): Promise<Memory> {
  try {
    return memoryShape.parse(JSON.parse(await readFile(store, 'utf8')));
  } catch {
    return {};
  }
}

async function remember(store: string, learnt: Memory): Promise<void> {
  await mkdir(dirname(store), { recursive: true });
  const draft = `${store}.${process.pid}`;
  await writeFile(draft, JSON.stringify({ ...(await recall(store)), ...learnt }));
  await rename(draft, store);
}
