// Gets the command lines of CDKTF and CDKTN from npm into the cache, each in a folder of its own,
// from a package-lock.json next to this file. Invariants: `npm ci` installs exactly what is locked;
// no package's install script runs (what they need is shipped ready-made).

import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCached } from './cached-tool.mjs';
import { ToolchainFailure, exitCodes, failedStep } from './failure.mjs';
import { findProgram, isExecutable, run } from './programs.mjs';
import { createReport } from './report.mjs';
import { cdkClis } from './terraform-pins.mjs';

const here = join(dirname(fileURLToPath(import.meta.url)), 'cdk-cli');
const pinFiles = ['package.json', 'package-lock.json'];
const installTimeoutMs = 900_000;

/**
 * Promises the command line of one of the two, or throws `ToolchainFailure`: missing (no npm), or
 * the install failed. Repeatable, and quick once it is there. cdktn runs on the `node` that is
 * first on PATH, which must be 22.19 or newer; cdktf is to be run by `node`, where that is given.
 * @param {keyof typeof cdkClis} name
 * @param {import('./terraform.mjs').ToolOptions} [options]
 * @returns {Promise<import('./terraform.mjs').FoundTool & { node?: string }>}
 */
export async function ensureCdkCli(name, options = {}) {
  const env = options.env ?? process.env;
  const settings = { env, report: createReport({ env }), ...options };
  const { version, package: cli, bringsNode } = cdkClis[name];
  const digest = createHash('sha256');
  for (const file of pinFiles) digest.update(readFileSync(join(here, name, file)));
  const binDir = join('node_modules', '.bin');
  const manifest = join('node_modules', cli, 'package.json');
  const tool = {
    ...settings,
    name: `${cli}-${version}`,
    pins: digest.digest('hex'),
    files: [join(binDir, name), manifest],
  };
  const { folder, isNew } = await ensureCached(tool, async (partial, logFile) => {
    for (const file of pinFiles) copyFileSync(join(here, name, file), join(partial, file));
    await install(`${cli} ${version}`, partial, { ...settings, logFile });
    const got = JSON.parse(readFileSync(join(partial, manifest), 'utf8')).version;
    if (got === version) return;
    const output = `npm brought ${cli} ${got}`;
    throw failedStep(`getting ${cli} ${version}`, { output, logFile });
  });
  const program = join(folder, binDir, name);
  const node = join(folder, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin/node');
  return {
    binDir: dirname(program),
    program,
    version,
    source: isNew ? 'npm' : 'cache',
    ...(bringsNode && isExecutable(node) ? { node } : {}),
  };
}

/**
 * @param {string} what
 * @param {string} folder
 * @param {import('./go-program.mjs').BuildOptions} options
 */
async function install(what, folder, { env, report, signal, logFile }) {
  const npm = findProgram('npm', { env });
  if (npm === undefined) {
    throw new ToolchainFailure(
      `${what} could not be had: there is no npm on PATH; install Node with npm.`,
      exitCodes.missing,
    );
  }
  const progress = report.start(`installing ${what} from npm`);
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, output } = await run(npm, ['ci', ...flags], {
    env,
    cwd: folder,
    logFile,
    timeoutMs: installTimeoutMs,
    ...(signal === undefined ? {} : { signal }),
  }).finally(() => progress.end());
  if (code !== 0) throw failedStep(`installing ${what} from npm`, { output, logFile });
}
