// The catalog: where each service is for one project. Invariant: its URLs are those under which the
// client reached us, so that a forwarded port works; ids are the same for every engine.
import { createHash } from 'node:crypto';

/** One service of a catalog, as Keystone shows it. */
export interface CatalogEntry {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly endpoints: readonly {
    readonly id: string;
    readonly interface: string;
    readonly region: string;
    readonly region_id: string;
    readonly url: string;
  }[];
}

// block-storage is today's type; volumev3 and volumev2 are what older clients look for.
const services = [
  { type: 'block-storage', name: 'cinder', path: '/volume/v3/PROJECT' },
  { type: 'volumev3', name: 'cinderv3', path: '/volume/v3/PROJECT' },
  { type: 'volumev2', name: 'cinderv2', path: '/volume/v2/PROJECT' },
  { type: 'image', name: 'glance', path: '/image' },
  { type: 'identity', name: 'keystone', path: '/identity/v3' },
] as const;

const interfaces = ['public', 'internal', 'admin'] as const;

const fixedId = (...words: string[]): string =>
  createHash('sha256').update(words.join('/')).digest('hex').slice(0, 32);

const ids = new Map(
  services.map(({ type }) => [
    type,
    {
      service: fixedId(type),
      endpoints: interfaces.map((face) => ({ face, id: fixedId(type, face) })),
    },
  ]),
);

/** Stands for the caller's project in the URLs of endpoints, as Keystone writes it. */
export const projectTemplate = '$(project_id)s';

/**
 * The services for `projectId`; without one, Block Storage is reached without a project in its
 * URL.
 */
export function catalogFor(at: {
  readonly baseUrl: string;
  readonly region: string;
  readonly projectId: string | null;
}): CatalogEntry[] {
  return services.map(({ type, name, path }) => {
    const tail = at.projectId === null ? path.replace('/PROJECT', '') : path;
    const url = at.baseUrl + tail.replace('PROJECT', at.projectId ?? '');
    const known = ids.get(type);
    return {
      id: known?.service ?? '',
      type,
      name,
      endpoints: (known?.endpoints ?? []).map(({ face, id }) => ({
        id,
        interface: face,
        region: at.region,
        region_id: at.region,
        url,
      })),
    };
  });
}
