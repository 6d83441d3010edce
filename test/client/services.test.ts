// How services are found and what versions they speak: catalogs and discovery documents as real
// clouds have them, and as broken ones do.
import { addressIn } from '../../provider/client/catalog';
import type { ResolvedSettings, ServiceSettings } from '../../provider/client/resolved-settings';
import { Secret } from '../../provider/client/secret';
import { completeAddress } from '../../provider/client/address';
import type { Catalog, Grant } from '../../provider/client/session';
import { compareVersions, discoverVersions } from '../../provider/client/versions';
import type { ServiceName } from '../../schema/wire/route';
import { routes } from '../../schema/wire/route';
import { FakeCloud } from './fake-cloud';

const cinderDocument = (maximum: string) => ({
  versions: [
    { id: 'v2.0', status: 'DEPRECATED', version: '', min_version: '' },
    { id: 'v3.0', status: 'CURRENT', version: maximum, min_version: '3.0' },
  ],
});

const glanceDocument = {
  versions: ['v2.9', 'v2.15', 'v2.0', 'v1.1'].map((id) => ({ id, status: 'SUPPORTED' })),
};

const entry = (type: string, urls: Record<string, string>, name = type): Catalog[number] => ({
  type,
  name,
  endpoints: Object.entries(urls).map(([key, url]) => {
    const [each = '', region = 'one'] = key.split('@');
    return { interface: each, region, region_id: region, url };
  }),
});

const grant = (catalog: Catalog): Grant => ({
  token: new Secret('t'),
  userId: 'u',
  projectId: 'p1',
  catalog,
  renewAtMs: Infinity,
  expiresAtMs: Infinity,
});

const settings = (
  more: Partial<ResolvedSettings> = {},
  own: Partial<Record<ServiceName, ServiceSettings>> = {},
): ResolvedSettings => ({
  origin: 'the test',
  authUrl: 'http://keystone/identity/v3',
  login: { method: 'token', token: new Secret('t') },
  scope: { kind: 'default' },
  region: null,
  interface: 'public',
  tls: { verify: true, cacertFile: null, certFile: null, keyFile: null },
  services: own,
  requestTimeoutMs: 1000,
  ...more,
});

