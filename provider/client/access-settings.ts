// How services are reached, from a raw cloud: endpoints, versions, certificates. Invariant: every
// value is checked here, so that a misspelt one is reported with its key and not found out at a
// call.
import { resolve } from 'node:path';
import { clientFaults } from '../../schema/client-faults';
import type { ServiceName } from '../../schema/wire/route';
import type { SourcedCloud } from './login-settings';
import type { Interface, ServiceSettings, TlsSettings } from './resolved-settings';
import { expandHome } from './settings-file';
import type { Surroundings } from './given-settings';

/** Prefixes of a service's keys, strongest first. */
const prefixes: Readonly<Record<ServiceName, readonly string[]>> = {
  identity: ['identity'],
  'block-storage': ['block_storage', 'volumev3', 'volume', 'block_store'],
  image: ['image'],
};

const interfaces: Readonly<Record<string, Interface>> = {
  public: 'public',
  publicURL: 'public',
  internal: 'internal',
  internalURL: 'internal',
  admin: 'admin',
  adminURL: 'admin',
};

const majorVersions: Readonly<Record<ServiceName, string>> = {
  identity: '3',
  'block-storage': '3',
  image: '2',
};

/** The interface asked for; public when none is. */
export function interfaceOf(cloud: SourcedCloud, key = 'interface'): Interface {
  const asked = cloud.raw[key];
  if (asked === undefined) return 'public';
  return interfaces[asked] ?? refuse(cloud, key, 'public, internal or admin');
}

/** What is set for single services. */
export function servicesOf(cloud: SourcedCloud): Partial<Record<ServiceName, ServiceSettings>> {
  const services: Partial<Record<ServiceName, ServiceSettings>> = {};
  for (const service of Object.keys(prefixes) as ServiceName[]) {
    const settings = serviceOf(cloud, service);
    if (Object.keys(settings).length > 0) services[service] = settings;
  }
  return services;
}

/** A checked web address without a slash at its end. */
export function addressOf(cloud: SourcedCloud, key: string): string {
  const text = cloud.raw[key] ?? '';
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') {
    return text.replace(/\/+$/, '');
  }
  return refuse(cloud, key, 'an http or https address without a user in it', 'hide');
}

/** How certificates are checked and shown; paths become absolute. */
export function tlsOf(cloud: SourcedCloud, { cwd, home }: Surroundings): TlsSettings {
  const file = (key: string) => {
    const path = cloud.raw[key];
    return path === undefined ? null : resolve(cwd, expandHome(path, home));
  };
  const verify = flagOf(cloud, 'verify') ?? true;
  return {
    // insecure wins over verify, as in openstacksdk.
    verify: verify && !(flagOf(cloud, 'insecure') ?? false),
    cacertFile: file('cacert'),
    certFile: file('cert'),
    keyFile: file('key'),
  };
}

/** A positive number of milliseconds. */
export function timeoutOf(cloud: SourcedCloud): number {
  const { request_timeout_ms: ms, api_timeout: seconds } = cloud.raw;
  const found = ms ?? (seconds === undefined ? undefined : String(Number(seconds) * 1000));
  if (found === undefined) return 60_000;
  if (Number(found) > 0) return Math.round(Number(found));
  return refuse(
    cloud,
    ms === undefined ? 'api_timeout' : 'request_timeout_ms',
    'a positive number',
  );
}

function serviceOf(cloud: SourcedCloud, service: ServiceName): ServiceSettings {
  const key = (suffix: string) => keyOf(cloud, service, suffix);
  const value = (suffix: string) => cloud.raw[key(suffix)];
  const catalogType = value('service_type');
  const catalogName = value('service_name');
  const region = value('region_name');
  const defaultMicroversion = microversionOf(cloud, service);
  return {
    ...(value('interface') ? { interface: interfaceOf(cloud, key('interface')) } : {}),
    ...(value('endpoint_override')
      ? { endpoint: overrideOf(cloud, key('endpoint_override')) }
      : {}),
    ...(catalogType ? { catalogType } : {}),
    ...(catalogName ? { catalogName } : {}),
    ...(region ? { region } : {}),
    ...(defaultMicroversion ? { defaultMicroversion } : {}),
  };
}

function keyOf({ raw }: SourcedCloud, service: ServiceName, suffix: string): string {
  const keys = prefixes[service].map((prefix) => `${prefix}_${suffix}`);
  return keys.find((key) => raw[key] !== undefined) ?? `${prefixes[service][0]}_${suffix}`;
}

/** Overrides may hold %(project_id)s, which is filled in after login. */
function overrideOf(cloud: SourcedCloud, key: string): string {
  const url = (cloud.raw[key] ?? '').replace(/[%$]\((project|tenant)_id\)s/g, '%(project_id)s');
  addressOf({ ...cloud, raw: { [key]: url.replace('%(project_id)s', 'p') } }, key);
  return url.replace(/\/+$/, '');
}

/** A version with a dot (volume_api_version: 3.65) asks for that microversion by default. */
function microversionOf(cloud: SourcedCloud, service: ServiceName): string | undefined {
  const versionKey = keyOf(cloud, service, 'api_version');
  const microKey = keyOf(cloud, service, 'default_microversion');
  const version = cloud.raw[versionKey]?.replace(/^v/, '');
  const micro = cloud.raw[microKey];
  const major = majorVersions[service];
  if (version !== undefined && version.split('.')[0] !== major) {
    return refuse(cloud, versionKey, `${major} (the only one that is spoken here)`);
  }
  if (service !== 'block-storage') return undefined;
  if (micro !== undefined && !/^3\.\d+$/.test(micro)) return refuse(cloud, microKey, '3.N');
  const implied = version !== undefined && /^3\.[1-9]\d*$/.test(version) ? version : undefined;
  if (micro !== undefined && implied !== undefined && micro !== implied) {
    return refuse(cloud, microKey, `${implied}, as ${versionKey} says`);
  }
  return micro ?? implied;
}

function flagOf(cloud: SourcedCloud, key: string): boolean | undefined {
  const text = cloud.raw[key]?.toLowerCase();
  if (text === undefined) return undefined;
  if (['true', 'yes', 'on', '1'].includes(text)) return true;
  if (['false', 'no', 'off', '0'].includes(text)) return false;
  return refuse(cloud, key, 'true or false');
}

function refuse(cloud: SourcedCloud, key: string, expected: string, hide?: 'hide'): never {
  const value = cloud.raw[key];
  // An address may carry a password: it is described, not quoted.
  const found = value === undefined ? 'nothing' : hide ? 'another text' : `"${value}"`;
  throw clientFaults.settingInvalid({ source: cloud.source, key, found, expected });
}
