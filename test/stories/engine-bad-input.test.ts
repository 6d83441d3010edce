// What no client should send, to a real engine over real HTTP. Laws: it gets the API's own fault by
// its status and name; the engine serves on; whatever the lists and quotas showed before, they show
// after.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { CliEngine } from '../support/cli-engine';
import { expectNoDebris, expectTrueQuotas, filesIn, settled } from '../support/engine-truth';
import { PlainCaller } from '../support/plain-caller';
import type { Answer } from '../support/plain-caller';
import { eventually } from '../support/processes';

let engine: CliEngine;
let caller: PlainCaller;
let volumeId = '';

beforeAll(async () => {
  engine = new CliEngine('pools: [{ name: main, driver: raw-file }]\n');
  caller = await engine.start();
  const made = await caller.volume('POST', '/volumes', { volume: { size: 1, name: 'kept' } });
  volumeId = made.body.volume.id;
  await caller.upload('kept', 'raw', Buffer.alloc(1000, 7));
  await settled(engine.dataFolder);
});
afterAll(() => engine.dispose());

/** Everything that the lists and the quota show. */
async function shown(): Promise<unknown> {
  const nouns = ['volumes/detail', 'snapshots/detail', 'backups/detail', 'types', 'messages'];
  const quota = `os-quota-sets/${caller.projectId}?usage=True`;
  const answers = await Promise.all(
    [...nouns, quota].map(async (path) => (await caller.volume('GET', `/${path}`)).body),
  );
  return [...answers, (await caller.image('GET', '')).body];
}

/** Makes the call and asserts its fault, and that nothing else came of it. */
async function expectRefused(
  call: () => Promise<Answer>,
  status: number,
  fault: string,
): Promise<void> {
  const before = await shown();
  const answer = await call();
  const name = typeof answer.body === 'object' ? Object.keys(answer.body)[0] : answer.body;
  expect([answer.status, name]).toEqual([status, fault]);
  expect(answer.headers.get('x-openstack-request-id')).toMatch(/^req-/);
  await settled(engine.dataFolder);
  expect(await shown()).toEqual(before);
  expect((await caller.call('GET', '/ready')).status).toBe(200);
}

const volumeWith = (given: object): string => JSON.stringify({ volume: { size: 1, ...given } });
const json = { 'content-type': 'application/json' };
const post = (bytes: string): Promise<Answer> =>
  caller.call('POST', `/volume/v3/${caller.projectId}/volumes`, { bytes, headers: json });

describe('a new volume', () => {
  it.each([
    ['of no size', volumeWith({ size: 0 }), 400, 'badRequest'],
    ['smaller than nothing', volumeWith({ size: -1 }), 400, 'badRequest'],
    ['of one and a half GiB', volumeWith({ size: 1.5 }), 400, 'badRequest'],
    ['of NaN', '{"volume": {"size": NaN}}', 400, 'badRequest'],
    ['of "NaN"', volumeWith({ size: 'NaN' }), 400, 'badRequest'],
    ['of an exabyte', volumeWith({ size: 1e9 }), 413, 'overLimit'],
    ['of more than numbers hold', '{"volume": {"size": 1e999}}', 400, 'badRequest'],
    ['with a NUL in its name', volumeWith({ name: 'a\0b' }), 400, 'badRequest'],
    ['with a name of 256 letters', volumeWith({ name: 'x'.repeat(256) }), 400, 'badRequest'],
    ['with a number for a name', volumeWith({ name: 5 }), 400, 'badRequest'],
    ['of an image that is none', volumeWith({ imageRef: 'a/../b' }), 400, 'badRequest'],
    ['of an unknown snapshot', volumeWith({ snapshot_id: zero() }), 404, 'itemNotFound'],
    ['of an unknown volume', volumeWith({ source_volid: zero() }), 404, 'itemNotFound'],
    ['of an unknown type', volumeWith({ volume_type: 'none' }), 404, 'itemNotFound'],
    ['cut off', volumeWith({}).slice(0, -3), 400, 'badRequest'],
    ['of ten megabytes', volumeWith({ name: 'x'.repeat(10_000_000) }), 413, 'overLimit'],
  ])('%s is refused', async (_title, bytes, status, fault) => {
    await expectRefused(() => post(bytes), status, fault);
  });

  it.each([
    ['a name with slashes', { name: '../../etc/passwd' }],
    ['a name of emoji', { name: '💾🔥' }],
    ['a name of 255 letters', { name: 'é'.repeat(255) }],
    ['a name with line breaks', { name: 'a\r\nX-Evil: 1' }],
    ['its size as a text', { size: '1' }],
  ])('with %s is made, shown as it was asked for, and removed', async (_title, given) => {
    const before = await shown();
    const made = await post(volumeWith(given));
    expect(made.status).toBe(202);
    await settled(engine.dataFolder);
    const { volume } = (await caller.volume('GET', `/volumes/${made.body.volume.id}`)).body;
    expect(volume).toMatchObject({ status: 'available', ...given, size: 1 });
    expect(made.headers.get('x-evil')).toBeNull();
    await caller.volume('DELETE', `/volumes/${volume.id}`);
    await settled(engine.dataFolder);
    expect(await shown()).toEqual(before);
    expectNoDebris(engine.dataFolder);
  });
});

