// Finds and ends tools that an engine left running when it was killed: they hold locks on files
// that the next engine needs. Invariant: only a process that carries the mark of a dead engine and
// names the folder is ended; a tool of a living engine, or of the user, is left alone.
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { errnoOf } from './error-facts';

const markName = 'CINDERKIT_ENGINE_PID';
const termLimitMs = 10_000;
const endLimitMs = 20_000;
const pauseMs = 5;

/** What every tool gets: the engine's mark, and English messages whatever the user's language. */
export function toolEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C', LANGUAGE: 'C', [markName]: String(process.pid) };
}

/**
 * Ends what a dead engine left at work on files below a folder, waits until it is gone, and says
 * what it was. Block servers flush first. Needs /proc (Linux); elsewhere it finds nothing.
 * Repeatable.
 */
export async function endLeftTools(folder: string): Promise<string[]> {
  const ended: string[] = [];
  for (const { pid, command } of await findLeftTools(folder)) {
    signal(pid, 'SIGTERM');
    for (let waitedMs = 0; await isStill(pid, command); waitedMs += pauseMs) {
      if (waitedMs === termLimitMs) signal(pid, 'SIGKILL');
      if (waitedMs >= endLimitMs) break;
      await pause(pauseMs);
    }
    ended.push(command);
  }
  return ended;
}

async function findLeftTools(folder: string): Promise<{ pid: number; command: string }[]> {
  const names = await readdir('/proc').catch(() => []);
  const found: { pid: number; command: string }[] = [];
  for (const name of names) {
    const pid = Number(name);
    if (!Number.isSafeInteger(pid)) continue;
    const command = await commandOf(pid);
    // The cheap look first: few processes name the folder.
    if (!command.includes(folder)) continue;
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    const engine = new RegExp(`(?:^|\\0)${markName}=(\\d+)`).exec(environment)?.[1];
    if (engine !== undefined && !(await isAlive(Number(engine)))) found.push({ pid, command });
  }
  return found;
}

async function commandOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return text.replaceAll('\0', ' ').trim();
}

async function isStill(pid: number, command: string): Promise<boolean> {
  return (await commandOf(pid)) === command;
}

async function isAlive(pid: number): Promise<boolean> {
  // A killed engine that its parent has not yet taken note of still answers to signals.
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  if (stat.includes(') Z ')) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself between two looks: that is what was wanted.
  }
}
