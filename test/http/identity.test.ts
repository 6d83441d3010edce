// Identity v3 through real HTTP: logging in, looking at tokens, ending them. Laws: every failed
// login is the same 401; whatever takes away a token's reason ends it at the next request.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Engine } from '../../bundled-engine/main';
import {
  asAdmin,
  asMember,
  asStranger,
  byPassword,
  call,
  clientFor,
  login,
  passwordOf,
  runEngine,
  stopEngines,
} from '../engine/running-engine';
import type { Client } from '../engine/running-engine';
import { differences } from './same-shape';

const recorded = (name: string): string =>
  readFileSync(join(__dirname, '../fixtures/peer-replies', name), 'utf8');

let engine: Engine;
let admin: Client;
let clock = 0;

beforeAll(async () => {
  const now = (): Date => new Date(Date.now() + clock);
  engine = await runEngine({ clock: { now } });
  admin = await asAdmin(engine);
});
afterEach(() => {
  clock = 0;
});
afterAll(stopEngines);

const isValid = async (client: Client): Promise<boolean> =>
  (await client.call('GET', '/volume/v3/volumes')).status === 200;

describe('discovery', () => {
  it('answers 300 with the versions at its root, without a token', async () => {
    const reply = await call(engine, 'GET', '/identity/');
    expect(reply.status).toBe(300);
    expect(reply.json).toMatchObject({ versions: { values: [{ id: 'v3.14', status: 'stable' }] } });
  });

  it('answers 200 at v3 in the shape of a real Keystone', async () => {
    for (const path of ['/identity/v3', '/identity/v3/']) {
      const reply = await call(engine, 'GET', path);
      expect(reply.status).toBe(200);
      expect(reply.headers.get('content-type')).toBe('application/json');
      expect(differences(reply.json, JSON.parse(recorded('keystone-v3.json')))).toEqual([]);
    }
  });
});

