// Sees to it that system programs are there. Invariants: a package is installed only by root, on a
// system with apt-get, and only when that was agreed to (a flag, the environment, or an answer on a
// terminal); otherwise the exact command is named and nothing is changed.

import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { cacheFolder } from './cache.mjs';
import { ToolchainFailure, exitCodes } from './failure.mjs';
import { findProgram, run } from './programs.mjs';
import { createReport } from './report.mjs';
import { systemNeeds } from './system-needs.mjs';
import { versionIn } from './versions.mjs';

const versionTimeoutMs = 20_000;
// Others may be installing too; apt waits this long for them.
const aptLockSeconds = 300;

/**
 * @typedef {object} SystemOptions
 * @property {NodeJS.ProcessEnv} [env]
 * @property {import('./report.mjs').Report} [report]
 * @property {boolean} [yes] install without asking
 * @property {boolean} [root] whether this process may install; by default whether it is root's
 * @property {AbortSignal} [signal]
 *
 * @typedef {object} FoundProgram
 * @property {string} need
 * @property {string} binDir
 * @property {string} version
 * @property {'path' | 'apt'} source
 *
 * @typedef {{ env: NodeJS.ProcessEnv, report: import('./report.mjs').Report, root: boolean,
 *   yes: boolean, signal?: AbortSignal }} Settings
 */

/**
 * Promises every needed program that is not optional, or throws `ToolchainFailure` (missing) naming
 * the command that installs what lacks. Optional ones that lack are given in `missing`. Repeatable.
 * @param {string[]} needs names of `systemNeeds`
 * @param {SystemOptions} [options]
 * @returns {Promise<{ found: FoundProgram[], missing: string[] }>}
 */
export async function ensureSystemPackages(needs, options = {}) {
  const env = options.env ?? process.env;
  const settings = {
    env,
    report: createReport({ env }),
    root: process.getuid?.() === 0,
    ...options,
    yes: options.yes === true || env.CI === 'true' || env.CINDERKIT_INSTALL === 'yes',
  };
  const before = needs.filter((need) => find(need, env) === undefined);
  if (before.length > 0 && (await mayInstall(before, settings))) await install(before, settings);
  const missing = needs.filter((need) => find(need, env) === undefined);
  for (const need of missing) settings.report.lack(need, lackText(need));
  if (missing.some((need) => needOf(need).optional === false))
    throw missingFailure(missing, settings);
  const present = needs.filter((need) => !missing.includes(need));
  const found = [];
  for (const need of present) found.push(await describe(need, before.includes(need), settings));
  return { found, missing };
}

/** @param {string} need @param {NodeJS.ProcessEnv} env */
const find = (need, env) => findProgram(needOf(need).command, { env, systemToo: true });

/** @param {string} need */
function needOf(need) {
  const known = systemNeeds[need];
  if (known !== undefined) return known;
  const names = Object.keys(systemNeeds).join(', ');
  throw new ToolchainFailure(`There is no need "${need}"; known are ${names}.`, exitCodes.usage);
}

/**
 * @param {string} need
 * @param {boolean} installed
 * @param {Settings} settings
 * @returns {Promise<FoundProgram>}
 */
async function describe(need, installed, { env, signal }) {
  const program = find(need, env) ?? '';
  const { output } = await run(program, needOf(need).versionArgs, {
    env,
    timeoutMs: versionTimeoutMs,
    ...(signal === undefined ? {} : { signal }),
  });
  const binDir = join(program, '..');
  const version = versionIn(output) ?? 'unknown';
  return { need, binDir, version, source: installed ? 'apt' : 'path' };
}

/** @param {string[]} needs @returns {string[]} */
const packagesOf = (needs) => [...new Set(needs.map((need) => needOf(need).debian))];

/** @param {string} need */
function lackText(need) {
  const { command, purpose, optional } = needOf(need);
  return `no ${command}${optional ? ' (optional)' : ''}, needed for ${purpose}`;
}

/**
 * @param {string[]} missing
 * @param {Settings} settings
 */
async function mayInstall(missing, { env, report, root, yes, signal }) {
  if (!root || findProgram('apt-get', { env }) === undefined) return false;
  if (yes) return true;
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return false;
  for (const need of missing) report.lack(need, lackText(need));
  const ask = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const question = `Install ${packagesOf(missing).join(' ')} with apt-get now? [Y/n] `;
    const answer = await ask.question(question, signal === undefined ? {} : { signal });
    return /^(y|yes|)$/i.test(answer.trim());
  } finally {
    ask.close();
  }
}

/**
 * Installs what can be; a package that cannot be had shows in what is missing afterwards.
 * @param {string[]} missing
 * @param {Settings} settings
 */
async function install(missing, settings) {
  const required = missing.filter((need) => !needOf(need).optional);
  const optional = missing.filter((need) => needOf(need).optional);
  if (!hasPackageLists()) await apt(['update'], settings);
  // Apart, so that an optional package that does not exist here cannot stop a required one.
  for (const needs of [required, ...optional.map((need) => [need])]) {
    if (needs.length === 0) continue;
    const args = ['install', '-y', '--no-install-recommends', ...packagesOf(needs)];
    if ((await apt(args, settings)) === 0) continue;
    // Old package lists name files that the mirror has no more.
    if ((await apt(['update'], settings)) === 0) await apt(args, settings);
  }
}

/**
 * @param {string[]} args
 * @param {Settings} settings
 */
async function apt(args, { env, report, signal }) {
  const logs = join(cacheFolder(env), 'logs');
  mkdirSync(logs, { recursive: true });
  const logFile = join(logs, 'apt.log');
  const progress = report.start(`apt-get ${args.join(' ')}`);
  const settings = ['-o', `DPkg::Lock::Timeout=${aptLockSeconds}`, '-o', 'Dpkg::Use-Pty=0'];
  const { code, output } = await run('apt-get', [...settings, ...args], {
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
    logFile,
    onText: (text) => progress.update(text.trimEnd().split('\n').at(-1) ?? ''),
    ...(signal === undefined ? {} : { signal }),
  }).finally(() => progress.end());
  if (code !== 0) {
    const last = output.trimEnd().split('\n').slice(-3).join('\n  ');
    report.line(`apt-get ${args.join(' ')} failed:\n  ${last}\n  The whole log: ${logFile}`);
  }
  return code;
}

function hasPackageLists() {
  try {
    return readdirSync('/var/lib/apt/lists').some((name) => name.endsWith('_Packages'));
  } catch {
    return false;
  }
}

/**
 * @param {string[]} missing
 * @param {Settings} settings
 */
function missingFailure(missing, { env, root }) {
  const packages = packagesOf(missing).join(' ');
  const commands = missing.map((need) => needOf(need).command).join(', ');
  const sudo = root ? '' : 'sudo ';
  const advice =
    findProgram('apt-get', { env }) === undefined
      ? `Install ${commands} with your system's package manager (Debian calls them: ${packages}).`
      : `Run: ${sudo}apt-get update && ${sudo}apt-get install -y ${packages}` +
        (root ? '\nor give --yes (or CINDERKIT_INSTALL=yes) to have that done.' : '');
  return new ToolchainFailure(`Not on this machine: ${commands}.\n${advice}`, exitCodes.missing);
}
