// Gets the tools that the stories need through scripts/toolchain, once a run, and gives the
// environment that finds them.
import { delimiter, dirname } from 'node:path';
import { ensureCdkCli } from './toolchain/cdk-clis.mjs';
import { ToolchainFailure, exitCodes } from './toolchain/failure.mjs';
import { ensurePulumi } from './toolchain/pulumi.mjs';
import { createReport } from './toolchain/report.mjs';
import { ensureSystemPackages } from './toolchain/system-packages.mjs';
import { ensurePeerProvider, ensureTerraform, ensureTofu } from './toolchain/terraform.mjs';

/** Disk tools without which the quickstart cannot make its disk image or use qcow2. */
const quickstartNeeds = ['qemu', 'ext4', 'sfdisk'];

/** Terraform's side: the variable that names each program's file, and how it is come by. */
const terraformSide = {
  CINDERKIT_TERRAFORM_BIN: ensureTerraform,
  CINDERKIT_TOFU_BIN: ensureTofu,
  CINDERKIT_CDKTF_BIN: (options) => ensureCdkCli('cdktf', options),
  CINDERKIT_CDKTN_BIN: (options) => ensureCdkCli('cdktn', options),
};

/**
 * Makes sure of the Pulumi CLI and of the system's disk tools; resolves to the environment to add
 * for commands that use them. Throws a plain message where a tool that is needed cannot be had;
 * `optional` needs are reported where they are missing. With `terraform` the programs of
 * Terraform's side are there too, as `prepareTerraformTools` says.
 */
export async function prepareTools({ optional = [], terraform = false } = {}) {
  await ensureSystemPackages([...quickstartNeeds, ...optional]);
  const { binDir } = await ensurePulumi();
  const side = terraform ? await prepareTerraformTools() : {};
  const folders = [binDir, process.env.PATH, '/usr/sbin', '/sbin'];
  // Last: a Node that only those find who look for an old one.
  if (side.CINDERKIT_CDKTF_NODE) folders.push(dirname(side.CINDERKIT_CDKTF_NODE));
  return { PATH: folders.join(delimiter), CINDERKIT_PULUMI_BIN: binDir, ...side };
}

/**
 * Environment that names the programs of Terraform's side by their files. One that this machine
 * cannot have is reported and left out, so that what needs it says "not run"; a build or an install
 * that fails throws. CINDERKIT_CDKTF_NODE is the Node that the one of CDKTF brings, where it does.
 * With `peer` the provider that benchmarks compare with is there as well, as a
 * filesystem mirror.
 */
export async function prepareTerraformTools({ peer = false } = {}) {
  const report = createReport();
  const env = { CHECKPOINT_DISABLE: '1' };
  const ensureMirror = async (options) => ({ program: (await ensurePeerProvider(options)).mirror });
  const wanted = { ...terraformSide, ...(peer ? { CINDERKIT_PEER_PROVIDER: ensureMirror } : {}) };
  for (const [variable, ensure] of Object.entries(wanted)) {
    try {
      const { program, node } = await ensure({ report });
      env[variable] = program;
      if (node !== undefined) env.CINDERKIT_CDKTF_NODE = node;
    } catch (error) {
      if (!(error instanceof ToolchainFailure) || error.exitCode !== exitCodes.missing) throw error;
      report.line(error.message);
    }
  }
  return env;
}
