// Processes that a test started, found by where they run: a killed CLI leaves its helpers behind in
// process groups of their own, and no test may leave one alive.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** Pids of live processes whose folder or command line lies in `folder`, but for this process. */
export function processesIn(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => belongsTo(pid, folder))
    .map(Number);
}

function belongsTo(pid: string, folder: string): boolean {
  try {
    if (readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')) return false;
    const cwd = readlinkSync(`/proc/${pid}/cwd`);
    if (cwd === folder || cwd.startsWith(`${folder}/`)) return true;
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
  } catch {
    return false;
  }
}

/** Ends every process of `folder` with SIGKILL and waits until none is left. Repeatable. */
export async function killProcessesIn(folder: string): Promise<void> {
  await eventually(`processes of ${folder} to end`, () => {
    const pids = processesIn(folder);
    for (const pid of pids) endNow(pid);
    return pids.length === 0;
  });
}

/** Ends a process with SIGKILL; one that has ended already is as good. */
export function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended between being seen and being killed: that is what was asked for.
  }
}

/**
 * Waits until `condition` gives something truthy, and returns it. Fails, saying what was waited
 * for, after `timeoutMs`. An error thrown by the condition counts as not yet.
 */
export async function eventually<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeoutMs = 30_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const value = await condition();
      if (value) return value;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited ${timeoutMs} ms in vain for ${what}`, { cause: last });
}
