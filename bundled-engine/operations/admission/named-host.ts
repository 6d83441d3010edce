// Finds the pool that a caller names by a host: in the form that get_pools tells
// (HOST@BACKEND#POOL) or without the pool. Invariant: a back end that is not there is refused at
// once; a pool that its back end lacks is for the scheduler to miss (cinder/volume/api.py).
import type { Parts, Pool } from '../../parts';
import type { Db } from '../../records/database';
import { servicesOf } from '../services';
import type { Service } from '../services';

/** What a host names: the service of its back end, and the pool where there is one. */
export interface NamedHost {
  readonly service: Service;
  readonly pool: Pool | null;
}

/** The back end that `host` names; null where there is none. */
export async function namedHost(parts: Parts, db: Db, host: string): Promise<NamedHost | null> {
  const [backEnd = '', ...rest] = host.split('#');
  const services = await servicesOf(parts, db);
  const service = services.find((each) => each.pool !== null && each.host === backEnd);
  if (!service) return null;
  const pool = parts.pools.find(({ name }) => name === service.pool) ?? null;
  const isIts = rest.length === 0 || host === pool?.host;
  return { service, pool: isIts ? pool : null };
}
