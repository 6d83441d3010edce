// The provider's own configuration: the settings of the client by Terraform's names, and the block
// that asks for the bundled engine. Invariant: one table says of every setting what it is called on
// either side.
import type { Kind } from '../../../schema/kernel/describe';
import type { Settings } from '../../client/given-settings';
import type { Schema } from '../protocol/generated/tfplugin6';
import type { Attribute } from './attribute';
import { optional } from './attribute';
import { ownAttribute } from './own-attribute';
import type { SingleBlock } from './proto-schema';
import { blockSchema } from './proto-schema';

/** A setting: an attribute of the provider's block and the client's setting that it becomes. */
export interface ProviderSetting {
  readonly attribute: Attribute;
  /** null: it is no setting of the client. */
  readonly setting: keyof Settings | null;
  /** The key of clouds.yaml by which the client's refusals call it. */
  readonly key: string;
}

interface Row {
  readonly setting?: keyof Settings | null;
  readonly key?: string;
  readonly kind?: Kind;
  readonly isSecret?: boolean;
  readonly text: string;
}

const interfaces = ['public', 'internal', 'admin'] as const;

const rows: Readonly<Record<string, Row>> = {
  cloud: {
    text:
      'Cloud of clouds.yaml; `envvars` means the one that the OS_* variables describe. ' +
      'Else `OS_CLOUD`.',
  },
  clouds_file: { text: 'A clouds.yaml to read in place of the usual places.' },
  endpoint: {
    setting: 'authUrl',
    key: 'auth_url',
    text: 'Address of the identity service, such as https://cloud.example.com:5000/v3.',
  },
  auth_type: {
    text: 'How to log in: `password`, `token` or `v3applicationcredential`; told by what is given.',
  },
  username: { text: 'Name of the user.' },
  user_id: { text: 'Id of the user, in place of a name and its domain.' },
  password: { isSecret: true, text: 'Password of the user.' },
  user_domain_name: { text: 'Name of the domain that the user belongs to.' },
  user_domain_id: { text: 'Id of the domain that the user belongs to.' },
  project_name: { text: 'Name of the project to work in.' },
  project_id: { text: 'Id of the project to work in, in place of a name and its domain.' },
  project_domain_name: { text: 'Name of the domain that the project belongs to.' },
  project_domain_id: { text: 'Id of the domain that the project belongs to.' },
  domain_name: {
    text: 'Name of the domain that the login is for; where there is a project, of both domains.',
  },
  domain_id: {
    text: 'Id of the domain that the login is for; where there is a project, of both domains.',
  },
  default_domain: { text: 'Id of the domain for names that come without one.' },
  system_scope: { text: '`all` for a login to the whole system.' },
  trust_id: { text: 'Id of the trust to act under.' },
  token: { isSecret: true, text: 'A token, in place of a password.' },
  application_credential_id: { text: 'Id of an application credential.' },
  application_credential_name: {
    text: 'Name of an application credential, together with its user.',
  },
  application_credential_secret: { isSecret: true, text: 'Secret of the application credential.' },
  region: { key: 'region_name', text: 'Region whose services are used.' },
  interface: {
    kind: { type: 'enum', values: interfaces },
    text: 'Which endpoints are used: `public`, `internal` or `admin`; `public` when left out.',
  },
  insecure: {
    kind: { type: 'boolean' },
    text: "Whether servers' certificates go unchecked. For trials alone.",
  },
  cacert_file: { key: 'cacert', text: 'File with the certificates of the authorities to trust.' },
  cert_file: { key: 'cert', text: 'File with the certificate to show to servers.' },
  key_file: { key: 'key', text: 'File with the key of that certificate.' },
  endpoints: {
    kind: { type: 'map', of: { type: 'string' } },
    key: 'endpoint_override',
    text: "Addresses in place of the catalog's, by service: `identity`, `block-storage`, `image`.",
  },
  request_timeout: {
    setting: 'requestTimeoutMs',
    key: 'request_timeout_ms',
    text: 'How long a request may wait for its answer, such as `30s`; `60s` when left out.',
  },
  owner: {
    setting: null,
    text:
      'What sets this copy of the program apart from others in the same cloud, so that none ' +
      "takes over another's half-made things; a random word kept in `.cinderkit/owner` when left " +
      'out. Set it where every run has a fresh folder.',
  },
};

/** Every attribute of the provider's block. */
export const providerSettings: readonly ProviderSetting[] = Object.entries(rows).map(
  ([name, row]) => {
    const kind = row.kind ?? { type: 'string' };
    const { text: description, isSecret: sensitive = false } = row;
    const attribute = ownAttribute({ name, kind, setting: optional, description, sensitive });
    // The table's rows without a setting of their own have it under the same name in camelCase.
    const same = attribute.field.name as keyof Settings;
    return {
      attribute,
      setting: row.setting === undefined ? same : row.setting,
      key: row.key ?? name,
    };
  },
);

/** The block that asks for the bundled engine; empty is enough. */
export const engineBlock: SingleBlock = {
  name: 'engine',
  description:
    'Asks for the bundled engine, whatever OS_* variables say. It is found or started; without ' +
    'this block that is done where no cloud is configured at all.',
  attributes: [
    ownAttribute({
      name: 'folder',
      kind: { type: 'string' },
      setting: optional,
      description: "Folder of the engine's data; `.cinderkit/engine` when left out.",
    }),
  ],
};

/** The schema of the provider's block. */
export function providerSchema(): Schema {
  return blockSchema({
    version: 0,
    description: 'Block storage on the bundled engine or on any OpenStack cloud.',
    attributes: providerSettings.map(({ attribute }) => attribute),
    blocks: [engineBlock],
  });
}
