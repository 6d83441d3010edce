// Small mounted disks that tests make for themselves. Invariant: asking whether they can be had
// leaves nothing mounted, so tests that are left out leave nothing either.
import { mountFileSystem } from './mounted-file-system';
import type { MountedFileSystem } from './mounted-file-system';

/** Why this machine cannot mount, in a sentence for notRun; null where it can. */
export function cannotMount(): string | null {
  const tried = mountFileSystem('ext4', 32);
  if (typeof tried === 'string') return tried;
  tried.unmount();
  return null;
}

/** A mounted ext4 of `sizeMib` MiB; unmount it always. Fails, saying why, where it cannot be. */
export function smallDisk(sizeMib: number): MountedFileSystem {
  const made = mountFileSystem('ext4', sizeMib);
  if (typeof made === 'string') throw new Error(made);
  return made;
}
