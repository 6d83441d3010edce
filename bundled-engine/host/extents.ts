// Byte ranges of a file and the few sums on them that drivers and backups need. Pure: no disk is
// touched here. Invariant: every list that leaves this module is sorted, without overlap or
// touching neighbours, and holds no empty range.

/** A run of bytes: `offset` and `length` in bytes, `length` above zero. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** Sorts ranges and melts those that overlap or touch. Empty ranges are dropped. Pure. */
export function mergeExtents(extents: Iterable<Extent>): Extent[] {
  const sorted = [...extents]
    .filter((extent) => extent.length > 0)
    .sort((a, b) => a.offset - b.offset);
  const merged: { offset: number; length: number }[] = [];
  for (const { offset, length } of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && offset <= last.offset + last.length) {
      last.length = Math.max(last.length, offset + length - last.offset);
    } else {
      merged.push({ offset, length });
    }
  }
  return merged;
}

/** The bytes that lie in both lists. Pure; takes any order. */
export function intersectExtents(a: Iterable<Extent>, b: Iterable<Extent>): Extent[] {
  const left = mergeExtents(a);
  const right = mergeExtents(b);
  const both: Extent[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const l = left[i];
    const r = right[j];
    if (l === undefined || r === undefined) return both;
    const start = Math.max(l.offset, r.offset);
    const end = Math.min(l.offset + l.length, r.offset + r.length);
    if (start < end) both.push({ offset: start, length: end - start });
    if (l.offset + l.length < r.offset + r.length) i += 1;
    else j += 1;
  }
}

/** The part of the list below `sizeBytes`. Pure. */
export function clipExtents(extents: Iterable<Extent>, sizeBytes: number): Extent[] {
  return sizeBytes > 0 ? intersectExtents(extents, [{ offset: 0, length: sizeBytes }]) : [];
}

/**
 * Widens every range to whole blocks of `blockBytes`, then melts them: a reader that works in
 * blocks sees each block once. Pure.
 */
export function alignExtents(extents: Iterable<Extent>, blockBytes: number): Extent[] {
  const aligned: Extent[] = [];
  for (const { offset, length } of extents) {
    const start = Math.floor(offset / blockBytes) * blockBytes;
    const end = Math.ceil((offset + length) / blockBytes) * blockBytes;
    aligned.push({ offset: start, length: end - start });
  }
  return mergeExtents(aligned);
}

/** Sum of the lengths, in bytes. The list must not overlap (see mergeExtents). */
export function extentBytes(extents: Iterable<Extent>): number {
  let bytes = 0;
  for (const extent of extents) bytes += extent.length;
  return bytes;
}