describe('a password login', () => {
  it('gives a token in the shape of a real Keystone, its text in a header alone', async () => {
    const password = await passwordOf(engine, 'cinderkit');
    const reply = await login(engine, byPassword('admin', password, 'cinderkit'));
    expect(reply.status).toBe(201);
    const token = reply.headers.get('x-subject-token') ?? '';
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(reply.text).not.toContain(token);
    expect(differences(reply.json, JSON.parse(recorded('keystone-token.json')))).toEqual([]);
    expect(reply.json).toMatchObject({
      token: {
        methods: ['password'],
        roles: [{ name: 'admin' }, { name: 'manager' }, { name: 'member' }, { name: 'reader' }],
      },
    });
  });

  it('reaches every service of its catalog in all three interfaces', async () => {
    const { json } = await admin.call('GET', '/identity/v3/auth/catalog');
    const shape = z.object({
      catalog: z.array(
        z.object({
          type: z.string(),
          endpoints: z.array(
            z.object({ interface: z.string(), region_id: z.string(), url: z.string() }),
          ),
        }),
      ),
    });
    const { catalog } = shape.parse(json);
    expect(catalog.map(({ type }) => type).sort()).toEqual([
      'block-storage',
      'identity',
      'image',
      'volumev2',
      'volumev3',
    ]);
    for (const { endpoints } of catalog) {
      expect(endpoints.map((one) => one.interface)).toEqual(['public', 'internal', 'admin']);
      expect(endpoints.map((one) => one.region_id)).toEqual(Array(3).fill('RegionOne'));
      const path = endpoints[0]?.url.slice(engine.url.length) ?? '';
      expect([200, 300]).toContain((await admin.call('GET', path)).status);
    }
  });

  it('works by ids as well as by names', async () => {
    const password = await passwordOf(engine, 'cinderkit');
    const user = { id: admin.userId, password };
    const scope = { project: { id: admin.projectId } };
    const reply = await login(engine, {
      identity: { methods: ['password'], password: { user } },
      scope,
    });
    expect(reply.status).toBe(201);
  });

  it('without a scope is for the default project, or unscoped when asked', async () => {
    const password = await passwordOf(engine, 'cinderkit');
    const { identity } = byPassword('admin', password, null) as { identity: object };
    const byDefault = await login(engine, { identity });
    expect(byDefault.json).toMatchObject({ token: { project: { name: 'cinderkit' } } });
    const unscoped = await clientFor(engine, { identity, scope: 'unscoped' });
    expect((await unscoped.call('GET', '/identity/v3/auth/projects')).json).toMatchObject({
      projects: [{ name: 'cinderkit' }],
    });
    expect((await unscoped.call('GET', '/volume/v3/volumes')).status).toBe(403);
    expect((await unscoped.call('GET', '/image/v2/images')).status).toBe(403);
    const system = await login(engine, { identity, scope: { system: { all: true } } });
    expect(system.json).toMatchObject({ token: { system: { all: true } } });
  });

  it('is refused in one way only, as by a real Keystone', async () => {
    const password = await passwordOf(engine, 'cinderkit');
    const domain = { name: 'Elsewhere' };
    const wrong = [
      byPassword('admin', 'wrong', 'cinderkit'),
      byPassword('nobody', password, 'cinderkit'),
      byPassword('admin', password, 'nothing'),
      byPassword('admin', 'x'.repeat(5000), 'cinderkit'),
      byPassword('cinderkit-internal', password, 'cinderkit-internal'),
      byPassword('admin', password, 'cinderkit-internal'),
      {
        identity: {
          methods: ['password'],
          password: { user: { name: 'admin', domain, password } },
        },
      },
      { identity: { methods: ['token'], token: { id: 'nonsense' } } },
    ];
    const [, body] = recorded('err-401-keystone.http').split(/\n\n(?=\{)/);
    for (const auth of wrong) {
      const reply = await login(engine, auth);
      expect(reply.status).toBe(401);
      expect(reply.json).toEqual(JSON.parse(body ?? ''));
      expect(reply.headers.get('www-authenticate')).toBe(`Keystone uri="${engine.url}/identity"`);
    }
  });

  it('is refused with 400 where the body is no login', async () => {
    for (const auth of [undefined, {}, { identity: {} }, { identity: { methods: [] } }, 5]) {
      expect((await login(engine, auth)).status).toBe(400);
    }
    const noPayload = await login(engine, { identity: { methods: ['password'] } });
    expect(noPayload.status).toBe(400);
    expect((await login(engine, { identity: { methods: ['sorcery'] } })).status).toBe(401);
  });
});

describe('a token', () => {
  it('can be rescoped, and does not live longer by it', async () => {
    const first = await asMember(engine);
    const again = await login(engine, {
      identity: { methods: ['token'], token: { id: first.token } },
      scope: { project: { id: first.projectId } },
    });
    const shape = z.object({ token: z.object({ expires_at: z.string() }) });
    const { json } = await first.call('GET', '/identity/v3/auth/tokens', {
      headers: { 'x-subject-token': first.token },
    });
    expect(shape.parse(again.json)).toEqual(shape.parse(json));
  });

  it('is shown to itself and to administrators, to nobody else', async () => {
    const member = await asMember(engine);
    const stranger = await asStranger(engine);
    const look = (who: Client, method = 'GET'): Promise<{ status: number }> =>
      who.call(method, '/identity/v3/auth/tokens', {
        headers: { 'x-subject-token': member.token },
      });
    expect((await look(member)).status).toBe(200);
    expect((await look(member, 'HEAD')).status).toBe(200);
    expect((await look(admin)).status).toBe(200);
    expect((await look(stranger)).status).toBe(403);
    expect((await look(stranger, 'DELETE')).status).toBe(403);
    expect(await isValid(member)).toBe(true);
  });

  it('ends when it is revoked, at once', async () => {
    const member = await asMember(engine);
    expect(await isValid(member)).toBe(true);
    const headers = { 'x-subject-token': member.token };
    expect((await member.call('DELETE', '/identity/v3/auth/tokens', { headers })).status).toBe(204);
    expect(await isValid(member)).toBe(false);
    expect((await admin.call('GET', '/identity/v3/auth/tokens', { headers })).status).toBe(404);
  });

  it('ends when its time is over, also when it was used a moment before', async () => {
    const member = await asMember(engine);
    expect(await isValid(member)).toBe(true);
    clock = 24 * 3_600_000 + 1000;
    expect(await isValid(member)).toBe(false);
    expect(await isValid(member)).toBe(false);
  });

  it('is the same 401 on every service when it is missing or wrong', async () => {
    const paths = ['/volume/v3/volumes', '/image/v2/images', '/identity/v3/users'];
    for (const path of [...paths, '/volume/v3/nonsense', '/image/v2/nonsense']) {
      for (const headers of [{}, { 'x-auth-token': 'nonsense' }, { 'x-auth-token': '' }]) {
        const reply = await call(engine, 'GET', path, { headers });
        expect([path, reply.status]).toEqual([path, 401]);
        expect(reply.json).toMatchObject({ error: { code: 401, title: 'Unauthorized' } });
      }
    }
  });

  it('keeps who does not have it from being listened to', async () => {
    const bytes = '{not json';
    const reply = await call(engine, 'POST', '/volume/v3/volumes', {
      bytes,
      headers: { 'content-type': 'application/json' },
    });
    expect(reply.status).toBe(401);
  });
});

describe('accounts', () => {
  it('a role that is taken back ends the tokens that rest on it', async () => {
    const stranger = await asStranger(engine, 'reader');
    expect(await isValid(stranger)).toBe(true);
    const base = `/identity/v3/projects/${stranger.projectId}/users/${stranger.userId}/roles`;
    const { json } = await admin.call('GET', base);
    const { roles } = z.object({ roles: z.array(z.object({ id: z.string() })) }).parse(json);
    const grant = `${base}/${roles[0]?.id}`;
    expect((await admin.call('HEAD', grant)).status).toBe(204);
    expect((await admin.call('DELETE', grant)).status).toBe(204);
    expect((await admin.call('HEAD', grant)).status).toBe(404);
    expect(await isValid(stranger)).toBe(false);
  });

  it('a changed password ends all tokens and the old password', async () => {
    const stranger = await asStranger(engine);
    const path = `/identity/v3/users/${stranger.userId}/password`;
    const wrong = { password: 'new', original_password: 'wrong' };
    expect((await call(engine, 'POST', path, { body: { user: wrong } })).status).toBe(401);
    const shape = z.object({ user: z.object({ name: z.string() }) });
    const shown = await stranger.call('GET', `/identity/v3/users/${stranger.userId}`);
    const { name } = shape.parse(shown.json).user;
    const body = { user: { password: 'new', original_password: `${name}-password` } };
    expect((await call(engine, 'POST', path, { body })).status).toBe(204);
    expect(await isValid(stranger)).toBe(false);
    expect((await login(engine, byPassword(name, `${name}-password`, name))).status).toBe(401);
    expect((await login(engine, byPassword(name, 'new', name))).status).toBe(201);
  });

  it('a disabled user, and a disabled project, cannot be used', async () => {
    for (const noun of ['user', 'project'] as const) {
      const stranger = await asStranger(engine);
      const id = noun === 'user' ? stranger.userId : stranger.projectId;
      const path = `/identity/v3/${noun}s/${id}`;
      const reply = await admin.call('PATCH', path, { body: { [noun]: { enabled: false } } });
      expect(reply.status).toBe(200);
      expect(await isValid(stranger)).toBe(false);
    }
  });

  it('a project that owns something is kept, an empty one goes with its tokens', async () => {
    const stranger = await asStranger(engine);
    const volume = await stranger.call('POST', '/volume/v3/volumes', {
      body: { volume: { size: 1 } },
    });
    expect(volume.status).toBe(202);
    const path = `/identity/v3/projects/${stranger.projectId}`;
    const refused = await admin.call('DELETE', path);
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('volumes')]);
    const empty = await asStranger(engine);
    const gone = await admin.call('DELETE', `/identity/v3/projects/${empty.projectId}`);
    expect(gone.status).toBe(204);
    expect(await isValid(empty)).toBe(false);
  });

  it('are for administrators to change, and names are taken once', async () => {
    const member = await asMember(engine);
    const body = { project: { name: 'cinderkit' } };
    const refused = await member.call('POST', '/identity/v3/projects', { body });
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('identity:create_project');
    expect((await admin.call('POST', '/identity/v3/projects', { body })).status).toBe(409);
    const role = { role: { name: 'admin' } };
    expect((await admin.call('POST', '/identity/v3/roles', { body: role })).status).toBe(409);
  });

  it('never show the engine’s own project and user', async () => {
    for (const noun of ['project', 'user']) {
      const { text } = await admin.call('GET', `/identity/v3/${noun}s`);
      expect(text).not.toContain('cinderkit-internal');
    }
    const { internalTenant } = engine.parts;
    const project = await admin.call('GET', `/identity/v3/projects/${internalTenant.projectId}`);
    expect(project.status).toBe(404);
    const scope = { project: { id: internalTenant.projectId } };
    const identity = { methods: ['token'], token: { id: admin.token } };
    expect((await login(engine, { identity, scope })).status).toBe(401);
  });

  it('keep the roles that policies need', async () => {
    const { json } = await admin.call('GET', '/identity/v3/roles?name=reader');
    const { roles } = z.object({ roles: z.array(z.object({ id: z.string() })) }).parse(json);
    expect(roles).toHaveLength(1);
    const reply = await admin.call('DELETE', `/identity/v3/roles/${roles[0]?.id}`);
    expect(reply.status).toBe(403);
  });

  it('can be looked up by name, as openstackclient does', async () => {
    for (const [path, name] of [
      ['projects?name=cinderkit', 'cinderkit'],
      ['users?name=member', 'member'],
      ['domains?name=Default', 'Default'],
    ] as const) {
      const { json } = await admin.call('GET', `/identity/v3/${path}`);
      const key = path.split('?', 1)[0] ?? '';
      expect(json).toMatchObject({ [key]: [{ name }] });
    }
    expect((await admin.call('GET', '/identity/v3/domains/default')).status).toBe(200);
    expect((await admin.call('GET', '/identity/v3/role_assignments')).status).toBe(200);
  });

  it('bear no name with a NUL', async () => {
    for (const noun of ['project', 'user', 'role']) {
      const body = { [noun]: { name: 'a\0b' } };
      expect((await admin.call('POST', `/identity/v3/${noun}s`, { body })).status).toBe(400);
    }
  });
});
