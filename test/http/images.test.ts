// Images as entries of a catalogue, through real HTTP. Laws: an image of another project is not
// there; an id is never used twice; a change applies whole or not at all.
import { randomUUID } from 'node:crypto';
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
  passwordOf,
  runEngine,
  stopEngines,
} from '../engine/running-engine';
import type { Client, Reply } from '../engine/running-engine';
import { differences } from './same-shape';

const recorded = (name: string): unknown =>
  JSON.parse(readFileSync(join(__dirname, '../fixtures/peer-replies', name), 'utf8'));

let engine: Engine;
let member: Client;
let admin: Client;
let stranger: Client;

beforeAll(async () => {
  engine = await runEngine();
  [member, admin, stranger] = await Promise.all([
    asMember(engine),
    asAdmin(engine),
    asStranger(engine),
  ]);
});
afterAll(stopEngines);

const idOf = (reply: Reply): string => z.object({ id: z.string() }).parse(reply.json).id;

const make = async (client: Client, body: object = {}): Promise<string> =>
  idOf(await client.call('POST', '/image/v2/images', { body: { name: 'an image', ...body } }));

const patch = (client: Client, id: string, changes: unknown): Promise<Reply> =>
  client.call('PATCH', `/image/v2/images/${id}`, {
    bytes: JSON.stringify(changes),
    headers: { 'content-type': 'application/openstack-images-v2.1-json-patch' },
  });

const idsIn = (reply: Reply): string[] =>
  z
    .object({ images: z.array(z.object({ id: z.string() })) })
    .parse(reply.json)
    .images.map(({ id }) => id);

describe('discovery', () => {
  it('answers 300 at the root and 200 at versions, without a token', async () => {
    const root = await call(engine, 'GET', '/image');
    expect(root.status).toBe(300);
    expect(differences(root.json, recorded('glance-versions.json'))).toEqual([]);
    expect((await call(engine, 'GET', '/image/versions')).status).toBe(200);
    expect((await member.call('GET', '/image/v2/schemas/image')).json).toMatchObject({
      name: 'image',
      additionalProperties: { type: 'string' },
    });
  });
});

describe('a new image', () => {
  it('is queued, shared and its project’s own, in the shape of a real Glance', async () => {
    const reply = await member.call('POST', '/image/v2/images', {
      body: { name: 'n', disk_format: 'raw', container_format: 'bare', hw_disk_bus: 'scsi' },
    });
    expect(reply.status).toBe(201);
    expect(reply.headers.get('location')).toBe(`/v2/images/${idOf(reply)}`);
    expect(reply.json).toMatchObject({
      status: 'queued',
      visibility: 'shared',
      owner: member.projectId,
      size: null,
      hw_disk_bus: 'scsi',
      protected: false,
    });
    const names = differences(reply.json, recorded('image-show.json')).filter(
      (line) => !/owner_specified|hw_disk_bus|direct_url|stores/.test(line),
    );
    expect(names).toEqual([]);
  });

  it('can have an id of the client’s own, which is never accepted again', async () => {
    const id = randomUUID();
    expect(await make(member, { id })).toBe(id);
    const body = { id };
    expect((await member.call('POST', '/image/v2/images', { body })).status).toBe(409);
    expect((await member.call('DELETE', `/image/v2/images/${id}`)).status).toBe(204);
    for (const client of [member, stranger, admin]) {
      expect((await client.call('POST', '/image/v2/images', { body })).status).toBe(409);
    }
    const upper = await member.call('POST', '/image/v2/images', { body: { id: id.toUpperCase() } });
    expect(upper.status).toBe(409);
  });

  it.each([
    ['public by a member', { visibility: 'public' }, 403],
    ['of another owner', { owner: 'f'.repeat(32) }, 403],
    ['with a status', { status: 'active' }, 403],
    ['with a checksum', { checksum: 'x' }, 403],
    ['with locations', { locations: [{ url: 'file:///etc/passwd', metadata: {} }] }, 400],
    ['with an unknown format', { disk_format: 'floppy' }, 400],
    ['with a number for a name', { name: 5 }, 400],
    ['with a too long name', { name: 'x'.repeat(256) }, 400],
    ['with a negative min_disk', { min_disk: -1 }, 400],
    ['with a property that is no text', { rank: 5 }, 400],
    ['with a malformed id', { id: 'not-a-uuid' }, 400],
    ['with a path for an id', { id: '../../etc/passwd' }, 400],
    ['with reserved properties', { os_glance_import: 'x' }, 403],
    ['with too many tags', { tags: Array.from({ length: 129 }, (_, at) => `t${at}`) }, 400],
  ])('is refused %s', async (_title, body, status) => {
    const reply = await member.call('POST', '/image/v2/images', { body });
    expect([reply.status, reply.text]).toEqual([status, expect.any(String)]);
  });

  it('has no NUL anywhere', async () => {
    const id = await make(member);
    for (const body of [{ name: 'a\0b' }, { tags: ['a\0b'] }, { note: 'a\0b' }, { 'a\0b': 'x' }]) {
      expect((await member.call('POST', '/image/v2/images', { body })).status).toBe(400);
    }
    const note = { op: 'add', path: '/note', value: 'a\0b' };
    expect((await patch(member, id, [note])).status).toBe(400);
    const tag = await member.call('PUT', `/image/v2/images/${id}/tags/a%00b`);
    expect(tag.status).toBe(400);
  });

  it('is refused to whoever has no project', async () => {
    const password = await passwordOf(engine, 'cinderkit');
    const login = { ...byPassword('admin', password, null), scope: { system: { all: true } } };
    const system = await clientFor(engine, login);
    const reply = await system.call('POST', '/image/v2/images', { body: { name: 'x' } });
    expect(reply.status).toBe(403);
    expect((await system.call('GET', '/volume/v3/volumes')).status).toBe(403);
    const inProject = `/volume/v3/${member.projectId}/volumes`;
    expect((await system.call('GET', inProject)).status).toBe(400);
  });

  it('is refused to a reader', async () => {
    const reader = await asStranger(engine, 'reader');
    const reply = await reader.call('POST', '/image/v2/images', { body: { name: 'x' } });
    expect(reply.status).toBe(403);
    expect(reply.headers.get('content-type')).toContain('text/html');
  });
});

