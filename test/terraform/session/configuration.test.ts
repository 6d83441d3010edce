// The provider's block as it is read: offline, whole, each problem at its attribute.
import { clientFaults } from '../../../schema/client-faults';
import { blamedPath } from '../../../provider/terraform/session/blame';
import { problemsOf, readConfiguration } from '../../../provider/terraform/session/configuration';
import { providerSettings } from '../../../provider/terraform/schema/provider-schema';
import type { TfObject } from '../../../provider/terraform/values/tf-value';
import { UNKNOWN } from '../../../provider/terraform/values/tf-value';

const engineAndCloud =
  'Cannot use both engine and cloud, insecure: the one means the bundled engine, the others a ' +
  'cloud. Remove one of them';

describe('the configuration', () => {
  it('becomes the settings of the client', () => {
    const { settings, engine, owner, unknown } = readConfiguration({
      cloud: 'lab',
      endpoint: 'https://cloud.example.com:5000/v3',
      insecure: false,
      request_timeout: '1m30s',
      cacert_file: 'ca.pem',
      endpoints: { block_storage: 'http://x/v3/%(project_id)s', image: null },
      region: '',
      password: 'secret',
      owner: 'me',
    });
    expect(settings).toEqual({
      cloud: 'lab',
      authUrl: 'https://cloud.example.com:5000/v3',
      insecure: false,
      requestTimeoutMs: 90_000,
      cacertFile: 'ca.pem',
      endpoints: { 'block-storage': 'http://x/v3/%(project_id)s' },
      password: 'secret',
    });
    expect([engine, owner, unknown]).toEqual([null, 'me', []]);
  });

  it('has for every text setting the one of the same meaning', () => {
    const texts = providerSettings.filter(
      ({ attribute }) => attribute.field.kind.type === 'string',
    );
    const plain = texts.filter(({ attribute, setting }) => {
      return setting !== null && !['endpoint', 'request_timeout'].includes(attribute.name);
    });
    const config = Object.fromEntries(plain.map(({ attribute }) => [attribute.name, 'x']));
    const expected = Object.fromEntries(plain.map(({ setting }) => [setting, 'x']));
    expect(readConfiguration(config).settings).toEqual(expected);
    expect(plain.length).toBeGreaterThan(20);
  });

  it.each([
    [{}, null],
    [{ engine: null }, null],
    [{ engine: { folder: null } }, { folder: null }],
    [{ engine: { folder: '/data' } }, { folder: '/data' }],
  ])('%j asks for the engine: %j', (config: TfObject, engine) => {
    expect(readConfiguration(config).engine).toEqual(engine);
  });

  it('knows what it does not know yet', () => {
    const config = { cloud: UNKNOWN, engine: { folder: UNKNOWN }, endpoints: { image: UNKNOWN } };
    expect(readConfiguration(config).unknown).toEqual([['cloud'], ['endpoints'], ['engine']]);
    expect(problemsOf({ cloud: UNKNOWN, endpoints: { image: UNKNOWN } })).toEqual([]);
  });

  it('is told from others without its secrets', () => {
    const one = readConfiguration({ username: 'a', password: 'secret', engine: null });
    expect(one.identity).toEqual([['username', 'a']]);
  });
});

describe('what is wrong with a configuration', () => {
  it.each<[TfObject, (string | object)[], string]>([
    [
      { interface: 'outer' },
      ['interface'],
      'Cannot use interface: found "outer", expected one of public, internal, admin',
    ],
    [
      { request_timeout: '5 minutes' },
      ['request_timeout'],
      'Cannot use request_timeout: found "5 minutes", expected a duration such as 90s, 30m or ' +
        '1h30m',
    ],
    [
      { endpoint: 'cloud/v3' },
      ['endpoint'],
      'Cannot use endpoint: found another text, expected an http or https address without a user ' +
        'in it',
    ],
    [
      { endpoints: { volume: 'http://x' } },
      ['endpoints'],
      'Cannot use endpoints: found the key "volume", expected one of identity, block-storage, ' +
        'image',
    ],
    [
      { endpoints: { image: 'x' } },
      ['endpoints', { key: 'image' }],
      'Cannot use endpoints["image"]: found another text, expected an http or https address ' +
        'without a user in it',
    ],
  ])('%j', (config, path, reason) => {
    expect(problemsOf(config)).toEqual([{ path, reason }]);
  });

  it('is not shown in the file where that would show a password', () => {
    const [problem] = problemsOf({ endpoint: 'https://me:pass@cloud/v3' });
    expect(problem?.path).toEqual([]);
    expect(problem?.reason).toMatch(/^Cannot use endpoint: found another text/);
    expect(problemsOf({ endpoints: { image: 'https://me:pass@cloud' } })[0]?.path).toEqual([]);
  });

  it('is told for both sides of a clash, and all at once', () => {
    const config = { engine: { folder: null }, cloud: 'x', insecure: false, owner: 'me' };
    expect(problemsOf(config)).toEqual([
      { path: ['engine'], reason: engineAndCloud },
      { path: ['cloud'], reason: engineAndCloud },
      { path: ['insecure'], reason: engineAndCloud },
    ]);
    expect(problemsOf({ interface: 'x', request_timeout: 'y' })).toHaveLength(2);
  });
});

describe('the attribute to blame', () => {
  const refused = clientFaults.loginRefused({
    url: 'http://x',
    origin: 'cloud "lab"',
    status: 401,
    found: 'no',
    todo: '',
  });
  const missing = clientFaults.settingMissing({
    source: 'the configuration',
    key: 'password',
    why: 'so',
    todo: '',
  });
  const badSecret = clientFaults.settingInvalid({
    source: 'the configuration',
    key: 'password',
    found: 'x',
    expected: 'y',
  });
  const override = clientFaults.settingInvalid({
    source: 'the configuration',
    key: 'block_storage_endpoint_override',
    found: 'x',
    expected: 'y',
  });
  const noCloud = clientFaults.cloudNotFound({ cloud: 'lab', file: null, known: [] });
  const noAnswer = clientFaults.connectionFailed({
    what: 'POST',
    url: 'http://x',
    found: 'nothing',
    attempts: 8,
  });
  const noEngine = clientFaults.engineDidNotStart({ folder: 'x', found: 'y', logFile: 'z' });

  it.each<[string, unknown, TfObject, (string | object)[] | undefined]>([
    ['a refused password', refused, { username: 'me', password: 'x' }, ['username']],
    ['a refused password of a file', refused, { cloud: 'lab', password: 'x' }, ['cloud']],
    ['a refused password alone', refused, { password: 'x' }, undefined],
    ['a password that cannot be meant', badSecret, { password: 'x' }, undefined],
    ['a refused login of a file', refused, { cloud: 'lab' }, ['cloud']],
    ['a refused login of variables', refused, {}, undefined],
    ['a missing setting', missing, { cloud: 'lab' }, ['cloud']],
    ['a wrong member', override, { endpoints: { image: 'http://x' } }, ['endpoints']],
    ['an unknown cloud', noCloud, { cloud: 'lab', region: 'x' }, ['cloud']],
    ['no answer', noAnswer, { endpoint: 'http://x', cloud: 'lab' }, ['endpoint']],
    ['no engine', noEngine, {}, undefined],
    ['no engine in a folder', noEngine, { engine: { folder: '/x' } }, ['engine', 'folder']],
    ['an engine asked for', noEngine, { engine: { folder: null } }, ['engine']],
    ['anything else', new Error('x'), { cloud: 'lab' }, undefined],
  ])('%s', (_, error, config, path) => {
    expect(blamedPath(error, readConfiguration(config))).toEqual(path);
  });
});
