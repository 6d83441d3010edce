// The command line as a user has it: a process of its own, its output and exit codes. Laws: start
// in the background returns when the engine is ready; stop waits until it is gone; a kill -9 leaves
// a folder that the next start takes over.
import { execFile } from 'node:child_process';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { readyPool } from '../../schema/wire/engine-folder';
import { asMember, freshFolder, runEngine, stopEngines } from './running-engine';
import type { Engine } from '../../bundled-engine/main';

const hook = join(__dirname, 'typescript-hook.cjs');
const program = join(__dirname, '../../bundled-engine/bin.ts');
const pids: number[] = [];

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const cinderkit = (...args: string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const env = { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1', DEBUG: '' };
    const all = ['--require', hook, program, ...args];
    execFile(process.execPath, all, { env, timeout: 50_000 }, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, out, err });
    });
  });

const startedShape = z.object({ url: z.string(), pid: z.number(), cloudsFile: z.string() });

const startInBackground = async (
  dataFolder: string,
): Promise<z.output<typeof startedShape> & Pick<Engine, 'dataFolder'>> => {
  const args = ['engine', 'start', '--background', '--json', '--port', '0'];
  const { code, out, err } = await cinderkit(...args, '--data-dir', dataFolder);
  expect([code, err]).toEqual([0, '']);
  const started = startedShape.parse(JSON.parse(out));
  pids.push(started.pid);
  return { ...started, dataFolder };
};

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const killed = async (pid: number): Promise<void> => {
  process.kill(pid, 'SIGKILL');
  while (isThere(pid)) await wait(5);
};

afterEach(async () => {
  for (const pid of pids.splice(0)) if (isThere(pid)) await killed(pid);
  await stopEngines();
});

