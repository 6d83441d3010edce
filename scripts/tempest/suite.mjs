// Runs stestr and gathers how each test went. Invariant: the suite's processes are in a group of
// their own and all gone when a run has resolved, also one that took too long or was interrupted.
import { spawn } from 'node:child_process';
import { PacketReader } from './subunit.mjs';

/**
 * @typedef {object} Result
 * @property {string} id without the attributes in brackets that stestr adds
 * @property {'passed' | 'failed' | 'skipped'} outcome
 * @property {number} seconds
 * @property {string} reason of a failure or a skip, whole; empty for a pass
 * @property {string} request the last one that the test sent, as `404 POST /path`; may be empty
 */

const outcomes = { success: 'passed', xfail: 'passed', fail: 'failed', skip: 'skipped' };

/** Ids of the tests that `regex` chooses, without the `except`ed ones. Call first, and once. */
export async function listTests(run) {
  await stestr(['init'], run);
  const { text } = await stestr(['list', ...selection(run)], run);
  return text
    .split('\n')
    .filter((line) => line.includes('.'))
    .map(plainId);
}

/** Runs the tests; `onResult` hears each as it ends. Fails where stestr could not run them. */
export async function runTests(run, onResult) {
  const reader = new PacketReader();
  const tests = new Map();
  const onBytes = (bytes) => {
    for (const packet of reader.push(bytes)) note(tests, packet, onResult);
  };
  const args = ['run', '--subunit', '--concurrency', String(run.concurrency), ...selection(run)];
  const { isLate } = await stestr(args, { ...run, onBytes });
  if (!isLate) reader.end();
  return { results: [...tests.values()].flatMap(({ result }) => result ?? []), isLate };
}

function selection({ regex, except }) {
  return [...(except.length > 0 ? ['--exclude-regex', except.join('|')] : []), regex];
}

function plainId(id) {
  return id.trim().replace(/\[[^\]]*\]$/, '');
}

function note(tests, packet, onResult) {
  if (packet.id === '' || packet.status === 'exists') return;
  const known = tests.get(packet.id) ?? {
    id: plainId(packet.id),
    startedAt: packet.atSeconds,
    details: {},
  };
  tests.set(packet.id, known);
  if (packet.detail !== null) {
    const { name, text } = packet.detail;
    known.details[name] = (known.details[name] ?? '') + text;
  }
  if (packet.status === '' || packet.status === 'inprogress') return;
  known.outcome = outcomes[packet.status] ?? 'failed';
  known.seconds = (packet.atSeconds ?? 0) - (known.startedAt ?? packet.atSeconds ?? 0);
  const { details, ...result } = known;
  known.result = { ...result, reason: reasonOf(known), request: lastRequest(details) };
  onResult(known.result);
}

/** The tests log each request with its status. */
function lastRequest(details) {
  const log = details["pythonlogging:''"] ?? '';
  const requests = [...log.matchAll(/Request \([^)]*\): (\d{3} [A-Z]+) https?:\/\/[^/]+(\S+)/g)];
  const [, statusAndMethod, path] = requests.at(-1) ?? [];
  return path === undefined ? '' : `${statusAndMethod} ${path}`;
}

/** What went wrong: the traceback; for a skip its reason. The captured logs are left out. */
function reasonOf({ outcome, details }) {
  if (outcome === 'passed') return '';
  if (outcome === 'skipped') return details.reason ?? '';
  const tracebacks = Object.entries(details).filter(([name]) => name.startsWith('traceback'));
  return tracebacks.map(([, text]) => text).join('\n') || 'no traceback was given';
}

/** One run of stestr in the work folder; `text` is its output where nobody listens. */
async function stestr(args, { stestr: program, folder, env, limitMs, signal, onBytes }) {
  signal?.throwIfAborted();
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...withoutSettings(process.env), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let [isLate, complaints, text, broken] = [false, '', '', undefined];
  const stop = () => endGroup(child.pid);
  const timer = setTimeout(() => {
    isLate = true;
    stop();
  }, limitMs);
  signal?.addEventListener('abort', stop);
  child.stderr.on('data', (bytes) => (complaints = (complaints + bytes).slice(-4096)));
  child.stdout.on('data', (bytes) => {
    if (onBytes === undefined) text += bytes;
    else if (broken === undefined) broken = attempt(() => onBytes(bytes), stop);
  });
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  }).finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    // A worker may outlive stestr itself.
    stop();
  });
  signal?.throwIfAborted();
  if (broken !== undefined) throw broken;
  // Of a run, 1 means that tests failed.
  const isDone = code === 0 || (onBytes !== undefined && code === 1);
  if (!isLate && !isDone) {
    throw new Error(`stestr ${args[0]} ended with ${code}:\n${complaints.trimEnd()}`);
  }
  return { text, isLate };
}

/** Runs `act`; gives its error, after which `stop` was called. */
function attempt(act, stop) {
  try {
    act();
    return undefined;
  } catch (error) {
    stop();
    return error;
  }
}

// A cloud, a proxy or a Python of the user's must not reach the suite.
function withoutSettings(env) {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(OS_|PYTHON|https?_proxy$|all_proxy$)/i.test(name)),
  );
}

function endGroup(pid) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone, which is what was wanted.
  }
}
