// Gets the Pulumi CLI through the npm package `pulumi`, a small program that downloads the official
// release on first use. Invariants: the download goes into our cache, not into the user's home; a
// machine that cannot reach the download site learns so within seconds, before npm is started.

import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { npmPulumi, npmPulumiDownloads } from './pins.mjs';
import { findProgram, run } from './programs.mjs';

const reachTimeoutMs = 5_000;
const downloadTimeoutMs = 600_000;

/**
 * Why the download site cannot be used from here, undefined when it can. Asks with `fetch`, as the
 * package itself does, so that both see the same network.
 * @returns {Promise<string | undefined>}
 */
export async function downloadsOutOfReach() {
  try {
    const signal = AbortSignal.timeout(reachTimeoutMs);
    const answer = await fetch(npmPulumiDownloads, { method: 'HEAD', signal });
    return answer.ok ? undefined : `${npmPulumiDownloads} answers HTTP ${answer.status}`;
  } catch (error) {
    const cause = /** @type {{ cause?: { code?: string }, name?: string }} */ (error);
    return `${npmPulumiDownloads} cannot be reached (${cause.cause?.code ?? cause.name})`;
  }
}

/**
 * Puts the release that the npm package names into `<folder>/bin`.
 * @param {string} folder an empty folder
 * @param {{ env: NodeJS.ProcessEnv, logFile: string, signal?: AbortSignal }} options
 * @returns {Promise<{ version: string } | { refused: string }>}
 */
export async function pulumiFromNpm(folder, options) {
  const npm = findProgram('npm', { env: options.env });
  if (npm === undefined) return { refused: 'there is no npm on PATH' };
  const work = join(folder, 'npm');
  mkdirSync(work);
  const spec = `pulumi@${npmPulumi}`;
  const flags = ['--prefix', work, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
  const settings = { ...options, cwd: work, timeoutMs: downloadTimeoutMs };
  const installed = await run(npm, ['install', ...flags, spec], settings);
  if (installed.code !== 0) return { refused: `npm install ${spec} failed` };
  const runner = join(work, 'node_modules', 'pulumi', 'run.js');
  const env = {
    ...options.env,
    PULUMI_HOME: join(work, 'home'),
    PULUMI_VERSION: npmPulumi,
    PULUMI_SKIP_UPDATE_CHECK: 'true',
  };
  const fetched = await run(process.execPath, [runner, 'version'], { ...settings, env });
  if (fetched.code !== 0) return { refused: `the download of pulumi ${npmPulumi} failed` };
  const release = join(work, 'home', 'versions', npmPulumi, 'bin');
  cpSync(release, join(folder, 'bin'), { recursive: true });
  rmSync(work, { recursive: true });
  return { version: npmPulumi };
}
