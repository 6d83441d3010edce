// Configurations as people have them, one a case: files, variables, and what must come out. Those
// marked `sdk` are also given to openstacksdk, which must read them alike.
import { loginCases } from './login-cases';
import type { SettingsCase } from './settings-case';
import {
  authUrl,
  byName,
  chosen,
  cloud,
  inCwd,
  lab,
  project,
  user,
  variables,
} from './settings-case';

/** The cases about places and order. */
const places: SettingsCase[] = [
  {
    title: 'a named cloud of ./clouds.yaml',
    files: inCwd(lab),
    env: chosen,
    sdk: true,
    expected: { authUrl, region: 'one', interface: 'public', ...byName },
  },
  {
    title: 'clouds.yml in ~/.config/openstack',
    files: { 'home/.config/openstack/clouds.yml': lab },
    env: chosen,
    sdk: true,
    expected: { authUrl, ...byName },
  },
  {
    title: 'clouds.json in the XDG folder, before ~/.config',
    files: {
      'xdg/openstack/clouds.json': JSON.stringify({
        clouds: { lab: { auth: { auth_url: authUrl, username: 'xdg', password: 'pw' } } },
      }),
      'home/.config/openstack/clouds.yaml': lab,
    },
    env: { ...chosen, XDG_CONFIG_HOME: '$DIR/xdg' },
    sdk: false,
    expected: { user: { name: 'xdg', domain: { id: 'default' } }, scope: { kind: 'default' } },
  },
  {
    title: 'OS_CLIENT_CONFIG_FILE before ./clouds.yaml',
    files: { 'other/mine.yaml': lab.replaceAll('demo', 'mine'), ...inCwd(lab) },
    env: { ...chosen, OS_CLIENT_CONFIG_FILE: '$DIR/other/mine.yaml' },
    sdk: true,
    expected: { user: { name: 'mine', domain: { name: 'Default' } } },
  },
  {
    title: 'secure.yaml over clouds.yaml, found on its own',
    files: {
      ...inCwd(lab.replace('password: pw', '')),
      'home/.config/openstack/secure.yaml': 'clouds: {lab: {auth: {password: from-secure}}}',
    },
    env: chosen,
    sdk: true,
    expected: { password: 'from-secure' },
  },
  {
    title: 'OS_CLIENT_SECURE_FILE, which overrides key by key',
    files: {
      ...inCwd(lab),
      'other/s.yaml': 'clouds: {lab: {auth: {password: other, username: other}, region_name: two}}',
    },
    env: { ...chosen, OS_CLIENT_SECURE_FILE: '$DIR/other/s.yaml' },
    sdk: true,
    expected: {
      password: 'other',
      user: { name: 'other', domain: { name: 'Default' } },
      region: 'two',
    },
  },
  {
    title: 'a profile of clouds-public.yaml under the cloud',
    files: {
      'cwd/clouds.yaml': `
clouds:
  lab:
    profile: vendor
    auth: {username: demo, password: pw, project_name: demo}
`,
      'home/.config/openstack/clouds-public.yaml': `
public-clouds:
  vendor:
    auth:
      auth_url: https://{region_name}.example/v3
      user_domain_name: V
      project_domain_name: V
    region_name: one
    interface: internal
`,
    },
    env: chosen,
    sdk: true,
    expected: {
      authUrl: 'https://one.example/v3',
      interface: 'internal',
      user: { name: 'demo', domain: { name: 'V' } },
    },
  },
  {
    title: 'the first of a list of regions, with its values',
    files: inCwd(
      cloud(
        [...user, ...project],
        ['regions:', '- name: one', '  values: {interface: admin}', '- two'],
      ),
    ),
    env: chosen,
    sdk: true,
    expected: { region: 'one', interface: 'admin' },
  },
  {
    title: 'a region of the list that a setting asks for',
    files: inCwd(
      cloud(
        [...user, ...project],
        ['regions:', '- one', '- name: two', '  values: {verify: false}'],
      ),
    ),
    env: chosen,
    explicit: { region: 'two' },
    sdk: true,
    expected: { region: 'two', verify: false },
  },
];

/** The cases about variables. */
const environment: SettingsCase[] = [
  { title: 'nothing at all', sdk: false, expected: null },
  {
    title: 'a clouds.yaml with one cloud that nobody named',
    files: inCwd(lab),
    sdk: false,
    expected: null,
  },
  { title: 'a region alone', env: { OS_REGION_NAME: 'one' }, sdk: false, expected: null },
  {
    title: 'variables for a password login',
    env: { ...variables, OS_REGION_NAME: 'one', OS_INTERFACE: 'internal' },
    sdk: true,
    expected: { authUrl, region: 'one', interface: 'internal', ...byName },
  },
  {
    title: 'variables before a lone clouds.yaml',
    files: inCwd(lab.replaceAll('demo', 'file')),
    env: variables,
    sdk: true,
    expected: byName,
  },
  {
    title: 'OS_CLOUD before other variables',
    files: inCwd(lab),
    env: { ...chosen, ...variables, OS_USERNAME: 'variable', OS_PASSWORD: 'variable' },
    sdk: true,
    expected: byName,
  },
  {
    title: 'tenant variables of old, and the old name of the interface',
    env: {
      OS_AUTH_URL: authUrl,
      OS_USERNAME: 'demo',
      OS_PASSWORD: 'pw',
      OS_TENANT_NAME: 'demo',
      OS_USER_DOMAIN_ID: 'd1',
      OS_PROJECT_DOMAIN_ID: 'd2',
      OS_ENDPOINT_TYPE: 'internalURL',
    },
    sdk: false,
    expected: {
      interface: 'internal',
      user: { name: 'demo', domain: { id: 'd1' } },
      scope: { kind: 'project', project: { name: 'demo', domain: { id: 'd2' } } },
    },
  },
  {
    title: 'a certificate and a key by variables',
    env: {
      ...variables,
      OS_CACERT: '/etc/ca.pem',
      OS_CERT: '/etc/me.pem',
      OS_KEY: '/etc/me.key',
    },
    sdk: true,
    expected: {
      verify: true,
      cacertFile: '/etc/ca.pem',
      certFile: '/etc/me.pem',
      keyFile: '/etc/me.key',
    },
  },
  {
    title: 'OS_INSECURE',
    env: { ...variables, OS_INSECURE: 'true' },
    sdk: true,
    expected: { verify: false },
  },
  {
    title: 'the empty variables of an openrc file',
    env: { ...variables, OS_REGION_NAME: '', OS_PROJECT_ID: '', OS_CACERT: '' },
    sdk: false,
    expected: { region: null, scope: byName.scope, cacertFile: null },
  },
  {
    title: 'a cloud’s missing password from the environment',
    files: inCwd(lab.replace('password: pw', '')),
    env: { ...chosen, OS_PASSWORD: 'from-env' },
    sdk: false,
    expected: { password: 'from-env' },
  },
];

/** All cases. */
export const settingsCases: readonly SettingsCase[] = [...places, ...environment, ...loginCases];
