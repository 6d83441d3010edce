// Builds the Pulumi CLI and its Node language host from Go modules pinned by go.mod and go.sum
// files next to this one. Invariants: exactly the pinned sources are built or nothing; each binary
// carries the version of the module it was built from.

import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { failedStep } from './failure.mjs';
import { buildGoProgram, goPinsDigest, runGo } from './go-program.mjs';
import { goDynamicProvider, goLanguageHost, goPulumi } from './pins.mjs';

const versionVariable = 'github.com/pulumi/pulumi/sdk/v3/go/common/version.Version';

/** @typedef {import('./go-program.mjs').BuildOptions} BuildOptions */

/**
 * A digest of everything that pins the build; another digest means that a cached build is stale.
 * @returns {string}
 */
export const pulumiPinsDigest = () => goPinsDigest([goPulumi.folder, goLanguageHost.folder]);

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
  for (const target of [goLanguageHost, goPulumi]) {
    // The tags and linker flags of Pulumi's own releases.
    const ldflags = `-w -s -X ${versionVariable}=v${target.version}`;
    const flags = ['-tags', 'osusergo,grpcnotrace', '-ldflags', ldflags];
    await buildGoProgram({ ...target, flags }, join(bin, target.binary), options);
  }
  await copyDynamicProvider(bin, options);
  return { version: goPulumi.version, languageHost: goLanguageHost.version };
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
  if (found.code !== 0) {
    throw failedStep(title, { output: found.output, logFile: options.logFile });
  }
  copyFileSync(join(found.stdout.trim(), file), join(bin, binary));
  chmodSync(join(bin, binary), 0o755);
}
