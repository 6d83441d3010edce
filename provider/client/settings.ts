// Decides which cloud is meant, from explicit settings, the environment and clouds.yaml, so that
// every tool decides alike. Invariant: a secret never reaches an error text; a cloud is never
// chosen that nobody asked for.
import { clientFaults } from '../../schema/client-faults';
import { credentialKeys, environmentCloud, explicitCloud } from './explicit-cloud';
import type { Settings, Surroundings } from './given-settings';
import type { SourcedCloud } from './login-settings';
import { loginOf, scopeOf } from './login-settings';
import { namedCloud } from './named-cloud';
import type { RawCloud } from './raw-cloud';
import { domainForBoth, overrule } from './raw-cloud';
import type { ResolvedSettings } from './resolved-settings';
import { addressOf, interfaceOf, servicesOf, timeoutOf, tlsOf } from './access-settings';

export type { Settings, Surroundings } from './given-settings';

/**
 * Resolves `explicit`, OS_* variables and clouds.yaml to one answer. null: nothing at all is
 * configured, so the bundled engine is meant. Throws a settings Fault that names the file or
 * variable, the key, what was found and what was expected; never a secret's value.
 *
 * Strongest first: explicit settings, the cloud named by `cloud` or OS_CLOUD, else the cloud that
 * the OS_* variables describe. A clouds.yaml that nobody named is not used, even with a single
 * cloud in it: a program run on a laptop must not reach a real cloud because of a file that lies
 * about.
 */
export async function resolveSettings(
  explicit: Settings,
  surroundings: Surroundings,
): Promise<ResolvedSettings | null> {
  const own = explicitCloud(explicit);
  const base = await baseCloud(explicit, own, surroundings);
  const asksForCloud = base !== null || hasCredentials(own);
  if (!asksForCloud) return null;
  const source = base?.source ?? 'the configuration';
  return settingsOf({ source, raw: overrule(base?.raw ?? {}, own) }, surroundings);
}

/** Understands and checks the settings of one cloud. Throws settingInvalid or settingMissing. */
export function settingsOf(given: SourcedCloud, surroundings: Surroundings): ResolvedSettings {
  const cloud = { ...given, raw: domainForBoth(given.raw) };
  const { source, raw } = cloud;
  if (raw['auth_url'] === undefined) {
    const todo = 'Set auth_url there, or OS_AUTH_URL in the environment.';
    throw clientFaults.settingMissing({ source, key: 'auth_url', why: 'nothing else tells', todo });
  }
  const login = loginOf(cloud);
  return {
    origin: source,
    authUrl: addressOf(cloud, 'auth_url'),
    login,
    scope: scopeOf(cloud, login),
    region: raw['region_name'] ?? null,
    interface: interfaceOf(cloud),
    tls: tlsOf(cloud, surroundings),
    services: servicesOf(cloud),
    requestTimeoutMs: timeoutOf(cloud),
  };
}

/** What lies under the explicit settings: a named cloud, the variables, or nothing. */
async function baseCloud(
  explicit: Settings,
  own: RawCloud,
  surroundings: Surroundings,
): Promise<SourcedCloud | null> {
  const { env } = surroundings;
  const variables = environmentCloud(surroundings);
  const fromVariables = { source: 'the OS_* variables', raw: variables };
  const envName = env['OS_CLOUD_NAME'] || 'envvars';
  // An address given on its own is never sent the credentials of another cloud.
  const elsewhere = own['auth_url'] !== undefined && !explicit.cloud;
  const name = explicit.cloud || (elsewhere || explicit.cloudsFile ? '' : env['OS_CLOUD']);
  if (name && name !== envName) return cloudOfFile(explicit, { name, variables }, surroundings);
  if (explicit.cloudsFile) return cloudOfFile(explicit, { name: null, variables }, surroundings);
  const same = variables['auth_url'] === undefined || variables['auth_url'] === own['auth_url'];
  if (elsewhere && !same) return null;
  return name === envName || hasCredentials(variables) ? fromVariables : null;
}

async function cloudOfFile(
  explicit: Settings,
  chosen: { name: string | null; variables: RawCloud },
  surroundings: Surroundings,
): Promise<SourcedCloud> {
  const region = explicit.region || chosen.variables['region_name'];
  const request = { cloud: chosen.name, cloudsFile: explicit.cloudsFile, region };
  const { source, raw } = await namedCloud(request, surroundings);
  const gaps: Record<string, string> = {};
  // People keep a cloud's secret out of the file and in the environment; nothing else is mixed in.
  for (const key of ['region_name', 'interface', ...secretWanted(raw)]) {
    const value = chosen.variables[key];
    if (value !== undefined) gaps[key] = value;
  }
  return { source, raw: { ...gaps, ...raw } };
}

/** The secret that a cloud needs, by the way in which it logs in. */
function secretWanted(raw: RawCloud): readonly string[] {
  if ('application_credential_id' in raw || 'application_credential_name' in raw) {
    return ['application_credential_secret'];
  }
  return 'token' in raw ? [] : ['password'];
}

function hasCredentials(raw: RawCloud): boolean {
  return credentialKeys.some((key) => key in raw);
}
