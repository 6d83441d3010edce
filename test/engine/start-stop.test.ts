// The life of an engine, as a library. Laws: one engine a folder; ready tells the truth; what was
// acknowledged is there after a restart; a start that fails leaves nothing running and says what to
// do.
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { startEngine } from '../../bundled-engine/main';
import { isFault } from '../../schema/kernel/fault';
import type { Fault } from '../../schema/kernel/fault';
import { engineFile, readyReply } from '../../schema/wire/engine-folder';
import { notRun } from '../support/not-run';
import {
  asAdmin,
  asMember,
  call,
  clientFor,
  freshFolder,
  runEngine,
  stopEngines,
} from './running-engine';
import { byPassword, passwordOf } from './running-engine';

afterEach(stopEngines);

const faultOf = async (work: Promise<unknown>): Promise<Fault> => {
  const found = await work.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
  if (!isFault(found)) throw found;
  return found;
};

const modeOf = async (path: string): Promise<string> =>
  ((await stat(path)).mode & 0o777).toString(8);

describe('a started engine', () => {
  it('is ready, says where it is, and keeps everything private', async () => {
    const engine = await runEngine();
    const file = engineFile.parse(
      JSON.parse(await readFile(join(engine.dataFolder, 'engine.json'), 'utf8')),
    );
    expect(file).toMatchObject({ url: engine.url, pid: process.pid });
    const ready = await call(engine, 'GET', '/ready');
    expect(ready.status).toBe(200);
    expect(readyReply.parse(ready.json)).toMatchObject({
      status: 'ready',
      instanceId: file.instanceId,
    });
    expect(await modeOf(engine.dataFolder)).toBe('700');
    for (const name of [
      'records.db',
      'records.db-wal',
      'clouds.yaml',
      'engine.json',
      'engine.log',
    ]) {
      expect([name, await modeOf(join(engine.dataFolder, name))]).toEqual([name, '600']);
    }
    for (const name of ['images', 'pools', 'backups', 'conversion']) {
      expect([name, await modeOf(join(engine.dataFolder, name))]).toEqual([name, '700']);
    }
  });

  it('has two accounts: an administrator and a member of the same project', async () => {
    const engine = await runEngine();
    const [admin, member] = [await asAdmin(engine), await asMember(engine)];
    expect(admin.projectId).toBe(member.projectId);
    expect((await admin.call('GET', '/identity/v3/users')).status).toBe(200);
    expect((await member.call('GET', '/identity/v3/users')).status).toBe(403);
    const { json } = await member.call('GET', '/volume/v3/types');
    expect(json).toMatchObject({ volume_types: [{ name: '__DEFAULT__' }] });
  });

  it('says that it is unhealthy, with 503, when a pool cannot serve', async () => {
    const engine = await runEngine();
    await rm(join(engine.dataFolder, 'pools', 'raw'), { recursive: true });
    const reply = await call(engine, 'GET', '/ready');
    expect(reply.status).toBe(503);
    expect(readyReply.parse(reply.json)).toMatchObject({
      status: 'unhealthy',
      problems: [expect.stringContaining('pool raw')],
    });
  });

  it('stops once however often it is told, and leaves no engine.json', async () => {
    const engine = await runEngine();
    await Promise.all([engine.stop(), engine.stop()]);
    await engine.stop();
    expect(await readdir(engine.dataFolder)).not.toContain('engine.json');
    await expect(fetch(`${engine.url}/ready`)).rejects.toThrow('fetch failed');
  });

  it('stops by a signal, and does not start by one that has fired', async () => {
    const stopping = new AbortController();
    const engine = await runEngine({ signal: stopping.signal });
    stopping.abort();
    await engine.stop();
    await expect(fetch(`${engine.url}/ready`)).rejects.toThrow('fetch failed');
    await expect(runEngine({ signal: stopping.signal })).rejects.toThrow(/abort/i);
  });

  it('lets a request in flight end when it stops', async () => {
    const engine = await runEngine();
    const member = await asMember(engine);
    const made = await member.call('POST', '/image/v2/images', {
      body: { disk_format: 'raw', container_format: 'bare' },
    });
    const { id } = z.object({ id: z.string() }).parse(made.json);
    let stopped: Promise<void> | undefined;
    const body = new ReadableStream<Uint8Array>({
      async start(stream) {
        stream.enqueue(new Uint8Array(100_000));
        while ((await readdir(join(engine.dataFolder, 'images'))).length === 0) {
          await new Promise((resolve) => setImmediate(resolve));
        }
        stopped = engine.stop();
        stream.enqueue(new Uint8Array(100_000).fill(7));
        stream.close();
      },
    });
    const reply = await fetch(`${engine.url}/image/v2/images/${id}/file`, {
      method: 'PUT',
      headers: { 'x-auth-token': member.token, 'content-type': 'application/octet-stream' },
      body,
      duplex: 'half',
    });
    expect(reply.status).toBe(204);
    await stopped;
  });
});

