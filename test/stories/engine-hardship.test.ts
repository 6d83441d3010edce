// Hardship of a real engine's folder and process: held, read-only, full, moved, damaged, stopped.
// Laws: what cannot be done is refused with a clear message or the API's own fault; nothing is
// lost; the engine goes on as soon as it can.
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { CliEngine } from '../support/cli-engine';
import {
  bytesIn,
  expectNoDebris,
  expectSameBytes,
  expectTrueQuotas,
  filesIn,
  settled,
} from '../support/engine-truth';
import type { MountedFileSystem } from '../support/mounted-file-system';
import { notRun } from '../support/not-run';
import { PlainCaller } from '../support/plain-caller';
import { cannotMount, smallDisk } from '../support/small-disk';
import { toolMissing } from '../support/tools';

const mib = 1024 ** 2;
const pool = (driver: string): string => `pools: [{ name: main, driver: ${driver} }]\n`;
const chattr = 'chattr';
const engines: CliEngine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.dispose();
});

function newEngine(...args: ConstructorParameters<typeof CliEngine>): CliEngine {
  const engine = new CliEngine(...args);
  engines.push(engine);
  return engine;
}

async function made(engine: CliEngine, caller: PlainCaller, asked: object): Promise<string> {
  const answer = await caller.volume('POST', '/volumes', { volume: { size: 1, ...asked } });
  expect([answer.status, answer.body]).toEqual([202, expect.anything()]);
  await settled(engine.dataFolder);
  return answer.body.volume.id;
}

async function statusOf(caller: PlainCaller, noun: string, id: string): Promise<string> {
  return (await caller.volume('GET', `/${noun}/${id}`)).body[noun.slice(0, -1)].status;
}

function firstBytes(path: string, lengthBytes: number): Buffer {
  const bytes = Buffer.alloc(lengthBytes);
  const file = fs.openSync(path, 'r');
  fs.readSync(file, bytes, 0, lengthBytes, 0);
  fs.closeSync(file);
  return bytes;
}

const unmountable = cannotMount();

describe('a start is refused', () => {
  it('where an engine runs, naming its process, and that engine serves on', async () => {
    const engine = newEngine(pool('raw-file'));
    const caller = await engine.start();
    const id = await made(engine, caller, {});
    for (const more of [[], ['--background']]) {
      const { code, stdout, stderr } = await engine.command('start', ...more);
      expect([code, stdout]).toEqual([4, '']);
      expect(stderr).toContain(`process ${engine.pid} holds its lock`);
      expect(stderr).toContain(engine.dataFolder);
    }
    expect(await statusOf(caller, 'volumes', id)).toBe('available');
  });

  it.each([
    ['an unknown key', 'pool: []', 'pool'],
    ['an unknown driver', 'pools: [{ name: a, driver: floppy }]', 'pools.0.driver'],
    ['a quota that is no number', 'quotas: { volumes: many }', 'quotas.volumes'],
    ['an unknown quota', 'quotas: { disks: 5 }', 'disks'],
    ['no YAML', 'pools: [', 'engine.yaml'],
  ])('for settings with %s', async (_title, settings, named) => {
    const engine = newEngine(settings);
    const { code, stderr } = await engine.command('start', '--background');
    expect([code, stderr]).toEqual([1, expect.stringContaining(named)]);
    expect(stderr).not.toContain('    at ');
    expect(fs.existsSync(join(engine.dataFolder, 'records.db'))).toBe(false);
  });

  it('on a port that is taken, naming it', async () => {
    const engine = newEngine();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    try {
      const address = taken.address();
      const port = typeof address === 'object' ? String(address?.port) : '';
      const { code, stderr } = await engine.command('start', '--background', '--port', port);
      expect([code, stderr]).toEqual([1, expect.stringContaining(`127.0.0.1:${port}`)]);
      expect(stderr).toContain('--port');
    } finally {
      taken.close();
    }
    await engine.start();
  });

  const damages: readonly (readonly [string, (file: string) => void])[] = [
    ['are no database', (file) => fs.writeFileSync(file, 'x'.repeat(8192))],
    ['were cut in half', (file) => fs.truncateSync(file, fs.statSync(file).size / 2)],
    ['are empty', (file) => fs.truncateSync(file, 0)],
    ['are gone', (file) => fs.rmSync(file)],
    [
      'have a page of noise',
      (file) => {
        const handle = fs.openSync(file, 'r+');
        for (let page = 2; page < 40; page += 3) {
          fs.writeSync(handle, randomBytes(2048), 0, 2048, page * 4096);
        }
        fs.closeSync(handle);
      },
    ],
  ];
  it.each(damages)(
    'where the records %s, and every byte stays as it is',
    async (_title, damage) => {
      const engine = newEngine(pool('raw-file'));
      const caller = await engine.start();
      await caller.upload('kept', 'raw', randomBytes(mib));
      await made(engine, caller, {});
      await engine.end('SIGTERM');
      const file = join(engine.dataFolder, 'records.db');
      damage(file);
      const kept = (): string[] =>
        ['pools', 'images', 'backups'].flatMap((name) => filesIn(engine.dataFolder, name));
      const content = (): Buffer | null => (fs.existsSync(file) ? fs.readFileSync(file) : null);
      const [files, before] = [kept(), content()];
      const { code, stderr } = await engine.command('start', '--background');
      expect([code, stderr]).toEqual([1, expect.stringContaining('records.db')]);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(kept()).toEqual(files);
      expect(content()).toEqual(before);
    },
  );
});