describe('an image of another project', () => {
  it('is not there, in the words and the form of a real Glance', async () => {
    const id = await make(member);
    const missing = randomUUID();
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['PUT', '/tags/x'],
      ['GET', '/file'],
    ] as const) {
      const theirs = await stranger.call(method, `/image/v2/images/${id}${path}`);
      const none = await stranger.call(method, `/image/v2/images/${missing}${path}`);
      expect(theirs.status).toBe(404);
      expect(theirs.text.replaceAll(id, missing)).toBe(none.text);
    }
    expect((await patch(stranger, id, [])).status).toBe(404);
    const file = readFileSync(join(__dirname, '../fixtures/peer-replies/image-404.http'), 'utf8');
    const page = file.slice(file.indexOf('<html>')).trimEnd();
    const zero = '00000000-0000-0000-0000-000000000000';
    const reply = await member.call('GET', `/image/v2/images/${zero}`);
    expect(reply.text).toBe(page);
    const asJson = await member.call('GET', `/image/v2/images/${zero}`, {
      headers: { accept: 'application/json' },
    });
    expect(asJson.json).toMatchObject({ code: '404 Not Found', title: 'Not Found' });
  });

  it('can be seen but not changed when it is public or of the community', async () => {
    const open = await make(admin, { visibility: 'public' });
    const community = await make(member, { visibility: 'community' });
    for (const id of [open, community]) {
      expect((await stranger.call('GET', `/image/v2/images/${id}`)).status).toBe(200);
      expect((await stranger.call('DELETE', `/image/v2/images/${id}`)).status).toBe(403);
      const renamed = await patch(stranger, id, [{ op: 'replace', path: '/name', value: 'mine' }]);
      expect(renamed.status).toBe(403);
    }
    const listed = idsIn(await stranger.call('GET', '/image/v2/images'));
    expect(listed).toContain(open);
    expect(listed).not.toContain(community);
    const asked = await stranger.call('GET', '/image/v2/images?visibility=community');
    expect(idsIn(asked)).toEqual([community]);
  });
});

describe('a list of images', () => {
  it('is filtered, sorted and paged as asked', async () => {
    const client = await asStranger(engine);
    const ids: string[] = [];
    for (const at of [1, 2, 3, 4, 5]) {
      const tags = at % 2 === 0 ? ['even'] : ['odd', 'strange'];
      ids.push(
        await make(client, {
          name: `n${at}`,
          min_disk: at,
          rank: `${at}`,
          tags,
          disk_format: 'raw',
        }),
      );
    }
    const list = async (query: string): Promise<string[]> => {
      const found = idsIn(await client.call('GET', `/image/v2/images?visibility=shared&${query}`));
      return found.map((id) => String(ids.indexOf(id) + 1));
    };
    expect(await list('')).toEqual(['5', '4', '3', '2', '1']);
    expect(await list('sort=min_disk:asc')).toEqual(['1', '2', '3', '4', '5']);
    expect(await list('sort_key=name&sort_dir=asc')).toEqual(['1', '2', '3', '4', '5']);
    expect(await list('name=n3')).toEqual(['3']);
    expect(await list('name=in:n1,n5')).toEqual(['5', '1']);
    expect(await list(`id=in:${ids[0]},${ids[1]}&sort=name`)).toEqual(['2', '1']);
    expect(await list('tag=odd&tag=strange')).toEqual(['5', '3', '1']);
    expect(await list('tag=odd&tag=even')).toEqual([]);
    expect(await list('rank=4')).toEqual(['4']);
    expect(await list('disk_format=qcow2')).toEqual([]);
    expect(await list('status=active')).toEqual([]);
    expect(await list('size_min=1')).toEqual([]);
    expect(await list('created_at=gte:2001-01-01T00:00:00Z')).toHaveLength(5);
    expect(await list('created_at=lt:2001-01-01T00:00:00Z')).toEqual([]);
    expect(await list(`owner=${member.projectId}`)).toEqual([]);
  });

  it('is walked by its links, each image once', async () => {
    const client = await asStranger(engine);
    const ids = await Promise.all(Array.from({ length: 7 }, () => make(client)));
    const seen: string[] = [];
    const page = z.object({ first: z.string(), next: z.string().optional() });
    let next: string | undefined = '/v2/images?limit=3&visibility=shared';
    for (let pages = 0; next !== undefined; pages += 1) {
      const reply: Reply = await client.call('GET', `/image${next}`);
      seen.push(...idsIn(reply));
      const links = page.parse(reply.json);
      expect(links.first).toBe('/v2/images?limit=3&visibility=shared');
      expect(pages).toBeLessThan(4);
      next = links.next;
    }
    expect(seen.sort()).toEqual(ids.sort());
  });

  it.each([
    'limit=-1',
    'limit=many',
    'sort=nonsense',
    'sort=name:sideways',
    'sort=name&sort_key=name',
    'visibility=secret',
    'size_min=big',
    'created_at=gt:yesterday',
    'protected=maybe',
    `marker=${randomUUID()}`,
  ])('is refused with 400 for %s', async (query) => {
    expect((await member.call('GET', `/image/v2/images?${query}`)).status).toBe(400);
  });

  it('leaves hidden images out unless they are asked for', async () => {
    const client = await asStranger(engine);
    const id = await make(client, { os_hidden: true });
    expect(idsIn(await client.call('GET', '/image/v2/images?visibility=shared'))).toEqual([]);
    expect(idsIn(await client.call('GET', '/image/v2/images?os_hidden=true'))).toEqual([id]);
  });
});

