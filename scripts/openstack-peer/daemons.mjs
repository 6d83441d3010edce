// The peer's services as processes. Invariants: a process is only ended when it is the very one
// that was started here (pid and start time agree) or carries this peer's folder in its
// environment; what was started is written down before it is waited for, so an interrupted start
// can be cleaned up.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { address } from './layout.mjs';
import { becomes, endProcesses, findProcesses } from './processes.mjs';
import { groupMembers, processFacts, signalProcess } from './processes.mjs';

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

/** Starts `command` in a session of its own unless it runs; its output goes to the log folder. */
export async function startDaemon(layout, name, { command, args, env = {}, port }) {
  if (pidOf(layout, name) !== null) return;
  if (port !== undefined && (await isListening(port))) {
    throw new Error(
      `${name} cannot be started: another program listens on ${address}:${port}. ` +
        'Stop it, or give PORT_OFFSET (for example 2000) to move all ports of the peer.',
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
  await new Promise((done, failed) => {
    child.once('spawn', done);
    child.once('error', failed);
  });
  const record = { pid: child.pid, startTicks: processFacts(child.pid)?.startTicks ?? null };
  writeFileSync(recordFile(layout, name), JSON.stringify(record));
  child.unref();
}

/** Ends a daemon and all of its process group: asked first, forced after 20 seconds. Repeatable. */
export async function stopDaemon(layout, name) {
  const pid = pidOf(layout, name);
  if (pid !== null) {
    signalProcess(pid, 'SIGTERM');
    await becomes(() => pidOf(layout, name) === null, stopTimeoutMs);
    // The leader's session is ours, so its group is too: workers that outlive it end here.
    await endProcesses(() => groupMembers(pid));
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
export async function sweepProcesses({ folder, etc }) {
  const mark = `${ownerVariable}=${folder}`;
  // sudo clears the environment, but its child's command line names our settings file.
  const isOurs = (environment, commandLine) =>
    environment.includes(mark) || commandLine.includes(`${etc}/`);
  await endProcesses(() => findProcesses(isOurs));
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
    const tail = logTail(layout, daemon);
    if (daemon !== undefined && pidOf(layout, daemon) === null) {
      throw new Error(`${daemon} ended before ${what}.${tail}`);
    }
    if (Date.now() > deadline) {
      throw new Error(`waited ${timeoutMs / 1000} s in vain until ${what}${why}.${tail}`);
    }
    await delay(pollMs, undefined, { signal });
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

function logTail({ log }, daemon) {
  const file = join(log, `${daemon}.log`);
  if (daemon === undefined || !existsSync(file)) return '';
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-5);
  return ` Last lines of ${file}:\n  ${lines.join('\n  ')}`;
}

function recordFile({ run }, name) {
  return join(run, `${name}.daemon`);
}
