// Application credentials through real HTTP. Laws: the secret is told once; a credential can never
// do more than its maker can at that moment, and ends with the maker's role.
import { z } from 'zod';
import type { Engine } from '../../bundled-engine/main';
import {
  asAdmin,
  asMember,
  asStranger,
  clientFor,
  login,
  runEngine,
  stopEngines,
} from '../engine/running-engine';
import type { Client, Reply } from '../engine/running-engine';

let engine: Engine;
let clock = 0;

beforeAll(async () => {
  engine = await runEngine({ clock: { now: () => new Date(Date.now() + clock) } });
});
afterEach(() => {
  clock = 0;
});
afterAll(stopEngines);

const shape = z.object({
  application_credential: z.looseObject({
    id: z.string(),
    secret: z.string().optional(),
    roles: z.array(z.object({ name: z.string() })),
  }),
});

const pathOf = (client: Client): string =>
  `/identity/v3/users/${client.userId}/application_credentials`;

const make = (client: Client, more: object = {}): Promise<Reply> =>
  client.call('POST', pathOf(client), {
    body: { application_credential: { name: `key-${Math.random()}`, ...more } },
  });

const keyOf = (reply: Reply): { id: string; secret: string } => {
  const { id, secret = '' } = shape.parse(reply.json).application_credential;
  return { id, secret };
};

const byKey = (key: { id: string; secret: string }): object => ({
  identity: { methods: ['application_credential'], application_credential: key },
});

describe('an application credential', () => {
  it('logs in to its project, by id or by name and user', async () => {
    const member = await asMember(engine);
    const reply = await make(member, { name: 'named' });
    expect(reply.status).toBe(201);
    const { id, secret } = keyOf(reply);
    const client = await clientFor(engine, byKey({ id, secret }));
    expect(client.projectId).toBe(member.projectId);
    const user = { name: 'member', domain: { id: 'default' } };
    const byName = await login(engine, {
      identity: {
        methods: ['application_credential'],
        application_credential: { name: 'named', user, secret },
      },
    });
    expect(byName.status).toBe(201);
    expect(byName.json).toMatchObject({ token: { application_credential: { id } } });
  });

  it('tells its secret at creation and never again', async () => {
    const member = await asMember(engine);
    const { id, secret } = keyOf(await make(member));
    expect(secret).not.toBe('');
    for (const path of [pathOf(member), `${pathOf(member)}/${id}`]) {
      const { text, status } = await member.call('GET', path);
      expect(status).toBe(200);
      expect(text).toContain(id);
      expect(text).not.toContain(secret);
      expect(text).not.toContain('"secret"');
    }
  });

  it('carries a part of the roles when asked, never more than its maker has', async () => {
    const member = await asMember(engine);
    const reply = await make(member, { roles: [{ name: 'reader' }] });
    const client = await clientFor(engine, byKey(keyOf(reply)));
    const write = await client.call('POST', '/volume/v3/volumes', {
      body: { volume: { size: 1 } },
    });
    expect(write.status).toBe(403);
    expect((await client.call('GET', '/volume/v3/volumes')).status).toBe(200);
    expect((await make(member, { roles: [{ name: 'admin' }] })).status).toBe(400);
  });

  it('makes no other credential unless it is unrestricted', async () => {
    const member = await asMember(engine);
    const restricted = await clientFor(engine, byKey(keyOf(await make(member))));
    expect((await make(restricted)).status).toBe(403);
    const free = await clientFor(engine, byKey(keyOf(await make(member, { unrestricted: true }))));
    expect((await make(free)).status).toBe(201);
  });

  it('leads to no other project and to no longer life', async () => {
    const member = await asMember(engine);
    const key = keyOf(await make(member));
    const client = await clientFor(engine, byKey(key));
    const again = await login(engine, {
      identity: { methods: ['token'], token: { id: client.token } },
    });
    expect(again.status).toBe(401);
    const stranger = await asStranger(engine);
    const elsewhere = { ...byKey(key), scope: { project: { id: stranger.projectId } } };
    expect((await login(engine, elsewhere)).status).toBe(401);
  });

  it('expires when it says, and so do its tokens', async () => {
    const member = await asMember(engine);
    const expires = new Date(Date.now() + 60_000).toISOString();
    const key = keyOf(await make(member, { expires_at: expires }));
    const client = await clientFor(engine, byKey(key));
    expect((await client.call('GET', '/volume/v3/volumes')).status).toBe(200);
    clock = 61_000;
    expect((await client.call('GET', '/volume/v3/volumes')).status).toBe(401);
    expect((await login(engine, byKey(key))).status).toBe(401);
    for (const past of ['2001-01-01T00:00:00', 'soon']) {
      expect((await make(await asMember(engine), { expires_at: past })).status).toBe(400);
    }
  });

  it('ends with its removal and with the roles of its maker', async () => {
    const stranger = await asStranger(engine);
    const key = keyOf(await make(stranger));
    const client = await clientFor(engine, byKey(key));
    expect((await stranger.call('DELETE', `${pathOf(stranger)}/${key.id}`)).status).toBe(204);
    expect((await client.call('GET', '/volume/v3/volumes')).status).toBe(401);
    const second = await clientFor(engine, byKey(keyOf(await make(stranger))));
    const admin = await asAdmin(engine);
    const gone = await admin.call('DELETE', `/identity/v3/users/${stranger.userId}`);
    expect(gone.status).toBe(204);
    expect((await second.call('GET', '/volume/v3/volumes')).status).toBe(401);
  });

  it('is its user’s own: others neither see nor make it', async () => {
    const member = await asMember(engine);
    const stranger = await asStranger(engine);
    expect((await stranger.call('GET', pathOf(member))).status).toBe(403);
    const body = { application_credential: { name: 'theirs' } };
    expect((await stranger.call('POST', pathOf(member), { body })).status).toBe(403);
    const admin = await asAdmin(engine);
    expect((await admin.call('POST', pathOf(member), { body })).status).toBe(403);
    expect((await make(member, { name: 'twice' })).status).toBe(201);
    expect((await make(member, { name: 'twice' })).status).toBe(409);
  });
});