function zero(): string {
  return '00000000-0000-4000-8000-000000000000';
}

describe('a path', () => {
  it.each([
    ['GET', `volumes/${zero()}`],
    ['DELETE', `volumes/${zero()}`],
    ['DELETE', `snapshots/${zero()}`],
    ['DELETE', `backups/${zero()}`],
    ['GET', 'volumes/..%2f..%2fclouds.yaml'],
    ['DELETE', 'volumes/..%2f..%2frecords.db'],
    ['GET', 'volumes/%00'],
    ['GET', 'volumes/%0d%0aX-Evil:%201'],
    ['DELETE', 'backups/..%2f..%2f..%2fetc'],
  ])('%s %s is of nothing', async (method, path) => {
    await expectRefused(
      async () => {
        const answer = await caller.volume(method, `/${path}`);
        expect(answer.headers.get('x-evil')).toBeNull();
        return answer;
      },
      404,
      'itemNotFound',
    );
  });

  it.each(['..%2f..%2fclouds.yaml', '..%2fimages', zero(), '%00'])(
    'of the image %s gives no byte and takes none',
    async (id) => {
      const before = await shown();
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const path = `/image/v2/images/${id}${method === 'DELETE' ? '' : '/file'}`;
        const bytes = method === 'PUT' ? { bytes: 'x' } : {};
        const headers = { 'content-type': 'application/octet-stream' };
        expect((await caller.call(method, path, { ...bytes, headers })).status).toBe(404);
      }
      expect(await shown()).toEqual(before);
    },
  );
});

describe('a token', () => {
  const with401 = async (token: string): Promise<void> => {
    const other = new PlainCaller(caller.url, token, caller.projectId);
    await expectRefused(() => other.volume('DELETE', `/volumes/${volumeId}`), 401, 'error');
    expect((await other.image('GET', '')).status).toBe(401);
  };

  it('that is none, or that was revoked, is refused everywhere', async () => {
    for (const token of ['', 'none', 'x'.repeat(5000), "' OR 1=1 --"]) await with401(token);
    const { token } = await PlainCaller.login(engine.dataFolder);
    const headers = { 'x-subject-token': token };
    const gone = await caller.call('DELETE', '/identity/v3/auth/tokens', { headers });
    expect(gone.status).toBe(204);
    await with401(token);
  });

  it('that has expired is refused, and another can be had', async () => {
    const brief = new CliEngine('tokenLifetimeMinutes: 0.02\n');
    try {
      const first = await brief.start();
      await eventually('the token to expire', async () => {
        const answer = await first.volume('GET', '/volumes');
        expect([200, 401]).toContain(answer.status);
        return answer.status === 401;
      });
      const next = await PlainCaller.login(brief.dataFolder);
      expect((await next.volume('GET', '/volumes')).status).toBe(200);
    } finally {
      await brief.dispose();
    }
  });
});

