// What the scheduler knows of the pools, gathered from drivers and records. Invariant: what is
// provisioned is summed from the rows themselves, so nothing can leak.
import type { Parts, Pool } from '../parts';
import type { Db } from '../records/database';
import { provisionedGib } from '../records/volumes';
import type { PoolFacts } from './choose-pool';
import { isOpen, servicesOf } from './services';

/** The capabilities of a pool that extra specs may ask for and that reports show. */
export function capabilitiesOf(pool: Pool): Record<string, string | boolean> {
  return {
    vendor_name: 'Cinderkit',
    driver_version: '1.0.0',
    storage_protocol: pool.driver.kind === 'qcow2' ? 'qcow2' : 'file',
    thin_provisioning_support: true,
    thick_provisioning_support: false,
    sparse_copy_volume: true,
    QoS_support: false,
    multiattach: true,
    online_extend_support: pool.driver.abilities.onlineGrow,
    clones: pool.driver.abilities.clones,
  };
}

/** Space of one pool in GiB. */
interface Space {
  readonly totalGib: number;
  readonly freeGib: number;
}

/** Facts that only drivers know; asked before a transaction, for the disk may be slow. */
export type PoolSpace = ReadonlyMap<string, Space>;

// A driver may have to look at every file to measure itself, and a burst of creates asks each time.
const freshForMs = 1000;
const measured = new WeakMap<Pool, { readonly untilMs: number; readonly space: Promise<Space> }>();

/** The space of every pool, at most a second old. A pool that does not answer has none. */
export async function spaceOfPools(parts: Parts): Promise<PoolSpace> {
  const nowMs = parts.clock.now().getTime();
  const entries = await Promise.all(
    parts.pools.map(async (pool) => {
      const known = measured.get(pool);
      if (known && nowMs < known.untilMs && nowMs > known.untilMs - 2 * freshForMs) {
        return [pool.name, await known.space] as const;
      }
      const space = measure(parts, pool);
      measured.set(pool, { untilMs: nowMs + freshForMs, space });
      return [pool.name, await space] as const;
    }),
  );
  return new Map(entries);
}

async function measure(parts: Parts, pool: Pool): Promise<Space> {
  try {
    const { totalGib, freeGib } = await pool.driver.capacity();
    return { totalGib, freeGib };
  } catch (error) {
    parts.log.warn({ pool: pool.name, error: String(error) }, 'a pool told no capacity');
    return { totalGib: 0, freeGib: 0 };
  }
}

/** The facts for choosing, with what is provisioned as `db` sees it now. */
export async function poolFacts(parts: Parts, db: Db, space: PoolSpace): Promise<PoolFacts[]> {
  const services = await servicesOf(parts, db);
  const gather = async (pool: Pool): Promise<PoolFacts> => ({
    name: pool.name,
    volumeBackendName: pool.volumeBackendName,
    capabilities: capabilitiesOf(pool),
    totalGib: space.get(pool.name)?.totalGib ?? 0,
    freeGib: space.get(pool.name)?.freeGib ?? 0,
    provisionedGib: await provisionedGib(db, pool.name),
    boundGib: pool.capacityGib,
    isOpen: services.some((service) => service.pool === pool.name && isOpen(service)),
  });
  const facts: PoolFacts[] = [];
  for (const pool of parts.pools) facts.push(await gather(pool));
  return facts;
}
