// How the plugin's process begins and ends: by hand, by its CLI, by signals, and with its CLI.
// Every end leaves no socket, and every call under way is told before.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { parseHandshake, PluginConnection } from '../../support/plugin-client';
import { endNow, eventually } from '../../support/processes';
import { toyPlugins } from '../../support/toy-plugins';
import type { ToyPlugins } from '../../support/toy-plugins';

let toys: ToyPlugins;
let journal: string;

beforeAll(async () => {
  toys = await toyPlugins();
});

beforeEach(() => {
  journal = join(toys.sockets, `journal-${process.hrtime.bigint()}`);
});

afterEach(() => toys.endAll());
afterAll(() => toys.remove());

const journalText = (): string => (existsSync(journal) ? readFileSync(journal, 'utf8') : '');
const socketFolders = (): string[] =>
  readdirSync(toys.sockets).filter((name) => !name.startsWith('journal-'));
const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);

async function startWaiting() {
  const plugin = await toys.start({ TOY_JOURNAL: journal });
  const connection = new PluginConnection(plugin.handshake, toys.identity);
  const waiting = connection.call('readDataSource', { typeName: 'toy_wait' }).catch((e) => e);
  await eventually('the call to begin', () => journalText().includes('begun toy_wait'));
  return { plugin, connection, waiting };
}

