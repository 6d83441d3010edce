// Services, endpoints and regions, to be looked at. Invariant: they are the catalog seen from
// another side, so the two cannot contradict each other; nothing here can be changed.
import type { identityRoutes } from '../../../schema/wire/identity';
import type { Parts } from '../../parts';
import type { HandlersOf, Query } from '../serve-route';
import { catalogFor, projectTemplate } from './catalog';
import type { CatalogEntry } from './catalog';
import { identityFaults } from './identity-faults';

type ServiceRoutes = Pick<
  typeof identityRoutes,
  'listServices' | 'showService' | 'listEndpoints' | 'showEndpoint' | 'listRegions' | 'showRegion'
>;

type Viewed = Readonly<Record<string, unknown>> & { readonly id: string };

/** Handlers of the routes about the catalog's facts. */
export const serviceHandlers: HandlersOf<ServiceRoutes> = {
  listServices: ({ baseUrl, query }, parts) =>
    page(baseUrl, 'services', matching(query, ['name', 'type'], services(baseUrl, parts))),
  showService: ({ baseUrl, params }, parts) => ({
    service: named('service', params['id'], services(baseUrl, parts)),
  }),
  listEndpoints: ({ baseUrl, query }, parts) => {
    const keys = ['interface', 'service_id', 'region_id'];
    return page(baseUrl, 'endpoints', matching(query, keys, endpoints(baseUrl, parts)));
  },
  showEndpoint: ({ baseUrl, params }, parts) => ({
    endpoint: named('endpoint', params['id'], endpoints(baseUrl, parts)),
  }),
  listRegions: ({ baseUrl, query }, parts) =>
    page(baseUrl, 'regions', matching(query, ['parent_region_id'], regions(baseUrl, parts))),
  showRegion: ({ baseUrl, params }, parts) => ({
    region: named('region', params['id'], regions(baseUrl, parts)),
  }),
};

function catalog(baseUrl: string, parts: Parts): CatalogEntry[] {
  return catalogFor({ baseUrl, region: parts.config.region, projectId: projectTemplate });
}

function services(baseUrl: string, parts: Parts): Viewed[] {
  return catalog(baseUrl, parts).map(({ id, type, name }) => ({
    id,
    name,
    type,
    description: '',
    enabled: true,
    links: { self: `${baseUrl}/identity/v3/services/${id}` },
  }));
}

function endpoints(baseUrl: string, parts: Parts): Viewed[] {
  return catalog(baseUrl, parts).flatMap((service) =>
    service.endpoints.map((endpoint) => ({
      ...endpoint,
      service_id: service.id,
      enabled: true,
      links: { self: `${baseUrl}/identity/v3/endpoints/${endpoint.id}` },
    })),
  );
}

function regions(baseUrl: string, parts: Parts): Viewed[] {
  const id = parts.config.region;
  const links = { self: `${baseUrl}/identity/v3/regions/${id}` };
  return [{ id, description: '', parent_region_id: null, links }];
}

/** Those that agree with every filter of the query which is one of `keys`. */
function matching(query: Query, keys: readonly string[], all: readonly Viewed[]): Viewed[] {
  const asked = keys.filter((key) => typeof query[key] === 'string');
  return all.filter((one) => asked.every((key) => one[key] === query[key]));
}

/** The one of that id. Fails with 404. */
function named(noun: string, id: string | undefined, all: readonly Viewed[]): Viewed {
  const found = all.find((one) => one.id === id);
  if (found) return found;
  throw identityFaults.thingUnknown({ noun, id: id ?? '' });
}

function page(baseUrl: string, key: string, found: readonly Viewed[]): object {
  const self = `${baseUrl}/identity/v3/${key}`;
  return { [key]: found, links: { next: null, self, previous: null } };
}
