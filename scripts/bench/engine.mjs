// An engine as its users run it: a process of its own, reached through its API with a token.
// Invariant: it is gone when the run ends; every answer that is not the expected one stops the
// benchmark.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait, setImmediate as nextTurn } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { parse } from 'yaml';
import { atEnd } from './ending.mjs';

const stopMs = 30_000;

/** Starts an engine in the foreground and resolves when it says that it is ready. */
export async function startEngine(bin, dataFolder, { env = {} } = {}) {
  const args = [bin, 'engine', 'start', '--data-dir', dataFolder, '--json'];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const ended = once(child, 'exit');
  const stop = atEnd(() => stopChild(child, ended));
  let complaints = '';
  child.stderr.on('data', (bytes) => (complaints += bytes));
  const first = await Promise.race([once(child.stdout, 'data'), ended.then(() => null)]);
  if (!first) throw new Error(`the engine did not start: ${complaints}`);
  child.stdout.resume();
  const told = JSON.parse(String(first[0]));
  if (told.error) throw new Error(`the engine did not start: ${told.error.message}`);
  return { url: told.url, pid: child.pid, dataFolder, stop };
}

async function stopChild(child, ended) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await ended;
  clearTimeout(late);
}

/** Logs in with the engine's clouds.yaml; the session's calls carry the token. */
export async function logIn(engine) {
  const dispatcher = new Agent({ connections: 4, keepAliveTimeout: 60_000 });
  const close = atEnd(() => dispatcher.destroy());
  const { auth } = parse(readFileSync(join(engine.dataFolder, 'clouds.yaml'), 'utf8')).clouds
    .cinderkit;
  const password = {
    user: { name: auth.username, domain: { name: 'Default' }, password: auth.password },
  };
  const project = { name: auth.project_name, domain: { name: 'Default' } };
  const identity = { methods: ['password'], password };
  const answer = await call(dispatcher, `${auth.auth_url}/auth/tokens`, {
    method: 'POST',
    body: { auth: { identity, scope: { project } } },
  });
  const token = answer.headers['x-subject-token'];
  const projectId = answer.body.token.project.id;
  const volumesUrl = `${engine.url}/volume/v3/${projectId}`;
  const ask = async (method, path, body) => {
    const headers = { 'x-auth-token': token, 'openstack-api-version': 'volume 3.64' };
    return call(dispatcher, `${volumesUrl}${path}`, { method, headers, body });
  };
  const askImage = async (id) => {
    const headers = { 'x-auth-token': token };
    const url = `${engine.url}/image/v2/images/${id}`;
    return (await call(dispatcher, url, { method: 'GET', headers })).body;
  };
  return { engine, token, projectId, volumesUrl, ask, askImage, close };
}

async function call(dispatcher, url, { method, headers = {}, body }) {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const reply = await request(url, {
    dispatcher,
    method,
    headers: { ...headers, ...type },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await reply.body.text();
  const { statusCode: status } = reply;
  if (status >= 400 && status !== 404) throw new Error(`${method} ${url}: ${status} ${text}`);
  return { status, headers: reply.headers, body: text === '' ? null : JSON.parse(text), text };
}

/** Lets the project have as much as a benchmark wants. */
export async function liftQuotas(session) {
  const names = ['volumes', 'snapshots', 'gigabytes', 'backups', 'backup_gigabytes'];
  const quota = Object.fromEntries(names.map((name) => [name, -1]));
  await session.ask('PUT', `/os-quota-sets/${session.projectId}`, { quota_set: quota });
}

/** Makes a thing (`noun` as in `volume`) and resolves with it when it is available. */
export async function makeThing(session, noun, properties, { pauseMs = 0 } = {}) {
  const made = await session.ask('POST', `/${noun}s`, { [noun]: properties });
  return untilSettled(session, noun, { id: made.body[noun].id, pauseMs });
}

/**
 * Looks again and again until the thing is available; an error status throws. Without a pause it
 * tells the moment best; with one it leaves the engine alone.
 */
async function untilSettled(session, noun, { id, pauseMs }) {
  for (;;) {
    const { body, headers, status } = await session.ask('GET', `/${noun}s/${id}`);
    if (status === 404) throw new Error(`${noun} ${id} has vanished`);
    const thing = body[noun];
    if (thing.status === 'available') return { ...thing, bytes: headers['x-cinderkit-bytes'] };
    if (thing.status.startsWith('error')) {
      throw new Error(`${noun} ${id} went to ${thing.status}: ${thing.fail_reason ?? ''}`);
    }
    await (pauseMs > 0 ? wait(pauseMs) : nextTurn());
  }
}

/** Deletes a thing and resolves when it is gone. */
export async function removeThing(session, noun, id) {
  await session.ask('DELETE', `/${noun}s/${id}`);
  while ((await session.ask('GET', `/${noun}s/${id}`)).status !== 404) await nextTurn();
}

/** Makes a volume type whose volumes lie in the pool of that backend name. */
export async function makeType(session, backend) {
  const { body } = await session.ask('POST', '/types', {
    volume_type: { name: `bench-${backend}`, extra_specs: { volume_backend_name: backend } },
  });
  return body.volume_type.name;
}

/** Memory of a process in MiB: resident, and its share of what it shares with others. */
export function memoryOf(pid) {
  const value = (file, key) => {
    const [, kib] = readFileSync(`/proc/${pid}/${file}`, 'utf8').match(`${key}:\\s+(\\d+) kB`);
    return Number(kib) / 1024;
  };
  let shareMib = null;
  try {
    shareMib = value('smaps_rollup', 'Pss');
  } catch {
    // Not readable for everybody, nor on every kernel.
  }
  return { residentMib: value('status', 'VmRSS'), shareMib };
}
