// The session of a provider process: one login, told at the attribute that is to blame, tried again
// after a failure, ended when the user wants to end. On real sockets and a real engine.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ProviderSession } from '../../../provider/terraform/session/provider-session';
import { pathText } from '../../../provider/terraform/values/attribute-path';
import type { TfObject } from '../../../provider/terraform/values/tf-value';
import { UNKNOWN } from '../../../provider/terraform/values/tf-value';
import type { Diagnostic } from '../../../provider/terraform/protocol/generated/tfplugin6';
import { FakeCloud } from '../../client/fake-cloud';
import { runEngine, stopEngines } from '../../engine/running-engine';
import { removeFolder, tempFolder } from '../../support/temp-folder';

let folder: string;
let cloud: FakeCloud;
const sessions: ProviderSession[] = [];
const call = () => ({ signal: new AbortController().signal });
const silent = () => undefined;

beforeEach(async () => {
  folder = await tempFolder();
  cloud = await FakeCloud.start();
});

afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close();
  await cloud.stop();
  await stopEngines();
  await removeFolder(folder);
});

function sessionIn(env: Record<string, string> = {}): ProviderSession {
  const session = new ProviderSession({ env: { HOME: folder, ...env }, cwd: folder });
  sessions.push(session);
  return session;
}

const login = (more: TfObject = {}): TfObject => ({
  endpoint: `${cloud.url}/v3`,
  username: 'demo',
  password: 'correct horse',
  project_name: 'demo',
  ...more,
});

function told(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ attribute, detail }) => {
    const steps = (attribute?.steps ?? []).map((step) => step.attributeName ?? '?');
    return `${pathText(steps)}: ${detail}`;
  });
}

describe('configure', () => {
  it('logs in once, for all calls that follow', async () => {
    const session = sessionIn();
    expect(await session.configure(login(), call())).toEqual([]);
    const opened = await Promise.all(
      Array.from({ length: 20 }, () => session.open(call(), silent)),
    );
    await Promise.all(opened.map(({ connection }) => connection.endpoint('image')));
    expect(new Set(opened.map(({ connection }) => connection)).size).toBe(1);
    expect(new Set(opened.map(({ claims }) => claims)).size).toBe(1);
    expect(cloud.logins).toBe(1);
  });

  it('tells of a wrong password at the user, and repeats the password nowhere', async () => {
    cloud.loginScript = () => ({ status: 401, body: { error: { code: 401, message: 'no' } } });
    const [text, ...rest] = told(await sessionIn().configure(login(), call()));
    expect(rest).toEqual([]);
    expect(text).toMatch(/^username: Cannot log in at .* the identity service answered 401/);
    expect(text).not.toContain('correct horse');
  });

  it('tells of an unknown cloud at the cloud, with those that there are', async () => {
    const file = join(folder, 'clouds.yaml');
    await writeFile(file, 'clouds: { lab: { auth: { auth_url: http://127.0.0.1:1/v3 } } }');
    expect(told(await sessionIn().configure({ cloud: 'lap' }, call()))).toEqual([
      `cloud: Cannot find cloud "lap" in ${file}: it has lab. Name one of these or add it.`,
    ]);
  });

  it('calls what is missing as the block calls it', async () => {
    const config = { username: 'me', password: 'secret' };
    const [diagnostic] = await sessionIn().configure(config, call());
    expect(diagnostic?.detail).toBe(
      'Cannot log in with the configuration: endpoint is missing (nothing else tells). ' +
        'Set endpoint there, or OS_AUTH_URL in the environment.',
    );
  });

  it('tells of an endpoint where nobody is, at the endpoint', async () => {
    const session = sessionIn();
    const endpoint = `http://127.0.0.1:${await freePort()}/v3`;
    // The client bridges short outages; the user need not wait for that here.
    const waiting = session.configure(login({ endpoint }), call());
    session.stop();
    expect(told(await waiting)).toEqual([': interrupted: the run was asked to end']);
  });

  it('tells of a region without services at the region', async () => {
    const diagnostics = await sessionIn().configure(login({ region: 'Nowhere' }), call());
    expect(told(diagnostics)[0]).toMatch(/^region: Cannot find the block-storage service/);
  });

  it('is content with a cloud that has images alone', async () => {
    const endpoints = [{ interface: 'public', region: 'R', url: `${cloud.url}/image` }];
    cloud.catalog = [{ type: 'image', name: 'glance', endpoints }];
    expect(await sessionIn().configure(login(), call())).toEqual([]);
  });

  it('tells offline what cannot be meant, and logs in nowhere then', async () => {
    const diagnostics = await sessionIn().configure(login({ interface: 'x' }), call());
    expect(told(diagnostics)[0]).toMatch(/^interface: Cannot use interface: found "x"/);
    expect(cloud.logins).toBe(0);
  });

  it('waits where a value is not known yet, and says so at the first use', async () => {
    const session = sessionIn();
    expect(await session.configure(login({ endpoint: UNKNOWN }), call())).toEqual([]);
    expect(session.isConfigured).toBe(false);
    await expect(session.open(call(), silent)).rejects.toThrow(
      'Cannot reach the cloud yet: endpoint of provider "cinderkit" is not known before the apply',
    );
    expect(cloud.logins).toBe(0);
  });

  it('can be done anew, in the apply that follows in the same process', async () => {
    const session = sessionIn();
    await session.configure(login({ endpoint: UNKNOWN }), call());
    expect(await session.configure(login(), call())).toEqual([]);
    expect(session.isConfigured).toBe(true);
  });
});

