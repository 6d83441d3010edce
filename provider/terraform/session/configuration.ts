// The provider's block as it was written. Invariant: it is read without touching file or network;
// every problem is told at once, each at its attribute; what is not known yet is never refused.
import type { ServiceName } from '../../../schema/wire/route';
import type { Settings } from '../../client/given-settings';
import { durationForm, durationMs } from '../schema/durations';
import { engineBlock, providerSettings } from '../schema/provider-schema';
import type { Path } from '../values/attribute-path';
import { pathText } from '../values/attribute-path';
import type { TfObject, TfValue } from '../values/tf-value';
import { isTfObject, isUnknown, objectOf } from '../values/tf-value';

const services: Readonly<Record<ServiceName, true>> = {
  identity: true,
  'block-storage': true,
  image: true,
};

const serviceNames = Object.keys(services);

/** What was configured. */
export interface Configuration {
  readonly settings: Settings;
  /** null: the block is not there; a folder of null means the usual one. */
  readonly engine: { readonly folder: string | null } | null;
  readonly owner: string | undefined;
  /** Attributes whose value is not known before the apply. */
  readonly unknown: readonly Path[];
  /** Attributes that have a value, by the keys by which the client calls its settings. */
  readonly given: ReadonlyMap<string, Path>;
  /** What tells this configuration from others, without secrets. */
  readonly identity: readonly (readonly [string, unknown])[];
}

/** A value that cannot be meant. */
export interface ConfigurationProblem {
  readonly path: Path;
  readonly reason: string;
}

/** Reads `config`. What problemsOf() tells of is left out of the settings. */
export function readConfiguration(config: TfObject): Configuration {
  const settings: Record<string, unknown> = {};
  const given = new Map<string, Path>();
  const identity: (readonly [string, unknown])[] = [];
  for (const { attribute, setting, key } of providerSettings) {
    const { name } = attribute;
    const value = config[name] ?? null;
    if (isLeftOut(value) || isUnknown(value) || refusalOf(name, value)) continue;
    given.set(key, [name]);
    if (!attribute.sensitive) identity.push([name, value]);
    if (setting !== null) settings[setting] = settingFrom(name, value);
  }
  const block = config[engineBlock.name];
  const folder = objectOf(block)['folder'];
  const engine = isTfObject(block) ? { folder: textOr(folder, null) } : null;
  if (engine) identity.push(['engine', engine.folder]);
  return {
    // The table of settings is what gives the record its type: name by name, kind by kind.
    settings: settings as Settings,
    engine,
    owner: textOr(config['owner'], undefined),
    unknown: unknownPaths(config),
    given,
    identity,
  };
}

/** Everything that is wrong with `config`. */
export function problemsOf(config: TfObject): readonly ConfigurationProblem[] {
  const single = providerSettings.flatMap(({ attribute: { name } }) => {
    const value = config[name] ?? null;
    if (isLeftOut(value) || isUnknown(value)) return [];
    const refused = refusalOf(name, value);
    return refused ? [refused] : [];
  });
  return [...single, ...engineClash(config)];
}

/** Both sides are told, so that either can be taken out. */
function engineClash(config: TfObject): ConfigurationProblem[] {
  if (!isTfObject(config[engineBlock.name])) return [];
  const others = providerSettings.filter(({ attribute, setting }) => {
    return setting !== null && !isLeftOut(config[attribute.name] ?? null);
  });
  if (others.length === 0) return [];
  const names = others.map(({ attribute }) => attribute.name);
  const reason =
    `Cannot use both engine and ${names.join(', ')}: the one means the bundled engine, ` +
    'the others a cloud. Remove one of them';
  return [[engineBlock.name], ...names.map((name) => [name])].map((path) => ({ path, reason }));
}

function refusalOf(name: string, value: TfValue): ConfigurationProblem | null {
  const refuse = (path: Path, expected: string, found = 'another text') => {
    const what = pathText(path.length > 0 ? path : [name]);
    return { path, reason: `Cannot use ${what}: found ${found}, expected ${expected}` };
  };
  switch (name) {
    case 'endpoint':
      return isAddress(value) ? null : refuse(tellable([name], value), addressForm);
    case 'request_timeout':
      return durationMs(String(value)) === null
        ? refuse([name], durationForm, quoted(value))
        : null;
    case 'endpoints':
      return wrongEndpoint(objectOf(value), refuse);
    default: {
      const row = providerSettings.find(({ attribute }) => attribute.name === name);
      const kind = row?.attribute.field.kind;
      if (kind?.type !== 'enum' || kind.values.includes(String(value))) return null;
      return refuse([name], `one of ${kind.values.join(', ')}`, quoted(value));
    }
  }
}

const addressForm = 'an http or https address without a user in it';

/** Terraform prints the line at a path: there is none for an address with a password in it. */
function tellable(path: Path, address: TfValue): Path {
  return /@/.test(String(address)) ? [] : path;
}

type Refuse = (path: Path, expected: string, found?: string) => ConfigurationProblem;

function wrongEndpoint(endpoints: TfObject, refuse: Refuse): ConfigurationProblem | null {
  for (const [key, url] of Object.entries(endpoints)) {
    const path: Path = ['endpoints', { key }];
    const known = `one of ${serviceNames.join(', ')}`;
    if (serviceOf(key) === null) return refuse(['endpoints'], known, `the key ${quoted(key)}`);
    if (url === null || isUnknown(url)) continue;
    // The client fills the project in after login.
    const filled = String(url).replace(/[%$]\((project|tenant)_id\)s/g, 'p');
    if (!isAddress(filled)) return refuse(tellable(path, filled), addressForm);
  }
  return null;
}

/** `block_storage` is the same as `block-storage`: names in Terraform have no dashes. */
function serviceOf(key: string) {
  return serviceNames.find((name) => name === key.replaceAll('_', '-')) ?? null;
}

function settingFrom(name: string, value: TfValue): unknown {
  if (name === 'request_timeout') return durationMs(String(value)) ?? undefined;
  if (name !== 'endpoints') return value;
  const pairs = Object.entries(objectOf(value)).filter(([, url]) => typeof url === 'string');
  return Object.fromEntries(pairs.map(([key, url]) => [serviceOf(key) ?? key, url] as const));
}

function unknownPaths(config: TfObject): Path[] {
  const names = [...providerSettings.map(({ attribute }) => attribute.name), engineBlock.name];
  return names.filter((name) => isUnknown(config[name])).map((name) => [name]);
}

/** An empty text counts as not given, as in variables and files. */
function isLeftOut(value: TfValue): boolean {
  return value === null || value === '';
}

function isAddress(value: TfValue): boolean {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : null;
  return (
    url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
  );
}

function textOr<T>(value: TfValue | undefined, otherwise: T): string | T {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

function quoted(value: TfValue): string {
  const text = JSON.stringify(String(value));
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
