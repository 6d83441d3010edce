// One engine a folder: held against this process and others, free once the holder is gone, however.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  FolderLockedError,
  lockByProcessId,
  lockFolder,
} from '../../bundled-engine/host/lock-folder';
import { processStartedAt } from '../../bundled-engine/host/process-start';
import { removeFolder, tempFolder } from '../support/temp-folder';

let folder = '';
beforeEach(async () => (folder = await tempFolder()));
afterEach(() => removeFolder(folder));

const koffi = require.resolve('koffi');
// A holder that knows nothing of our code: it takes the same kernel lock and waits to be killed.
const holder = `
  const libc = require(${JSON.stringify(koffi)}).load(null);
  const fd = require('node:fs').openSync(process.argv[1], 'a+');
  if (libc.func('int flock(int, int)')(fd, 2) !== 0) process.exit(1);
  require('node:fs').writeSync(fd, JSON.stringify({ pid: process.pid }));
  console.log('held'); setInterval(() => 0, 1e6);`;

it('a folder is locked once, and again after its release', async () => {
  const lock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toThrow(`process ${process.pid} holds its lock`);
  await lock.release();
  await lock.release();
  await (await lockFolder(folder)).release();
});

it('two folders are two locks', async () => {
  const one = await lockFolder(join(folder, 'a'));
  const two = await lockFolder(join(folder, 'b'));
  await expect(lockFolder(join(folder, 'a'))).rejects.toThrow(FolderLockedError);
  await one.release();
  await expect(lockFolder(join(folder, 'b'))).rejects.toThrow(FolderLockedError);
  await two.release();
});

it('another process is named, and its lock dies with it', async () => {
  const child = spawn(process.execPath, ['-e', holder, join(folder, 'engine.lock')]);
  await once(child.stdout, 'data');
  const refusal = await lockFolder(folder).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(FolderLockedError);
  expect(refusal).toMatchObject({ pid: child.pid, folder });
  child.kill('SIGKILL');
  await once(child, 'close');
  await (await lockFolder(folder)).release();
});

describe('without a kernel lock', () => {
  const path = (): string => join(folder, 'engine.lock.pid');
  const holderOf = async (): Promise<unknown> => JSON.parse(await readFile(path(), 'utf8'));
  const expectFree = async (): Promise<void> => {
    const lock = await lockByProcessId(folder, path());
    expect(await holderOf()).toMatchObject({ pid: process.pid });
    await lock.release();
    await expect(holderOf()).rejects.toThrow('ENOENT');
  };

  it('a living holder is respected, and a release frees', async () => {
    const lock = await lockByProcessId(folder, path());
    await expect(lockByProcessId(folder, path())).rejects.toThrow(FolderLockedError);
    await lock.release();
    await expectFree();
  });

  it('a dead holder is passed over', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'close');
    await writeFile(path(), JSON.stringify({ pid: child.pid, startedAt: '1' }));
    await expectFree();
  });

  it('another process that got the id of a dead holder is no holder', async () => {
    await writeFile(path(), JSON.stringify({ pid: process.pid, startedAt: 'long ago' }));
    await expectFree();
  });

  it('what is no lock file at all is passed over', async () => {
    await writeFile(path(), 'not JSON');
    await expectFree();
  });
});

it('a process has one start for its whole life, and none after it', async () => {
  expect(await processStartedAt(process.pid)).toBe(await processStartedAt(process.pid));
  expect(await processStartedAt(process.pid)).not.toBeNull();
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'close');
  expect(await processStartedAt(child.pid ?? 0)).toBeNull();
});
