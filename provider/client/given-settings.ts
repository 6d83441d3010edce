// What the client is told and where it looks, before anything is resolved. Invariant: types
// alone; a tool's configuration maps onto Settings one to one.
import type { ServiceName } from '../../schema/wire/route';
import type { Interface } from './resolved-settings';

/**
 * What a tool's own configuration may say. Everything is optional; text left empty counts as
 * unset.
 */
export interface Settings {
  /** A cloud of clouds.yaml; `envvars` means the one that the OS_* variables describe. */
  readonly cloud?: string;
  /** A clouds.yaml to read in place of the usual places. */
  readonly cloudsFile?: string;
  readonly authUrl?: string;
  readonly authType?: string;
  readonly username?: string;
  readonly userId?: string;
  readonly password?: string;
  readonly userDomainName?: string;
  readonly userDomainId?: string;
  readonly projectName?: string;
  readonly projectId?: string;
  readonly projectDomainName?: string;
  readonly projectDomainId?: string;
  readonly domainName?: string;
  readonly domainId?: string;
  readonly defaultDomain?: string;
  /** `all` for a token of the whole system. */
  readonly systemScope?: string;
  readonly trustId?: string;
  readonly token?: string;
  readonly applicationCredentialId?: string;
  readonly applicationCredentialName?: string;
  readonly applicationCredentialSecret?: string;
  readonly region?: string;
  readonly interface?: Interface;
  readonly insecure?: boolean;
  readonly cacertFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  /** Base URLs in place of the catalog's. */
  readonly endpoints?: Readonly<Partial<Record<ServiceName, string>>>;
  /** Bound for one HTTP request's answer to begin, in milliseconds; 60 seconds when left out. */
  readonly requestTimeoutMs?: number;
}

/** The surroundings in which settings are looked up. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
}
