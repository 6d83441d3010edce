// Sees to it that a Pulumi CLI with its Node language host is there: from PATH, else from our
// cache, else downloaded by the npm package, else built from Go modules. Invariants: what is
// verified in the cache is not made again; two processes do not make it at once.

import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, installFolder, readStamp, withLock } from './cache.mjs';
import { ToolchainFailure, exitCodes } from './failure.mjs';
import { goRefusal, howToGetGo } from './go-program.mjs';
import { goPulumi, npmPulumi, pulumiBinaries } from './pins.mjs';
import { pulumiFromGo, pulumiPinsDigest } from './pulumi-from-go.mjs';
import { downloadsOutOfReach, pulumiFromNpm } from './pulumi-from-npm.mjs';
import { pulumiOnPath, pulumiVersion } from './pulumi-on-path.mjs';
import { createReport } from './report.mjs';

/** Ways to come by Pulumi, in the order in which they are tried. */
export const pulumiWays = /** @type {const} */ (['path', 'npm', 'go']);

/**
 * @typedef {'path' | 'npm' | 'go'} Way
 *
 * @typedef {object} PulumiOptions
 * @property {NodeJS.ProcessEnv} [env]
 * @property {import('./report.mjs').Report} [report]
 * @property {readonly Way[]} [ways] which may be used; all by default
 * @property {AbortSignal} [signal]
 * @property {() => Promise<string | undefined>} [outOfReach] why nothing can be downloaded, if so
 *
 * @typedef {object} FoundPulumi
 * @property {string} binDir put it first on PATH
 * @property {string} version of the CLI
 * @property {'path' | 'cache' | 'npm' | 'go'} source how it was come by, this time
 * @property {string} [languageHost] version of the language host, where it is not the CLI's
 *
 * @typedef {Required<Pick<PulumiOptions, 'env' | 'report' | 'ways' | 'outOfReach'>> &
 *   { cache: string, signal?: AbortSignal }} Settings
 */

/**
 * Promises a usable Pulumi, or throws `ToolchainFailure`: missing (and what to do), build failed.
 * Repeatable: costs one `pulumi version` once it is there. May take minutes the first time.
 * @param {PulumiOptions} [options]
 * @returns {Promise<FoundPulumi>}
 */
export async function ensurePulumi(options = {}) {
  const env = options.env ?? process.env;
  const settings = {
    env,
    report: createReport({ env }),
    ways: pulumiWays,
    outOfReach: downloadsOutOfReach,
    cache: cacheFolder(env),
    ...options,
  };
  /** @type {string[]} */
  const refusals = [];
  if (settings.ways.includes('path')) {
    const found = await pulumiOnPath(settings);
    if (!('refused' in found)) return { ...found, source: 'path' };
    refusals.push(found.refused);
  }
  const cached = await pulumiInCache(settings);
  if (cached !== undefined) return cached;
  refusals.forEach((why) => settings.report.line(`pulumi: ${why}`));
  return withLock(
    settings.cache,
    {
      onWait: (pid) => settings.report.line(`pulumi: process ${pid} is getting it; waiting for it`),
      ...(settings.signal === undefined ? {} : { signal: settings.signal }),
    },
    // The other process may have made it while this one waited.
    async () => (await pulumiInCache(settings)) ?? makePulumi(settings, refusals),
  );
}

/**
 * @param {Settings} settings
 * @returns {Promise<FoundPulumi | undefined>}
 */
async function pulumiInCache(settings) {
  const versions = { npm: npmPulumi, go: goPulumi.version };
  for (const way of /** @type {const} */ (['npm', 'go'])) {
    if (!settings.ways.includes(way)) continue;
    const folder = join(settings.cache, `pulumi-${versions[way]}`);
    const stamp = readStamp(folder);
    if (stamp === undefined || !stampFits(stamp, way, join(folder, 'bin'))) continue;
    const version = await pulumiVersion(join(folder, 'bin', 'pulumi'), settings);
    if (version !== versions[way]) continue;
    return { binDir: join(folder, 'bin'), version, source: 'cache', ...hostOf(stamp) };
  }
  return undefined;
}

/**
 * @param {Settings} settings
 * @param {string[]} refusals why the ways before were not taken
 * @returns {Promise<FoundPulumi>}
 */
