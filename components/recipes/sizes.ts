// Sizes in whole GiB, and whether a volume can hold what it starts from. Invariant: what is not
// known yet is undefined here and is never refused.
import type { Problem } from './problem';

/** Bytes of a GiB. */
export const gibBytes = 2 ** 30;

/** Problems of a size that is no whole number of GiB from 1 on. */
export function sizeProblems(property: string, sizeGib: number | undefined): Problem[] {
  if (sizeGib === undefined) return [];
  if (Number.isInteger(sizeGib) && sizeGib >= 1) return [];
  const reason = `must be a whole number of GiB, 1 or more; found ${String(sizeGib)}`;
  return [{ property, reason }];
}

/** What an image says about the disk that it needs. */
export interface DiskNeed {
  readonly minDiskGib?: number | null | undefined;
  readonly virtualSizeBytes?: number | null | undefined;
}

/** The smallest size in GiB of a volume that takes the image; 1 where the image says nothing. */
export function neededGib({ minDiskGib, virtualSizeBytes }: DiskNeed): number {
  return Math.max(1, minDiskGib ?? 0, Math.ceil((virtualSizeBytes ?? 0) / gibBytes));
}

/** Problems of a volume that is smaller than what it starts from. */
export function tooSmallProblems(sizes: {
  readonly sizeGib: number | undefined;
  readonly neededGib: number | undefined;
  /** What it starts from: "image 6f1c". */
  readonly source: string;
}): Problem[] {
  const { sizeGib, neededGib: needed, source } = sizes;
  if (sizeGib === undefined || needed === undefined || sizeGib >= needed) return [];
  const reason =
    `${sizeGib} GiB cannot hold ${source}, which needs ${needed} GiB. ` +
    `Set ${needed} or more, or leave it out`;
  return [{ property: 'sizeGib', reason }];
}
