// One cloud of clouds.yaml, with what secure.yaml, its profile and its region add. Invariant: a
// weaker layer never overrides a stronger one: profile < clouds.yaml < secure.yaml < values of
// the region.
import { clientFaults } from '../../schema/client-faults';
import type { RawCloud } from './raw-cloud';
import { flatten, isData, overlay } from './raw-cloud';
import type { SettingsData, SettingsFile } from './settings-file';
import { findSettingsFile } from './settings-file';
import type { Surroundings } from './given-settings';

/** A cloud as the files describe it. */
export interface NamedCloud {
  /** For messages: `cloud "lab" of /etc/openstack/clouds.yaml`. */
  readonly source: string;
  readonly raw: RawCloud;
}

/** Which cloud is asked for. */
export interface NamedCloudRequest {
  /** null: the only one that the file has. */
  readonly cloud: string | null;
  readonly cloudsFile?: string | undefined;
  /** The region asked for by setting or variable; chooses in a cloud's list of regions. */
  readonly region?: string | undefined;
  /** The file is complete: secure.yaml and profiles elsewhere are none of its business. */
  readonly alone?: boolean;
}

/**
 * Reads the cloud that `request` asks for. Throws cloudNotFound, or a settings fault that names the
 * file and key.
 */
export async function namedCloud(
  request: NamedCloudRequest,
  surroundings: Surroundings,
): Promise<NamedCloud> {
  const clouds = await readClouds(request, surroundings);
  const secure = request.alone ? null : await readSecure(surroundings);
  const file = clouds?.file ?? secure?.file ?? null;
  const known = [...new Set([...namesIn(clouds), ...namesIn(secure)])];
  const name = request.cloud ?? onlyOne(file, known);
  if (!known.includes(name)) throw clientFaults.cloudNotFound({ cloud: name, file, known });
  const layers = [clouds, secure].map((from) => cloudIn(from, name));
  const own = layers.reduce<SettingsData>((under, over) => ({ ...under, ...over }), {});
  const profile = await readProfile(own, { file: file ?? name, cloud: name }, surroundings);
  const source = `cloud "${name}" of ${file}`;
  const region = chooseRegion({ source, layers: [own, profile], asked: request.region });
  const raw = [profile, ...layers, region].map(flatten).reduce(overlay, {});
  return { source, raw: fillTemplates(raw) };
}

function readClouds(
  request: NamedCloudRequest,
  surroundings: Surroundings,
): Promise<SettingsFile | null> {
  const explicit = request.cloudsFile;
  const chosen = explicit ? { file: explicit, by: 'cloudsFile' } : fromEnv(surroundings, 'CONFIG');
  return findSettingsFile('clouds', surroundings, chosen);
}

function readSecure(surroundings: Surroundings): Promise<SettingsFile | null> {
  return findSettingsFile('secure', surroundings, fromEnv(surroundings, 'SECURE'));
}

function fromEnv(surroundings: Surroundings, which: 'CONFIG' | 'SECURE') {
  const variable = `OS_CLIENT_${which}_FILE`;
  const file = surroundings.env[variable];
  return file ? { file, by: variable } : undefined;
}

function namesIn(from: SettingsFile | null): string[] {
  return Object.keys(section(from, 'clouds'));
}

function section(from: SettingsFile | null, key: string): SettingsData {
  const found = from?.content[key] ?? {};
  if (isData(found)) return found;
  throw clientFaults.settingInvalid({
    source: from?.file ?? '',
    key,
    found: kindOf(found),
    expected: 'a map of names to settings',
  });
}

function cloudIn(from: SettingsFile | null, name: string): SettingsData {
  const found = section(from, 'clouds')[name] ?? {};
  const source = from?.file ?? '';
  const expected = 'a map of keys to values';
  if (!isData(found)) {
    const key = `clouds.${name}`;
    throw clientFaults.settingInvalid({ source, key, found: kindOf(found), expected });
  }
  const auth = found['auth'] ?? {};
  if (!isData(auth)) {
    const key = `clouds.${name}.auth`;
    throw clientFaults.settingInvalid({ source, key, found: kindOf(auth), expected });
  }
  return found;
}

function onlyOne(file: string | null, known: readonly string[]): string {
  const [first] = known;
  if (first !== undefined && known.length === 1) return first;
  throw clientFaults.settingInvalid({
    source: file ?? 'clouds.yaml',
    key: 'clouds',
    found: `${known.length} clouds (${known.join(', ')})`,
    expected: 'one, or OS_CLOUD (setting: cloud) to name which is meant',
  });
}

async function readProfile(
  own: SettingsData,
  at: { file: string; cloud: string },
  surroundings: Surroundings,
): Promise<SettingsData> {
  // `cloud` is the old word for `profile`.
  const name = own['profile'] ?? own['cloud'];
  if (name === undefined || name === null || name === '') return {};
  const profiles = await findSettingsFile('clouds-public', surroundings);
  const found = section(profiles, 'public-clouds')[String(name)];
  if (isData(found)) return found;
  throw clientFaults.settingInvalid({
    source: at.file,
    key: `clouds.${at.cloud}.profile`,
    found: `"${String(name)}", which ${profiles ? `${profiles.file} lacks` : 'no file describes'}`,
    expected:
      'a name under public-clouds of clouds-public.yaml (profiles that other tools have built in ' +
      'or fetch from a URL are not known here: write auth_url in the cloud instead)',
  });
}

function chooseRegion(of: {
  source: string;
  layers: readonly SettingsData[];
  asked: string | undefined;
}): SettingsData {
  for (const layer of of.layers) {
    if (Array.isArray(layer['regions'])) {
      return regionOfList(layer['regions'], { source: of.source, asked: of.asked });
    }
    if (layer['region_name'] ?? layer['region-name']) return {};
  }
  return {};
}

function regionOfList(
  list: readonly unknown[],
  of: { source: string; asked: string | undefined },
): SettingsData {
  const regions = list.map((entry) => {
    const region = isData(entry) ? entry : { name: entry };
    const { name, values = {} } = region;
    if (typeof name === 'string' && isData(values)) return { name, values };
    const found = 'an entry that is neither a name nor a map';
    const expected = 'names, or maps of name and values';
    throw clientFaults.settingInvalid({ source: of.source, key: 'regions', found, expected });
  });
  const chosen = of.asked ? regions.find(({ name }) => name === of.asked) : regions[0];
  if (chosen) return { region_name: chosen.name, ...chosen.values };
  if (regions.length === 0) return {};
  throw clientFaults.settingInvalid({
    source: of.source,
    key: 'regions',
    found: `no region "${of.asked}"`,
    expected: `one of ${regions.map(({ name }) => name).join(', ')}`,
  });
}

/** Profiles write `{region_name}` in addresses. */
function fillTemplates(raw: RawCloud): RawCloud {
  const url = raw['auth_url'];
  if (!url?.includes('{')) return raw;
  return { ...raw, auth_url: url.replace(/\{(\w+)\}/g, (all, key: string) => raw[key] ?? all) };
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
