// What no handler should ever see, through real HTTP and raw sockets. Laws: whatever is sent gets
// the API's own fault with a request id; nothing is a 500; the engine goes on serving.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Engine } from '../../bundled-engine/main';
import { asMember, call, runEngine, stopEngines } from '../engine/running-engine';
import type { Client } from '../engine/running-engine';

let engine: Engine;
let member: Client;

beforeAll(async () => {
  engine = await runEngine();
  member = await asMember(engine);
});
afterEach(async () => {
  expect((await call(engine, 'GET', '/ready')).status).toBe(200);
});
afterAll(stopEngines);

const json = { 'content-type': 'application/json' };
const volumes = '/volume/v3/volumes';

describe('a body', () => {
  it.each([
    ['malformed', '{not json'],
    ['cut off', '{"volume": {"size": 1'],
    ['that is no object', '5'],
    ['that is a list', '[]'],
    ['of NULs', '\0\0\0'],
    ['with a key that poisons prototypes', '{"__proto__": {"admin": true}}'],
    ['with that key in disguise', '{"\\u005f_proto__": {"admin": true}}'],
    ['with a name holding a NUL', JSON.stringify({ volume: { size: 1, name: 'a\0b' } })],
    ['with a fraction for a size', JSON.stringify({ volume: { size: 1.5 } })],
    ['with a list for a size', JSON.stringify({ volume: { size: [1] } })],
    ['with an endless number', `{"volume": {"size": 1${'0'.repeat(400)}}}`],
  ])('%s is refused with 400', async (_title, bytes) => {
    const reply = await member.call('POST', volumes, { bytes, headers: json });
    expect([reply.status, reply.text]).toEqual([400, expect.stringContaining('badRequest')]);
    expect(reply.headers.get('x-compute-request-id')).toMatch(/^req-[0-9a-f-]{36}$/);
    expect(reply.headers.get('x-openstack-request-id')).toMatch(/^req-[0-9a-f-]{36}$/);
  });

  it('nested a thousand deep is refused or harmless', async () => {
    const bytes = `{"volume": ${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    const reply = await member.call('POST', volumes, { bytes, headers: json });
    expect(reply.status).toBe(400);
  });

  it('missing altogether is refused with the 400 that was meant', async () => {
    for (const headers of [json, {}] as Record<string, string>[]) {
      expect((await member.call('POST', volumes, { headers })).status).toBe(400);
    }
  });

  it('of 10 MB is refused with 413, whole or in chunks, and nothing to wait for', async () => {
    const bytes = JSON.stringify({ volume: { size: 1, name: 'x'.repeat(10_000_000) } });
    const whole = await member.call('POST', volumes, { bytes, headers: json });
    expect([whole.status, whole.json]).toEqual([
      413,
      { overLimit: { code: 413, message: 'Request is too large.' } },
    ]);
    expect(whole.headers.get('retry-after')).toBeNull();
    const chunked = await fetch(`${engine.url}${volumes}`, {
      method: 'POST',
      headers: { ...json, 'x-auth-token': member.token },
      body: new Blob([bytes]).stream(),
      duplex: 'half',
    });
    expect(chunked.status).toBe(413);
    expect(process.memoryUsage().rss).toBeLessThan(2 * 1024 ** 3);
  });

  it('just within the limit is read', async () => {
    const filler = 'x'.repeat(114_688 - 100);
    const reply = await member.call('POST', volumes, {
      body: { volume: { size: 1, name: filler } },
    });
    expect([reply.status, reply.text.length > 100]).toEqual([400, true]);
    expect(reply.text).toContain('too long');
  });

  it('of another media type is refused with 415', async () => {
    const headers = { 'content-type': 'application/xml' };
    const reply = await member.call('POST', volumes, { bytes: '<volume/>', headers });
    expect([reply.status, reply.text]).toEqual([415, expect.stringContaining('badMediaType')]);
  });
});

describe('a path', () => {
  it('that nobody has is 404 as a real Cinder answers it', async () => {
    const file = readFileSync(
      join(__dirname, '../fixtures/peer-replies/err-404-route.http'),
      'utf8',
    );
    const reply = await member.call('GET', `/volume/v3/${member.projectId}/nonsense`);
    expect([reply.status, reply.text]).toEqual([404, file.slice(file.indexOf('<html>')).trimEnd()]);
    expect(reply.headers.get('content-type')?.toLowerCase()).toBe('text/html; charset=utf-8');
  });

  it.each([
    '/volume/v3/%zz',
    '/volume/v3/%',
    '/volume/v3/volumes/%00',
    '/volume/v3/volumes/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '/volume/v3/volumes/..%5c..',
    `/volume/v3/volumes/${'x'.repeat(8000)}`,
    '/image/v2/images/%00',
    '/image/v2/images/..%2f..%2fclouds.yaml/file',
    '/identity/v3/users/%F0%9F%92%A9',
    '//volume/v3/volumes//',
    '/volume/v3/volumes?limit=%00',
    '/volume/v3/volumes?limit=1&limit=2',
    '/volume/v3/volumes?__proto__=1&constructor=2',
    '/image/v2/images?name=%00&__proto__=x',
  ])('%s is answered without a 500', async (path) => {
    const reply = await member.call('GET', path);
    expect([path, reply.status < 500]).toEqual([path, true]);
    expect(reply.headers.get('x-openstack-request-id')).toMatch(/^req-/);
  });

  it('asked by a method that it does not have is 405 with those that it has', async () => {
    for (const [method, path, allowed] of [
      ['PATCH', '/image/v2/images', 'GET, POST'],
      ['DELETE', '/image/v2/images', 'GET, POST'],
      ['PUT', '/identity/v3/auth/tokens', 'DELETE, GET, POST'],
    ] as const) {
      const reply = await member.call(method, path);
      expect([reply.status, reply.headers.get('allow')]).toEqual([405, allowed]);
    }
  });

  it('of another project is 400, and the same with and without a project is one', async () => {
    const other = await member.call('GET', `/volume/v3/${'f'.repeat(32)}/volumes`);
    expect([other.status, other.json]).toEqual([
      400,
      { badRequest: { code: 400, message: 'Malformed request url' } },
    ]);
    const own = await member.call('GET', `/volume/v3/${member.projectId}/volumes`);
    const bare = await member.call('GET', '/volume/v3/volumes');
    expect(own.text).toBe(bare.text);
  });
});

describe('a microversion', () => {
  const asked = (version: string): ReturnType<Client['call']> =>
    member.call('GET', volumes, { headers: { 'OpenStack-API-Version': version } });

  it.each([
    ['volume 3.0', '3.0'],
    ['volume 3.70', '3.70'],
    ['volume latest', '3.70'],
    ['compute 2.1, volume 3.40', '3.40'],
    ['compute 2.1', '3.0'],
    ['nonsense', '3.0'],
  ])('%s is negotiated', async (header, version) => {
    const reply = await asked(header);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('openstack-api-version')).toBe(`volume ${version}`);
    expect(reply.headers.get('vary')).toBe('OpenStack-API-Version');
  });

  it.each([
    [
      'volume 3.999',
      406,
      'Version 3.999 is not supported by the API. Minimum is 3.0 and maximum is 3.70.',
    ],
    [
      'volume 2.0',
      406,
      'Version 2.0 is not supported by the API. Minimum is 3.0 and maximum is 3.70.',
    ],
    [
      'volume abc',
      400,
      'API Version String abc is of invalid format. Must be of format MajorNum.MinorNum.',
    ],
  ])('%s is refused in the words of a real Cinder', async (header, status, message) => {
    const reply = await asked(header);
    const name = status === 406 ? 'computeFault' : 'badRequest';
    expect([reply.status, reply.json]).toEqual([status, { [name]: { code: status, message } }]);
  });

  it('that does not have a route yet makes it 404', async () => {
    const reply = await member.call('GET', '/volume/v3/messages');
    expect([reply.status, reply.text]).toEqual([404, expect.stringContaining('itemNotFound')]);
  });
});

describe('a socket', () => {
  const exchange = (text: string | Buffer): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(engine.url);
      const socket = connect(Number(port), hostname, () => socket.end(text));
      let heard = '';
      socket.on('data', (data) => (heard += String(data)));
      socket.on('close', () => resolve(heard));
      socket.on('error', reject);
    });

  it.each([
    ['noise', randomBytes(2000).toString('latin1')],
    ['a head without an end', 'GET /ready HTTP/1.1\r\nHost: x\r\n'],
    [
      'two lengths',
      'POST /ready HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx',
    ],
    [
      'length and chunks',
      'POST /ready HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx',
    ],
    ['a head of 100 kB', `GET /ready HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`],
  ])('that sends %s is refused', async (_title, text) => {
    const heard = await exchange(text).catch(() => 'reset');
    expect(heard).not.toContain('HTTP/1.1 200');
    expect(heard).not.toContain('HTTP/1.1 500');
  });
});
