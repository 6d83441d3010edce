// Logins: how many there are, when they are renewed, and what is said when they fail.
import { inspect } from 'node:util';
import { routes } from '../../schema/wire/route';
import { loginBody } from '../../provider/client/login-body';
import type { Login, Scope } from '../../provider/client/resolved-settings';
import { Secret } from '../../provider/client/secret';
import { waitFor } from '../../provider/client/wait-for';
import { volumeLifecycle } from '../../schema/lifecycles/volume';
import { FakeCloud } from './fake-cloud';

const policy = { rule: 'test', needs: 'member' } as const;
const table = routes({
  list: { service: 'block-storage', method: 'GET', path: '/things', ok: 200, policy },
  create: { service: 'block-storage', method: 'POST', path: '/things', ok: 202, policy },
});

let cloud: FakeCloud;
beforeEach(async () => {
  cloud = await FakeCloud.start();
});
afterEach(() => cloud.stop());

const failure = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: unknown) => error,
  );

test('opening a connection does not log in', async () => {
  cloud.connect();
  expect(cloud.logins).toBe(0);
});

test('many calls at once share one login', async () => {
  const connection = cloud.connect();
  await Promise.all(Array.from({ length: 30 }, () => connection.call(table.list)));
  expect(cloud.logins).toBe(1);
  expect(cloud.requests).toHaveLength(30);
});

test('a token is renewed before it expires', async () => {
  cloud.lifetimeSeconds = 0.25;
  const connection = cloud.connect();
  const seen = new Set<string>();
  const stopAt = Date.now() + 1000;
  while (Date.now() < stopAt) {
    await connection.call(table.list);
    seen.add(cloud.requests.at(-1)?.token ?? '');
  }
  expect(seen.size).toBeGreaterThanOrEqual(3);
  expect(cloud.logins).toBeLessThanOrEqual(7);
});

test('a revoked token is renewed once, for all calls that meet the refusal', async () => {
  const connection = cloud.connect();
  await connection.call(table.list);
  cloud.revokeTokens();
  await Promise.all(Array.from({ length: 20 }, () => connection.call(table.list)));
  expect(cloud.logins).toBe(2);
});

test('a create is sent again after a 401, which did nothing', async () => {
  const connection = cloud.connect();
  await connection.call(table.list);
  cloud.revokeTokens();
  await connection.call(table.create, { body: { a: 1 } });
  expect(cloud.requests.map(({ method }) => method)).toEqual(['GET', 'POST', 'POST']);
});

test('a second 401 is the answer: there is no endless renewal', async () => {
  cloud.script = () => ({ status: 401, body: { error: { message: 'still no' } } });
  const error = await failure(cloud.connect().call(table.list));
  expect(error).toMatchObject({ code: 'unauthorized', http: 401 });
  expect(cloud.requests).toHaveLength(2);
});

test('a token that is revoked in mid-wait and mid-paging goes unnoticed', async () => {
  const connection = cloud.connect();
  cloud.script = (seen, count) => {
    if (count % 2 === 0) cloud.revokeTokens();
    const page = Number(seen.url.searchParams.get('marker') ?? 0) + 1;
    const href = `${cloud.url}/elsewhere?marker=${page}`;
    return { body: { things: [page], things_links: page < 5 ? [{ rel: 'next', href }] : [] } };
  };
  const pages: unknown[] = [];
  for await (const page of connection.pages(table.list)) pages.push(page);
  expect(pages).toHaveLength(5);
  let looks = 0;
  const thing = await waitFor({
    lifecycle: volumeLifecycle,
    operation: 'create',
    subject: 'volume a',
    observe: async (signal) => {
      await connection.call(table.list, { signal });
      looks += 1;
      return { status: looks < 4 ? 'creating' : 'available' };
    },
    timeoutMs: 10_000,
  });
  expect(thing?.status).toBe('available');
  expect(cloud.logins).toBeGreaterThan(3);
});

test('one caller’s abort does not end the login that others wait for', async () => {
  cloud.loginScript = (_seen, count) => (count === 1 ? { delayMs: 300, status: 503 } : null);
  const connection = cloud.connect();
  const stop = new AbortController();
  const first = failure(connection.call(table.list, { signal: stop.signal }));
  const second = connection.call(table.list);
  stop.abort(new Error('enough'));
  expect(await first).toMatchObject({ message: 'enough' });
  expect((await second).status).toBe(200);
});

