// The folder where built and downloaded tools are kept, outside node_modules and the checkout.
// Invariant: a folder under its final name is complete. Work happens under a `.partial-` name and
// is renamed at the end, after the stamp file was written, so an interrupted build leaves nothing
// that looks like a tool; and only one process builds at a time.

import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const stampName = 'stamp.json';
const partialPrefix = '.partial-';
const heartbeatMs = 5_000;
// A holder on another machine (shared home folder) cannot be asked whether it lives.
const silentHolderMs = 60_000;
const lockPollMs = 500;

/**
 * The toolchain's folder: `$CINDERKIT_CACHE`, else `$XDG_CACHE_HOME/cinderkit`, else
 * `~/.cache/cinderkit`, and in it `toolchain`. Made when absent.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string}
 */
export function cacheFolder(env = process.env) {
  const base = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = resolve(env.CINDERKIT_CACHE || join(base, 'cinderkit'), 'toolchain');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * The stamp of a finished folder, undefined when there is none or it cannot be read.
 * @param {string} folder
 * @returns {Record<string, unknown> | undefined}
 */
export function readStamp(folder) {
  try {
    const stamp = JSON.parse(readFileSync(join(folder, stampName), 'utf8'));
    return typeof stamp === 'object' && stamp !== null ? stamp : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Makes `<cache>/<name>`: lets `fill` write into a folder aside, then stamps and renames it.
 * What stood under the name before is replaced. When `fill` fails, nothing of it is left. Call it
 * under `withLock`.
 * @param {string} cache
 * @param {string} name
 * @param {(folder: string) => Promise<Record<string, unknown>>} fill gives the stamp's content
 * @returns {Promise<string>} the finished folder
 */
export async function installFolder(cache, name, fill) {
  removePartials(cache);
  const partial = join(cache, `${partialPrefix}${name}-${randomUUID()}`);
  mkdirSync(partial);
  try {
    const stamp = await fill(partial);
    writeFileSync(join(partial, stampName), `${JSON.stringify(stamp, undefined, 2)}\n`);
    const final = join(cache, name);
    // Two renames: a reader sees the old folder, none, or the new one, never a half of each.
    retire(cache, final);
    renameSync(partial, final);
    return final;
  } finally {
    removePartials(cache);
  }
}

/**
 * Runs `work` while no other process that uses this cache does. Waits as long as the other lives,
 * calling `onWait` once with its process id; takes over from one that died.
 * @template T
 * @param {string} cache
 * @param {{ onWait?: (holderPid: number) => void, signal?: AbortSignal }} options
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(cache, { onWait, signal }, work) {
  const lock = join(cache, '.lock');
  let waited = false;
  while (!takeLock(lock)) {
    const holder = readHolder(lock);
    if (holder !== undefined && !isAlive(lock, holder)) dropStale(lock, holder);
    else {
      if (!waited && holder !== undefined) onWait?.(holder.pid);
      waited = true;
      await pause(lockPollMs, undefined, { signal });
    }
  }
  const heartbeat = setInterval(() => touch(lock), heartbeatMs);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    rmSync(lock, { force: true });
  }
}

/** @param {string} lock */
function takeLock(lock) {
  const own = `${lock}-${randomUUID()}`;
  const holder = { pid: process.pid, host: hostname(), started: startOf(process.pid) };
  writeFileSync(own, JSON.stringify(holder));
  try {
    // link(2) fails when the name exists, and the name never holds a half-written file.
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/**
 * @typedef {{ pid: number, host: string, started: string | undefined, text: string }} Holder
 * @param {string} lock
 * @returns {Holder | undefined}
 */
function readHolder(lock) {
  try {
    const text = readFileSync(lock, 'utf8');
    return { ...JSON.parse(text), text };
  } catch {
    return undefined;
  }
}

/**
 * @param {string} lock
 * @param {Holder} holder
 */
function isAlive(lock, holder) {
  if (holder.host !== hostname()) return ageMs(lock) < silentHolderMs;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH') return false;
  }
  // The same number may belong to a later process by now.
  const started = startOf(holder.pid);
  return holder.started === undefined || started === undefined || started === holder.started;
}

/**
 * Removes a dead holder's lock. Two waiters may both come here: the rename has one winner, and a
 * live lock that was caught by mistake is put back. Should that fail too, two processes build at
 * once, which costs time only: the finished folder appears by rename.
 * @param {string} lock
 * @param {Holder} dead
 */
function dropStale(lock, dead) {
  const aside = `${lock}-${randomUUID()}`;
  try {
    renameSync(lock, aside);
    if (readFileSync(aside, 'utf8') !== dead.text) linkSync(aside, lock);
  } catch {
    // Another waiter was first.
  } finally {
    rmSync(aside, { force: true });
  }
}

/** @param {number} pid @returns {string | undefined} clock ticks since boot, on Linux alone */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** @param {string} path */
function ageMs(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

/** @param {string} path */
function touch(path) {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Taken away by hand; the work itself does not depend on it.
  }
}

/** @param {string} cache @param {string} folder */
function retire(cache, folder) {
  try {
    renameSync(folder, join(cache, `${partialPrefix}old-${randomUUID()}`));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
  }
}

/** @param {string} cache */
function removePartials(cache) {
  for (const name of readdirSync(cache)) {
    if (name.startsWith(partialPrefix)) rmSync(join(cache, name), { recursive: true, force: true });
  }
}
