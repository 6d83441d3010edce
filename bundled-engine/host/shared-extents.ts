// Which bytes of two files lie in the same disk blocks: on file systems with reflinks (xfs, btrfs)
// that tells what a volume changed since a clone of it, without reading either. Invariant: a range
// that is left out has the same bytes in both files for certain; in any doubt the answer is null
// (cannot tell).
import type { FileHandle } from 'node:fs/promises';
import { mergeExtents, type Extent } from './extents';
import { systemCalls, type SystemCalls } from './system-calls';

interface MappedExtent {
  readonly offset: number;
  length: number;
  readonly physical: bigint;
}

// struct fiemap and struct fiemap_extent of <linux/fiemap.h>.
const headerBytes = 32;
const extentBytesEach = 56;
const extentsPerCall = 512;
const flagSync = 1;
const flagLast = 0x1;
const flagUnwritten = 0x800;
// UNKNOWN, DELALLOC, ENCODED, DATA_ENCRYPTED, NOT_ALIGNED, DATA_INLINE, DATA_TAIL: there is no
// plain place on disk to compare.
const flagsWithoutPlace = 0x2 | 0x4 | 0x8 | 0x80 | 0x100 | 0x200 | 0x400;

/**
 * Ranges of `current` whose bytes may differ from `base`, sorted and merged; bytes beyond the
 * shorter file count as changed. Null when the platform or file system cannot tell. Nobody may
 * write either file meanwhile. Source of the flags' meaning: Linux,
 * Documentation/filesystems/fiemap.rst.
 */
export async function changedExtents(
  base: FileHandle,
  current: FileHandle,
): Promise<Extent[] | null> {
  const calls = await systemCalls();
  if (calls === null || calls.fiemap === null) return null;
  const [baseStat, currentStat] = await Promise.all([base.stat(), current.stat()]);
  if (baseStat.dev !== currentStat.dev) return null;
  const before = mapBlocks(calls, base, baseStat.size);
  const now = mapBlocks(calls, current, currentStat.size);
  // A block that the file system moved between two looks (btrfs balance) could meet a new tenant of
  // its old place; if the base still lies where it lay, it held those places all along.
  const after = mapBlocks(calls, base, baseStat.size);
  if (before === null || now === null || after === null || !sameMap(before, after)) return null;
  const tail = {
    offset: Math.min(baseStat.size, currentStat.size),
    length: Math.max(0, currentStat.size - baseStat.size),
  };
  return mergeExtents([...differences(before, now), tail]).flatMap((extent) => {
    const length = Math.min(extent.offset + extent.length, currentStat.size) - extent.offset;
    return length > 0 ? [{ offset: extent.offset, length }] : [];
  });
}

function mapBlocks(calls: SystemCalls, file: FileHandle, sizeBytes: number): MappedExtent[] | null {
  const mapped: MappedExtent[] = [];
  const request = Buffer.alloc(headerBytes + extentsPerCall * extentBytesEach);
  // Only up to the end: xfs may hold blocks beyond it for a while, which have no place yet.
  const end = BigInt(sizeBytes);
  for (let start = 0n; start < end;) {
    request.fill(0, 0, headerBytes);
    request.writeBigUInt64LE(start, 0);
    request.writeBigUInt64LE(end - start, 8);
    request.writeUInt32LE(flagSync, 16);
    request.writeUInt32LE(extentsPerCall, 24);
    const result = calls.fiemap?.(file.fd, request);
    if (result === undefined || 'errno' in result) return null;
    const count = request.readUInt32LE(20);
    if (count === 0) return mapped;
    for (let index = 0; index < count; index += 1) {
      const at = headerBytes + index * extentBytesEach;
      const logical = request.readBigUInt64LE(at);
      const length = request.readBigUInt64LE(at + 16);
      const flags = request.readUInt32LE(at + 40);
      if ((flags & flagsWithoutPlace) !== 0) return null;
      // Reserved but never written blocks read as zeroes: the same as a hole.
      if ((flags & flagUnwritten) === 0) {
        const physical = request.readBigUInt64LE(at + 8);
        append(mapped, { offset: Number(logical), length: Number(length), physical });
      }
      if ((flags & flagLast) !== 0) return mapped;
      start = logical + length;
    }
  }
  return mapped;
}

/** Adds an extent, melted into the last where it goes on there: kernels split by sharing, too. */
function append(mapped: MappedExtent[], next: MappedExtent): void {
  const last = mapped.at(-1);
  const goesOn =
    last !== undefined &&
    last.offset + last.length === next.offset &&
    last.physical + BigInt(last.length) === next.physical;
  if (goesOn) last.length += next.length;
  else mapped.push(next);
}

function sameMap(a: readonly MappedExtent[], b: readonly MappedExtent[]): boolean {
  return (
    a.length === b.length &&
    a.every((extent, index) => {
      const other = b[index];
      return (
        other !== undefined &&
        extent.offset === other.offset &&
        extent.length === other.length &&
        extent.physical === other.physical
      );
    })
  );
}

/** Walks both maps side by side; keeps ranges where one lies elsewhere than the other. */
function* differences(
  base: readonly MappedExtent[],
  current: readonly MappedExtent[],
): Generator<Extent> {
  let i = 0;
  let j = 0;
  for (let position = 0; ;) {
    const b = base[i];
    const c = current[j];
    if (b === undefined && c === undefined) return;
    const ends = [b, c].flatMap((extent) =>
      extent === undefined
        ? []
        : [extent.offset, extent.offset + extent.length].filter((edge) => edge > position),
    );
    const next = Math.min(...ends);
    if (placeAt(b, position) !== placeAt(c, position)) {
      yield { offset: position, length: next - position };
    }
    position = next;
    if (b !== undefined && b.offset + b.length <= position) i += 1;
    if (c !== undefined && c.offset + c.length <= position) j += 1;
  }
}

/** Disk address of a byte, or -1 in a hole. */
function placeAt(extent: MappedExtent | undefined, position: number): bigint {
  if (extent === undefined || position < extent.offset) return -1n;
  return extent.physical + BigInt(position - extent.offset);
}
