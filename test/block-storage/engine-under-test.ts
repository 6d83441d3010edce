// An engine in this process with its callers, for tests of the Block Storage API over real HTTP.
// Invariant: stop() leaves no process, no port and no file; waits are for jobs, never for time.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { startEngine } from '../../bundled-engine/main';
import type { Engine } from '../../bundled-engine/main';
import { removeFolder, tempFolder } from '../support/temp-folder';

/** An answer; `body` is parsed JSON, or the text where it is none. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into any shape
  readonly body: any;
}

/** How to call. */
export interface CallOptions {
  /** Microversion; 3.70 when left out, none at all for null. */
  readonly version?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A logged-in caller. */
export class Caller {
  readonly url: string;
  readonly token: string;
  readonly projectId: string;
  readonly userId: string;

  constructor(url: string, who: { token: string; projectId: string; userId: string }) {
    this.url = url;
    this.token = who.token;
    this.projectId = who.projectId;
    this.userId = who.userId;
  }

  /** Calls Block Storage below the caller's project. */
  call(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<Answer> {
    const version = options.version === undefined ? '3.70' : options.version;
    return this.request(`/volume/v3/${this.projectId}${path}`, {
      method,
      headers: {
        ...(version === null ? {} : { 'OpenStack-API-Version': `volume ${version}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** Calls anything on the engine, with the caller's token. */
  async request(path: string, init: RequestInit = {}): Promise<Answer> {
    const answer = await fetch(this.url + path, {
      ...init,
      headers: { 'X-Auth-Token': this.token, ...init.headers },
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: parsed(text) };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The engine with an administrator and a member of one project, and a stranger of another. */
export interface EngineUnderTest {
  readonly engine: Engine;
  readonly admin: Caller;
  readonly member: Caller;
  readonly stranger: Caller;
  readonly reader: Caller;
  /** Resolves when no job runs or waits. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

const cloudsShape = z.object({
  clouds: z.record(
    z.string(),
    z.object({
      auth: z.object({ username: z.string(), password: z.string(), project_name: z.string() }),
    }),
  ),
});

/** Starts an engine in `folder`, or in a temporary one; `settings` become its engine.yaml. */
export async function engineUnderTest(
  given: { readonly folder?: string; readonly port?: number } = {},
): Promise<EngineUnderTest> {
  const own = given.folder === undefined ? await tempFolder() : null;
  const dataFolder = given.folder ?? own ?? '';
  const engine = await startEngine({ dataFolder, port: given.port ?? 0 });
  const text = await readFile(join(dataFolder, 'clouds.yaml'), 'utf8');
  const { clouds } = cloudsShape.parse(parse(text));
  const login = async (cloud: string): Promise<Caller> => {
    const auth = clouds[cloud]?.auth;
    if (!auth) throw new Error(`no cloud ${cloud} in clouds.yaml`);
    return loginAs(engine.url, {
      user: auth.username,
      password: auth.password,
      project: auth.project_name,
    });
  };
  const admin = await login('cinderkit');
  const member = await login('cinderkit-member');
  const stranger = await addUser(admin, { name: 'stranger', role: 'member' });
  const reader = await addUser(admin, { name: 'reader', role: 'reader' });
  return {
    engine,
    admin,
    member,
    stranger,
    reader,
    idle: () => engine.parts.jobs.idle(),
    async stop() {
      await engine.stop();
      if (own) await removeFolder(own);
    },
  };
}

async function loginAs(
  url: string,
  who: { user: string; password: string; project: string },
): Promise<Caller> {
  const domain = { id: 'default' };
  const answer = await fetch(`${url}/identity/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: who.user, domain, password: who.password } },
        },
        scope: { project: { name: who.project, domain } },
      },
    }),
  });
  if (answer.status !== 201) throw new Error(`login of ${who.user} answered ${answer.status}`);
  const shape = z.object({
    token: z.object({ project: z.object({ id: z.string() }), user: z.object({ id: z.string() }) }),
  });
  const { token } = shape.parse(await answer.json());
  const secret = answer.headers.get('X-Subject-Token') ?? '';
  return new Caller(url, { token: secret, projectId: token.project.id, userId: token.user.id });
}

/** A user with a project of their own (the reader: a project where they may only look). */
async function addUser(admin: Caller, given: { name: string; role: string }): Promise<Caller> {
  const identity = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await admin.request(`/identity/v3${path}`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.status >= 300 && answer.status !== 409) {
      throw new Error(`${method} ${path} answered ${answer.status}`);
    }
    return answer;
  };
  const { name, role } = given;
  const password = 'a-test-password';
  const project = await identity('POST', '/projects', { project: { name } });
  const user = await identity('POST', '/users', { user: { name, password } });
  if (project.status === 201 && user.status === 201) {
    const roles = await identity('GET', `/roles?name=${role}`);
    const place = `/projects/${project.body.project.id}/users/${user.body.user.id}`;
    await identity('PUT', `${place}/roles/${roles.body.roles[0].id}`);
  }
  return loginAs(admin.url, { user: name, password, project: name });
}

/** Makes a volume and gives it once its making has ended, well or not. */
export async function madeVolume(
  under: EngineUnderTest,
  asked: Readonly<Record<string, unknown>> = {},
  caller: Caller = under.member,
): Promise<Record<string, unknown> & { id: string; status: string }> {
  const answer = await caller.call('POST', '/volumes', { volume: { size: 1, ...asked } });
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
  await under.idle();
  return (await caller.call('GET', `/volumes/${answer.body.volume.id}`)).body.volume;
}
