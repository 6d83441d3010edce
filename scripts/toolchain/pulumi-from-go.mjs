// Builds the Pulumi CLI and its Node language host from Go modules pinned by go.mod and go.sum
// files next to this one. Invariants: `-mod=readonly` with our go.sum, so exactly the pinned
// sources are built or nothing; each binary carries the version of the module it was built from.

import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ToolchainFailure, exitCodes } from './failure.mjs';
import { goDynamicProvider, goLanguageHost, goPulumi, oldestGo } from './pins.mjs';
import { findProgram, run } from './programs.mjs';
import { atLeast, versionIn } from './versions.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const shownLines = 15;
const versionVariable = 'github.com/pulumi/pulumi/sdk/v3/go/common/version.Version';

/** How to get Go, as a sentence for users. */
export const howToGetGo =
  `install Go ${oldestGo.itself} or newer (https://go.dev/dl), or Go ${oldestGo.fetching} or ` +
  'newer with GOTOOLCHAIN=auto, which fetches it (Debian 13 or newer: apt-get install golang-go).';

/**
 * @typedef {{ env: NodeJS.ProcessEnv, logFile: string, report: import('./report.mjs').Report,
 *   signal?: AbortSignal }} BuildOptions
 */

/**
 * A digest of everything that pins the build; another digest means that a cached build is stale.
 * @returns {string}
 */
export function goPinsDigest() {
  const digest = createHash('sha256');
  for (const { folder } of [goPulumi, goLanguageHost]) {
    for (const file of ['go.mod', 'go.sum']) digest.update(readFileSync(join(here, folder, file)));
  }
  return digest.digest('hex');
}

/**
 * Why the Go on this machine cannot build, undefined when it can.
 * @param {{ env: NodeJS.ProcessEnv, signal?: AbortSignal }} options
 * @returns {Promise<string | undefined>}
 */
export async function goRefusal(options) {
  const go = findProgram('go', { env: options.env });
  if (go === undefined) return 'there is no go on PATH';
  const asked = await run(go, ['env', 'GOVERSION', 'GOTOOLCHAIN'], { ...options, cwd: '/' });
  const [found = '', toolchain = ''] = asked.stdout.split('\n');
  const version = versionIn(found);
  if (asked.code !== 0 || version === undefined) return `${go} env gave no version`;
  if (atLeast(version, oldestGo.itself)) return undefined;
  if (toolchain !== 'local' && atLeast(version, oldestGo.fetching)) return undefined;
  return `${go} is ${version}${toolchain === 'local' ? ' with GOTOOLCHAIN=local' : ''}`;
}

/**
 * Builds all three programs into `<folder>/bin`. Takes minutes the first time; Go's own caches make
 * a repeat quick. Throws `ToolchainFailure` (build failed) with the log's last lines and its path.
 * @param {string} folder an empty folder
 * @param {BuildOptions} options
 * @returns {Promise<{ version: string, languageHost: string }>}
 */
export async function pulumiFromGo(folder, options) {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const target of [goLanguageHost, goPulumi]) await build(target, bin, options);
  await copyDynamicProvider(bin, options);
  return { version: goPulumi.version, languageHost: goLanguageHost.version };
}

/**
 * @param {typeof goPulumi} target
 * @param {string} bin
 * @param {BuildOptions} options
 */
async function build(target, bin, options) {
  const title = `building ${target.binary} ${target.version} from Go modules`;
  const progress = options.report.start(title);
  let lines = 0;
  const onText = (/** @type {string} */ text) => {
    lines += text.split('\n').length - 1;
    const last = text.trimEnd().split('\n').at(-1) ?? '';
    progress.update(`${lines} steps, ${last.replace(/^go: /, '')}`);
  };
  const flags = ['-mod=readonly', '-trimpath', '-buildvcs=false', '-v'];
  // The tags and linker flags of Pulumi's own releases.
  const ldflags = `-w -s -X ${versionVariable}=v${target.version}`;
  const args = ['build', ...flags, '-tags', 'osusergo,grpcnotrace', '-ldflags', ldflags];
  const output = ['-o', join(bin, target.binary), target.package];
  const result = await runGo(target.folder, [...args, ...output], { ...options, onText }).finally(
    () => progress.end(),
  );
  if (result.code !== 0) throw failure(title, result.output, options.logFile);
}

/**
 * The script ships inside a module, so no node_modules is needed to have it.
 * @param {string} bin
 * @param {BuildOptions} options
 */
async function copyDynamicProvider(bin, options) {
  const { module, file, binary } = goDynamicProvider;
  const args = ['list', '-mod=readonly', '-m', '-f', '{{.Dir}}', module];
  const found = await runGo(goPulumi.folder, args, options);
  const title = `finding ${binary} in ${module}`;
  if (found.code !== 0) throw failure(title, found.output, options.logFile);
  copyFileSync(join(found.stdout.trim(), file), join(bin, binary));
  chmodSync(join(bin, binary), 0o755);
}

/**
 * @param {string} folder
 * @param {string[]} args
 * @param {BuildOptions & { onText?: (text: string) => void }} options
 */
function runGo(folder, args, { env, logFile, signal, onText }) {
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
 * @param {string} title
 * @param {string} output
 * @param {string} logFile
 */
function failure(title, output, logFile) {
  const lines = output.trimEnd().split('\n').slice(-shownLines);
  const shown = lines.map((text) => `  ${text}`).join('\n');
  return new ToolchainFailure(
    `Failed: ${title}. The last lines were:\n${shown}\nThe whole log: ${logFile}`,
    exitCodes.buildFailed,
  );
}
