// Whether a volume can be made from an image or snapshot, and boot. Invariant: what the service
// does not tell is never refused.
import type { Problem } from './problem';
import { neededGib, tooSmallProblems } from './sizes';

/** An image or snapshot as the service has it. */
export interface BootSource {
  readonly kind: 'image' | 'snapshot';
  readonly id?: string | undefined;
  readonly status?: string | undefined;
  /** Size in GiB of the snapshot, or of the smallest disk that takes the image. */
  readonly minDiskGib?: number | null | undefined;
  readonly virtualSizeBytes?: number | null | undefined;
}

/** The status in which a source can be read, by kind. */
export const readyStatus = { image: 'active', snapshot: 'available' } as const;

/** What the refusal of a volume that is not bootable says. */
export const notBootable: Problem = {
  property: 'volume',
  reason:
    'the service made it, but not as a bootable volume. Start from an image, or from a snapshot ' +
    'of a bootable volume',
};

/** What is wrong with `source` for a volume of `sizeGib`. */
export function bootSourceProblems(source: BootSource, sizeGib: number | undefined): Problem[] {
  const { kind, id = '', status } = source;
  const property = `${kind}Id`;
  const ready = readyStatus[kind];
  if (status !== undefined && status !== ready) {
    const reason = `${kind} ${id} is ${status}; a volume is made from one that is ${ready}`;
    return [{ property, reason }];
  }
  return tooSmallProblems({ sizeGib, neededGib: neededGib(source), source: `${kind} ${id}` });
}