describe('the engine', () => {
  it('that cannot start is told at the block that asks for it', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const env = { CINDERKIT_ENGINE_CLI: join(folder, 'none.js'), PATH: '' };
    const diagnostics = await sessionIn(env).configure({ engine: { folder: file } }, call());
    expect(diagnostics[0]?.attribute?.steps.map((step) => step.attributeName)).toEqual([
      'engine',
      'folder',
    ]);
    expect(diagnostics[0]?.detail).toContain(`Cannot start the bundled engine in ${file}`);
  });

  it('that runs is used, in the folder that is named from where the tool was started', async () => {
    const engine = await runEngine({ dataFolder: join(folder, 'data') });
    const session = sessionIn({ OS_CLOUD: 'elsewhere' });
    expect(await session.configure({ engine: { folder: 'data' } }, call())).toEqual([]);
    const { connection } = await session.open(call(), silent);
    expect(connection.settings.origin).toContain(join(engine.dataFolder, 'clouds.yaml'));
  });

  it('is meant where nothing at all is configured, whatever clouds.yaml lies about', async () => {
    await runEngine({ dataFolder: join(folder, '.cinderkit/engine') });
    await writeFile(join(folder, 'clouds.yaml'), 'clouds: { real: {} }');
    const session = sessionIn();
    expect(await session.configure({ engine: null }, call())).toEqual([]);
    const { connection } = await session.open(call(), silent);
    expect(connection.settings.authUrl).toContain('127.0.0.1');
  });
});

describe('the session', () => {
  it('is opened by the first call that succeeds', async () => {
    const session = sessionIn({ OS_CLOUD: 'lab' });
    await expect(session.open(call(), silent)).rejects.toThrow('Cannot find cloud "lab"');
    const auth = { auth_url: `${cloud.url}/v3`, username: 'demo', password: 'x' };
    await writeFile(join(folder, 'clouds.yaml'), JSON.stringify({ clouds: { lab: { auth } } }));
    const { connection } = await session.open(call(), silent);
    expect(connection.settings.authUrl).toBe(`${cloud.url}/v3`);
  });

  it('ends the waits of a call with that call, and all of them with stop', async () => {
    const session = sessionIn();
    await session.configure(login(), call());
    const own = new AbortController();
    const one = await session.open({ signal: own.signal }, silent);
    const other = await session.open(call(), silent);
    own.abort();
    expect([one.signal?.aborted, other.signal?.aborted]).toEqual([true, false]);
    session.stop();
    session.stop();
    expect(other.signal?.aborted).toBe(true);
    expect(String(other.signal?.reason)).toContain('the run was asked to end');
  });

  it('keeps an id for a caller who wants to end, and for none who is gone', async () => {
    const session = sessionIn();
    await session.configure(login(), call());
    const own = new AbortController();
    const opened = await session.open({ signal: own.signal }, silent);
    session.stop();
    expect(await opened.isCallerAlive()).toBe(true);
    own.abort();
    expect(await opened.isCallerAlive()).toBe(false);
  });
});

describe('the origin of what is made', () => {
  it('tells workspaces, owners, types, names and processes apart', async () => {
    const session = sessionIn({ TF_WORKSPACE: 'blue' });
    await session.configure(login({ owner: 'me' }), call());
    const origin = await session.originOf('cinderkit_volume', 'data');
    expect(origin).toMatchObject({ owner: 'me', isShared: true });
    const parts = JSON.parse(origin.address) as string[];
    expect(parts).toEqual(['terraform', 'blue', parts[2], 'cinderkit_volume', 'data']);
    expect(existsSync(join(folder, '.cinderkit/slots', parts[2] ?? ''))).toBe(true);
    const twin = sessionIn({ TF_WORKSPACE: 'blue' });
    await twin.configure(login({ owner: 'me' }), call());
    expect((await twin.originOf('cinderkit_volume', 'data')).address).not.toBe(origin.address);
  });

  it('is the same in the next run of the same copy, whatever the password is then', async () => {
    const addresses: unknown[] = [];
    for (const password of ['one', 'two']) {
      const session = sessionIn();
      await session.configure(login({ password, owner: 'me' }), call());
      addresses.push(await session.originOf('cinderkit_volume', 'data'));
      await session.close();
    }
    expect(addresses[1]).toEqual(addresses[0]);
  });

  it('has a word of the folder for an owner where none is set', async () => {
    const session = sessionIn();
    await session.configure(login(), call());
    const { owner } = await session.originOf('cinderkit_volume', 'data');
    expect(owner).toBe((await readFile(join(folder, '.cinderkit/owner'), 'utf8')).trim());
    expect(owner).toMatch(/^[0-9a-f]{24}$/);
  });

  it('is not kept in a folder before something is made', async () => {
    const session = sessionIn();
    await session.configure(login(), call());
    await session.open(call(), silent);
    expect(existsSync(join(folder, '.cinderkit'))).toBe(false);
  });
});

/** A port at which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
