// Where a run works: a folder on a real disk, and on wish a file system of its own that shares
// blocks. Invariant: figures never come from a tmpfs, which has no disk to wait for.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { atEnd } from './ending.mjs';

const exec = promisify(execFile);
const tmpfsType = 0x01021994;
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Runs a program to its end; resolves to what it printed, fails with what it complained of. */
export async function runProgram(program, args, options = {}) {
  const { stdout } = await exec(program, args, { maxBuffer: 64 * 2 ** 20, ...options });
  return stdout;
}

/** Whether a program can be found; folders of system programs count too. */
export function findProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...systemFolders];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** A new folder on a disk: the first of $TMPDIR, /var/tmp and the project that is one. */
export function makePlace(root) {
  const own = join(root, 'dist');
  const parent = [tmpdir(), '/var/tmp', own].find(
    (folder) => existsSync(folder) && statfsSync(folder).type !== tmpfsType,
  );
  const folder = mkdtempSync(join(parent ?? own, 'cinderkit-bench-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** An empty folder below the place; its remover comes with it. */
export function makeFolder(place, prefix) {
  const path = mkdtempSync(join(place, `${prefix}-`));
  const remove = atEnd(() => rmSync(path, { recursive: true, force: true, maxRetries: 3 }));
  return { path, remove };
}

/** Why no xfs can be mounted here, or null. */
export function whyNoXfs() {
  if (process.platform !== 'linux') return 'a loop mount needs Linux';
  if (process.getuid() !== 0) return 'mounting an xfs file system needs root';
  if (!findProgram('mkfs.xfs')) return 'mkfs.xfs is missing (Debian: apt-get install xfsprogs)';
  return null;
}

/** Mounts a new xfs with reflinks from a sparse file; resolves to its folder and its remover. */
export async function mountXfs(place, sizeGib) {
  const image = join(place, 'xfs.img');
  const folder = join(place, 'xfs');
  await runProgram('truncate', ['-s', `${sizeGib}G`, image]);
  await runProgram(findProgram('mkfs.xfs'), ['-q', '-m', 'reflink=1', image]);
  mkdirSync(folder);
  await runProgram('mount', ['-o', 'loop', image, folder]);
  const remove = atEnd(async () => {
    await runProgram('umount', [folder]).catch(() => runProgram('umount', ['-l', folder]));
    rmSync(image, { force: true });
    rmSync(folder, { recursive: true, force: true });
  });
  return { folder, remove };
}

/** Waits until what others wrote is on the disk, so that it is not paid for by what comes next. */
export async function settleDisk(folder) {
  await runProgram('sync', ['-f', folder]).catch(() => undefined);
}
