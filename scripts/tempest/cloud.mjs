// The engine that the suite is played against: a process of its own, two pools on two drivers, an
// image with bytes. Invariant: nothing of it is left when `stop` has resolved.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

const startMs = 60_000;
const stopMs = 30_000;
const requestMs = 30_000;
const imageMib = 16;

/** Names by which the suite's volume types ask for the two pools; the first is the usual one. */
export const backendNames = ['tempest-raw', 'tempest-qcow2'];

const settings = {
  pools: [
    { name: 'raw', driver: 'raw-file', volumeBackendName: backendNames[0] },
    { name: 'qcow2', driver: 'qcow2', volumeBackendName: backendNames[1] },
  ],
};

/** Starts an engine with the data folder `folder`; resolves when it serves, fails in a minute. */
export async function startCloud({ bin, folder }) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'engine.yaml'), stringify(settings));
  const args = [bin, 'engine', 'start', '--data-dir', folder, '--port', '0', '--json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  const stop = () => stopChild(child, ended);
  let complaints = '';
  child.stderr.on('data', (bytes) => (complaints += bytes));
  const late = setTimeout(() => child.kill('SIGKILL'), startMs);
  const first = await Promise.race([once(child.stdout, 'data'), ended.then(() => null)]);
  clearTimeout(late);
  const told = first === null ? {} : JSON.parse(String(first[0]));
  if (told.url === undefined) {
    await stop();
    throw new Error(`the engine did not start: ${told.error?.message ?? complaints}`);
  }
  child.stdout.resume();
  const { auth } = parse(readFileSync(join(folder, 'clouds.yaml'), 'utf8')).clouds.cinderkit;
  return { url: told.url, auth, isAlive: () => isAlive(child), stop };
}

function isAlive(child) {
  return child.exitCode === null && child.signalCode === null;
}

async function stopChild(child, ended) {
  if (!isAlive(child)) return;
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await ended;
  clearTimeout(late);
}

/** Makes a public image with bytes, as the suite wants one; resolves to its id. */
export async function makeImage(cloud) {
  const token = await logIn(cloud);
  const images = `${cloud.url}/image/v2/images`;
  const wish = {
    name: 'tempest-image',
    visibility: 'public',
    disk_format: 'raw',
    container_format: 'bare',
  };
  const made = await ask('POST', images, { token, json: wish });
  const { id } = await made.json();
  await ask('PUT', `${images}/${id}/file`, { token, bytes: randomBytes(imageMib * 2 ** 20) });
  return id;
}

async function logIn({ auth }) {
  const user = { name: auth.username, domain: { name: 'Default' }, password: auth.password };
  const project = { name: auth.project_name, domain: { name: 'Default' } };
  const identity = { methods: ['password'], password: { user } };
  const json = { auth: { identity, scope: { project } } };
  const reply = await ask('POST', `${auth.auth_url}/auth/tokens`, { json });
  return reply.headers.get('x-subject-token');
}

async function ask(method, url, { token, json, bytes }) {
  const type = json === undefined ? 'application/octet-stream' : 'application/json';
  const headers = { 'content-type': type, ...(token ? { 'x-auth-token': token } : {}) };
  const body = json === undefined ? bytes : JSON.stringify(json);
  const signal = AbortSignal.timeout(requestMs);
  const reply = await fetch(url, { method, headers, body, signal });
  if (!reply.ok) throw new Error(`${method} ${url}: ${reply.status} ${await reply.text()}`);
  return reply;
}
