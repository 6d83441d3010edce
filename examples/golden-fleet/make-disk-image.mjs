// Makes the disk image that all four forms of the stack start from: a partition table and an ext4
// file system with files in it. Needs sfdisk and mkfs.ext4, and neither root nor a loop device.
// A disk that is there is left alone: other bytes would be another image, and other volumes.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const disk = resolve(process.argv[2] ?? join(import.meta.dirname, 'disk.raw'));
const diskMib = 64;
const startBytes = 2048 * 512;
const path = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;

function run(command, args, input = '') {
  try {
    execFileSync(command, args, { input, env: { ...process.env, PATH: path }, stdio: 'pipe' });
  } catch (error) {
    console.error(`could not make ${disk}: ${command} failed (${error.message})`);
    console.error('Install fdisk and e2fsprogs, or give a disk image of yours to the stack.');
    process.exit(1);
  }
}

function make() {
  const files = mkdtempSync(join(tmpdir(), 'golden-fleet-'));
  const unfinished = `${disk}.${process.pid}`;
  try {
    mkdirSync(join(files, 'etc'));
    writeFileSync(join(files, 'etc/motd'), 'Every volume of this fleet began with these bytes.\n');
    mkdirSync(dirname(disk), { recursive: true });
    writeFileSync(unfinished, '');
    truncateSync(unfinished, diskMib * 2 ** 20);
    run('sfdisk', ['--quiet', unfinished], 'label: dos\nstart=2048, type=83, bootable\n');
    const size = `${diskMib * 1024 - startBytes / 1024}k`;
    run('mkfs.ext4', ['-q', '-F', '-d', files, '-E', `offset=${startBytes}`, unfinished, size]);
    renameSync(unfinished, disk);
  } finally {
    rmSync(files, { recursive: true, force: true });
    rmSync(unfinished, { force: true });
  }
}

if (!existsSync(disk)) make();
console.log(disk);