describe('started by hand', () => {
  it('tells what it is and what to do, and ends with 1', () => {
    const [program, ...args] = toys.command;
    const env = { ...toys.environment, TF_PLUGIN_MAGIC_COOKIE: 'another' };
    const { status, stdout, stderr } = spawnSync(program, args, { env, encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('npx cinderkit terraform install');
    expect(socketFolders()).toEqual([]);
  });
});

describe('where no socket can be made', () => {
  it('tells the user of the CLI why in the line that CLIs show', () => {
    const [program, ...args] = toys.command;
    const env = { ...toys.environment, PLUGIN_UNIX_SOCKET_DIR: '/nowhere' };
    const { status, stdout } = spawnSync(program, args, { env, encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stdout).toMatch(/^the cinderkit provider could not start: .*ENOENT.*\n$/);
  });
});

describe('a CLI', () => {
  it('that says Shutdown gets its answer, and the process ends with 0', async () => {
    const plugin = await toys.start();
    const connection = new PluginConnection(plugin.handshake, toys.identity);
    const stdio = connection.stdio();
    const stdioEnded = new Promise((resolve) => stdio.once('end', resolve));
    stdio.on('error', () => undefined).resume();
    await connection.call('stopProvider', {});
    await connection.shutdown();
    expect(await plugin.ended).toEqual({ code: 0, signal: null });
    await stdioEnded;
    expect(socketFolders()).toEqual([]);
    connection.close();
  });

  it('that says Shutdown amid a call has the call aborted and answered', async () => {
    const { plugin, connection, waiting } = await startWaiting();
    await connection.shutdown();
    expect(await waiting).toMatchObject({ diagnostics: [] });
    expect(await plugin.ended).toEqual({ code: 0, signal: null });
    expect(journalText()).toContain('alive=true why=the plugin was told to end');
    connection.close();
  });

  it('that gives a call up aborts this call alone', async () => {
    const { plugin, connection, waiting } = await startWaiting();
    const one = new AbortController();
    const other = connection.call(
      'readDataSource',
      { typeName: 'toy_wait' },
      { signal: one.signal },
    );
    await eventually('both to begin', () => journalText().split('begun').length === 3);
    one.abort();
    await expect(other).rejects.toMatchObject({ code: 1 });
    await eventually('the abort', () => journalText().includes('cancelled by its caller'));
    expect(journalText().split('aborted').length).toBe(2);
    expect(plugin.child.exitCode).toBeNull();
    await connection.shutdown();
    await waiting;
    connection.close();
  });

  it('keeps its stream of printed text open', async () => {
    const plugin = await toys.start();
    const connection = new PluginConnection(plugin.handshake, toys.identity);
    const stdio = connection.stdio();
    const events: string[] = [];
    stdio.on('data', () => events.push('data')).on('end', () => events.push('end'));
    stdio.on('error', () => events.push('error'));
    for (let round = 0; round < 20; round += 1) await connection.call('getMetadata', {});
    expect(events).toEqual([]);
    stdio.cancel();
    connection.close();
  });

  it('that leaves without a word ends the plugin and its calls', async () => {
    const plugin = await toys.start({ TOY_JOURNAL: journal });
    const relay = await relayTo(plugin.handshake.address);
    const handshake = { ...plugin.handshake, address: relay.address };
    const connection = new PluginConnection(handshake, toys.identity);
    const waiting = connection.call('readDataSource', { typeName: 'toy_wait' }).catch((e) => e);
    await eventually('the call to begin', () => journalText().includes('begun toy_wait'));
    const leftAt = performance.now();
    await relay.cut();
    expect(await waiting).toMatchObject({ code: 14 });
    connection.close();
    expect(await plugin.ended).toEqual({ code: 1, signal: null });
    expect(performance.now() - leftAt).toBeLessThan(4000);
    expect(journalText()).toContain('aborted toy_wait alive=false');
    expect(socketFolders()).toEqual([]);
  });

  it('that is killed ends the plugin and its calls, though a connection is open', async () => {
    const { child, pid, connection } = await startUnderParent();
    const waiting = connection.call('readDataSource', { typeName: 'toy_wait' }).catch((e) => e);
    await eventually('the call to begin', () => journalText().includes('begun toy_wait'));
    endNow(child.pid ?? 0);
    const killedAt = performance.now();
    await eventually('the abort', () => journalText().includes('aborted toy_wait alive=false'));
    expect(performance.now() - killedAt).toBeLessThan(4000);
    await eventually('the plugin to end', () => !isAlive(pid));
    expect(socketFolders()).toEqual([]);
    await waiting;
    connection.close();
  });

  it('that is killed before it connected ends the plugin too', async () => {
    const { child, pid, connection } = await startUnderParent();
    connection.close();
    endNow(child.pid ?? 0);
    await eventually('the plugin to end', () => !isAlive(pid));
    expect(socketFolders()).toEqual([]);
  });
});

describe('signals', () => {
  it('of the terminal are left to the CLI', async () => {
    const plugin = await toys.start();
    const connection = new PluginConnection(plugin.handshake, toys.identity);
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGINT'] as const) {
      plugin.child.kill(signal);
      expect(await connection.call('stopProvider', {})).toEqual({ error: '' });
    }
    connection.close();
  });

  it('that terminate end the calls first', async () => {
    const { plugin, connection, waiting } = await startWaiting();
    plugin.child.kill('SIGTERM');
    expect(await waiting).toMatchObject({ diagnostics: [] });
    expect(await plugin.ended).toEqual({ code: 143, signal: null });
    expect(socketFolders()).toEqual([]);
    connection.close();
  });
});

// A wire to the plugin that a test can cut: a client of its own would say goodbye.
async function relayTo(address: string) {
  const path = join(toys.sockets, `journal-relay-${process.hrtime.bigint()}`);
  const ends: Socket[] = [];
  const server = createServer((near) => {
    const far = createConnection(address);
    ends.push(near, far);
    near.on('error', () => undefined).pipe(far);
    far.on('error', () => undefined).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const cut = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const end of ends) end.destroy();
    await closed;
  };
  return { address: path, cut };
}

// A parent that starts the plugin and tells its pid and its handshake, and that a test may kill.
const parentProgram = `
const { spawn } = require('node:child_process');
const child = spawn(process.argv[1], process.argv.slice(2), { stdio: ['pipe', 'pipe', 'pipe'] });
child.stdout.once('data', (line) => console.log(child.pid + ' ' + line));
`;

async function startUnderParent() {
  const child = spawn(process.execPath, ['-e', parentProgram, ...toys.command], {
    env: { ...toys.environment, TOY_JOURNAL: journal },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
  });
  const space = line.indexOf(' ');
  const handshake = parseHandshake(line.slice(space + 1));
  const pid = Number(line.slice(0, space));
  return { child, pid, connection: new PluginConnection(handshake, toys.identity) };
}
