// Builds a program from a Go module that a go.mod and go.sum next to this file pin. Invariants:
// `-mod=readonly` with our go.sum and Go's checksum database as the user has it, so exactly the
// pinned sources are built or nothing; no flag, workspace or C compiler of the user has a say.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failedStep } from './failure.mjs';
import { oldestGo } from './pins.mjs';
import { findProgram, run } from './programs.mjs';
import { atLeast, versionIn } from './versions.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * @typedef {{ env: NodeJS.ProcessEnv, logFile: string, report: import('./report.mjs').Report,
 *   signal?: AbortSignal }} BuildOptions
 *
 * @typedef {object} GoTarget
 * @property {string} version of the module, which is the program's
 * @property {string} folder holds go.mod and go.sum, next to this file
 * @property {string} package the main package
 * @property {string} binary name for people
 * @property {string[]} flags those of the project's own releases
 */

/**
 * How to get a Go that can build, as a sentence for users.
 * @param {string} [itself] oldest Go that can build by itself
 * @returns {string}
 */
export const howToGetGo = (itself = oldestGo.itself) =>
  `install Go ${itself} or newer (https://go.dev/dl), or Go ${oldestGo.fetching} or ` +
  'newer with GOTOOLCHAIN=auto, which fetches it (Debian 13 or newer: apt-get install golang-go).';

/**
 * A digest of what pins the builds in these folders; another digest means that a cached build is
 * stale.
 * @param {string[]} folders
 * @returns {string}
 */
export function goPinsDigest(folders) {
  const digest = createHash('sha256');
  for (const folder of folders) {
    for (const file of ['go.mod', 'go.sum']) digest.update(readFileSync(join(here, folder, file)));
  }
  return digest.digest('hex');
}

/**
 * Why the Go on this machine cannot build, undefined when it can.
 * @param {{ env: NodeJS.ProcessEnv, signal?: AbortSignal, itself?: string }} options `itself` is
 *   the oldest Go that need not fetch a newer one
 * @returns {Promise<string | undefined>}
 */
export async function goRefusal({ itself = oldestGo.itself, ...options }) {
  const go = findProgram('go', { env: options.env });
  if (go === undefined) return 'there is no go on PATH';
  const asked = await run(go, ['env', 'GOVERSION', 'GOTOOLCHAIN'], { ...options, cwd: '/' });
  const [found = '', toolchain = ''] = asked.stdout.split('\n');
  const version = versionIn(found);
  if (asked.code !== 0 || version === undefined) return `${go} env gave no version`;
  if (atLeast(version, itself)) return undefined;
  if (toolchain !== 'local' && atLeast(version, oldestGo.fetching)) return undefined;
  return `${go} is ${version}${toolchain === 'local' ? ' with GOTOOLCHAIN=local' : ''}`;
}

/**
 * Builds one program into `file`. Takes minutes the first time; Go's own caches make a repeat
 * quick. Throws `ToolchainFailure` (build failed) with the log's last lines and its path.
 * @param {GoTarget} target
 * @param {string} file
 * @param {BuildOptions} options
 */
export async function buildGoProgram(target, file, options) {
  const title = `building ${target.binary} ${target.version} from Go modules`;
  const progress = options.report.start(title);
  let lines = 0;
  const onText = (/** @type {string} */ text) => {
    lines += text.split('\n').length - 1;
    const last = text.trimEnd().split('\n').at(-1) ?? '';
    progress.update(`${lines} steps, ${last.replace(/^go: /, '')}`);
  };
  const flags = ['-mod=readonly', '-trimpath', '-buildvcs=false', '-v', ...target.flags];
  const args = ['build', ...flags, '-o', file, target.package];
  const result = await runGo(target.folder, args, { ...options, onText }).finally(() =>
    progress.end(),
  );
  if (result.code !== 0) {
    throw failedStep(title, { output: result.output, logFile: options.logFile });
  }
}

/**
 * Runs `go` in the folder of a go.mod, at low priority, with everything in the log.
 * @param {string} folder
 * @param {string[]} args
 * @param {BuildOptions & { onText?: (text: string) => void }} options
 */
export function runGo(folder, args, { env, logFile, signal, onText }) {
  return run(findProgram('go', { env }) ?? 'go', args, {
    // A user's flags, workspace or C compiler must not change what is built.
    env: { ...env, GOFLAGS: '', GOWORK: 'off', CGO_ENABLED: '0' },
    cwd: join(here, folder),
    logFile,
    background: true,
    ...(signal === undefined ? {} : { signal }),
    ...(onText === undefined ? {} : { onText }),
  });
}

/**
 * This machine's kind in Go's words, as the folders of provider plugins are named.
 * @returns {string} such as linux_amd64
 */
export function goPlatform() {
  /** @type {Record<string, string>} */
  const systems = { win32: 'windows', sunos: 'solaris' };
  /** @type {Record<string, string>} */
  const machines = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' };
  const { platform, arch } = process;
  return `${systems[platform] ?? platform}_${machines[arch] ?? arch}`;
}
