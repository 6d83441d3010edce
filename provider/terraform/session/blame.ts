// Which attribute of the provider's block a refusal of the client is about. Invariant: only an
// attribute that the user has written is blamed, and never a secret: Terraform prints the line of
// the attribute, and a password that is written there would be in every log.
import { isFault } from '../../../schema/kernel/fault';
import type { Path } from '../values/attribute-path';
import { reasonOf } from '../../resources/refusal';
import { providerSettings } from '../schema/provider-schema';
import type { Configuration } from './configuration';

/** Suspects by the code of the fault, the likeliest first; keys are those of clouds.yaml. */
const suspects: Readonly<Record<string, readonly string[]>> = {
  cloudNotFound: ['cloud'],
  settingsFileUnusable: ['clouds_file', 'cloud'],
  loginRefused: [
    'username',
    'user_id',
    'application_credential_id',
    'application_credential_name',
    'cloud',
    'clouds_file',
    'auth_url',
  ],
  noProjectScope: ['project_name', 'project_id', 'cloud'],
  connectionFailed: ['auth_url', 'cloud', 'clouds_file'],
  versionUnknown: ['auth_url', 'cloud'],
  replyUnusable: ['auth_url', 'cloud'],
  serviceNotInCatalog: ['region_name', 'interface', 'cloud'],
};

const secretKeys: ReadonlySet<string> = new Set(
  providerSettings.filter(({ attribute }) => attribute.sensitive).map(({ key }) => key),
);

/** The attribute to blame for `error`; undefined where none of the block's is. */
export function blamedPath(error: unknown, configuration: Configuration): Path | undefined {
  if (!isFault(error)) return undefined;
  const { engine, given } = configuration;
  if (error.code === 'engineDidNotStart') {
    if (!engine) return undefined;
    return engine.folder === null ? ['engine'] : ['engine', 'folder'];
  }
  const key = error.details['key'];
  const isSetting = error.code === 'settingInvalid' || error.code === 'settingMissing';
  const keys = isSetting ? [keyOf(String(key)), 'cloud', 'clouds_file'] : suspects[error.code];
  const tellable = (keys ?? []).filter((name) => !secretKeys.has(name));
  return tellable.map((name) => given.get(name)).find((path) => path !== undefined);
}

/**
 * Why, in one line, with the settings of the block as it calls them: `endpoint` where clouds.yaml
 * has auth_url. Settings of files and variables keep their own names.
 */
export function reasonInWords(error: unknown): string {
  const reason = reasonOf(error);
  if (!isFault(error) || error.details['source'] !== blockSource) return reason;
  const row = providerSettings.find(({ key }) => key === error.details['key']);
  if (!row) return reason;
  const { key, attribute } = row;
  return reason.replace(new RegExp(`\\b${key}\\b`, 'g'), attribute.name);
}

/** What the client calls settings that came from neither file nor variable. */
const blockSource = 'the configuration';

/** `block_storage_endpoint_override` is a member of the attribute `endpoints`. */
function keyOf(key: string): string {
  return key.endsWith('endpoint_override') ? 'endpoint_override' : key;
}
