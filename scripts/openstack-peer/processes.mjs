// Looks at processes and ends them, by what the kernel says of each. Invariant: only pids that were
// just seen to be meant are signalled; one that is gone already is what was wanted.
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 100;
const endTimeoutMs = 20_000;

/** Group and start time of a process; null where it is gone or waits to be reaped. */
export function processFacts(pid) {
  const text = readProcess(pid, 'stat');
  // The name in parentheses may hold anything, so fields are counted from its end (proc(5)).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (text === '' || fields[0] === 'Z') return null;
  return { group: Number(fields[2]), startTicks: Number(fields[19]) };
}

/** Pids of live processes other than this one for which `isMeant(environment, commandLine)`. */
export function findProcesses(isMeant) {
  return processIds().filter((pid) => {
    if (pid === process.pid || processFacts(pid) === null) return false;
    return isMeant(readProcess(pid, 'environ').split('\0'), readProcess(pid, 'cmdline'));
  });
}

/** Pids of live processes of a group. */
export function groupMembers(group) {
  return processIds().filter((pid) => processFacts(pid)?.group === group);
}

/** Kills what `find` gives until it gives nothing; throws where that does not come to pass. */
export async function endProcesses(find) {
  for (const pid of find()) signalProcess(pid, 'SIGKILL');
  if (await becomes(() => find().length === 0, endTimeoutMs)) return;
  throw new Error(`these processes would not end: ${find().join(', ')}`);
}

/** Signals a process, or with a negative pid a group. */
export function signalProcess(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended between being seen and being signalled.
  }
}

/** Whether `condition` gives true before `timeoutMs` have passed. */
export async function becomes(condition, timeoutMs) {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (await condition()) return true;
    await delay(pollMs);
  }
  return condition();
}

function processIds() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function readProcess(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
