// Looks at a Pulumi CLI that is already there, on PATH or in a folder. Invariants: it is run with a
// home folder of our own, so the user's login, plugins and settings are not read or written; it is
// taken only when it is whole (CLI, Node language host, dynamic provider) and new enough.

import { mkdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { oldestPulumi, pulumiBinaries } from './pins.mjs';
import { findProgram, isExecutable, run } from './programs.mjs';
import { atLeast, versionIn } from './versions.mjs';

const versionTimeoutMs = 30_000;

/**
 * Environment in which the toolchain itself runs `pulumi`.
 * @param {string} cache
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {NodeJS.ProcessEnv}
 */
export function quietPulumiEnv(cache, env = process.env) {
  const home = join(cache, 'pulumi-home');
  mkdirSync(home, { recursive: true });
  return {
    ...env,
    PULUMI_HOME: home,
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
  };
}

/**
 * The version that a `pulumi` program gives, undefined when it does not give one in time.
 * @param {string} program
 * @param {{ cache: string, env?: NodeJS.ProcessEnv, signal?: AbortSignal }} options
 * @returns {Promise<string | undefined>}
 */
export async function pulumiVersion(program, { cache, env, signal }) {
  const { code, stdout } = await run(program, ['version'], {
    env: quietPulumiEnv(cache, env),
    cwd: cache,
    timeoutMs: versionTimeoutMs,
    ...(signal === undefined ? {} : { signal }),
  });
  return code === 0 ? versionIn(stdout) : undefined;
}

/**
 * The Pulumi on PATH: where it is and its version, or why it is not used.
 * @param {{ cache: string, env: NodeJS.ProcessEnv, signal?: AbortSignal }} options
 * @returns {Promise<{ binDir: string, version: string } | { refused: string }>}
 */
export async function pulumiOnPath(options) {
  const program = findProgram('pulumi', { env: options.env });
  if (program === undefined) return { refused: 'there is no pulumi on PATH' };
  // The CLI looks for its companions next to its real file as well as on PATH.
  const realFolder = dirname(realpathSync(program));
  const lacking = pulumiBinaries.filter(
    (name) =>
      findProgram(name, { env: options.env }) === undefined &&
      !isExecutable(join(realFolder, name)),
  );
  if (lacking.length > 0) return { refused: `${program} has no ${lacking.join(' and no ')}` };
  const version = await pulumiVersion(program, options);
  if (version === undefined) return { refused: `${program} version gave no version` };
  if (!atLeast(version, oldestPulumi)) {
    return { refused: `${program} is ${version}, older than ${oldestPulumi}` };
  }
  return { binDir: dirname(program), version };
}