describe('a data folder', () => {
  const missing = toolMissing('qemu-img') ?? toolMissing('qemu-nbd');
  const title = 'that was moved after a kill -9 has all its bytes at its new place';
  if (missing !== null) notRun(title, missing);
  else {
    it.each(['raw-file', 'qcow2'])(`${title}: %s`, async (driver) => {
      const engine = newEngine(pool(driver));
      const before = await engine.start();
      const disk = { path: join(engine.folder, 'disk.raw'), format: 'raw' } as const;
      fs.writeFileSync(disk.path, randomBytes(3 * mib));
      const imageRef = await before.upload('disk', 'raw', fs.readFileSync(disk.path));
      const first = await made(engine, before, { imageRef });
      const taken = await before.volume('POST', '/snapshots', { snapshot: { volume_id: first } });
      await settled(engine.dataFolder);
      await engine.end('SIGKILL');
      const moved = join(engine.folder, 'moved');
      fs.renameSync(engine.dataFolder, moved);
      engine.dataFolder = moved;
      const caller = await engine.start();
      const clone = await made(engine, caller, { snapshot_id: taken.body.snapshot.id });
      const again = await made(engine, caller, { imageRef });
      const folder = join(moved, 'pools', 'main');
      for (const id of [first, clone, again]) {
        expect(await statusOf(caller, 'volumes', id)).toBe('available');
        expectSameBytes(bytesIn({ folder, driver }, 'volumes', id), disk);
      }
      expectNoDebris(moved);
    });
  }

  const readOnly =
    'that became read-only is refused by that name, and serves again once it can be written';
  if (unmountable !== null) notRun(readOnly, unmountable);
  else {
    it(readOnly, async () => {
      const small = smallDisk(96);
      const remount = (mode: string): void =>
        void execFileSync('mount', ['-o', `remount,${mode}`, small.folder]);
      try {
        const engine = newEngine(pool('raw-file'), small.folder);
        const caller = await engine.start();
        const id = await made(engine, caller, {});
        await engine.end('SIGTERM');
        remount('ro');
        const { code, stderr } = await engine.command('start', '--background');
        expect([code, stderr]).toEqual([1, expect.stringContaining('read-only')]);
        remount('rw');
        const again = await engine.start();
        expect(await statusOf(again, 'volumes', id)).toBe('available');
        await engine.dispose();
      } finally {
        small.unmount();
      }
    });
  }

  const locked = 'whose pool cannot be written any more says so, errs visibly and comes back';
  if (unmountable !== null) notRun(locked, unmountable);
  else {
    it(locked, async () => {
      const small = smallDisk(96);
      const engine = newEngine(pool('raw-file'), small.folder);
      try {
        const caller = await engine.start();
        const admin = await PlainCaller.login(engine.dataFolder, 'cinderkit');
        const kept = await made(engine, caller, {});
        const folder = join(engine.dataFolder, 'pools', 'main');
        const immutable = (sign: '+' | '-'): void =>
          void execFileSync(chattr, [`${sign}i`, folder, join(folder, 'volumes')]);
        immutable('+');
        const ready = await caller.call('GET', '/ready');
        expect([ready.status, ready.body.problems]).toEqual([
          503,
          [expect.stringContaining('main')],
        ]);
        const failed = await made(engine, caller, {});
        expect(await statusOf(caller, 'volumes', failed)).toBe('error');
        expect((await caller.volume('DELETE', `/volumes/${kept}`)).status).toBe(202);
        await settled(engine.dataFolder);
        expect(await statusOf(caller, 'volumes', kept)).toBe('error_deleting');
        immutable('-');
        expect((await caller.call('GET', '/ready')).status).toBe(200);
        const reset = { 'os-reset_status': { status: 'available' } };
        expect((await admin.volume('POST', `/volumes/${kept}/action`, reset)).status).toBe(202);
        for (const id of [kept, failed]) await caller.volume('DELETE', `/volumes/${id}`);
        await settled(engine.dataFolder);
        expect((await caller.volume('GET', '/volumes')).body.volumes).toEqual([]);
        expect(filesIn(engine.dataFolder, 'pools')).toEqual([]);
      } finally {
        spawnSync(chattr, ['-R', '-i', engine.dataFolder], { stdio: 'ignore' });
        await engine.dispose();
        small.unmount();
      }
    });
  }
});

