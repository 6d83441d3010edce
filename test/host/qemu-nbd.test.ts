// Writing a qcow2 file through a block server: it is ours alone while open, gone after, and one
// that a crash left is ended.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { endLeftTools } from '../../bundled-engine/host/left-tools';
import { checkQcow2, createQcow2 } from '../../bundled-engine/host/qemu-img';
import { serveQcow2, sweepSockets } from '../../bundled-engine/host/qemu-nbd';
import { notRun } from '../support/not-run';
import { eventually, killProcessesIn, processesIn } from '../support/processes';
import { removeFolder, tempFolder } from '../support/temp-folder';
import { toolMissing } from '../support/tools';

const missing = toolMissing('qemu-nbd');
const nbdTest: (title: string, body: () => Promise<void>) => void =
  missing === null ? it : (title) => notRun(title, missing);

let folder = '';
beforeEach(async () => (folder = await tempFolder()));
afterEach(async () => {
  await killProcessesIn(folder);
  await removeFolder(folder);
});

nbdTest('what is written is there, the process is gone, and nothing is left', async () => {
  const [path, run] = [join(folder, 'disk'), join(folder, 'run')];
  await mkdir(run);
  await createQcow2(path, 2 ** 30);
  const server = await serveQcow2(path, run);
  expect(server.client.sizeBytes).toBe(2 ** 30);
  const bytes = Buffer.alloc(9_000_000, 'abc');
  await server.client.write(12_345, bytes);
  await server.client.zero(1_000_000, 3);
  await server.client.flush();
  const back = Buffer.alloc(bytes.length);
  await server.client.read(12_345, back);
  bytes.fill(0, 1_000_000 - 12_345, 1_000_003 - 12_345);
  expect(back.equals(bytes)).toBe(true);
  await expect(serveQcow2(path, run)).rejects.toMatchObject({ code: 'EBUSY' });
  await server.close();
  await server.close();
  expect(processesIn(folder)).toEqual([]);
  expect(await readdir(run)).toEqual([]);
  await checkQcow2(path);
});

nbdTest('a folder with a very long name still works', async () => {
  const run = join(folder, 'r'.repeat(120));
  await mkdir(run);
  await createQcow2(join(folder, 'disk'), 2 ** 20);
  const server = await serveQcow2(join(folder, 'disk'), run);
  await server.client.write(0, Buffer.from('x'));
  await server.close();
  expect(await readdir(run)).toEqual([]);
});

nbdTest('a request fails when the server dies, and closing ends all the same', async () => {
  await createQcow2(join(folder, 'disk'), 2 ** 20);
  const server = await serveQcow2(join(folder, 'disk'), folder);
  for (const pid of processesIn(folder)) process.kill(pid, 'SIGKILL');
  await expect(server.client.write(0, Buffer.from('x'))).rejects.toThrow();
  await expect(server.close()).rejects.toThrow();
  expect((await readdir(folder)).sort()).toEqual(['disk']);
});

/** A server such as an engine starts, whose engine had the given process id. */
async function serverOf(enginePid: number): Promise<ChildProcess> {
  await createQcow2(join(folder, 'disk'), 2 ** 20);
  const socket = join(folder, '0123456789ab.socket');
  const child = spawn('qemu-nbd', ['-f', 'qcow2', '-k', socket, join(folder, 'disk')], {
    env: { ...process.env, CINDERKIT_ENGINE_PID: String(enginePid) },
  });
  await eventually('the server', async () => (await readdir(folder)).length === 2);
  return child;
}

nbdTest('a server that a dead engine left without a client is ended', async () => {
  const engine = spawn(process.execPath, ['-e', '']);
  await once(engine, 'close');
  const left = await serverOf(engine.pid ?? 0);
  expect(await endLeftTools(folder)).toEqual([expect.stringContaining('qemu-nbd')]);
  expect(processesIn(folder)).toEqual([]);
  await eventually('its end', () => left.exitCode !== null || left.signalCode !== null);
  await sweepSockets(folder);
  expect(await readdir(folder)).toEqual(['disk']);
  await (await serveQcow2(join(folder, 'disk'), folder)).close();
});

nbdTest('tools of a living engine, and of users, are left alone', async () => {
  const living = await serverOf(process.pid);
  const users = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1e6)', folder]);
  expect(await endLeftTools(folder)).toEqual([]);
  for (const child of [living, users]) {
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
    child.kill('SIGKILL');
    await once(child, 'close');
  }
});

it('sockets of a dead engine are swept, and nothing else', async () => {
  await writeFile(join(folder, '0123456789ab.socket'), '');
  await writeFile(join(folder, 'notes.socket'), '');
  expect(await sweepSockets(folder)).toEqual([join(folder, '0123456789ab.socket')]);
  expect(await readdir(folder)).toEqual(['notes.socket']);
});
