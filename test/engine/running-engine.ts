// An engine of a test's own: in this process, on a free port, in a fresh folder. Invariant:
// whatever a test starts here is stopped and removed by stopEngines(), which afterEach or afterAll
// calls.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { startEngine } from '../../bundled-engine/main';
import type { Engine, EngineOptions } from '../../bundled-engine/main';

/** A reply with its body parsed where it is JSON. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** undefined where the body is no JSON. */
  readonly json: unknown;
}

/** Someone logged in: calls carry the token. */
export interface Client {
  readonly token: string;
  readonly projectId: string;
  readonly userId: string;
  readonly call: (method: string, path: string, more?: CallOptions) => Promise<Reply>;
}

/** What a call can have beside its method and path. */
export interface CallOptions {
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly bytes?: Uint8Array<ArrayBuffer> | string;
  readonly headers?: Record<string, string>;
}

const cloudsShape = z.object({
  clouds: z.record(
    z.string(),
    z.object({
      auth: z.object({ auth_url: z.string(), username: z.string(), password: z.string() }),
    }),
  ),
});

const folders: string[] = [];
const engines: Engine[] = [];

/** A fresh temporary folder. */
export async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cinderkit-engine-'));
  folders.push(folder);
  return folder;
}

/** Starts an engine, in a fresh folder unless one is given. */
export async function runEngine(options: Partial<EngineOptions> = {}): Promise<Engine> {
  const dataFolder = options.dataFolder ?? join(await freshFolder(), 'data');
  const engine = await startEngine({ logLevel: 'warn', ...options, dataFolder });
  engines.push(engine);
  return engine;
}

/** Stops every engine started here and removes every folder made here. */
export async function stopEngines(): Promise<void> {
  for (const engine of engines.splice(0)) await engine.stop();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
}

/** The password of an account in the engine's clouds.yaml. */
export async function passwordOf(engine: Engine, cloud: string): Promise<string> {
  const text = await readFile(join(engine.dataFolder, 'clouds.yaml'), 'utf8');
  return cloudsShape.parse(parse(text)).clouds[cloud]?.auth.password ?? '';
}

/** Calls the engine without a token. */
export async function call(
  engine: Pick<Engine, 'url'>,
  method: string,
  path: string,
  more: CallOptions = {},
): Promise<Reply> {
  const body = more.bytes ?? (more.body === undefined ? null : JSON.stringify(more.body));
  const type = more.body === undefined ? {} : { 'content-type': 'application/json' };
  const reply = await fetch(`${engine.url}${path}`, {
    method,
    headers: { ...type, ...more.headers },
    body,
  });
  const text = await reply.text();
  return { status: reply.status, headers: reply.headers, text, json: jsonOf(text) };
}

/** Logs in and gives the reply as it is. */
export function login(engine: Pick<Engine, 'url'>, auth: unknown): Promise<Reply> {
  return call(engine, 'POST', '/identity/v3/auth/tokens', { body: { auth } });
}

/** The `auth` of a password login into a project. */
export function byPassword(name: string, password: string, project: string | null): object {
  const domain = { name: 'Default' };
  return {
    identity: { methods: ['password'], password: { user: { name, domain, password } } },
    scope: project === null ? 'unscoped' : { project: { name: project, domain } },
  };
}

const tokenShape = z.object({
  token: z.object({
    user: z.object({ id: z.string() }),
    project: z.object({ id: z.string() }).optional(),
  }),
});

/** Logs in with `auth`; fails where that is refused. */
export async function clientFor(engine: Pick<Engine, 'url'>, auth: unknown): Promise<Client> {
  const reply = await login(engine, auth);
  if (reply.status !== 201) throw new Error(`could not log in: ${reply.status} ${reply.text}`);
  const token = reply.headers.get('x-subject-token') ?? '';
  const { user, project } = tokenShape.parse(reply.json).token;
  return {
    token,
    userId: user.id,
    projectId: project?.id ?? '',
    call: (method, path, more = {}) =>
      call(engine, method, path, { ...more, headers: { 'x-auth-token': token, ...more.headers } }),
  };
}

/** The administrator of the engine's own project. */
export async function asAdmin(engine: Engine): Promise<Client> {
  return clientFor(engine, byPassword('admin', await passwordOf(engine, 'cinderkit'), 'cinderkit'));
}

/** The ordinary member of the engine's own project. */
export async function asMember(engine: Engine): Promise<Client> {
  const password = await passwordOf(engine, 'cinderkit-member');
  return clientFor(engine, byPassword('member', password, 'cinderkit'));
}

/** Makes a project with one user of the given role, and logs in as that user. */
export async function asStranger(engine: Engine, role = 'member'): Promise<Client> {
  const admin = await asAdmin(engine);
  const name = `stranger-${Math.random().toString(36).slice(2)}`;
  const made = async (noun: string, body: object): Promise<string> => {
    const reply = await admin.call('POST', `/identity/v3/${noun}s`, { body: { [noun]: body } });
    return z.record(z.string(), z.object({ id: z.string() })).parse(reply.json)[noun]?.id ?? '';
  };
  const projectId = await made('project', { name });
  const userId = await made('user', { name, password: `${name}-password` });
  const roles = await admin.call('GET', `/identity/v3/roles?name=${role}`);
  const { roles: found } = z
    .object({ roles: z.array(z.object({ id: z.string() })) })
    .parse(roles.json);
  const grant = `/identity/v3/projects/${projectId}/users/${userId}/roles/${found[0]?.id}`;
  await admin.call('PUT', grant);
  return clientFor(engine, byPassword(name, `${name}-password`, name));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
