// A small file system of a wanted kind in a file, mounted for a test: reflinks and full disks are
// tried on the real thing. Invariant: after unmount() neither mount, loop device nor file is left.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A mounted file system; `folder` is its empty root. */
export interface MountedFileSystem {
  readonly folder: string;
  unmount(): void;
}

/** Kinds that tests ask for, with what makes them. */
const makers = {
  xfs: { tool: 'mkfs.xfs', args: ['-q', '-m', 'reflink=1'], package: 'xfsprogs' },
  btrfs: { tool: 'mkfs.btrfs', args: ['-q'], package: 'btrfs-progs' },
  ext4: { tool: 'mkfs.ext4', args: ['-q', '-F'], package: 'e2fsprogs' },
} as const;

/**
 * Mounts a fresh file system of `sizeMib` MiB, or says why this machine cannot (a sentence for
 * notRun). Synchronous, so that a test file can decide while it registers its tests.
 */
export function mountFileSystem(
  kind: keyof typeof makers,
  sizeMib: number,
): MountedFileSystem | string {
  if (process.platform !== 'linux') return 'mounting needs Linux';
  if (process.getuid?.() !== 0) return 'mounting needs root';
  const maker = makers[kind];
  const base = mkdtempSync(join(tmpdir(), `cinderkit-${kind}-`));
  const image = join(base, 'disk');
  const folder = join(base, 'root');
  try {
    writeFileSync(image, '');
    truncateSync(image, sizeMib * 1024 * 1024);
    mkdirSync(folder);
    execFileSync(maker.tool, [...maker.args, image], { stdio: 'pipe' });
    execFileSync('mount', ['-o', 'loop', image, folder], { stdio: 'pipe' });
  } catch (error) {
    rmSync(base, { recursive: true, force: true });
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return `cannot make a mounted ${kind} (${why}); is ${maker.package} installed?`;
  }
  return {
    folder,
    unmount() {
      execFileSync('umount', [folder], { stdio: 'pipe' });
      rmSync(base, { recursive: true, force: true });
    },
  };
}
