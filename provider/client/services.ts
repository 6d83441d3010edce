// Where each service of one connection is and which versions it speaks. Invariant: worked out
// once for each service and token's project, whichever of many calls asks first.
import type { ServiceName } from '../../schema/wire/route';
import type { Caller } from './caller';
import { bodyText } from './caller';
import { addressIn } from './catalog';
import type { ResolvedSettings } from './resolved-settings';
import type { ServiceAddress } from './address';
import { completeAddress } from './address';
import type { Grant, Session } from './session';
import type { VersionRange } from './versions';
import { discoverVersions } from './versions';

/** The services of one connection. */
export class Services {
  readonly #settings: ResolvedSettings;
  readonly #session: Session;
  readonly #caller: Caller;
  readonly #addresses = new Map<string, Promise<ServiceAddress>>();
  readonly #versions = new Map<ServiceName, Promise<VersionRange>>();

  constructor(settings: ResolvedSettings, parts: { session: Session; caller: Caller }) {
    this.#settings = settings;
    this.#session = parts.session;
    this.#caller = parts.caller;
  }

  /** The address of `service` for the holder of `grant`. */
  async address(service: ServiceName, grant: Grant): Promise<ServiceAddress> {
    const url = addressIn(service, this.#settings, grant);
    const given = { service, url, projectId: grant.projectId };
    return remember(this.#addresses, `${service} ${url} ${grant.projectId}`, () =>
      completeAddress(given, (document) => this.#fetch(service, document)),
    );
  }

  /** The versions that `service` speaks. An abort ends this caller's wait alone. */
  async versions(service: ServiceName, signal?: AbortSignal): Promise<VersionRange> {
    const { versioned } = await this.address(service, await this.#session.grant(signal));
    const fetch = (document: string) => this.#fetch(service, document);
    return remember(this.#versions, service, () =>
      discoverVersions({ service, versionedUrl: versioned, fetch }),
    );
  }

  /** A discovery document; null where the address has none. A list answers with 300. */
  async #fetch(service: ServiceName, url: string): Promise<unknown> {
    return this.#caller.send({
      what: 'GET the list of versions',
      service,
      method: 'GET',
      url: async () => url,
      headers: { accept: 'application/json' },
      timeoutMs: this.#settings.requestTimeoutMs,
      accepts: (status) => ![401, 429, 502, 503, 504].includes(status),
      receive: async (answer) => jsonOrNull(await bodyText(answer)),
    });
  }
}

/** Keeps the promise of `make` under `key`, so that it runs once; forgets it when it fails. */
function remember<K, V>(kept: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const known = kept.get(key);
  if (known) return known;
  const made = make();
  kept.set(key, made);
  made.catch(() => kept.delete(key));
  return made;
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
