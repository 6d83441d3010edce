// Finds and runs programs. Invariants: nothing goes through a shell, so no name or path can be read
// as a command; a program that is stopped takes its children with it (own process group), so an
// interrupted build leaves no compiler running.

import { spawn } from 'node:child_process';
import { accessSync, constants, createWriteStream, statSync } from 'node:fs';
import { setPriority } from 'node:os';
import { delimiter, join } from 'node:path';

// File-system tools live here, and ordinary users on Debian do not have it on their PATH.
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/**
 * Path of a program on PATH (or in the system folders, when asked), undefined when absent.
 * @param {string} name
 * @param {{ env?: NodeJS.ProcessEnv, systemToo?: boolean }} [options]
 * @returns {string | undefined}
 */
export function findProgram(name, { env = process.env, systemToo = false } = {}) {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...folders, ...(systemToo ? systemFolders : [])]
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/**
 * Whether a path is a file that may be executed.
 * @param {string} path
 * @returns {boolean}
 */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Runs a program to its end. Does not reject for a program's own failure: look at `code` (null when
 * it was killed or could not be started). `output` is stdout and stderr as they came, the last
 * 64 KiB; `stdout` is apart. With `logFile` everything also goes there.
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, logFile?: string, timeoutMs?: number,
 *   background?: boolean, signal?: AbortSignal, onText?: (text: string) => void }} [options]
 * @returns {Promise<{ code: number | null, output: string, stdout: string }>}
 */
export async function run(program, args, options = {}) {
  const { env = process.env, cwd, logFile, timeoutMs, signal } = options;
  signal?.throwIfAborted();
  const child = spawn(program, args, {
    env,
    cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (options.background === true) lowerPriority(child.pid);
  const log = logFile === undefined ? undefined : createWriteStream(logFile, { flags: 'a' });
  const heard = listen(child, log, options.onText);
  const stop = () => stopGroup(child.pid);
  const timer = timeoutMs === undefined ? undefined : setTimeout(stop, timeoutMs);
  signal?.addEventListener('abort', stop);
  try {
    const code = await new Promise((resolve) => {
      child.on('error', (error) => {
        heard.output += `${error.message}\n`;
        resolve(null);
      });
      child.on('close', resolve);
    });
    signal?.throwIfAborted();
    return { code, ...heard };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    if (log !== undefined) await new Promise((resolve) => log.end(resolve));
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {import('node:fs').WriteStream | undefined} log
 * @param {((text: string) => void) | undefined} onText
 */
function listen(child, log, onText) {
  const heard = { output: '', stdout: '' };
  const keep = (/** @type {'stdout' | 'stderr'} */ from) => (/** @type {Buffer} */ bytes) => {
    const text = bytes.toString('utf8');
    heard.output = (heard.output + text).slice(-65_536);
    if (from === 'stdout') heard.stdout = (heard.stdout + text).slice(-65_536);
    log?.write(text);
    onText?.(text);
  };
  child.stdout?.on('data', keep('stdout'));
  child.stderr?.on('data', keep('stderr'));
  return heard;
}

/** @param {number | undefined} pid */
function stopGroup(pid) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone, which is what was wanted.
  }
}

/** @param {number | undefined} pid */
function lowerPriority(pid) {
  if (pid === undefined) return;
  try {
    setPriority(pid, 10);
  } catch {
    // A courtesy to the machine's user; a build at normal priority is as correct.
  }
}
