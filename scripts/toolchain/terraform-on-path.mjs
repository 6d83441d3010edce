// Looks at a Terraform or OpenTofu that is already there. Invariants: it is asked for its version
// with no settings of the user and without a call to its maker; it is taken only when new enough.

import { devNull } from 'node:os';
import { dirname } from 'node:path';
import { findProgram, run } from './programs.mjs';
import { atLeast, versionIn } from './versions.mjs';

const versionTimeoutMs = 30_000;

/**
 * The version that a program gives, undefined when it gives none in time.
 * @param {string} program
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, signal?: AbortSignal }} options
 * @returns {Promise<string | undefined>}
 */
export async function terraformVersion(program, { cwd, env, signal }) {
  const { code, stdout } = await run(program, ['version'], {
    env: { ...env, CHECKPOINT_DISABLE: '1', TF_CLI_CONFIG_FILE: devNull },
    cwd,
    timeoutMs: versionTimeoutMs,
    ...(signal === undefined ? {} : { signal }),
  });
  return code === 0 ? versionIn(stdout) : undefined;
}

/**
 * The program on PATH: its folder and version, or why it is not used.
 * @param {{ name: 'terraform' | 'tofu', oldest: string }} wanted
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, signal?: AbortSignal }} options
 * @returns {Promise<{ binDir: string, version: string } | { refused: string }>}
 */
export async function terraformOnPath({ name, oldest }, options) {
  const program = findProgram(name, { env: options.env });
  if (program === undefined) return { refused: `there is no ${name} on PATH` };
  const version = await terraformVersion(program, options);
  if (version === undefined) return { refused: `${program} version gave no version` };
  if (!atLeast(version, oldest)) {
    return { refused: `${program} is ${version}, older than ${oldest}` };
  }
  return { binDir: dirname(program), version };
}
