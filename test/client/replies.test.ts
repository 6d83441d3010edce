// What comes back: replies in the shape that was promised, refusals in any form, pages to their
// end, streams of bytes.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { reasonOf, refusal } from '../../provider/client/refusal';
import { routes } from '../../schema/wire/route';
import { FakeCloud } from './fake-cloud';

const policy = { rule: 'test', needs: 'member' } as const;
const base = { service: 'block-storage', path: '/things', policy, ok: 200 } as const;
const things = z.looseObject({ things: z.array(z.looseObject({ id: z.string() })) });
const table = routes({
  list: { ...base, method: 'GET', reply: things },
  show: { ...base, method: 'GET', path: '/things/:id/parts/:part', reply: things },
  act: { ...base, method: 'POST', path: '/things/:id/action', action: 'os-go', since: '3.42' },
  patchImage: { ...base, service: 'image', method: 'PATCH', path: '/images/:id' },
  put: { ...base, service: 'image', method: 'PUT', path: '/images/:id/file' },
  get: { ...base, service: 'image', method: 'GET', path: '/images/:id/file' },
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

describe('requests', () => {
  test('carry token, version and body; parameters stay one segment', async () => {
    const params = { id: 'a/b c?d', part: 'é%' };
    cloud.script = () => ({ body: { things: [] } });
    const query = { limit: 5, all: true, none: undefined, status: ['x', 'y z'] };
    await cloud.connect().call(table.show, { params, query, microversion: '3.50' });
    const [seen] = cloud.requests;
    expect(seen?.url.pathname).toBe('/volume/v3/p1/things/a%2Fb%20c%3Fd/parts/%C3%A9%25');
    expect(seen?.url.search).toBe('?limit=5&all=true&status=x&status=y+z');
    expect(seen?.headers['openstack-api-version']).toBe('volume 3.50');
    expect(seen?.token).toBe('token-1');
  });

  test('ask for no less than their route needs, for nothing where it needs nothing', async () => {
    const connection = cloud.connect();
    const params = { id: 'a' };
    const body = { 'os-go': null };
    await connection.call(table.act, { params, body });
    await connection.call(table.act, { params, body, microversion: '3.9' });
    await connection.call(table.act, { params, body, microversion: '3.60' });
    cloud.script = () => ({ body: { things: [] } });
    await connection.call(table.list);
    const versions = cloud.requests.map(({ headers }) => headers['openstack-api-version']);
    expect(versions).toEqual(['volume 3.42', 'volume 3.42', 'volume 3.60', undefined]);
    expect(cloud.requests[0]?.body).toBe('{"os-go":null}');
  });

  test('use the version that the settings name where the call asks for none', async () => {
    const services = { 'block-storage': { defaultMicroversion: '3.65' } };
    cloud.script = () => ({ body: { things: [] } });
    await cloud.connect({ services }).call(table.list);
    expect(cloud.requests[0]?.headers['openstack-api-version']).toBe('volume 3.65');
  });

  test('patch images with the media type that Glance insists on', async () => {
    await cloud.connect().call(table.patchImage, { params: { id: 'a' }, body: [] });
    expect(cloud.requests[0]?.headers['content-type']).toMatch(/openstack-images-v2\.1-json-patch/);
  });

  test.each(['', '.', '..'])('are not sent with the parameter "%s"', async (id) => {
    const call = cloud.connect().call(table.show, { params: { id, part: 'x' } });
    expect(await failure(call)).toMatchObject({ code: 'pathUnusable' });
    expect(cloud.requests).toHaveLength(0);
  });
});

describe('replies', () => {
  const bad: [string, object][] = [
    ['an empty body', { body: '' }],
    ['a page', { body: '<html>Log in to the hotel’s network</html>' }],
    ['broken JSON', { body: '{"things": [' }],
    ['another shape', { body: { things: [{ id: 7 }] } }],
  ];
  test.each(bad)('with %s are refused, not believed', async (_name, scripted) => {
    cloud.script = () => scripted;
    const error = await failure(cloud.connect().call(table.list));
    expect(error).toMatchObject({ code: 'replyUnusable' });
    expect(String(error)).toContain('GET /things');
  });

  test('say where their shape is wrong', async () => {
    cloud.script = () => ({ body: { things: [{ id: 'a' }, { id: 7 }] } });
    expect(String(await failure(cloud.connect().call(table.list)))).toContain('things.1.id');
  });

  test('keep keys that the route does not know', async () => {
    cloud.script = () => ({ body: { things: [{ id: 'a', new_key: 1 }], more: true } });
    const { body } = await cloud.connect().call(table.list);
    expect(body).toEqual({ things: [{ id: 'a', new_key: 1 }], more: true });
  });

  test('are not looked for elsewhere: a redirect is not followed', async () => {
    cloud.script = () => ({ status: 302, headers: { location: `${cloud.url}/evil` } });
    expect(await failure(cloud.connect().call(table.list))).toMatchObject({ http: 302 });
    expect(cloud.requests).toHaveLength(1);
  });

  test('that do not begin in time count as lost', async () => {
    cloud.script = () => ({ delayMs: 3000 });
    const call = cloud.connect({ requestTimeoutMs: 200 }, oneTry).call(table.list);
    expect(await failure(call)).toMatchObject({ code: 'connectionFailed' });
  });
});

const oneTry = { attempts: 1, totalMs: 0, firstDelayMs: 1, longestDelayMs: 1, settleMs: 1 };

describe('refusals', () => {
  const bodies: [string, string, string][] = [
    [
      'Cinder',
      '{"badRequest": {"code": 400, "message": "Invalid volume: x"}}',
      'Invalid volume: x',
    ],
    ['Keystone', '{"error":{"code":401,"message":"no","title":"Unauthorized"}}', 'no'],
    ['Glance', '{"message": "No image<br /><br />\\n\\n\\n", "code": "404 Not Found"}', 'No image'],
    [
      'a page of Glance',
      '<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n' +
        '  <h1>404 Not Found</h1>\n' +
        '  No image with &quot;x&#x27; &lt;y&gt;<br /><br />\n </body>\n</html>',
      'No image with "x\' <y>',
    ],
    [
      'nginx',
      '<html><body><center><h1>502 Bad Gateway</h1></center></body></html>',
      '502 Bad Gateway',
    ],
    ['plain text', 'no healthy upstream', 'no healthy upstream'],
    ['JSON of another kind', '{"a":[1]}', '{"a":[1]}'],
    ['broken JSON', '{"a":', '{"a":'],
    ['nothing', '', ''],
  ];
  test.each(bodies)('of %s are read', (_name, body, reason) => {
    expect(reasonOf(body)).toBe(reason);
  });

  test('carry the service’s name for the fault, its text and the request’s id', () => {
    const headers = { 'x-openstack-request-id': 'req-1' };
    const text = '{"conflictingRequest": {"code": 409, "message": "twice"}}';
    const answer = { what: 'POST /types', service: 'block-storage', status: 409, headers, text };
    const fault = refusal(answer);
    expect(fault).toMatchObject({
      code: 'conflictingRequest',
      http: 409,
      retriable: false,
      details: { reason: 'twice', requestId: 'req-1', what: 'POST /types' },
    });
    expect(fault.message).toBe(
      'The block-storage service refused POST /types: twice (HTTP 409, request req-1)',
    );
  });

  test('of endless length are cut', () => {
    expect(reasonOf('x'.repeat(1e6)).length).toBeLessThan(3000);
  });
});

describe('pages', () => {
  const walk = async (request = {}) => {
    const ids: string[] = [];
    for await (const page of cloud.connect().pages(table.list, request)) {
      ids.push(...page.things.map(({ id }) => id));
    }
    return ids;
  };
  const stock = ['a', 'b', 'c', 'd', 'e', 'f'];

  /** Serves `stock` by limit and marker; `links` decides how the next page is told. */
  const serve = (links: (next: string) => object) => {
    cloud.script = ({ url }) => {
      const limit = Number(url.searchParams.get('limit') ?? 2);
      const from = stock.indexOf(url.searchParams.get('marker') ?? '') + 1;
      const page = stock.slice(from, from + limit).map((id) => ({ id }));
      const query = new URLSearchParams(url.searchParams);
      query.set('marker', page.at(-1)?.id ?? '');
      const more = from + limit < stock.length;
      return { body: { things: page, ...(more ? links(`${url.pathname}?${query}`) : {}) } };
    };
  };

  const forms: [string, (next: string) => object][] = [
    [
      'Cinder',
      (href) => ({ things_links: [{ rel: 'next', href: `http://wrong.invalid${href}` }] }),
    ],
    ['Glance', (next) => ({ next })],
    ['Keystone', (next) => ({ links: { next, self: 'x' } })],
  ];
  test.each(forms)('are followed in the form of %s, at our own address', async (_name, links) => {
    serve(links);
    expect(await walk({ query: { status: 'x' } })).toEqual(stock);
    expect(cloud.requests.every(({ url }) => url.searchParams.get('status') === 'x')).toBe(true);
    expect(new Set(cloud.requests.map(({ url }) => url.pathname)).size).toBe(1);
  });

  test.each([1, 2, 3, 4, 6, 7])('of %d things are walked by marker without links', async (size) => {
    serve(() => ({}));
    expect(await walk({ pageSize: size })).toEqual(stock);
  });

  test('that come again and again are refused', async () => {
    cloud.script = ({ url }) => ({
      body: {
        things: [{ id: 'a' }],
        things_links: [{ rel: 'next', href: `${url.pathname}?marker=a` }],
      },
    });
    await expect(walk()).rejects.toMatchObject({ code: 'pagesGoRound' });
    expect(cloud.requests.length).toBeLessThanOrEqual(3);
  });

  test('go on where the thing to go on after was removed meanwhile', async () => {
    serve((next) => ({ next }));
    const serveStock = cloud.script;
    const gone = new Set(['c', 'e']);
    cloud.script = (seen, count) =>
      gone.has(seen.url.searchParams.get('marker') ?? '')
        ? { status: 404, body: { itemNotFound: { code: 404, message: 'no such marker' } } }
        : serveStock(seen, count);
    expect([...new Set(await walk({ pageSize: 3 }))]).toEqual(stock);
    for (const id of stock) gone.add(id);
    await expect(walk({ pageSize: 3 })).rejects.toMatchObject({ code: 'itemNotFound' });
  });

  test('are fetched as they are asked for, not before', async () => {
    serve((next) => ({ next }));
    for await (const page of cloud.connect().pages(table.list)) {
      expect(page.things).toHaveLength(2);
      break;
    }
    expect(cloud.requests).toHaveLength(1);
  });

  test('end at an abort', async () => {
    serve((next) => ({ next }));
    const stop = new AbortController();
    const request = { signal: stop.signal };
    const read = async () => {
      for await (const page of cloud.connect().pages(table.list, request)) {
        expect(page.things).toHaveLength(2);
        stop.abort(new Error('enough'));
      }
    };
    await expect(read()).rejects.toThrow('enough');
    expect(cloud.requests).toHaveLength(1);
  });
});

describe('bytes', () => {
  const bytes = Buffer.alloc(300_000, 'cinder');
  const params = { id: 'a' };

  test('are sent as a stream, anew for each try', async () => {
    const hashes: string[] = [];
    cloud.script = (seen, count) => {
      hashes.push(createHash('sha256').update(seen.body).digest('hex'));
      return count === 1 ? { status: 503 } : { status: 204 };
    };
    const open = jest.fn(() => Readable.from([bytes.subarray(0, 1000), bytes.subarray(1000)]));
    await cloud.connect().upload(table.put, { params, open, sizeBytes: bytes.length });
    const expected = createHash('sha256').update(bytes).digest('hex');
    expect(hashes).toEqual([expected, expected]);
    expect(open).toHaveBeenCalledTimes(2);
    expect(cloud.requests[0]?.headers['content-length']).toBe(String(bytes.length));
    expect(cloud.requests[0]?.headers['content-type']).toBe('application/octet-stream');
  });

  test('of a source that breaks end the upload with its error', async () => {
    const open = () =>
      Readable.from(
        (async function* () {
          yield bytes;
          throw new Error('the disk broke');
        })(),
      );
    const call = cloud.connect({}, oneTry).upload(table.put, { params, open });
    expect(String(await failure(call))).toContain('the disk broke');
  });

  test('are received as a stream', async () => {
    cloud.script = () => ({ body: bytes.toString() });
    const { body, status } = await cloud.connect().download(table.get, { params });
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk as Buffer);
    expect(status).toBe(200);
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  });
});
