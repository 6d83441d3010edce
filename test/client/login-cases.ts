// Configurations about ways to log in and about single services.
import type { SettingsCase } from './settings-case';
import { authUrl, byName, chosen, cloud, inCwd, project, user, variables } from './settings-case';

/** The cases about logins and services. */
export const loginCases: SettingsCase[] = [
  {
    title: 'a domain said once for user and project',
    files: inCwd(cloud(['username: demo', 'password: pw', 'project_name: demo', 'domain_id: d'])),
    env: chosen,
    sdk: true,
    expected: {
      user: { name: 'demo', domain: { id: 'd' } },
      scope: { kind: 'project', project: { name: 'demo', domain: { id: 'd' } } },
    },
  },
  {
    title: 'a domain’s own scope',
    files: inCwd(cloud([...user, 'domain_name: Default'])),
    env: chosen,
    sdk: true,
    expected: { scope: { kind: 'domain', domain: { name: 'Default' } } },
  },
  {
    title: 'the scope of the whole system',
    files: inCwd(cloud([...user, 'system_scope: all'])),
    env: chosen,
    sdk: true,
    expected: { scope: { kind: 'system' } },
  },
  {
    title: 'a trust',
    files: inCwd(cloud([...user, 'trust_id: t1'])),
    env: chosen,
    sdk: true,
    expected: { scope: { kind: 'trust', trustId: 't1' } },
  },
  {
    title: 'an application credential',
    files: inCwd(
      cloud(
        ['application_credential_id: c1', 'application_credential_secret: s1'],
        ['auth_type: v3applicationcredential'],
      ),
    ),
    env: chosen,
    sdk: true,
    expected: { credential: { id: 'c1' }, secret: 's1', scope: { kind: 'default' } },
  },
  {
    title: 'an application credential without its auth_type',
    files: inCwd(
      cloud(['application_credential_name: c', 'application_credential_secret: s1', ...user]),
    ),
    env: chosen,
    sdk: false,
    expected: {
      credential: { name: 'c', user: { name: 'demo', domain: { name: 'Default' } } },
      secret: 's1',
    },
  },
  {
    title: 'a token',
    files: inCwd(cloud(['token: tok', ...project], ['auth_type: token'])),
    env: chosen,
    sdk: true,
    expected: { token: 'tok', scope: byName.scope },
  },
  {
    title: 'numbers and dashes as people write them',
    files: inCwd(cloud(['user-id: 12', 'password: 12345', 'tenant_id: 678'], ['region-name: 1'])),
    env: chosen,
    sdk: true,
    expected: {
      user: { id: '12' },
      password: '12345',
      scope: { kind: 'project', project: { id: '678' } },
      region: '1',
    },
  },
  {
    title: 'anchors and merges',
    files: inCwd(`
base: &base {user_domain_name: Default, project_domain_name: Default, auth_url: "${authUrl}"}
clouds:
  lab:
    auth: {<<: *base, username: demo, password: pw, project_name: demo}
`),
    env: chosen,
    sdk: true,
    expected: byName,
  },
  {
    title: 'insecure wins over a certificate; verify false too',
    files: inCwd(cloud([...user, ...project], ['verify: false', 'cacert: ~/ca.pem'])),
    env: chosen,
    sdk: true,
    expected: { verify: false },
  },
  {
    title: 'a default microversion, an endpoint and an interface for one service',
    files: inCwd(
      cloud(
        [...user, ...project],
        [
          'block_storage_default_microversion: "3.50"',
          'block_storage_endpoint_override: https://c.example/v3',
          'block_storage_interface: admin',
        ],
      ),
    ),
    env: chosen,
    sdk: true,
    expected: {
      microversion: '3.50',
      endpoint: 'https://c.example/v3',
      volumeInterface: 'admin',
    },
  },
  {
    title: 'a version with a dot as a microversion',
    env: { ...variables, OS_VOLUME_API_VERSION: '3.65' },
    sdk: false,
    expected: { microversion: '3.65' },
  },
];