describe('a connection', () => {
  /** Sends text over a socket of its own; `lets go` destroys it as soon as it is sent. */
  const sent = async (text: string, end: 'waits' | 'lets go'): Promise<string> => {
    const { hostname, port } = new URL(caller.url);
    const socket = connect(Number(port), hostname);
    let heard = '';
    socket.on('data', (data) => (heard += String(data)));
    socket.on('error', () => undefined);
    socket.write(text, () => (end === 'lets go' ? socket.destroy() : undefined));
    await once(socket, 'close');
    return heard;
  };
  const head = (method: string, path: string, lengthBytes: number): string =>
    `${method} ${path} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: ${caller.token}\r\n` +
    `Content-Type: application/octet-stream\r\nContent-Length: ${lengthBytes}\r\n\r\n`;

  async function queuedImage(): Promise<string> {
    const facts = { name: 'sent', disk_format: 'raw', container_format: 'bare' };
    return (await caller.image('POST', '', facts)).body.id;
  }
  const statusOf = async (id: string): Promise<string> =>
    (await caller.image('GET', `/${id}`)).body.status;

  it('that is cut in the middle of an upload leaves the image queued, without a byte', async () => {
    const id = await queuedImage();
    const path = `/image/v2/images/${id}/file`;
    await sent(`${head('PUT', path, 1_000_000)}${'x'.repeat(1000)}`, 'lets go');
    await eventually('the upload to be given up', async () => (await statusOf(id)) === 'queued');
    await eventually('its bytes to be gone', () => {
      return filesIn(engine.dataFolder, 'images').length === 1;
    });
    const again = await caller.call('PUT', path, {
      bytes: 'whole',
      headers: { 'content-type': 'application/octet-stream' },
    });
    expect([again.status, await statusOf(id)]).toEqual([204, 'active']);
    expect((await caller.image('DELETE', `/${id}`)).status).toBe(204);
  });

  it('whose client stands still in mid-upload hinders nobody, and ends the upload', async () => {
    const id = await queuedImage();
    const url = `${caller.url}/image/v2/images/${id}/file`;
    const program = `
      const { request } = require('node:http');
      const headers = { 'x-auth-token': process.argv[2], 'content-length': 100000000,
        'content-type': 'application/octet-stream' };
      const put = request(process.argv[1], { method: 'PUT', headers });
      const more = () => {
        while (put.write(Buffer.alloc(10000, 1)));
        put.once('drain', () => setTimeout(more, 5));
      };
      more();`;
    const child = spawn(process.execPath, ['-e', program, url, caller.token], { stdio: 'ignore' });
    const ended = once(child, 'exit');
    try {
      await eventually('bytes to arrive', () => {
        return filesIn(engine.dataFolder, 'images').some((path) => path.includes(`${id}.`));
      });
      child.kill('SIGSTOP');
      expect(await statusOf(id)).toBe('saving');
      const others = await Promise.all(
        Array.from({ length: 20 }, () => caller.volume('GET', '/volumes/detail')),
      );
      expect(others.map(({ status }) => status)).toEqual(others.map(() => 200));
      await caller.upload('meanwhile', 'raw', Buffer.alloc(1000));
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
    await eventually('the upload to be given up', async () => (await statusOf(id)) === 'queued');
    const { images } = (await caller.image('GET', '')).body;
    for (const image of images as { id: string; name: string }[]) {
      if (image.name !== 'kept') await caller.image('DELETE', `/${image.id}`);
    }
    expectNoDebris(engine.dataFolder);
  });

  it('that is gone at once, a hundred times, is nothing or one volume each', async () => {
    const body = volumeWith({ name: 'hasty' });
    const path = `/volume/v3/${caller.projectId}/volumes`;
    const whole = head('POST', path, body.length).replace('octet-stream', 'json') + body;
    await Promise.all(
      Array.from({ length: 100 }, (_, at) =>
        sent(at % 2 === 0 ? whole.slice(0, whole.length - at) : whole.slice(0, at), 'lets go'),
      ),
    );
    await sent(whole, 'lets go');
    await expectTrueQuotas(caller);
    const made = new Set<string>();
    // Nobody tells when the last of them has been taken in: their volumes are removed as they come.
    await eventually('hasty volumes to be gone', async () => {
      await settled(engine.dataFolder);
      const { volumes } = (await caller.volume('GET', '/volumes?name=hasty')).body;
      for (const { id } of volumes as { id: string }[]) {
        made.add(id);
        await caller.volume('DELETE', `/volumes/${id}`);
      }
      return volumes.length === 0 && filesIn(engine.dataFolder, 'pools').length === 1;
    });
    expect(made.size).toBeLessThanOrEqual(2);
    await settled(engine.dataFolder);
    await expectTrueQuotas(caller);
    expect((await caller.call('GET', '/ready')).status).toBe(200);
  });

  it.each([
    ['a bare line feed in a header', 'GET /ready HTTP/1.1\r\nHost: x\r\nX: a\nX-Evil: 1\r\n\r\n'],
    ['a NUL in a header', 'GET /ready HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n'],
    ['two lengths', 'PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n'],
  ])('with %s is refused', async (_title, text) => {
    const before = await shown();
    expect(await sent(text, 'waits')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await shown()).toEqual(before);
  });
});

it('admits just as many of 200 volumes at once as the quota has room for', async () => {
  const before = await shown();
  const quota = await caller.volume('GET', `/os-quota-sets/${caller.projectId}?usage=True`);
  const { limit, in_use: inUse } = quota.body.quota_set.volumes;
  const room = limit - inUse;
  const answers = await Promise.all(
    Array.from({ length: 200 }, () => post(volumeWith({ name: 'crowd' }))),
  );
  const count = (status: number): number => answers.filter((one) => one.status === status).length;
  expect([count(202), count(413)]).toEqual([room, 200 - room]);
  expect(answers.find(({ status }) => status === 413)?.body).toHaveProperty('overLimit');
  await settled(engine.dataFolder);
  await expectTrueQuotas(caller);
  const { volumes } = (await caller.volume('GET', '/volumes?name=crowd')).body;
  expect(volumes).toHaveLength(room);
  for (const { id } of volumes) await caller.volume('DELETE', `/volumes/${id}`);
  await settled(engine.dataFolder);
  expect(await shown()).toEqual(before);
  expectNoDebris(engine.dataFolder);
  expect(filesIn(engine.dataFolder, join('pools', 'main', 'volumes'))).toHaveLength(1);
});
