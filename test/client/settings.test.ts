// Which cloud is meant, and how one logs in to it: a table of configurations, the laws of
// merging, and what is said about broken ones.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { flatten, overlay, overrule } from '../../provider/client/raw-cloud';
import type { Settings } from '../../provider/client/settings';
import { resolveSettings } from '../../provider/client/settings';
import { layOut, plainSettings } from './case-folder';
import type { SettingsCase } from './settings-case';
import { settingsCases } from './settings-cases';

type Given = Pick<SettingsCase, 'files' | 'env' | 'explicit'>;

async function resolved(given: Given) {
  const folder = await layOut(given);
  try {
    return await resolveSettings(given.explicit ?? {}, folder.surroundings);
  } finally {
    await folder.remove();
  }
}

const failure = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: unknown) => error,
  );

const authUrl = 'https://keystone.example/v3';
const own: Settings = { authUrl, username: 'me', password: 'mine', projectName: 'ours' };

describe('configurations', () => {
  test.each(settingsCases.map((each) => [each.title, each] as const))('%s', async (_, each) => {
    const settings = await resolved(each);
    const plain = settings && plainSettings(settings);
    expect({ ...plain }).toMatchObject(each.expected ?? {});
    expect(plain === null).toBe(each.expected === null);
  });
});

describe('explicit settings', () => {
  const variables = {
    OS_AUTH_URL: authUrl,
    OS_USERNAME: 'env',
    OS_PASSWORD: 'env-pw',
    OS_PROJECT_ID: 'p9',
    OS_USER_DOMAIN_NAME: 'E',
  };
  const plain = async (given: Given) => {
    const settings = await resolved(given);
    return settings && plainSettings(settings);
  };

  test('are enough on their own; names are in the default domain', async () => {
    expect(await plain({ explicit: own })).toMatchObject({
      user: { name: 'me', domain: { id: 'default' } },
      scope: { kind: 'project', project: { name: 'ours', domain: { id: 'default' } } },
    });
  });

  test('win over variables, and are never mixed with another way to name the same', async () => {
    const explicit = { userId: 'u7', projectName: 'ours' };
    expect(await plain({ explicit, env: variables })).toMatchObject({
      user: { id: 'u7' },
      password: 'env-pw',
      scope: { kind: 'project', project: { name: 'ours', domain: { id: 'default' } } },
    });
  });

  test('win over a named cloud', async () => {
    const files = { 'cwd/clouds.yaml': `clouds: {lab: {auth: {auth_url: "${authUrl}"}}}` };
    const explicit = { ...own, cloud: 'lab', region: 'two', interface: 'admin' as const };
    expect(await plain({ explicit, files })).toMatchObject({ region: 'two', interface: 'admin' });
  });

  test('name a cloud against OS_CLOUD, and the file that it is in', async () => {
    const files = {
      'other.yaml': `clouds: {only: {auth: {auth_url: "${authUrl}", token: t}}}`,
      'cwd/clouds.yaml': 'clouds: {}',
    };
    const env = { OS_CLOUD: 'elsewhere' };
    const cloudsFile = '../other.yaml';
    expect(await plain({ explicit: { cloud: 'only', cloudsFile }, files, env })).toMatchObject({
      token: 't',
    });
    expect(await plain({ explicit: { cloudsFile }, files, env })).toMatchObject({ token: 't' });
  });

  test('can ask for the cloud of the variables in spite of OS_CLOUD', async () => {
    const env = { ...variables, OS_CLOUD: 'lab' };
    expect(await plain({ explicit: { cloud: 'envvars' }, env })).toMatchObject({
      password: 'env-pw',
    });
  });

  test('with an address of their own never get another address’s credentials', async () => {
    const explicit = { authUrl: 'https://other.example/v3', username: 'me' };
    const error = await failure(resolved({ explicit, env: variables }));
    expect(error).toMatchObject({ code: 'settingMissing', details: { key: 'password' } });
    const files = {
      'cwd/clouds.yaml': `clouds: {lab: {auth: {auth_url: "${authUrl}", password: lab-pw}}}`,
    };
    const named = await failure(resolved({ explicit, files, env: { OS_CLOUD: 'lab' } }));
    expect(named).toMatchObject({ code: 'settingMissing', details: { key: 'password' } });
  });

  test('that configure no login leave the bundled engine', async () => {
    const explicit: Settings = { region: 'one', insecure: true, requestTimeoutMs: 5 };
    expect(await resolved({ explicit })).toBeNull();
  });

  test('left empty are not set', async () => {
    expect(await resolved({ explicit: { cloud: '', authUrl: '', password: '' } })).toBeNull();
  });

  test('set endpoints and bounds', async () => {
    const endpoints = { 'block-storage': 'http://c/v3/%(tenant_id)s/' };
    const settings = await resolved({ explicit: { ...own, endpoints, requestTimeoutMs: 1234 } });
    expect(settings?.requestTimeoutMs).toBe(1234);
    expect(settings?.services['block-storage']?.endpoint).toBe('http://c/v3/%(project_id)s');
  });
});

