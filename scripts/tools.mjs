// Gets the tools that the stories need through scripts/toolchain, once a run, and gives the
// environment that finds them.
import { delimiter } from 'node:path';
import { ensurePulumi } from './toolchain/pulumi.mjs';
import { ensureSystemPackages } from './toolchain/system-packages.mjs';

/** Disk tools without which the quickstart cannot make its disk image or use qcow2. */
const quickstartNeeds = ['qemu', 'ext4', 'sfdisk'];

/**
 * Makes sure of the Pulumi CLI and of the system's disk tools; resolves to the environment to add
 * for commands that use them. Throws a plain message where a tool that is needed cannot be had;
 * `optional` needs are reported where they are missing.
 */
export async function prepareTools({ optional = [] } = {}) {
  await ensureSystemPackages([...quickstartNeeds, ...optional]);
  const { binDir } = await ensurePulumi();
  return {
    PATH: [binDir, process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter),
    CINDERKIT_PULUMI_BIN: binDir,
  };
}
