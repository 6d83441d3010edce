// A tool that is made once and kept in the cache. Invariants: what is there, pinned alike and whole
// (the stamp knows the files' sizes) is not made again; two processes do not make it at once; what
// could not be made leaves nothing but its log.

import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, installFolder, readStamp, withLock } from './cache.mjs';

/**
 * @typedef {object} CachedTool
 * @property {string} name of its folder in the cache, version included
 * @property {string} pins a digest of all that decides what is made
 * @property {readonly string[]} files those that must be there, below its folder
 * @property {NodeJS.ProcessEnv} env
 * @property {import('./report.mjs').Report} report
 * @property {AbortSignal} [signal]
 */

/**
 * Promises the tool's folder: the one in the cache, else the one that `make` fills. Throws what
 * `make` throws.
 * @param {CachedTool} tool
 * @param {(folder: string, logFile: string) => Promise<void>} make
 * @returns {Promise<{ folder: string, isNew: boolean }>}
 */
export async function ensureCached(tool, make) {
  const cache = cacheFolder(tool.env);
  const cached = () => {
    const folder = join(cache, tool.name);
    return stampFits(tool, folder) ? { folder, isNew: false } : undefined;
  };
  const { name, report, signal } = tool;
  const onWait = (/** @type {number} */ pid) =>
    report.line(`${name}: process ${pid} is getting tools; waiting for it`);
  return (
    cached() ??
    withLock(cache, { onWait, ...(signal === undefined ? {} : { signal }) }, async () => {
      // The other process may have made it while this one waited.
      const there = cached();
      if (there !== undefined) return there;
      const logFile = freshLog(cache, `${name}.log`);
      const folder = await installFolder(cache, name, async (partial) => {
        await make(partial, logFile);
        return stampOf(tool, partial);
      });
      return { folder, isNew: true };
    })
  );
}

/** @param {CachedTool} tool @param {string} folder */
function stampOf({ pins, files }, folder) {
  const size = (/** @type {string} */ name) =>
    statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 'absent';
  const sizes = Object.fromEntries(files.map((name) => [name, size(name)]));
  return { pins, platform: `${process.platform}-${process.arch}`, sizes };
}

/** @param {CachedTool} tool @param {string} folder */
function stampFits(tool, folder) {
  return JSON.stringify(readStamp(folder)) === JSON.stringify(stampOf(tool, folder));
}

/** @param {string} cache @param {string} name */
function freshLog(cache, name) {
  mkdirSync(join(cache, 'logs'), { recursive: true });
  const file = join(cache, 'logs', name);
  rmSync(file, { force: true });
  return file;
}
