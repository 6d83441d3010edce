// Gets the tools that the stories need through scripts/toolchain, once a run, and gives the
// environment that finds them.
import { delimiter } from 'node:path';
import { ensurePulumi } from './toolchain/pulumi.mjs';
import { ensureSystemPackages } from './toolchain/system-packages.mjs';

/**
 * Makes sure of the Pulumi CLI and of the system's disk tools; resolves to the environment to add
 * for commands that use them. Throws a plain message where a tool that is needed cannot be had.
 */
export async function prepareTools({ needs = ['qemu', 'ext4', 'partitions'], optional = [] } = {}) {
  await ensureSystemPackages(needs, { optional });
  const pulumi = await ensurePulumi();
  return {
    PATH: `${pulumi.binDir}${delimiter}${process.env.PATH}${delimiter}/usr/sbin${delimiter}/sbin`,
    CINDERKIT_PULUMI_BIN: pulumi.binDir,
  };
}