describe('a full disk', () => {
  const title = 'ends work with errors that say so, loses nothing, and serves again with room';
  if (unmountable !== null) {
    notRun(title, unmountable);
    return;
  }
  let disk: MountedFileSystem;
  let filler = '';
  beforeAll(() => {
    disk = smallDisk(480);
    filler = join(disk.folder, 'filler');
  });
  afterAll(() => disk.unmount());
  const leave = (freeBytes: number): void => {
    fs.rmSync(filler, { force: true });
    const { bfree, bsize } = fs.statfsSync(disk.folder);
    const count = Math.ceil((bfree * bsize - freeBytes) / 65_536) + (freeBytes === 0 ? 100 : 0);
    // Where nothing is to be left it ends with an error, when the last block is taken.
    const args = ['if=/dev/zero', `of=${filler}`, 'bs=64K', `count=${count}`];
    spawnSync('dd', args, { stdio: 'ignore' });
  };

  it(title, async () => {
    const engine = newEngine(pool('raw-file'), disk.folder);
    const caller = await engine.start();
    const bytes = randomBytes(100 * mib);
    const imageRef = await caller.upload('disk', 'raw', bytes);
    const id = await made(engine, caller, { imageRef });
    leave(90 * mib);

    const failed = await made(engine, caller, { imageRef, name: 'failed' });
    expect(await statusOf(caller, 'volumes', failed)).toBe('error');
    const taken = await caller.volume('POST', '/snapshots', { snapshot: { volume_id: id } });
    await settled(engine.dataFolder);
    expect(await statusOf(caller, 'snapshots', taken.body.snapshot.id)).toBe('error');
    const saved = await caller.volume('POST', '/backups', { backup: { volume_id: id } });
    await settled(engine.dataFolder);
    const backup = (await caller.volume('GET', `/backups/${saved.body.backup.id}`)).body.backup;
    expect([backup.status, backup.fail_reason]).toEqual([
      'error',
      expect.stringContaining('space'),
    ]);
    const { messages } = (await caller.volume('GET', '/messages')).body;
    const told = messages.map((one: { resource_uuid: string }) => one.resource_uuid);
    expect(told).toEqual(
      expect.arrayContaining([failed, taken.body.snapshot.id, saved.body.backup.id]),
    );
    await expect(caller.upload('too large', 'raw', bytes)).rejects.toThrow('answered 413');
    const { images } = (await caller.image('GET', '?name=too%20large')).body;
    expect(images).toMatchObject([{ status: 'queued' }]);
    expect(await statusOf(caller, 'volumes', id)).toBe('available');
    expectNoDebris(engine.dataFolder);

    // Not a byte is left, for the records neither: reading goes on, and writing is refused in JSON.
    leave(0);
    const refused = await caller.volume('POST', '/volumes', { volume: { size: 1 } });
    expect([refused.status, refused.body]).toEqual([
      500,
      { computeFault: { code: 500, message: expect.stringContaining('disk is full') } },
    ]);
    const headers = { 'content-type': 'application/octet-stream' };
    const file = `/image/v2/images/${images[0].id}/file`;
    const sent = await caller.call('PUT', file, { bytes, headers });
    expect([413, 500]).toContain(sent.status);
    expect((await caller.volume('GET', `/volumes/${id}`)).status).toBe(200);
    fs.rmSync(filler);

    await settled(engine.dataFolder);
    const works = await made(engine, caller, { imageRef, name: 'works' });
    expect(await statusOf(caller, 'volumes', works)).toBe('available');
    for (const one of [id, works]) {
      const { path } = bytesIn(
        { folder: join(engine.dataFolder, 'pools', 'main'), driver: 'raw-file' },
        'volumes',
        one,
      );
      expect(firstBytes(path, bytes.length).equals(bytes)).toBe(true);
    }
    await expectTrueQuotas(caller);
    await engine.dispose();
  });
});

describe('an engine that is told to stop in mid-work', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'by %s goes on when it is started again',
    async (signal) => {
      const engine = newEngine(pool('raw-file'));
      const caller = await engine.start();
      const disk = randomBytes(8 * mib);
      const imageRef = await caller.upload('disk', 'raw', disk);
      const ids = await Promise.all(
        Array.from({ length: 6 }, async () => {
          const volume = { size: 1, imageRef };
          return (await caller.volume('POST', '/volumes', { volume })).body.volume.id as string;
        }),
      );
      await engine.end(signal);
      const again = await engine.start();
      await settled(engine.dataFolder);
      for (const id of ids) {
        expect(await statusOf(again, 'volumes', id)).toBe('available');
        const folder = join(engine.dataFolder, 'pools', 'main');
        const { path } = bytesIn({ folder, driver: 'raw-file' }, 'volumes', id);
        expect(firstBytes(path, disk.length).equals(disk)).toBe(true);
      }
      expect((await caller.volume('GET', '/volumes')).body.volumes).toHaveLength(ids.length);
      expectNoDebris(engine.dataFolder);
      await expectTrueQuotas(again);
    },
  );
});
