// The places where Cinder's NFS driver keeps volumes, without an NFS server: the driver leaves a
// share alone that it finds mounted, so a local folder is bind-mounted where it would mount the
// share. Invariant: every mount made here is below the peer's state folder, and unmountShares
// leaves none.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ToolchainFailure, exitCodes } from '../toolchain/failure.mjs';
import { run } from '../toolchain/programs.mjs';
import { mustRun } from './machine.mjs';

/** Backends of Cinder, each with a share of its own. */
export const backends = ['nfs1', 'nfs2'];

/** Mounts every backend's folder; gives the driver's settings by backend. Repeatable. */
export async function mountShares(layout) {
  const base = join(layout.state, 'cinder/mounts');
  const settings = {};
  for (const backend of backends) {
    const share = `127.0.0.1:/${backend}`;
    // The driver looks for a share below the MD5 of its name (Cinder: os_brick/remotefs).
    const at = join(base, createHash('md5').update(share).digest('hex'));
    const bytes = join(layout.state, 'cinder/shares', backend);
    for (const folder of [at, bytes]) mkdirSync(folder, { recursive: true });
    if (!mountsBelow(layout.state).includes(at)) await bindMount(bytes, at);
    const sharesFile = join(layout.etc, 'cinder', `${backend}.shares`);
    mkdirSync(join(layout.etc, 'cinder'), { recursive: true });
    writeFileSync(sharesFile, `${share}\n`);
    settings[backend] = { nfs_shares_config: sharesFile, nfs_mount_point_base: base };
  }
  return settings;
}

/** Unmounts everything below the peer's state folder. Repeatable. */
export async function unmountShares({ state }) {
  for (const at of mountsBelow(state).toReversed()) await mustRun('umount', [at]);
}

/** Mount points below `folder`, in the order in which they were mounted. */
export function mountsBelow(folder) {
  return readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((at) => at.startsWith(`${folder}/`));
}

async function bindMount(from, at) {
  const { code, output } = await run('mount', ['--bind', from, at]);
  if (code === 0) return;
  throw new ToolchainFailure(
    `Cinder's share cannot be mounted (${output.trim()}). The peer needs a machine or container ` +
      'where root may mount.',
    exitCodes.missing,
  );
}
