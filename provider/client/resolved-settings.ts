// What the client needs to know before it can log in, after all sources of configuration have been
// merged. Invariant: plain data; secrets are wrapped, so that settings may be printed.
import type { ServiceName } from '../../schema/wire/route';
import type { Secret } from './secret';

/** A thing of the identity service, by id or by name. */
export type Named = { readonly id: string } | { readonly name: string };

/** A user: an id is enough, a name needs its domain. */
export type UserRef = { readonly id: string } | { readonly name: string; readonly domain: Named };

/** How the caller proves who they are. */
export type Login =
  | { readonly method: 'password'; readonly user: UserRef; readonly password: Secret }
  | { readonly method: 'token'; readonly token: Secret }
  | {
      readonly method: 'application-credential';
      readonly id: string;
      readonly secret: Secret;
    }
  | {
      readonly method: 'application-credential';
      readonly name: string;
      readonly user: UserRef;
      readonly secret: Secret;
    };

/** What the token is to be good for. `default`: what the service decides (credential, user). */
export type Scope =
  | { readonly kind: 'default' }
  | { readonly kind: 'project'; readonly project: { readonly id: string } }
  | {
      readonly kind: 'project';
      readonly project: { readonly name: string; readonly domain: Named };
    }
  | { readonly kind: 'domain'; readonly domain: Named }
  | { readonly kind: 'system' }
  | { readonly kind: 'trust'; readonly trustId: string };

/** Which of a service's endpoints is used. */
export type Interface = 'public' | 'internal' | 'admin';

/** How servers' certificates are checked, and ours is shown. Paths are absolute. */
export interface TlsSettings {
  readonly verify: boolean;
  readonly cacertFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
}

/** What may be set for one service. */
export interface ServiceSettings {
  readonly interface?: Interface;
  /** Base URL used in place of the catalog's. */
  readonly endpoint?: string;
  /** Type under which the catalog lists it, in place of the usual ones. */
  readonly catalogType?: string;
  /** Name under which the catalog lists it, where it lists several. */
  readonly catalogName?: string;
  readonly region?: string;
  /** Microversion sent with calls that ask for none. */
  readonly defaultMicroversion?: string;
}

/** Everything that a Connection needs. */
export interface ResolvedSettings {
  /** Where they come from, for messages: `cloud "lab" of /etc/openstack/clouds.yaml`. */
  readonly origin: string;
  /** Base URL of the identity service, with or without /v3. No slash at the end. */
  readonly authUrl: string;
  readonly login: Login;
  readonly scope: Scope;
  /** null: the catalog's endpoints of any region are good. */
  readonly region: string | null;
  readonly interface: Interface;
  readonly tls: TlsSettings;
  readonly services: Readonly<Partial<Record<ServiceName, ServiceSettings>>>;
  /** Bound for one HTTP request's answer to begin, in milliseconds. */
  readonly requestTimeoutMs: number;
}
