// Where a file's data lies and how to make it not lie there: the reading and making of holes.
// Invariant: a range left out by dataExtents reads as zeroes for certain; where the host cannot
// tell, the whole file counts as data.
import type { FileHandle } from 'node:fs/promises';
import { mergeExtents, type Extent } from './extents';
import { systemCalls } from './system-calls';
import type { SystemCalls } from './system-calls';

/** Where data lies. `knowsHoles` is false where the whole file had to be taken for data. */
export interface DataMap {
  readonly extents: Extent[];
  readonly knowsHoles: boolean;
}

/**
 * Maps an open file's data by lseek(2). Exact for a file that nobody writes meanwhile. The file's
 * own position moves: read and write it with positions only. Fails only when the file cannot be
 * examined.
 */
export async function dataExtents(file: FileHandle): Promise<DataMap> {
  const { size } = await file.stat();
  if (size === 0) return { extents: [], knowsHoles: true };
  const whole: DataMap = { extents: [{ offset: 0, length: size }], knowsHoles: false };
  const calls = await systemCalls();
  if (calls === null) return whole;
  const extents: Extent[] = [];
  for (let position = 0; position < size;) {
    const data = calls.seekData(file.fd, position);
    if ('errno' in data) {
      if (data.errno === 'ENXIO') break;
      return whole;
    }
    const hole = calls.seekHole(file.fd, data.value);
    if ('errno' in hole) return whole;
    const end = Math.min(hole.value, size);
    extents.push({ offset: data.value, length: end - data.value });
    position = end;
  }
  return { extents: mergeExtents(extents), knowsHoles: true };
}

// One call over a very large range would hold the event loop while the file system walks it.
const punchStepBytes = 1024 ** 3;
const zeroes = Buffer.alloc(1024 * 1024);

/**
 * Makes a range read as zeroes, as a hole where the file system can (whole blocks), else by writing
 * zeroes over what is data. The file's size stays. Repeatable.
 */
export async function zeroRange(file: FileHandle, range: Extent): Promise<void> {
  const end = range.offset + range.length;
  const offset = punchedUpTo((await systemCalls())?.punchHole ?? null, file.fd, range);
  if (offset >= end) return;
  const { extents } = await dataExtents(file);
  for (const extent of extents) {
    const from = Math.max(offset, extent.offset);
    const to = Math.min(end, extent.offset + extent.length);
    for (let at = from; at < to; at += zeroes.length) {
      await writeFully(file, zeroes.subarray(0, Math.min(zeroes.length, to - at)), at);
    }
  }
}

/** Where punching had to stop; the range's end where all of it is a hole. */
function punchedUpTo(punchHole: SystemCalls['punchHole'], fd: number, range: Extent): number {
  const end = range.offset + range.length;
  for (let offset = range.offset; offset < end; offset += punchStepBytes) {
    const length = Math.min(punchStepBytes, end - offset);
    if (punchHole === null || 'errno' in punchHole(fd, offset, length)) return offset;
  }
  return end;
}

/** Writes all bytes at a position, however often the kernel takes only a part. */
export async function writeFully(
  file: FileHandle,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** Fills the buffer from a position; fails when the file ends before. */
export async function readFully(
  file: FileHandle,
  into: Uint8Array,
  position: number,
): Promise<void> {
  for (let done = 0; done < into.length;) {
    const { bytesRead } = await file.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) {
      throw new Error(
        `cannot read ${into.length} bytes at offset ${position}: the file ends after ${done}`,
      );
    }
    done += bytesRead;
  }
}