describe('a restarted engine', () => {
  it('keeps its port, tokens, passwords, volumes and images', async () => {
    const first = await runEngine();
    const member = await asMember(first);
    const volume = await member.call('POST', '/volume/v3/volumes', {
      body: { volume: { size: 1, name: 'kept' } },
    });
    expect(volume.status).toBe(202);
    await member.call('POST', '/image/v2/images', { body: { name: 'kept too' } });
    const before = await readFile(join(first.dataFolder, 'clouds.yaml'), 'utf8');
    await first.stop();
    const second = await runEngine({ dataFolder: first.dataFolder });
    expect(second.url).toBe(first.url);
    expect(second.instanceId).not.toBe(first.instanceId);
    expect(await readFile(join(second.dataFolder, 'clouds.yaml'), 'utf8')).toBe(before);
    expect((await member.call('GET', '/volume/v3/volumes')).json).toMatchObject({
      volumes: [{ name: 'kept' }],
    });
    expect((await member.call('GET', '/image/v2/images')).json).toMatchObject({
      images: [{ name: 'kept too' }],
    });
  });

  it('takes another port, and says so in clouds.yaml, when its own is taken', async () => {
    const first = await runEngine();
    await first.stop();
    const { port } = new URL(first.url);
    const thief = createServer().listen(Number(port), '127.0.0.1');
    try {
      const second = await runEngine({ dataFolder: first.dataFolder });
      expect(second.url).not.toBe(first.url);
      const clouds = await readFile(join(second.dataFolder, 'clouds.yaml'), 'utf8');
      expect(clouds).toContain(`${second.url}/identity/v3`);
      expect(clouds).not.toContain(first.url);
      await asAdmin(second);
    } finally {
      thief.close();
    }
  });

  it.each([
    ['lost', null],
    ['damaged', 'clouds: {broken'],
  ])('sets new passwords when clouds.yaml is %s, and voids the old ones', async (_title, text) => {
    const first = await runEngine();
    const old = await passwordOf(first, 'cinderkit');
    const admin = await asAdmin(first);
    await first.stop();
    const path = join(first.dataFolder, 'clouds.yaml');
    if (text === null) await rm(path);
    else await writeFile(path, text);
    const second = await runEngine({ dataFolder: first.dataFolder });
    expect(await passwordOf(second, 'cinderkit')).not.toBe(old);
    await asAdmin(second);
    const auth = byPassword('admin', old, 'cinderkit');
    await expect(clientFor(second, auth)).rejects.toThrow('401');
    expect((await admin.call('GET', '/volume/v3/volumes')).status).toBe(401);
    expect(await modeOf(path)).toBe('600');
  });

  it('empties its conversion folder', async () => {
    const first = await runEngine();
    await first.stop();
    await writeFile(join(first.dataFolder, 'conversion', 'left'), 'x');
    await runEngine({ dataFolder: first.dataFolder });
    expect(await readdir(join(first.dataFolder, 'conversion'))).toEqual([]);
  });
});

