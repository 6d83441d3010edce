// One configuration as people have it, and the parts that many of them share.
import type { Settings } from '../../provider/client/settings';

/** Paths are below a folder of the case: `cwd/...`, `home/...`, `xdg/...`. */
export interface SettingsCase {
  readonly title: string;
  readonly files?: Readonly<Record<string, string>>;
  /** `$DIR` stands for the case's folder. */
  readonly env?: Readonly<Record<string, string>>;
  readonly explicit?: Settings;
  /** Compared with openstacksdk too. */
  readonly sdk: boolean;
  /** What must come out, in the plain form of `plainSettings`; null: nothing is configured. */
  readonly expected: Readonly<Record<string, unknown>> | null;
}

export const authUrl = 'https://keystone.example/v3';
export const byName = {
  user: { name: 'demo', domain: { name: 'Default' } },
  password: 'pw',
  scope: { kind: 'project', project: { name: 'demo', domain: { name: 'Default' } } },
};

export const lab = `
clouds:
  lab:
    auth:
      auth_url: ${authUrl}
      username: demo
      password: pw
      project_name: demo
      user_domain_name: Default
      project_domain_name: Default
    region_name: one
`;

export const variables = {
  OS_AUTH_URL: authUrl,
  OS_USERNAME: 'demo',
  OS_PASSWORD: 'pw',
  OS_PROJECT_NAME: 'demo',
  OS_USER_DOMAIN_NAME: 'Default',
  OS_PROJECT_DOMAIN_NAME: 'Default',
};

export const chosen = { OS_CLOUD: 'lab' };
export const inCwd = (text: string) => ({ 'cwd/clouds.yaml': text });

/** A cloud `lab` with `auth` and further keys, each a line of YAML. */
export const cloud = (auth: readonly string[], more: readonly string[] = []): string =>
  [
    'clouds:',
    '  lab:',
    `    auth:`,
    ...[`auth_url: ${authUrl}`, ...auth].map((line) => `      ${line}`),
    ...more.map((line) => `    ${line}`),
  ].join('\n');

export const user = ['username: demo', 'password: pw', 'user_domain_name: Default'];
export const project = ['project_name: demo', 'project_domain_name: Default'];
