// Copies a file the cheapest true way: sharing its blocks where the file system can, else reading
// only its data and writing only what is not zero. Invariants: the copy is durable and whole, or
// not there; holes stay holes; plain COPYFILE_FICLONE is never used (on ext4 it makes dense
// copies).
import { constants, copyFile, open, rm, type FileHandle } from 'node:fs/promises';
import { extentBytes } from './extents';
import { errnoOf } from './error-facts';
import { makeWhole } from './files';
import { dataExtents, readFully, writeFully } from './sparse';

/** What a copy did: 'cloned' shares blocks and read nothing. */
export interface Copied {
  readonly how: 'cloned' | 'copied';
  readonly bytesCopied: number;
}

/** Settings of a copy. */
export interface CopyOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
  /** Permissions of the copy; 0600 unless given. */
  readonly mode?: number | undefined;
  /** Logical size of the copy when larger than the original; the rest is a hole. */
  readonly sizeBytes?: number | undefined;
  /** Set to never try sharing blocks. */
  readonly neverClone?: boolean | undefined;
}

// What file systems and kernels answer when they cannot share blocks between the two paths.
const cannotClone = ['ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'EINVAL', 'ENOSYS', 'ENOTTY', 'EBADF'];
const bufferBytes = 1024 * 1024;
const blockBytes = 4096;
const zeroBuffer = Buffer.alloc(bufferBytes);
const copiesAtOnce = 2;

/**
 * Copies `from` to `to` (absolute), replacing what is there in one move. Durable when it resolves;
 * on failure or abort nothing is left. Nobody may write `from` meanwhile.
 */
export async function cloneOrCopy(
  from: string,
  to: string,
  options: CopyOptions = {},
): Promise<Copied> {
  return makeWhole(to, async (half) => {
    options.signal?.throwIfAborted();
    const cloned = options.neverClone !== true && (await tryClone(from, half));
    const copied: Copied = cloned
      ? { how: 'cloned', bytesCopied: 0 }
      : { how: 'copied', bytesCopied: await copySparse(from, half, options) };
    await finish(half, options);
    return copied;
  });
}

async function tryClone(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch (error) {
    await rm(to, { force: true });
    if (cannotClone.includes(errnoOf(error) ?? '')) return false;
    throw error;
  }
}

async function finish(path: string, options: CopyOptions): Promise<void> {
  const file = await open(path, 'r');
  try {
    // A clone has the original's permissions, perhaps read-only; growing needs the owner's write
    // bit.
    await file.chmod(0o600);
    const { size } = await file.stat();
    if (options.sizeBytes !== undefined && options.sizeBytes > size) {
      const writable = await open(path, 'r+');
      try {
        await writable.truncate(options.sizeBytes);
      } finally {
        await writable.close();
      }
    }
    await file.chmod(options.mode ?? 0o600);
  } finally {
    await file.close();
  }
}

async function copySparse(from: string, to: string, options: CopyOptions): Promise<number> {
  const source = await open(from, 'r');
  try {
    const target = await open(to, 'wx', 0o600);
    try {
      await target.truncate((await source.stat()).size);
      return await copyData(source, target, options);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Copies data between open files of one size; the target must be all hole. Gives bytes written. */
async function copyData(
  source: FileHandle,
  target: FileHandle,
  options: CopyOptions,
): Promise<number> {
  const { extents } = await dataExtents(source);
  const totalBytes = extentBytes(extents);
  const pieces = piecesOf(extents);
  let doneBytes = 0;
  let writtenBytes = 0;
  const copyPieces = async (): Promise<void> => {
    const buffer = Buffer.allocUnsafe(bufferBytes);
    for (const piece of pieces) {
      options.signal?.throwIfAborted();
      const bytes = buffer.subarray(0, piece.length);
      await readFully(source, bytes, piece.offset);
      for (const run of nonZeroRuns(bytes)) {
        await writeFully(target, bytes.subarray(run.start, run.end), piece.offset + run.start);
        writtenBytes += run.end - run.start;
      }
      doneBytes += piece.length;
      options.onProgress?.(doneBytes, totalBytes);
    }
  };
  // Both must have stopped before the files close, whichever failed.
  const ends = await Promise.allSettled(Array.from({ length: copiesAtOnce }, copyPieces));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return writtenBytes;
}

function* piecesOf(extents: Iterable<{ offset: number; length: number }>) {
  for (const { offset, length } of extents) {
    for (let at = 0; at < length; at += bufferBytes) {
      yield { offset: offset + at, length: Math.min(bufferBytes, length - at) };
    }
  }
}

/**
 * Runs of blocks (4 KiB) that hold something else than zeroes, as positions in the buffer. Pure;
 * the last block may be short.
 */
export function* nonZeroRuns(bytes: Buffer): Generator<{ start: number; end: number }> {
  let start = -1;
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const end = Math.min(at + blockBytes, bytes.length);
    const isZero = bytes.compare(zeroBuffer, 0, end - at, at, end) === 0;
    if (isZero && start >= 0) {
      yield { start, end: at };
      start = -1;
    } else if (!isZero && start < 0) {
      start = at;
    }
  }
  if (start >= 0) yield { start, end: bytes.length };
}
