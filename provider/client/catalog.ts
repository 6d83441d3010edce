// Finds a service's address in the catalog. Invariant: an endpoint is used only if type,
// interface and region are those asked for; nothing is guessed from the address of another
// service.
import { clientFaults } from '../../schema/client-faults';
import type { ServiceName } from '../../schema/wire/route';
import type { ResolvedSettings } from './resolved-settings';
import type { Catalog, Grant } from './session';
import { identityRoot } from './session';

/** Types under which catalogs list a service, best first (service-types authority; gophercloud). */
const types: Readonly<Record<ServiceName, readonly string[]>> = {
  identity: ['identity'],
  'block-storage': ['block-storage', 'volumev3', 'block-store', 'volume'],
  image: ['image'],
};

/** A service's address as it stands in settings or catalog, without a slash at the end. */
export function addressIn(service: ServiceName, settings: ResolvedSettings, grant: Grant): string {
  const own = settings.services[service];
  const override = own?.endpoint ?? (service === 'identity' ? identityUrl(settings) : undefined);
  if (override !== undefined) return override.replace('%(project_id)s', grant.projectId ?? '');
  const wanted = {
    types: own?.catalogType ? [own.catalogType] : types[service],
    name: own?.catalogName,
    interface: own?.interface ?? settings.interface,
    region: own?.region ?? settings.region,
  };
  const found = pick(grant.catalog, {
    ...wanted,
    usable: service === 'block-storage' ? isVersion3 : any,
  });
  if (found !== undefined) return found.replace(/\/+$/, '');
  throw clientFaults.serviceNotInCatalog({
    service,
    types: wanted.types,
    region: wanted.region,
    interface: wanted.interface,
    found: summary(grant.catalog),
  });
}

/**
 * The identity service is used where the login reached it: its catalog entry may be out of reach.
 */
function identityUrl({ authUrl }: ResolvedSettings): string {
  return `${identityRoot(authUrl)}/v3`;
}

function pick(
  catalog: Catalog,
  wanted: {
    types: readonly string[];
    name: string | undefined;
    interface: string;
    region: string | null;
    usable: (url: string) => boolean;
  },
): string | undefined {
  for (const type of wanted.types) {
    for (const entry of catalog) {
      if (entry.type !== type) continue;
      if (wanted.name !== undefined && entry.name !== wanted.name) continue;
      const endpoint = entry.endpoints.find(
        (each) =>
          each.interface === wanted.interface &&
          wanted.usable(each.url) &&
          (wanted.region === null ||
            each.region === wanted.region ||
            each.region_id === wanted.region),
      );
      if (endpoint) return endpoint.url;
    }
  }
  return undefined;
}

/** The plain type `volume` was that of versions 1 and 2 in older clouds. */
function isVersion3(url: string): boolean {
  return !/\/v[12](\.\d+)?(\/|$)/.test(url);
}

function any(): boolean {
  return true;
}

function summary(catalog: Catalog): string[] {
  return catalog.map((entry) => {
    const where = entry.endpoints.map((each) => `${each.interface} in ${each.region ?? 'any'}`);
    return `${entry.type} (${where.join(', ') || 'no endpoint'})`;
  });
}