test('a login is tried again while the identity service is down, not when it refuses', async () => {
  cloud.loginScript = (_seen, count) => (count < 3 ? { drop: 'at once' } : null);
  await cloud.connect().call(table.list);
  expect(cloud.logins).toBe(3);
  cloud.loginScript = () => ({
    status: 401,
    body: { error: { message: 'requires authentication' } },
  });
  const error = await failure(cloud.connect().projectId());
  expect(cloud.logins).toBe(4);
  expect(error).toMatchObject({ code: 'loginRefused', http: 401 });
  expect(String(error)).toContain('requires authentication');
  expect(String(error)).toContain('Check username, password');
});

test('an identity service that is down is not missed while the last token is good', async () => {
  cloud.lifetimeSeconds = 2;
  const connection = cloud.connect();
  await connection.call(table.list);
  const downUntil = Date.now() + 1900;
  cloud.loginScript = () => (Date.now() < downUntil ? { drop: 'at once' } : null);
  const statuses = new Set<number>();
  while (Date.now() < downUntil + 300) statuses.add((await connection.call(table.list)).status);
  expect([...statuses]).toEqual([200]);
  expect(cloud.logins).toBeGreaterThan(2);
});

test('something that is no identity service is told from a refusal', async () => {
  cloud.loginScript = () => ({ status: 200, body: '<html>Welcome to nginx</html>' });
  expect(await failure(cloud.connect().projectId())).toMatchObject({ code: 'replyUnusable' });
  cloud.loginScript = () => ({ status: 404, body: '<html><h1>Not Found</h1></html>' });
  const error = await failure(cloud.connect().projectId());
  expect(String(error)).toContain('Check that auth_url');
});

test('a token without a project says so', async () => {
  cloud.loginScript = () => ({
    status: 201,
    headers: { 'x-subject-token': 't' },
    body: { token: { expires_at: '2099-01-01T00:00:00Z', user: { id: 'u' } } },
  });
  expect(await failure(cloud.connect().projectId())).toMatchObject({ code: 'noProjectScope' });
});

describe('secrets', () => {
  const secret = 'correct horse';

  test('are in no fault, whatever goes wrong', async () => {
    const scripts = [
      { drop: 'at once' as const },
      { status: 401 },
      { status: 500, body: { error: { message: 'broken' } } },
      { status: 201, body: {} },
    ];
    for (const scripted of scripts) {
      cloud.loginScript = () => scripted;
      const error = await failure(cloud.connect().call(table.list));
      expect(error).not.toBeNull();
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(secret);
    }
  });

  test('cannot be printed by accident', () => {
    const wrapped = new Secret(secret);
    const { settings } = cloud.connect();
    const prints = [
      `${wrapped}`,
      String(wrapped),
      JSON.stringify({ wrapped }),
      inspect({ wrapped }),
    ];
    for (const text of [...prints, inspect(settings, { depth: 9 }), JSON.stringify(settings)]) {
      expect(text).not.toContain(secret);
    }
    expect(wrapped.reveal()).toBe(secret);
  });
});

describe('bodies of logins', () => {
  const user = { name: 'demo', domain: { name: 'Default' } };
  const logins: [string, Login, object][] = [
    [
      'password',
      { method: 'password', user: { id: 'u1' }, password: new Secret('p') },
      { methods: ['password'], password: { user: { id: 'u1', password: 'p' } } },
    ],
    [
      'token',
      { method: 'token', token: new Secret('t') },
      { methods: ['token'], token: { id: 't' } },
    ],
    [
      'application credential by id',
      { method: 'application-credential', id: 'c', secret: new Secret('s') },
      { methods: ['application_credential'], application_credential: { id: 'c', secret: 's' } },
    ],
    [
      'application credential by name',
      { method: 'application-credential', name: 'c', user, secret: new Secret('s') },
      {
        methods: ['application_credential'],
        application_credential: { name: 'c', user, secret: 's' },
      },
    ],
  ];
  test.each(logins)('by %s', (_name, login, identity) => {
    expect(loginBody({ login, scope: { kind: 'default' } })).toEqual({ auth: { identity } });
  });

  const scopes: [Scope, object][] = [
    [{ kind: 'project', project: { id: 'p' } }, { project: { id: 'p' } }],
    [{ kind: 'domain', domain: { id: 'd' } }, { domain: { id: 'd' } }],
    [{ kind: 'system' }, { system: { all: true } }],
    [{ kind: 'trust', trustId: 't' }, { 'OS-TRUST:trust': { id: 't' } }],
  ];
  test.each(scopes)('for %j', (scope, expected) => {
    const login: Login = { method: 'token', token: new Secret('t') };
    expect(loginBody({ login, scope })).toMatchObject({ auth: { scope: expected } });
  });
});