async function makePulumi(settings, refusals) {
  const refuse = (/** @type {string} */ why) => {
    refusals.push(why);
    settings.report.line(`pulumi: ${why}`);
  };
  if (settings.ways.includes('npm')) {
    const why = await settings.outOfReach();
    const made = why === undefined ? await downloadPulumi(settings) : { refused: why };
    if (!('refused' in made)) return made;
    refuse(made.refused);
  }
  if (settings.ways.includes('go')) {
    const why = await goRefusal(settings);
    if (why === undefined) return buildPulumi(settings);
    refuse(why);
  }
  throw new ToolchainFailure(
    `Pulumi could not be had:\n${refusals.map((why) => `  - ${why}`).join('\n')}\n` +
      `Install Pulumi itself (https://www.pulumi.com/docs/install), or: ${howToGetGo()}`,
    exitCodes.missing,
  );
}

/**
 * @param {Settings} settings
 * @returns {Promise<FoundPulumi | { refused: string }>}
 */
async function downloadPulumi(settings) {
  const logFile = freshLog(settings.cache, 'pulumi-npm.log');
  const progress = settings.report.start(`downloading pulumi ${npmPulumi}`);
  let refused = '';
  try {
    const folder = await installFolder(settings.cache, `pulumi-${npmPulumi}`, async (partial) => {
      const got = await pulumiFromNpm(partial, { ...settings, logFile });
      if ('refused' in got) throw new Error((refused = `${got.refused}, see ${logFile}`));
      return stampOf('npm', join(partial, 'bin'), npmPulumi);
    });
    return { binDir: join(folder, 'bin'), version: npmPulumi, source: 'npm' };
  } catch (error) {
    if (refused === '') throw error;
    return { refused };
  } finally {
    progress.end();
  }
}

/**
 * @param {Settings} settings
 * @returns {Promise<FoundPulumi>}
 */
async function buildPulumi(settings) {
  const logFile = freshLog(settings.cache, 'pulumi-go.log');
  let host = '';
  const name = `pulumi-${goPulumi.version}`;
  const folder = await installFolder(settings.cache, name, async (partial) => {
    const built = await pulumiFromGo(partial, { ...settings, logFile });
    host = built.languageHost;
    const bin = join(partial, 'bin');
    const version = await pulumiVersion(join(bin, 'pulumi'), settings);
    if (version !== built.version) {
      throw new ToolchainFailure(
        `The pulumi that was built gives version ${version}, not ${built.version}. Log: ${logFile}`,
        exitCodes.buildFailed,
      );
    }
    return { ...stampOf('go', bin, version), languageHost: host };
  });
  const binDir = join(folder, 'bin');
  return { binDir, version: goPulumi.version, source: 'go', languageHost: host };
}

/**
 * @param {Way} way
 * @param {string} bin
 * @param {string} version
 */
function stampOf(way, bin, version) {
  return { way, version, pins: pinsOf(way), platform: platform(), sizes: sizesIn(bin) };
}

/**
 * Whether a stamp is of this way, these pins and this machine's kind, and the files are as it says.
 * @param {Record<string, unknown>} stamp
 * @param {Way} way
 * @param {string} bin
 */
function stampFits(stamp, way, bin) {
  return (
    stamp.way === way &&
    stamp.pins === pinsOf(way) &&
    stamp.platform === platform() &&
    JSON.stringify(stamp.sizes) === JSON.stringify(sizesIn(bin))
  );
}

/** @param {Way} way */
const pinsOf = (way) => (way === 'go' ? pulumiPinsDigest() : npmPulumi);

const platform = () => `${process.platform}-${process.arch}`;

/** @param {string} bin */
function sizesIn(bin) {
  const size = (/** @type {string} */ name) =>
    statSync(join(bin, name), { throwIfNoEntry: false })?.size ?? 'absent';
  return Object.fromEntries(pulumiBinaries.map((name) => [name, size(name)]));
}

/** @param {Record<string, unknown>} stamp */
function hostOf({ languageHost }) {
  return typeof languageHost === 'string' ? { languageHost } : {};
}

/** @param {string} cache @param {string} name */
function freshLog(cache, name) {
  mkdirSync(join(cache, 'logs'), { recursive: true });
  const file = join(cache, 'logs', name);
  rmSync(file, { force: true });
  return file;
}