describe('the catalog', () => {
  const urls = {
    'public@one': 'http://pub-one/v3/p1/',
    'internal@one': 'http://int-one/v3/p1',
    'public@two': 'http://pub-two/v3/p1',
  };

  test.each(['block-storage', 'volumev3', 'block-store', 'volume'])(
    'may call block storage %s',
    (type) => {
      const catalog = [entry('image', {}), entry(type, urls)];
      expect(addressIn('block-storage', settings(), grant(catalog))).toBe('http://pub-one/v3/p1');
    },
  );

  test('is searched by interface and region', () => {
    const catalog = [entry('volumev3', urls)];
    const find = (more: Partial<ResolvedSettings>) =>
      addressIn('block-storage', settings(more), grant(catalog));
    expect(find({ interface: 'internal' })).toBe('http://int-one/v3/p1');
    expect(find({ region: 'two' })).toBe('http://pub-two/v3/p1');
    expect(() => find({ region: 'two', interface: 'internal' })).toThrow(
      /no internal endpoint of type block-storage or .* in region two.*volumev3 \(public in one/,
    );
  });

  test('never gives an endpoint of version 1 or 2', () => {
    const old = entry('volume', { public: 'http://c/v2/p1' });
    const good = entry('volumev3', { public: 'http://c/v3/p1' });
    expect(addressIn('block-storage', settings(), grant([old, good]))).toBe('http://c/v3/p1');
    expect(() => addressIn('block-storage', settings(), grant([old]))).toThrow(/Cannot find/);
  });

  test('gives way to what is set for a service', () => {
    const catalog = [entry('volumev3', urls), entry('special', { public: 'http://s/v3' }, 'mine')];
    const find = (own: ServiceSettings) =>
      addressIn('block-storage', settings({}, { 'block-storage': own }), grant(catalog));
    expect(find({ endpoint: 'http://o/v3/%(project_id)s' })).toBe('http://o/v3/p1');
    expect(find({ catalogType: 'special' })).toBe('http://s/v3');
    expect(find({ interface: 'internal' })).toBe('http://int-one/v3/p1');
    expect(find({ region: 'two' })).toBe('http://pub-two/v3/p1');
    expect(() => find({ catalogName: 'other' })).toThrow(/Cannot find/);
  });

  test('is not asked for identity: the login’s address is known to work', () => {
    const catalog = [entry('identity', { public: 'http://unreachable/v3' })];
    const found = addressIn('identity', settings(), grant(catalog));
    expect(found).toBe('http://keystone/identity/v3');
  });
});

describe('addresses', () => {
  const complete = (service: ServiceName, url: string, document: unknown = null) =>
    completeAddress({ service, url, projectId: 'p1' }, async () => document);

  test.each([
    ['http://h/v3/p1', 'http://h/v3/p1', 'http://h/v3'],
    ['http://h/volume/v3/AUTH_x', 'http://h/volume/v3/AUTH_x', 'http://h/volume/v3'],
    ['http://h/volume/v3', 'http://h/volume/v3/p1', 'http://h/volume/v3'],
  ])('of block storage: %s', async (url, base, versioned) => {
    expect(await complete('block-storage', url)).toEqual({ base, versioned });
  });

  test('of block storage without a version are asked for one', async () => {
    const url = 'http://h/volume';
    const expected = { base: 'http://h/volume/v3/p1', versioned: 'http://h/volume/v3' };
    expect(await complete('block-storage', url, cinderDocument('3.70'))).toEqual(expected);
    const only2 = { versions: [{ id: 'v2.0' }] };
    await expect(complete('block-storage', url, only2)).rejects.toMatchObject({
      code: 'versionUnknown',
    });
  });

  test.each(['http://g:9292', 'http://g:9292/v2', 'http://g:9292/v2.0'])(
    'of images: %s',
    async (url) => {
      expect((await complete('image', url)).base).toBe('http://g:9292/v2');
    },
  );
});

describe('versions', () => {
  const ask = (service: ServiceName, versionedUrl: string, documents: Record<string, unknown>) =>
    discoverVersions({ service, versionedUrl, fetch: async (url) => documents[url] ?? null });

  test('of Cinder are its microversions', async () => {
    const documents = { 'http://h/v3/': cinderDocument('3.70') };
    const range = await ask('block-storage', 'http://h/v3', documents);
    expect(range).toEqual({ minimum: '3.0', maximum: '3.70' });
  });

  test('are asked for at the root where the version’s own document is refused', async () => {
    const documents = { 'http://h/': cinderDocument('3.59') };
    expect(await ask('block-storage', 'http://h/v3', documents)).toMatchObject({ maximum: '3.59' });
  });

  test('of Glance and Keystone are the numbers of their documents', async () => {
    const glance = await ask('image', 'http://g/image/v2', { 'http://g/image/': glanceDocument });
    expect(glance).toEqual({ minimum: '2.0', maximum: '2.15' });
    const document = { version: { id: 'v3.14', status: 'stable' } };
    const keystone = await ask('identity', 'http://k/v3', { 'http://k/v3/': document });
    expect(keystone).toEqual({ minimum: '3.14', maximum: '3.14' });
  });

  test.each([[null], [{}], [{ versions: [] }], ['text'], [{ versions: [{ id: 'v2.0' }] }]])(
    'of something that answers %j are unknown',
    async (document) => {
      const documents = { 'http://h/v3/': document, 'http://h/': document };
      await expect(ask('block-storage', 'http://h/v3', documents)).rejects.toMatchObject({
        code: 'versionUnknown',
      });
    },
  );

  test('are compared as numbers', () => {
    expect(compareVersions('3.9', '3.42')).toBeLessThan(0);
    expect(compareVersions('3.70', '3.7')).toBeGreaterThan(0);
    expect(compareVersions('3.0', '3.0')).toBe(0);
  });
});

describe('a connection', () => {
  let cloud: FakeCloud;
  beforeEach(async () => {
    cloud = await FakeCloud.start();
  });
  afterEach(() => cloud.stop());

  const policy = { rule: 'test', needs: 'member' } as const;
  const table = routes({
    list: { service: 'block-storage', method: 'GET', path: '/things', ok: 200, policy },
  });

  test('asks each service for its versions once', async () => {
    cloud.script = () => ({ status: 300, body: cinderDocument('3.60') });
    const connection = cloud.connect();
    const asked = ['3.43', '3.60', '3.61', '2.9'];
    const answers = await Promise.all(asked.map((v) => connection.supports('block-storage', v)));
    expect(answers).toEqual([true, true, false, false]);
    expect(await connection.bestVersion('block-storage', '3.65')).toBe('3.60');
    expect(await connection.bestVersion('block-storage', '3.12')).toBe('3.12');
    expect(cloud.requests).toHaveLength(1);
  });

  test('asks again where the first answer was of no use', async () => {
    cloud.script = (_seen, count) => ({ body: count <= 2 ? {} : cinderDocument('3.60') });
    const connection = cloud.connect();
    await expect(connection.supports('block-storage', '3.43')).rejects.toMatchObject({
      code: 'versionUnknown',
    });
    expect(await connection.supports('block-storage', '3.43')).toBe(true);
  });

  test('names both versions where the service is too old for a call', async () => {
    cloud.script = ({ url }) =>
      url.pathname.endsWith('/things')
        ? { status: 406, body: { computeFault: { code: 406, message: 'not supported' } } }
        : { body: cinderDocument('3.27') };
    const call = cloud.connect().call(table.list, { microversion: '3.43' });
    await expect(call).rejects.toMatchObject({
      code: 'versionTooOld',
      details: { needed: '3.43', maximum: '3.27' },
      message: expect.stringMatching(/needs version 3\.43.*speaks 3\.27 at most/),
    });
  });
});
