// The peer's processes. Invariants: a process is only ever ended when it is the very one that was
// started here (pid and start time agree) or carries this peer's folder in its environment; what was
// started is written down before it is waited for, so that an interrupted start can be cleaned up.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { address } from './layout.mjs';

const pollMs = 100;
const stopTimeoutMs = 20_000;
const ownerVariable = 'CINDERKIT_OPENSTACK_PEER';

/** The environment of the peer's processes: the system's programs, and no proxy to the loopback. */
export function daemonEnvironment(layout) {
  return {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: join(layout.run, 'tmp'),
    TMPDIR: join(layout.run, 'tmp'),
    LC_ALL: 'C.UTF-8',
    no_proxy: `${address},localhost`,
    [ownerVariable]: layout.folder,
  };
}

/** Starts `command` in a session of its own unless it runs already; output goes to the log folder. */
export async function startDaemon(layout, name, { command, args, env = {}, port }) {
  if (pidOf(layout, name) !== null) return false;
  if (port !== undefined && (await isListening(port))) {
    throw new Error(
      `${name} cannot be started: another program listens on ${address}:${port}. ` +
        'Stop it, or give PORT_OFFSET (for example 1000) to move all ports of the peer.',
    );
  }
  const log = openSync(join(layout.log, `${name}.log`), 'a');
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...daemonEnvironment(layout), ...env },
    cwd: layout.run,
  });
  closeSync(log);
  await new Promise((done, failed) => child.once('spawn', done).once('error', failed));
  const record = { pid: child.pid, startTicks: processFacts(child.pid)?.startTicks ?? null };
  writeFileSync(recordFile(layout, name), JSON.stringify(record));
  child.unref();
  return true;
}

/** Ends a daemon and all of its process group: asked first, forced after 20 seconds. Repeatable. */
export async function stopDaemon(layout, name) {
  const pid = pidOf(layout, name);
  if (pid !== null) {
    signalProcess(pid, 'SIGTERM');
    const ended = await becomes(() => pidOf(layout, name) === null, stopTimeoutMs);
    // The leader's session is ours, so its group is too: workers that outlived it end here.
    if (!ended || groupMembers(pid).length > 0) signalProcess(-pid, 'SIGKILL');
    await becomes(() => groupMembers(pid).length === 0, stopTimeoutMs);
  }
  rmSync(recordFile(layout, name), { force: true });
}

/** Names of the daemons that were started here and not stopped yet. */
export function recordedDaemons({ run }) {
  if (!existsSync(run)) return [];
  return readdirSync(run)
    .filter((name) => name.endsWith('.daemon'))
    .map((name) => name.slice(0, -'.daemon'.length));
}

/** Ends processes of this peer that left their daemon's group; throws where one will not end. */
export async function sweepProcesses(layout) {
  for (const pid of strayProcesses(layout)) signalProcess(pid, 'SIGKILL');
  if (await becomes(() => strayProcesses(layout).length === 0, stopTimeoutMs)) return;
  throw new Error(`processes of the peer would not end: ${strayProcesses(layout).join(', ')}`);
}

/** Pids that carry this peer's folder in their environment or read a settings file of it. */
export function strayProcesses({ folder, etc }) {
  return processIds().filter((pid) => {
    if (pid === process.pid || processFacts(pid) === null) return false;
    const environment = readProcess(pid, 'environ').split('\0');
    if (environment.includes(`${ownerVariable}=${folder}`)) return true;
    return readProcess(pid, 'cmdline').includes(`${etc}/`);
  });
}

/**
 * Waits until `condition` gives true; throws at once where `daemon` has ended, or after
 * `timeoutMs`, with the last lines of its log. An error of the condition counts as "not yet".
 */
export async function waitUntil(layout, what, condition, options = {}) {
  const { daemon, timeoutMs = 120_000, signal } = options;
  const deadline = Date.now() + timeoutMs;
  let why = '';
  for (;;) {
    signal?.throwIfAborted();
    try {
      if (await condition()) return;
    } catch (error) {
      why = ` (${error.message})`;
    }
    if (daemon !== undefined && pidOf(layout, daemon) === null) {
      throw new Error(`${daemon} ended before ${what}.${logTail(layout, daemon)}`);
    }
    if (Date.now() > deadline) {
      throw new Error(
        `waited ${timeoutMs / 1000} s in vain for ${what}${why}.${logTail(layout, daemon)}`,
      );
    }
    await delay(pollMs);
  }
}

/** Whether something accepts connections on a port of the loopback address. */
export function isListening(port) {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const answer = (is) => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}

function pidOf(layout, name) {
  const file = recordFile(layout, name);
  if (!existsSync(file)) return null;
  const { pid, startTicks } = JSON.parse(readFileSync(file, 'utf8'));
  const facts = processFacts(pid);
  return facts !== null && facts.startTicks === startTicks ? pid : null;
}

/** What the kernel says of a process; null where it is gone or waits to be reaped. */
function processFacts(pid) {
  const text = readProcess(pid, 'stat');
  // The name in parentheses may hold anything, so fields are counted from its end (proc(5)).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (text === '' || fields[0] === 'Z') return null;
  return { group: Number(fields[2]), startTicks: Number(fields[19]) };
}

function groupMembers(group) {
  return processIds().filter((pid) => processFacts(pid)?.group === group);
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

function signalProcess(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended between being seen and being signalled, which is what was wanted.
  }
}

async function becomes(condition, timeoutMs) {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (condition()) return true;
    await delay(pollMs);
  }
  return condition();
}

function logTail({ log }, daemon) {
  const file = join(log, `${daemon}.log`);
  if (daemon === undefined || !existsSync(file)) return '';
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-5);
  return ` Last lines of ${file}:\n  ${lines.join('\n  ')}`;
}

function recordFile({ run }, name) {
  return join(run, `${name}.daemon`);
}
