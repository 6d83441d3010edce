// Settings that are not in a file: a tool's own configuration and the OS_* variables, in the flat
// form of a raw cloud. Invariant: an empty value counts as not given.
import type { RawCloud } from './raw-cloud';
import { flatten } from './raw-cloud';
import type { Settings, Surroundings } from './given-settings';

const keys = {
  authUrl: 'auth_url',
  authType: 'auth_type',
  username: 'username',
  userId: 'user_id',
  password: 'password',
  userDomainName: 'user_domain_name',
  userDomainId: 'user_domain_id',
  projectName: 'project_name',
  projectId: 'project_id',
  projectDomainName: 'project_domain_name',
  projectDomainId: 'project_domain_id',
  domainName: 'domain_name',
  domainId: 'domain_id',
  defaultDomain: 'default_domain',
  systemScope: 'system_scope',
  trustId: 'trust_id',
  token: 'token',
  applicationCredentialId: 'application_credential_id',
  applicationCredentialName: 'application_credential_name',
  applicationCredentialSecret: 'application_credential_secret',
  region: 'region_name',
  interface: 'interface',
  insecure: 'insecure',
  cacertFile: 'cacert',
  certFile: 'cert',
  keyFile: 'key',
  requestTimeoutMs: 'request_timeout_ms',
} as const satisfies Partial<Record<keyof Settings, string>>;

const endpointKeys = {
  identity: 'identity_endpoint_override',
  'block-storage': 'block_storage_endpoint_override',
  image: 'image_endpoint_override',
} as const;

/** Keys that say who logs in, where, or what for: one of them makes settings a configuration. */
export const credentialKeys: readonly string[] = [
  'auth_url',
  'auth_type',
  'username',
  'user_id',
  'password',
  'token',
  'project_id',
  'project_name',
  'system_scope',
  'trust_id',
  'application_credential_id',
  'application_credential_name',
  'application_credential_secret',
];

/** The tool's own configuration. */
export function explicitCloud(settings: Settings): RawCloud {
  const flat: Record<string, string> = {};
  for (const [from, to] of Object.entries(keys)) {
    const value = settings[from as keyof typeof keys];
    if (value !== undefined) flat[to] = String(value);
  }
  for (const [service, url] of Object.entries(settings.endpoints ?? {})) {
    if (url) flat[endpointKeys[service as keyof typeof endpointKeys]] = url;
  }
  return flatten(flat);
}

/**
 * The cloud that the OS_* variables describe: every one is a key in lower case, but for those that
 * choose a cloud or belong to OpenStack's own test tools (openstacksdk config/loader.py).
 */
export function environmentCloud({ env }: Surroundings): RawCloud {
  const flat: Record<string, string> = {};
  for (const [variable, value] of Object.entries(env)) {
    if (!/^OS_(?!TEST|STD|LOG|CLOUD$|CLOUD_NAME$|CLIENT_)/.test(variable)) continue;
    if (value) flat[variable.slice('OS_'.length).toLowerCase()] = value;
  }
  return flatten(flat);
}