describe('cinderkit engine', () => {
  it('starts in the background, tells its status, stops, and then is not running', async () => {
    const folder = join(await freshFolder(), 'engine');
    const { pid, url, cloudsFile } = await startInBackground(folder);
    expect(cloudsFile).toBe(join(folder, 'clouds.yaml'));
    expect((await fetch(`${url}/ready`)).status).toBe(200);
    const status = await cinderkit('engine', 'status', '--data-dir', folder, '--json');
    expect([status.code, JSON.parse(status.out)]).toEqual([
      0,
      expect.objectContaining({ running: true, status: 'ready', pid, url }),
    ]);
    const { pools } = z.object({ pools: z.array(readyPool).min(1) }).parse(JSON.parse(status.out));
    const told = (await cinderkit('engine', 'status', '--data-dir', folder)).out.split('\n');
    expect(told[0]).toBe(`The engine at ${url} (process ${pid}) is ready.`);
    expect(told.slice(1, -1)).toEqual(
      pools.map(({ name, driver }) => expect.stringContaining(`Pool ${name}: driver ${driver}, `)),
    );
    const second = await cinderkit('engine', 'start', '--data-dir', folder, '--json');
    expect([second.code, JSON.parse(second.out)]).toEqual([
      4,
      { error: { code: 'engineLocked', message: expect.stringContaining(String(pid)) } },
    ]);
    const reset = await cinderkit('engine', 'reset', '--yes', '--data-dir', folder);
    expect(reset.code).toBe(4);
    const stop = await cinderkit('engine', 'stop', '--data-dir', folder);
    expect([stop.code, stop.out]).toEqual([0, `The engine (process ${pid}) has stopped.\n`]);
    expect(isThere(pid)).toBe(false);
    expect(await readdir(folder)).not.toContain('engine.json');
    for (const verb of ['status', 'stop']) {
      const again = await cinderkit('engine', verb, '--data-dir', folder);
      expect([again.code, again.out]).toEqual([3, '']);
      expect(again.err).toMatch(/^cinderkit: no engine runs in /);
      expect(again.err.trim().split('\n')).toHaveLength(1);
    }
  });

  it('comes back after kill -9 with all that it had, and is not found in between', async () => {
    const folder = join(await freshFolder(), 'engine');
    const { pid, url } = await startInBackground(folder);
    const engine = { url, dataFolder: folder } as Engine;
    const member = await asMember(engine);
    const reply = await member.call('POST', '/volume/v3/volumes', {
      body: { volume: { size: 1, name: 'kept' } },
    });
    expect(reply.status).toBe(202);
    await killed(pid);
    expect(await readdir(folder)).toContain('engine.json');
    expect((await cinderkit('engine', 'status', '--data-dir', folder)).code).toBe(3);
    const again = await startInBackground(folder);
    const later = await asMember({ ...engine, url: again.url });
    const shape = z.object({
      volumes: z.array(z.object({ name: z.string(), status: z.string() })),
    });
    const list = async (): Promise<z.output<typeof shape>> =>
      shape.parse((await later.call('GET', '/volume/v3/volumes/detail')).json);
    while ((await list()).volumes[0]?.status === 'creating') await wait(5);
    expect(await list()).toEqual({ volumes: [{ name: 'kept', status: 'available' }] });
  });

  it('never signals a process that merely has the id of an engine that died', async () => {
    const folder = join(await freshFolder(), 'engine');
    const { pid, url } = await startInBackground(folder);
    const text = await readFile(join(folder, 'engine.json'), 'utf8');
    await killed(pid);
    const innocent = execFile(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    pids.push(innocent.pid ?? 0);
    await writeFile(
      join(folder, 'engine.json'),
      text.replace(`"pid": ${pid}`, `"pid": ${innocent.pid}`),
    );
    expect((await cinderkit('engine', 'stop', '--data-dir', folder)).code).toBe(3);
    expect(isThere(innocent.pid ?? 0)).toBe(true);
    expect(url).toMatch(/^http:/);
  });

  it('says in the background why it could not start, and leaves no process', async () => {
    const folder = await freshFolder();
    await writeFile(join(folder, 'engine.yaml'), 'colour: red');
    const args = ['engine', 'start', '--background', '--data-dir', folder];
    const { code, out, err } = await cinderkit(...args);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^cinderkit: could not use the engine's settings in .*colour/);
    expect(err).not.toContain('    at ');
    await runEngine({ dataFolder: await freshFolder() });
    const debug = await cinderkit(...args, '--debug');
    expect(debug.err).toContain('    at ');
  });

  it('resets only when somebody agrees, and keeps passwords when asked to', async () => {
    const folder = join(await freshFolder(), 'engine');
    const first = await runEngine({ dataFolder: folder });
    await (await asMember(first)).call('POST', '/image/v2/images', { body: { name: 'x' } });
    await first.stop();
    const clouds = await readFile(join(folder, 'clouds.yaml'), 'utf8');
    const asked = await cinderkit('engine', 'reset', '--data-dir', folder);
    expect([asked.code, asked.err]).toEqual([1, expect.stringContaining('--yes')]);
    const kept = await cinderkit(
      'engine',
      'reset',
      '--yes',
      '--keep-credentials',
      '--data-dir',
      folder,
    );
    expect(kept.code).toBe(0);
    const second = await runEngine({ dataFolder: folder, port: Number(new URL(first.url).port) });
    expect(await readFile(join(folder, 'clouds.yaml'), 'utf8')).toBe(clouds);
    const { json } = await (await asMember(second)).call('GET', '/image/v2/images');
    expect(json).toMatchObject({ images: [] });
    await second.stop();
    expect((await cinderkit('engine', 'reset', '--yes', '--data-dir', folder)).code).toBe(0);
    expect(await readdir(folder)).toEqual(['engine.lock']);
  });

  it('refuses nonsense with a word of help', async () => {
    for (const args of [['start', '--port', '70000'], ['start', '--colour'], ['dance']]) {
      const { code, err } = await cinderkit('engine', ...args);
      expect([args, code, err === '']).toEqual([args, 1, false]);
    }
    const remote = await cinderkit(
      'engine',
      'start',
      '--host',
      '0.0.0.0',
      '--data-dir',
      '/nowhere',
    );
    expect([remote.code, remote.err]).toEqual([1, expect.stringContaining('--allow-remote')]);
  });
});
