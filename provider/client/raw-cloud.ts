// The settings of one cloud before they are understood: one flat table of text, in which the many
// spellings that OpenStack's tools accept have become one. Invariant: a key exists only with a
// value.
import type { SettingsData } from './settings-file';

/** Flat settings: `auth_url`, `username`, `interface`, `volume_api_version` and so on. */
export type RawCloud = Readonly<Record<string, string>>;

// Right wins over left where one layer has several (openstacksdk config/loader.py, magic fixes).
const spellings: readonly (readonly [canonical: string, others: readonly string[]])[] = [
  ['project_id', ['tenant_id']],
  ['project_name', ['tenant_name', 'project']],
  ['token', ['auth_token']],
  ['auth_type', ['auth_plugin']],
  ['username', ['user_name']],
  ['user_id', ['userid']],
];

/** Alternatives of which a stronger layer's choice removes the weaker layer's. */
const alternatives: readonly (readonly string[])[] = [
  ['username', 'user_id', 'token', 'application_credential_id', 'application_credential_name'],
  ['project_id', 'project_name', 'system_scope', 'trust_id'],
  ['user_domain_id', 'user_domain_name'],
  ['project_domain_id', 'project_domain_name'],
  ['domain_id', 'domain_name'],
];

/** Flattens one layer: keys of `auth` join the others (and win), spellings become canonical. */
export function flatten(layer: SettingsData): RawCloud {
  const flat: Record<string, string> = {};
  for (const part of [layer, isData(layer['auth']) ? layer['auth'] : {}]) {
    for (const [key, value] of Object.entries(part)) {
      const given = typeof value === 'string' && value !== '';
      if (given) flat[key.replaceAll('-', '_')] = value;
    }
  }
  return canonical(flat);
}

/** Lays `stronger` over `weaker`, key by key, as openstacksdk lays secure.yaml over clouds.yaml. */
export function overlay(weaker: RawCloud, stronger: RawCloud): RawCloud {
  return { ...weaker, ...stronger };
}

/**
 * Lays a source of another kind over `weaker`: where the stronger one names a user, a project or
 * a domain, the weaker one's other way of naming it is dropped, so that a name from one source is
 * never joined with an id from another.
 */
export function overrule(weaker: RawCloud, stronger: RawCloud): RawCloud {
  const kept: Record<string, string> = { ...weaker };
  for (const group of alternatives) {
    if (group.some((key) => key in stronger)) for (const key of group) delete kept[key];
  }
  if ('username' in stronger || 'user_id' in stronger) delete kept['auth_type'];
  return { ...kept, ...stronger };
}

/** Whether `value` is a map. */
export function isData(value: unknown): value is SettingsData {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function canonical(flat: Record<string, string>): RawCloud {
  const result: Record<string, string> = { ...flat };
  for (const [name, others] of spellings) {
    for (const other of others) {
      const value = result[other];
      delete result[other];
      if (value !== undefined && result[name] === undefined) result[name] = value;
    }
  }
  for (const [key, value] of Object.entries(result)) {
    if (!key.endsWith('endpoint_type')) continue;
    delete result[key];
    result[key.replace(/endpoint_type$/, 'interface')] = value;
  }
  return result;
}

/**
 * A plain domain stands for the user's and the project's where a project is asked for. Done once,
 * on the settings of all layers together (openstacksdk config/loader.py, _handle_domain_id).
 */
export function domainForBoth(flat: RawCloud): RawCloud {
  if (!('project_id' in flat) && !('project_name' in flat)) return flat;
  const { domain_id: id, domain_name: name, ...others } = flat;
  const rest: Record<string, string> = others;
  for (const whose of ['user', 'project']) {
    const idKey = `${whose}_domain_id`;
    const nameKey = `${whose}_domain_name`;
    if (id !== undefined) rest[idKey] ??= id;
    if (name !== undefined) rest[nameKey] ??= name;
  }
  return rest;
}
