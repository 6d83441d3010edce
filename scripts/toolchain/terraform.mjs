// Sees to it that the programs of Terraform's side are there: terraform from PATH alone, tofu from
// PATH, the cache or Go modules, and the provider that benchmarks compare with. Invariant: what is
// built is built from pinned sources, once, and asked for its version before it counts as there.

import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from './cache.mjs';
import { ensureCached } from './cached-tool.mjs';
import { ToolchainFailure, exitCodes } from './failure.mjs';
import { buildGoProgram, goPinsDigest, goPlatform } from './go-program.mjs';
import { goRefusal, howToGetGo } from './go-program.mjs';
import { run } from './programs.mjs';
import { createReport } from './report.mjs';
import { terraformOnPath, terraformVersion } from './terraform-on-path.mjs';
import { goPeerProvider, goTofu, oldestTerraform, oldestTofu } from './terraform-pins.mjs';

/**
 * @typedef {object} ToolOptions
 * @property {NodeJS.ProcessEnv} [env]
 * @property {import('./report.mjs').Report} [report]
 * @property {AbortSignal} [signal]
 *
 * @typedef {object} FoundTool
 * @property {string} binDir the folder of `program`
 * @property {string} program path of the executable
 * @property {string} version
 * @property {'path' | 'cache' | 'npm' | 'go'} source how it was come by, this time
 */

/** @param {ToolOptions} options */
function settingsOf(options) {
  const env = options.env ?? process.env;
  return { env, report: createReport({ env }), ...options };
}

/**
 * Promises a Terraform of 1.8 or newer, or throws `ToolchainFailure` (missing). It is looked for on
 * PATH alone: its licence is not a free one, so it is neither built nor downloaded here.
 * @param {ToolOptions} [options]
 * @returns {Promise<FoundTool>}
 */
export async function ensureTerraform(options = {}) {
  const settings = settingsOf(options);
  const wanted = { name: /** @type {const} */ ('terraform'), oldest: oldestTerraform };
  const cwd = cacheFolder(settings.env);
  const found = await terraformOnPath(wanted, { ...settings, cwd });
  if (!('refused' in found)) {
    return { ...found, program: join(found.binDir, 'terraform'), source: 'path' };
  }
  throw new ToolchainFailure(
    `Terraform could not be had: ${found.refused} (its licence is the BUSL, so it is not built ` +
      'here); get it from https://developer.hashicorp.com/terraform/install, or use tofu.',
    exitCodes.missing,
  );
}

/**
 * Promises an OpenTofu, or throws `ToolchainFailure`: missing (no Go that can build it), or build
 * failed. Repeatable: costs one `tofu version` once it is there. The first time it takes minutes.
 * @param {ToolOptions} [options]
 * @returns {Promise<FoundTool>}
 */
export async function ensureTofu(options = {}) {
  const settings = settingsOf(options);
  const wanted = { name: /** @type {const} */ ('tofu'), oldest: oldestTofu };
  const cwd = cacheFolder(settings.env);
  const onPath = await terraformOnPath(wanted, { ...settings, cwd });
  if (!('refused' in onPath)) {
    return { ...onPath, program: join(onPath.binDir, 'tofu'), source: 'path' };
  }
  const made = await fromGo(settings, goTofu, {
    name: `tofu-${goTofu.version}`,
    file: 'bin/tofu',
    refused: onPath.refused,
    otherwise: 'Install OpenTofu itself (https://opentofu.org/docs/intro/install)',
    versionOf: (program) => terraformVersion(program, { ...settings, cwd }),
  });
  return { ...made, version: goTofu.version };
}

/**
 * Promises the provider that benchmarks compare with, in a folder laid out as a filesystem mirror
 * (`mirror`). Fails and repeats as `ensureTofu` does.
 * @param {ToolOptions} [options]
 * @returns {Promise<FoundTool & { mirror: string }>}
 */
export async function ensurePeerProvider(options = {}) {
  const settings = settingsOf(options);
  const { address, binary, version } = goPeerProvider;
  const file = join(address, version, goPlatform(), `${binary}_v${version}`);
  const made = await fromGo(settings, goPeerProvider, {
    name: `${binary}-${version}`,
    file,
    refused: 'it is looked for in the cache alone',
    otherwise: 'The benchmarks go without it, or',
    // Started by hand it says what it is, and ends.
    versionOf: async (program) => {
      const { output } = await run(program, [], { env: settings.env, timeoutMs: 30_000 });
      return /plugin/.test(output) ? version : undefined;
    },
  });
  return { ...made, version, mirror: made.program.slice(0, -file.length - 1) };
}

/**
 * @param {ReturnType<typeof settingsOf>} settings
 * @param {typeof goTofu} target
 * @param {{ name: string, file: string, refused: string, otherwise: string,
 *   versionOf: (program: string) => Promise<string | undefined> }} how
 * @returns {Promise<Omit<FoundTool, 'version'>>}
 */
async function fromGo(settings, target, { name, file, refused, otherwise, versionOf }) {
  const pins = `${goPinsDigest([target.folder])} ${target.flags.join(' ')}`;
  const { folder, isNew } = await ensureCached(
    { ...settings, name, pins, files: [file] },
    async (partial, logFile) => {
      const why = await goRefusal({ ...settings, itself: target.oldestGo });
      if (why !== undefined) {
        throw new ToolchainFailure(
          `${target.binary} could not be had:\n  - ${refused}\n  - ${why}\n` +
            `${otherwise}, or: ${howToGetGo(target.oldestGo)}`,
          exitCodes.missing,
        );
      }
      const built = join(partial, file);
      mkdirSync(dirname(built), { recursive: true });
      await buildGoProgram(target, built, { ...settings, logFile });
      const version = await versionOf(built);
      if (version === target.version) return;
      throw new ToolchainFailure(
        `The ${target.binary} that was built gives version ${version ?? 'none'}, ` +
          `not ${target.version}. Log: ${logFile}`,
        exitCodes.buildFailed,
      );
    },
  );
  const program = join(folder, file);
  return { program, binDir: dirname(program), source: isNew ? 'go' : 'cache' };
}
