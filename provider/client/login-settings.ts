// Who logs in and what for, from a raw cloud. Invariant: a login is complete (a name comes with its
// domain, an id with its secret) or refused with the key that is missing.
import { clientFaults } from '../../schema/client-faults';
import type { RawCloud } from './raw-cloud';
import type { Login, Named, Scope, UserRef } from './resolved-settings';
import { Secret } from './secret';

/** A raw cloud with its name for messages. */
export interface SourcedCloud {
  readonly source: string;
  readonly raw: RawCloud;
}

const methods: Readonly<Record<string, Login['method']>> = {
  password: 'password',
  v3password: 'password',
  token: 'token',
  v3token: 'token',
  v3applicationcredential: 'application-credential',
  application_credential: 'application-credential',
};

/** How the caller proves who they are. Throws settingInvalid or settingMissing. */
export function loginOf(cloud: SourcedCloud): Login {
  const { raw } = cloud;
  switch (methodOf(cloud)) {
    case 'token':
      return { method: 'token', token: secretAt(cloud, 'token', 'auth_type is token') };
    case 'application-credential': {
      const method = 'application-credential';
      const why = 'an application credential is used';
      const secret = secretAt(cloud, 'application_credential_secret', why);
      const { application_credential_id: id, application_credential_name: name } = raw;
      if (id !== undefined) return { method, id, secret };
      if (name !== undefined) return { method, name, user: userOf(cloud), secret };
      throw missing(cloud, 'application_credential_id', why);
    }
    case 'password':
      return {
        method: 'password',
        user: userOf(cloud),
        password: secretAt(cloud, 'password', 'the login is by password'),
      };
  }
}

/** What the token is to be good for. */
export function scopeOf(cloud: SourcedCloud, login: Login): Scope {
  const { raw } = cloud;
  // The credential is bound to its project; keystone refuses a scope with it.
  if (login.method === 'application-credential') return { kind: 'default' };
  if (raw['trust_id'] !== undefined) return { kind: 'trust', trustId: raw['trust_id'] };
  if (raw['system_scope'] !== undefined) {
    if (raw['system_scope'] === 'all') return { kind: 'system' };
    const found = `"${raw['system_scope']}"`;
    const source = cloud.source;
    throw clientFaults.settingInvalid({ source, key: 'system_scope', found, expected: '"all"' });
  }
  if (raw['project_id'] !== undefined)
    return { kind: 'project', project: { id: raw['project_id'] } };
  if (raw['project_name'] !== undefined) {
    const project = { name: raw['project_name'], domain: domainOf(raw, 'project') };
    return { kind: 'project', project };
  }
  const domain = named(raw['domain_id'], raw['domain_name']);
  return domain ? { kind: 'domain', domain } : { kind: 'default' };
}

function methodOf({ source, raw }: SourcedCloud): Login['method'] {
  const asked = raw['auth_type'];
  const bySecret = raw['application_credential_secret'] !== undefined;
  const byToken = raw['token'] !== undefined && raw['password'] === undefined;
  const implied = bySecret ? 'application-credential' : byToken ? 'token' : 'password';
  if (asked === undefined) return implied;
  const method = methods[asked.toLowerCase()];
  if (method) return method;
  throw clientFaults.settingInvalid({
    source,
    key: 'auth_type',
    found: `"${asked}"`,
    expected: `one of ${Object.keys(methods).join(', ')}`,
  });
}

function userOf(cloud: SourcedCloud): UserRef {
  const { raw } = cloud;
  if (raw['user_id'] !== undefined) return { id: raw['user_id'] };
  if (raw['username'] === undefined) throw missing(cloud, 'username', 'nor is there a user_id');
  return { name: raw['username'], domain: domainOf(raw, 'user') };
}

/** The domain of a name; `default` is the one that every identity service starts with. */
function domainOf(raw: RawCloud, whose: 'user' | 'project'): Named {
  return (
    named(raw[`${whose}_domain_id`], raw[`${whose}_domain_name`]) ??
    named(raw['default_domain_id'] ?? raw['default_domain'], raw['default_domain_name']) ??
    // A user without a domain of its own belongs to the domain that the token is for.
    named(raw['domain_id'], raw['domain_name']) ?? { id: 'default' }
  );
}

function named(id: string | undefined, name: string | undefined): Named | null {
  if (id !== undefined) return { id };
  return name === undefined ? null : { name };
}

function secretAt(cloud: SourcedCloud, key: string, why: string): Secret {
  const value = cloud.raw[key];
  if (value === undefined) throw missing(cloud, key, why);
  return new Secret(value);
}

function missing({ source }: SourcedCloud, key: string, why: string): Error {
  const todo = `Set ${key} there, or OS_${key.toUpperCase()} in the environment.`;
  return clientFaults.settingMissing({ source, key, why, todo });
}