describe('broken configurations', () => {
  const file = (text: string): Given => ({
    files: { 'cwd/clouds.yaml': text },
    env: { OS_CLOUD: 'lab' },
  });
  const withAuth = (more: string, rest = '') =>
    file(`clouds: {lab: {auth: {auth_url: "${authUrl}", ${more}}${rest}}}`);
  const cases: [string, Given, string, string][] = [
    ['a cloud that is not there', file('clouds: {a: {}, b: {}}'), 'cloudNotFound', 'a, b'],
    ['no file at all', { env: { OS_CLOUD: 'lab' } }, 'cloudNotFound', 'no clouds.yaml'],
    [
      'a named file that is not there',
      { env: { OS_CLOUD: 'lab', OS_CLIENT_CONFIG_FILE: '/no' } },
      'settingsFileUnusable',
      'OS_CLIENT_CONFIG_FILE',
    ],
    ['broken YAML', file('clouds: {lab: [}'), 'settingsFileUnusable', 'line 1'],
    ['a list for a file', file('[1, 2]'), 'settingsFileUnusable', 'not a map'],
    ['a list of clouds', file('clouds: [lab]'), 'settingInvalid', 'found a list'],
    ['a text for a cloud', file('clouds: {lab: text}'), 'settingInvalid', 'clouds.lab'],
    ['a text for auth', file('clouds: {lab: {auth: text}}'), 'settingInvalid', 'clouds.lab.auth'],
    ['no address', file('clouds: {lab: {auth: {}}}'), 'settingMissing', 'auth_url'],
    ['no user', withAuth('password: p'), 'settingMissing', 'username'],
    ['no password', withAuth('username: u'), 'settingMissing', 'OS_PASSWORD'],
    ['a wrong interface', withAuth('token: t', ', interface: pubic'), 'settingInvalid', '"pubic"'],
    ['a wrong flag', withAuth('token: t', ', verify: maybe'), 'settingInvalid', '"maybe"'],
    [
      'a wrong login',
      withAuth('token: t', ', auth_type: v3kerberos'),
      'settingInvalid',
      'v3kerberos',
    ],
    ['a wrong scope', withAuth('token: t, system_scope: some'), 'settingInvalid', 'system_scope'],
    [
      'version 2',
      withAuth('token: t', ', volume_api_version: 2'),
      'settingInvalid',
      'volume_api_version',
    ],
    [
      'two versions',
      withAuth('token: t', ', volume_api_version: 3.5, volume_default_microversion: 3.6'),
      'settingInvalid',
      '3.5, as volume_api_version says',
    ],
    [
      'an unknown region',
      { ...withAuth('token: t', ', regions: [a, b]'), explicit: { region: 'c' } },
      'settingInvalid',
      'one of a, b',
    ],
    [
      'an unknown profile',
      file('clouds: {lab: {profile: vexxhost}}'),
      'settingInvalid',
      'vexxhost',
    ],
    [
      'a wrong address',
      file('clouds: {lab: {auth: {auth_url: keystone, token: t}}}'),
      'settingInvalid',
      'auth_url',
    ],
    [
      'variables without an address',
      { env: { OS_USERNAME: 'u' } },
      'settingMissing',
      'OS_AUTH_URL',
    ],
  ];
  test.each(cases)('%s', async (_title, given, code, text) => {
    const error = await failure(resolved(given));
    expect(error).toMatchObject({ code });
    expect(String(error)).toContain(text);
  });

  test('never show a secret, not even one that broke the file', async () => {
    const secrets = ['*hunter2', '{hunter2', '"hunter2', 'hunter2: [', '&hunter2 *x', '@hunter2'];
    for (const secret of secrets) {
      const auth = `      auth_url: nonsense\n      password: ${secret}\n`;
      const text = `clouds:\n  lab:\n    auth:\n${auth}`;
      const error = await failure(resolved(file(text)));
      expect(error).not.toBeNull();
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('hunter2');
    }
    const explicit = { ...own, authUrl: 'https://user:hunter2@keystone/v3' };
    expect(String(await failure(resolved({ explicit })))).not.toContain('hunter2');
  });
});

describe('the laws of merging', () => {
  const key = fc.constantFrom('username', 'user_id', 'project_id', 'project_name', 'region_name');
  const layer = fc.dictionary(key, fc.string({ minLength: 1 }), { noNullPrototype: true });

  test('overlay: the stronger layer’s keys stay, the others are the weaker’s', () => {
    fc.assert(
      fc.property(layer, layer, layer, (a, b, c) => {
        expect(overlay(a, b)).toMatchObject(b);
        expect(overlay(overlay(a, b), c)).toEqual(overlay(a, overlay(b, c)));
        expect(overlay(a, {})).toEqual(a);
      }),
    );
  });

  test('overrule: a user or project is named by one source alone', () => {
    fc.assert(
      fc.property(layer, layer, (weaker, stronger) => {
        const result = overrule(weaker, stronger);
        expect(result).toMatchObject(stronger);
        for (const pair of [
          ['username', 'user_id'],
          ['project_id', 'project_name'],
        ]) {
          const given = pair.filter((each) => each in result);
          const sources = new Set(given.map((each) => each in stronger));
          expect(sources.size).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test('flatten: is stable, and auth wins over the keys beside it', () => {
    fc.assert(
      fc.property(layer, layer, (outer, auth) => {
        const flat = flatten({ ...outer, auth });
        expect(flat).toMatchObject(auth);
        expect(flatten(flat)).toEqual(flat);
      }),
    );
  });

  test('a folder without anything in it is nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cinderkit-empty-'));
    const surroundings = { env: {}, cwd: folder, home: folder };
    expect(await resolveSettings({}, surroundings)).toBeNull();
    await rm(folder, { recursive: true });
  });
});
