// Roles over the system, and the roles that come with every cloud. Laws: a role over the system is
// given and taken by administrators alone, holds at once, and is no role in any project.
import { z } from 'zod';
import type { Engine } from '../../bundled-engine/main';
import {
  asAdmin,
  asMember,
  byPassword,
  clientFor,
  login,
  passwordOf,
  runEngine,
  stopEngines,
} from '../engine/running-engine';
import type { Client, Reply } from '../engine/running-engine';

let engine: Engine;
let admin: Client;
let member: Client;

beforeAll(async () => {
  engine = await runEngine();
  [admin, member] = await Promise.all([asAdmin(engine), asMember(engine)]);
});
afterAll(stopEngines);

const named = z.array(z.object({ id: z.string(), name: z.string() }));

async function roles(): Promise<Map<string, string>> {
  const { json } = await admin.call('GET', '/identity/v3/roles');
  const rows = z.object({ roles: named }).parse(json).roles;
  return new Map(rows.map(({ id, name }) => [name, id]));
}

async function systemLogin(): Promise<Reply> {
  const password = await passwordOf(engine, 'cinderkit-member');
  return login(engine, {
    ...byPassword('member', password, null),
    scope: { system: { all: true } },
  });
}

it('a role over the system is given, seen, used and taken', async () => {
  const reader = (await roles()).get('reader') ?? '';
  const list = `/identity/v3/system/users/${member.userId}/roles`;
  const grant = `${list}/${reader}`;
  expect((await systemLogin()).status).toBe(401);
  expect((await admin.call('HEAD', grant)).status).toBe(404);
  expect((await member.call('PUT', grant)).status).toBe(403);
  for (let time = 0; time < 2; time += 1) {
    expect((await admin.call('PUT', grant)).status).toBe(204);
  }
  expect((await admin.call('HEAD', grant)).status).toBe(204);
  expect((await admin.call('GET', grant)).status).toBe(204);
  const held = z.object({ roles: named }).parse((await admin.call('GET', list)).json).roles;
  expect(held.map(({ name }) => name)).toEqual(['reader']);
  const path = `/identity/v3/role_assignments?scope.system&user.id=${member.userId}`;
  expect((await admin.call('GET', path)).json).toMatchObject({
    role_assignments: [{ user: { id: member.userId }, scope: { system: { all: true } } }],
  });
  const token = await systemLogin();
  expect(token.json).toMatchObject({
    token: { system: { all: true }, roles: [{ name: 'reader' }] },
  });
  const headers = { 'x-auth-token': token.headers.get('x-subject-token') ?? '' };
  const ask = async (url: string): Promise<number> =>
    (await fetch(engine.url + url, { headers })).status;
  expect(await ask('/identity/v3/auth/catalog')).toBe(200);
  expect(await ask('/identity/v3/projects')).toBe(403);
  expect(await ask('/volume/v3/')).toBe(200);
  expect(await ask('/volume/v3/volumes')).toBe(403);
  expect(await ask(`/volume/v3/${member.projectId}/volumes`)).toBe(400);
  expect((await admin.call('DELETE', grant)).status).toBe(204);
  expect(await ask('/identity/v3/auth/catalog')).toBe(401);
  expect((await admin.call('DELETE', grant)).status).toBe(404);
  expect((await systemLogin()).status).toBe(401);
});

it('neither unknown users nor unknown roles get one', async () => {
  const reader = (await roles()).get('reader') ?? '';
  const base = '/identity/v3/system/users';
  expect((await admin.call('PUT', `${base}/nobody/roles/${reader}`)).status).toBe(404);
  expect((await admin.call('PUT', `${base}/${member.userId}/roles/nothing`)).status).toBe(404);
});

it('the roles of current clouds are there, each with those that it implies', async () => {
  const known = await roles();
  expect([...known.keys()]).toEqual(['admin', 'manager', 'member', 'reader', 'service']);
  const user = { name: 'chief', password: 'a-test-password' };
  const made = await admin.call('POST', '/identity/v3/users', { body: { user } });
  const { id } = z.object({ user: z.object({ id: z.string() }) }).parse(made.json).user;
  const grants = `/identity/v3/projects/${admin.projectId}/users/${id}/roles`;
  const rolesOf = async (role: string): Promise<unknown> => {
    const path = `${grants}/${known.get(role) ?? ''}`;
    expect((await admin.call('PUT', path)).status).toBe(204);
    const auth = byPassword('chief', user.password, 'cinderkit');
    const client = await clientFor(engine, auth);
    const { json } = await client.call('GET', '/identity/v3/auth/tokens', {
      headers: { 'x-subject-token': client.token },
    });
    await admin.call('DELETE', path);
    return z
      .object({ token: z.object({ roles: named }) })
      .parse(json)
      .token.roles.map(({ name }) => name);
  };
  expect(await rolesOf('service')).toEqual(['service']);
  expect(await rolesOf('manager')).toEqual(['manager', 'member', 'reader']);
  const manager = await admin.call('DELETE', `/identity/v3/roles/${known.get('manager') ?? ''}`);
  expect(manager.status).toBe(403);
});
