// Bytes of images that are kept as files: images/<id>. Invariants: a file under an image's id is
// whole, durable and hashed; everything else in the folder is a temporary that the next start
// removes.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import {
  halfNameFor,
  isThere,
  makePrivateFolder,
  publish,
  removeIfThere,
  syncFile,
} from './host/files';

/** What is known of an image's bytes once they are stored. Hashes in hex. */
export interface ImageFacts {
  readonly sizeBytes: number;
  readonly md5: string;
  readonly sha512: string;
}

/** A range of bytes; `endByte` is the last one, included, as in HTTP. */
export interface ByteRange {
  readonly startByte: number;
  readonly endByte: number;
}

/** The folder of image files. */
export interface ImageFiles {
  /** Where an image's bytes are, or will be once kept. Absolute. */
  pathOf(imageId: string): string;
  /** A fresh temporary name beside it, for bytes that are not yet whole. Absolute. */
  temporaryPath(imageId: string): string;
  /**
   * Writes a stream to `path`, hashing as it goes; durable when it resolves. Fails as the stream
   * or the disk does, and then leaves the incomplete file, which the caller discards. Not
   * repeatable.
   */
  receive(path: string, bytes: AsyncIterable<Uint8Array>): Promise<ImageFacts>;
  /** Hashes a file that something else wrote to a temporary path, and makes it durable. */
  examine(path: string): Promise<ImageFacts>;
  /** Publishes a durable temporary file under the image's id in one move. Repeatable. */
  keep(imageId: string, temporaryPath: string): Promise<void>;
  /** Removes a temporary file; gone already is success. */
  discard(temporaryPath: string): Promise<void>;
  /** Opens the image's bytes for reading, or a range of them. */
  read(imageId: string, range?: ByteRange): Readable;
  /** Length of the image's file, or null where there is none. */
  sizeOf(imageId: string): Promise<number | null>;
  /** Removes the image's bytes; gone already is success. */
  remove(imageId: string): Promise<void>;
  /** Removes temporaries and every file whose id `isKnown` denies. Call before serving. */
  sweep(isKnown: (imageId: string) => boolean): Promise<readonly string[]>;
}

const chunkBytes = 1024 * 1024;
const blockBytes = 64 * 1024;
const zeroes = Buffer.alloc(blockBytes);

/** Opens (and makes, privately) the folder of image files. */
export async function openImageFiles(folder: string): Promise<ImageFiles> {
  await makePrivateFolder(folder);
  const pathOf = (imageId: string): string => join(folder, checkedId(imageId));
  return {
    pathOf,
    temporaryPath: (imageId) => halfNameFor(pathOf(imageId)),
    receive,
    examine,
    async keep(imageId, temporaryPath) {
      const target = pathOf(imageId);
      // Published by an earlier run of the same step: the temporary is gone and the target whole.
      if (!(await isThere(temporaryPath)) && (await isThere(target))) return;
      await publish(temporaryPath, target);
    },
    discard: (temporaryPath) => rm(temporaryPath, { force: true }),
    read(imageId, range) {
      const bounds = range ? { start: range.startByte, end: range.endByte } : {};
      return createReadStream(pathOf(imageId), { highWaterMark: chunkBytes, ...bounds });
    },
    async sizeOf(imageId) {
      const path = pathOf(imageId);
      return (await isThere(path)) ? (await stat(path)).size : null;
    },
    async remove(imageId) {
      await removeIfThere(pathOf(imageId));
    },
    async sweep(isKnown) {
      const stale = (await readdir(folder)).filter((name) => !isKnown(name));
      for (const name of stale) await rm(join(folder, name), { force: true });
      return stale;
    },
  };
}

/** Guards the folder: an id is a uuid, so that no path can leave it. */
function checkedId(imageId: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(imageId)) {
    throw new Error(`an image's file cannot be named ${JSON.stringify(imageId)}: not a uuid`);
  }
  return imageId.toLowerCase();
}

async function receive(path: string, bytes: AsyncIterable<Uint8Array>): Promise<ImageFacts> {
  const file = await open(path, 'wx', 0o600);
  try {
    const facts = await hashing(bytes, (chunk, at) => writeSparse(file, chunk, at));
    // A hole at the end was not written: the length says that it is there.
    await file.truncate(facts.sizeBytes);
    await file.sync();
    return facts;
  } finally {
    await file.close();
  }
}

/** Writes what is not zeroes: a disk image is mostly holes, and they cost no space. */
async function writeSparse(file: FileHandle, chunk: Uint8Array, at: number): Promise<void> {
  let start = -1;
  for (let offset = 0; offset < chunk.length; offset += blockBytes) {
    const block = chunk.subarray(offset, offset + blockBytes);
    const isHole = zeroes.compare(block, 0, block.length, 0, block.length) === 0;
    if (isHole && start >= 0) await writeAll(file, chunk.subarray(start, offset), at + start);
    if (isHole) start = -1;
    else if (start < 0) start = offset;
  }
  if (start >= 0) await writeAll(file, chunk.subarray(start), at + start);
}

/** A write may take fewer bytes than given when the disk is nearly full. */
async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}

async function examine(path: string): Promise<ImageFacts> {
  const facts = await hashing(createReadStream(path, { highWaterMark: chunkBytes }));
  await syncFile(path);
  return facts;
}

async function hashing(
  bytes: AsyncIterable<Uint8Array>,
  also?: (chunk: Uint8Array, at: number) => Promise<void>,
): Promise<ImageFacts> {
  const md5 = createHash('md5');
  const sha512 = createHash('sha512');
  let sizeBytes = 0;
  for await (const chunk of bytes) {
    // The write is on its way to the thread pool while this thread hashes.
    const written = also?.(chunk, sizeBytes);
    md5.update(chunk);
    sha512.update(chunk);
    sizeBytes += chunk.length;
    await written;
  }
  return { sizeBytes, md5: md5.digest('hex'), sha512: sha512.digest('hex') };
}