describe('a change of an image', () => {
  it('adds, replaces and removes', async () => {
    const id = await make(member, { a: '1', b: '2' });
    const reply = await patch(member, id, [
      { op: 'replace', path: '/name', value: 'renamed' },
      { op: 'replace', path: '/a', value: '3' },
      { op: 'remove', path: '/b' },
      { op: 'add', path: '/c~1d', value: '4' },
      { op: 'replace', path: '/tags', value: ['x', 'y', 'x'] },
      { op: 'replace', path: '/min_ram', value: 64 },
      { op: 'replace', path: '/protected', value: true },
    ]);
    expect(reply.status).toBe(200);
    const expected = { name: 'renamed', a: '3', 'c/d': '4', tags: ['x', 'y'], min_ram: 64 };
    expect(reply.json).toMatchObject({ ...expected, protected: true });
    expect(reply.json).not.toHaveProperty('b');
    expect((await member.call('DELETE', `/image/v2/images/${id}`)).status).toBe(403);
  });

  it.each([
    ['a read-only attribute', [{ op: 'replace', path: '/status', value: 'active' }], 403],
    ['the id', [{ op: 'replace', path: '/id', value: randomUUID() }], 403],
    ['the removal of a core attribute', [{ op: 'remove', path: '/name' }], 403],
    ['a property that is not there', [{ op: 'replace', path: '/nothing', value: 'x' }], 409],
    ['a property that is no text', [{ op: 'add', path: '/n', value: 5 }], 400],
    ['an unknown operation', [{ op: 'move', path: '/a' }], 400],
    ['no list', { op: 'add' }, 400],
    ['a path without a slash', [{ op: 'add', path: 'name', value: 'x' }], 400],
    ['a deep path', [{ op: 'add', path: '/a/b', value: 'x' }], 400],
    ['a public visibility', [{ op: 'replace', path: '/visibility', value: 'public' }], 403],
    ['another owner', [{ op: 'replace', path: '/owner', value: 'f'.repeat(32) }], 403],
  ])('is refused whole for %s', async (_title, changes, status) => {
    const id = await make(member, { name: 'before' });
    const first = [{ op: 'replace', path: '/name', value: 'after' }];
    const all = Array.isArray(changes) ? [...first, ...changes] : changes;
    const reply = await patch(member, id, all);
    expect([reply.status, reply.text]).toEqual([status, expect.any(String)]);
    const shown = await member.call('GET', `/image/v2/images/${id}`);
    expect(shown.json).toMatchObject({ name: 'before' });
  });

  it('is refused in any other media type', async () => {
    const id = await make(member);
    const reply = await member.call('PATCH', `/image/v2/images/${id}`, { body: [] });
    expect(reply.status).toBe(415);
  });

  it('puts tags on and off', async () => {
    const id = await make(member);
    const tag = (method: string, name: string): Promise<Reply> =>
      member.call(method, `/image/v2/images/${id}/tags/${encodeURIComponent(name)}`);
    expect((await tag('PUT', 'a/b ü')).status).toBe(204);
    expect((await tag('PUT', 'a/b ü')).status).toBe(204);
    const shown = await member.call('GET', `/image/v2/images/${id}`);
    expect(shown.json).toMatchObject({ tags: ['a/b ü'] });
    expect((await tag('DELETE', 'a/b ü')).status).toBe(204);
    expect((await tag('DELETE', 'a/b ü')).status).toBe(404);
    expect((await tag('PUT', 'x'.repeat(256))).status).toBe(400);
  });
});