describe('a start is refused', () => {
  it('in a folder where an engine runs, which goes on running', async () => {
    const engine = await runEngine();
    const fault = await faultOf(runEngine({ dataFolder: engine.dataFolder }));
    expect(fault.code).toBe('engineLocked');
    expect(fault.message).toContain(engine.dataFolder);
    expect(fault.message).toContain(String(process.pid));
    expect((await call(engine, 'GET', '/ready')).status).toBe(200);
    expect(await readdir(engine.dataFolder)).toContain('engine.json');
  });

  it('in a folder that holds other things, which are left alone', async () => {
    const folder = await freshFolder();
    await writeFile(join(folder, 'thesis.txt'), 'x');
    await chmod(folder, 0o755);
    const fault = await faultOf(runEngine({ dataFolder: folder }));
    expect([fault.code, fault.message]).toEqual([
      'dataFolderUnusable',
      expect.stringContaining('--data-dir'),
    ]);
    expect(await readdir(folder)).toEqual(['thesis.txt']);
    expect(await modeOf(folder)).toBe('755');
  });

  it('below a file', async () => {
    const folder = await freshFolder();
    await writeFile(join(folder, 'file'), 'x');
    const fault = await faultOf(runEngine({ dataFolder: join(folder, 'file', 'data') }));
    expect(fault.code).toBe('dataFolderUnusable');
  });

  if (process.getuid?.() === 0) {
    it('in a folder that cannot be written, even by root', async () => {
      const fault = await faultOf(runEngine({ dataFolder: '/proc/cinderkit/engine' }));
      expect(fault.code).toBe('dataFolderUnusable');
    });

    it('on a read-only file system, and works once it can be written', async () => {
      const folder = await freshFolder();
      const mount = (...args: string[]): void => void execFileSync('mount', [...args, folder]);
      mount('-t', 'tmpfs', '-o', 'ro', 'tmpfs');
      try {
        const fault = await faultOf(runEngine({ dataFolder: join(folder, 'data') }));
        expect([fault.code, fault.message]).toEqual([
          'dataFolderUnusable',
          expect.stringContaining('its file system is read-only'),
        ]);
        mount('-o', 'remount,rw');
        await (await runEngine({ dataFolder: join(folder, 'data') })).stop();
      } finally {
        execFileSync('umount', [folder]);
      }
    });
    notRun('in a folder without write permission', 'root may write everywhere; run it as a user');
  } else {
    it('in a folder without write permission', async () => {
      const folder = await freshFolder();
      await mkdir(join(folder, 'locked'), { mode: 0o500 });
      const fault = await faultOf(runEngine({ dataFolder: join(folder, 'locked', 'data') }));
      expect([fault.code, fault.message]).toEqual([
        'dataFolderUnusable',
        expect.stringContaining('permission is denied'),
      ]);
    });
  }

  it.each([
    ['an unknown key', 'colour: red', 'colour'],
    ['an unknown driver', 'pools: [{name: a, driver: tape}]', 'pools.0.driver'],
    ['a path for a pool’s name', 'pools: [{name: ../up, driver: raw-file}]', 'pools.0.name'],
    ['no pools', 'pools: []', 'pools'],
    [
      'two pools of one name',
      'pools: [{name: a, driver: raw-file}, {name: a, driver: raw-file}]',
      'same name',
    ],
    ['no YAML', '{{{', 'engine.yaml'],
    ['a negative lifetime', 'tokenLifetimeMinutes: -1', 'tokenLifetimeMinutes'],
  ])('for settings with %s, and works once they are right', async (_title, text, named) => {
    const dataFolder = await freshFolder();
    await writeFile(join(dataFolder, 'engine.yaml'), text);
    const fault = await faultOf(runEngine({ dataFolder }));
    expect([fault.code, fault.message]).toEqual(['configUnusable', expect.stringContaining(named)]);
    await writeFile(join(dataFolder, 'engine.yaml'), 'pools: [{name: mine, driver: raw-file}]');
    const engine = await runEngine({ dataFolder });
    expect(engine.parts.pools.map(({ host }) => host)).toEqual(['cinderkit@mine#mine']);
  });

  it('on an address that is taken or not this machine’s alone', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    try {
      expect((await faultOf(runEngine({ port }))).code).toBe('addressUnusable');
      const remote = await faultOf(runEngine({ host: '0.0.0.0' }));
      expect([remote.code, remote.message]).toEqual([
        'remoteRefused',
        expect.stringContaining('--allow-remote'),
      ]);
      const engine = await runEngine({ host: '0.0.0.0', allowRemote: true });
      expect(engine.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      await asAdmin(engine);
    } finally {
      taken.close();
    }
  });

  it('and leaves the folder free for the next one', async () => {
    const dataFolder = await freshFolder();
    await writeFile(join(dataFolder, 'engine.yaml'), 'pools: [{name: a, driver: raw-file}]');
    await mkdir(join(dataFolder, 'pools'), { recursive: true });
    await writeFile(join(dataFolder, 'pools', 'a'), 'a file in the way');
    expect((await faultOf(startEngine({ dataFolder }))).code).toBe('poolUnusable');
    await rm(join(dataFolder, 'pools', 'a'));
    await runEngine({ dataFolder });
  });
});
