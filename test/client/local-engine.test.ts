// Finding or starting the bundled engine: once, by whoever comes first, and with a reason where it
// cannot be. The engine is a stand-in with the same contract (pretend-engine.cjs).
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../provider/client/connect';
import { localEngine } from '../../provider/client/local-engine';
import { engineFile } from '../../schema/wire/engine-folder';
import { volumeRoutes } from '../../schema/wire/volumes';
import { notRun } from '../support/not-run';

let projectFolder: string;
let dataFolder: string;

beforeEach(async () => {
  projectFolder = await mkdtemp(join(tmpdir(), 'cinderkit-local-'));
  dataFolder = join(projectFolder, '.cinderkit', 'engine');
});

afterEach(async () => {
  const engine = await runningPid();
  if (engine !== null) end(engine);
  await rm(projectFolder, { recursive: true, force: true });
});

const failure = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: unknown) => error,
  );

const find = (more: Record<string, string> = {}, options = {}) =>
  localEngine({
    projectFolder,
    env: {
      ...process.env,
      CINDERKIT_ENGINE_CLI: join(__dirname, 'pretend-engine.cjs'),
      ...more,
    },
    timeoutMs: 20_000,
    ...options,
  });

async function runningPid(): Promise<number | null> {
  const text = await readFile(join(dataFolder, 'engine.json'), 'utf8').catch(() => null);
  const pid = text === null ? undefined : engineFile.safeParse(JSON.parse(text)).data?.pid;
  return pid ?? null;
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

async function starts(): Promise<number> {
  const text = await readFile(join(dataFolder, 'starts'), 'utf8').catch(() => '');
  return text.split('\n').length - 1;
}

test('an engine is started where none runs, and found the next time', async () => {
  const first = await find();
  expect(first.authUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/identity\/v3$/);
  expect(first.login).toMatchObject({ method: 'password', user: { name: 'admin' } });
  expect(first.origin).toContain(join(dataFolder, 'clouds.yaml'));
  expect((await find()).authUrl).toBe(first.authUrl);
  expect(await starts()).toBe(1);
});

test('several callers at once get the same engine', async () => {
  const found = await Promise.all([find(), find(), find()]);
  expect(new Set(found.map(({ authUrl }) => authUrl)).size).toBe(1);
});

test('what a dead engine left does not lead astray, even if its port serves another', async () => {
  const other = createServer((_request, response) => {
    response.end(JSON.stringify({ status: 'ready', instanceId: 'another', version: '1' }));
  });
  await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  await mkdir(dataFolder, { recursive: true });
  const left = { version: '1', pid: 2 ** 30, url, startedAt: '', instanceId: 'dead' };
  await writeFile(join(dataFolder, 'engine.json'), JSON.stringify(left));
  const found = await find();
  other.closeAllConnections();
  await new Promise((closed) => other.close(closed));
  expect(found.authUrl).not.toContain(url);
});

test('a half-written engine.json counts as none', async () => {
  await mkdir(dataFolder, { recursive: true });
  await writeFile(join(dataFolder, 'engine.json'), '{"version": "1", "pi');
  expect((await find()).authUrl).toContain('/identity/v3');
});

test('an engine that cannot start says why, and where its log is', async () => {
  const error = await failure(find({ PRETEND: 'fail' }));
  expect(error).toMatchObject({ code: 'engineDidNotStart' });
  expect(String(error)).toContain('the pool raw is not writable');
  expect(String(error)).toContain(join(dataFolder, 'engine.log'));
});

test('an engine that does not get ready is given up in time', async () => {
  const error = await failure(find({}, { timeoutMs: 700, env: await neverReady() }));
  expect(error).toMatchObject({ code: 'engineDidNotStart' });
  expect(String(error)).toContain('did not become ready in time');
});

test('an abort ends the wait with its reason', async () => {
  const signal = AbortSignal.timeout(300);
  const error = await failure(find({}, { signal, env: await neverReady() }));
  expect(error).toBe(signal.reason);
});

test('a command line that does not exist is named', async () => {
  const error = await failure(find({ CINDERKIT_ENGINE_CLI: '/nowhere/cli.js' }));
  expect(error).toMatchObject({ code: 'engineDidNotStart' });
  expect(String(error)).toContain('/nowhere/cli.js');
});

test('an engine that cannot even be loaded is told without a stack', async () => {
  const broken = join(projectFolder, 'broken-engine.cjs');
  await writeFile(broken, "require('./a-part-that-is-missing');\n");
  const error = await failure(find({ CINDERKIT_ENGINE_CLI: broken }));
  expect(error).toMatchObject({ code: 'engineDidNotStart' });
  expect(String(error)).toContain("Cannot find module './a-part-that-is-missing'");
  expect(String(error)).not.toMatch(/\n\s+at /);
});

const built = join(__dirname, '../../dist/bundled-engine/bin.js');

if (existsSync(built)) {
  test('the real engine is started once by two callers and serves them', async () => {
    const env = { ...process.env };
    const [first, second] = await Promise.all([find({}, { env }), find({}, { env })]);
    expect(first.authUrl).toBe(second.authUrl);
    const connection = connect(first);
    const { body } = await connection.call(volumeRoutes.listVolumes);
    await connection.close();
    expect(body.volumes).toEqual([]);
  });
} else {
  notRun('the real engine is started', 'it is not built; run npm run build');
}

/** The lock is held by something that never serves: the command ends at once, and we wait. */
async function neverReady(): Promise<Record<string, string | undefined>> {
  await mkdir(dataFolder, { recursive: true });
  await writeFile(join(dataFolder, 'lock'), '');
  return { ...process.env, CINDERKIT_ENGINE_CLI: join(__dirname, 'pretend-engine.cjs') };
}
