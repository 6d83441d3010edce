// Makes the quickstart's default disk: a real one, with a partition table and an ext4 file system
// that holds files. Needs sfdisk and mkfs.ext4, and neither root nor a loop device. Made once: the
// same file is found again, so that a second run changes nothing.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const diskMib = 64;
const partitionStartBytes = 1024 * 1024;
const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

/** Path of the disk image below `.cinderkit` of the program's folder; made where it is missing. */
export function makeDiskImage(): string {
  const folder = join(process.cwd(), '.cinderkit');
  const disk = join(folder, 'disk.img');
  if (existsSync(disk)) return disk;
  mkdirSync(folder, { recursive: true });
  const unfinished = `${disk}.${process.pid}`;
  const files = mkdtempSync(join(tmpdir(), 'quickstart-'));
  try {
    fillFolder(files);
    writeFileSync(unfinished, '');
    truncateSync(unfinished, diskMib * 1024 * 1024);
    run('sfdisk', ['--quiet', unfinished], 'label: dos\nstart=2048, type=83, bootable\n');
    const sizeKib = diskMib * 1024 - partitionStartBytes / 1024;
    const offset = `offset=${partitionStartBytes}`;
    run('mkfs.ext4', ['-q', '-F', '-d', files, '-E', offset, unfinished, `${sizeKib}k`]);
    renameSync(unfinished, disk);
  } finally {
    rmSync(files, { recursive: true, force: true });
    rmSync(unfinished, { force: true });
  }
  return disk;
}

function fillFolder(folder: string): void {
  mkdirSync(join(folder, 'etc'));
  writeFileSync(join(folder, 'etc', 'hostname'), 'quickstart\n');
  writeFileSync(join(folder, 'etc', 'motd'), 'These bytes came from an image.\n');
}

function run(command: string, args: string[], input = ''): void {
  try {
    execFileSync(command, args, { input, env: { ...process.env, PATH: path }, stdio: 'pipe' });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `the default disk image could not be made: ${command} failed (${reason}). ` +
        'Install fdisk and e2fsprogs, or name a disk image of yours: ' +
        'pulumi config set diskImage /path/to/disk.raw',
    );
  }
}
