// Opens the pools of the configuration, or the default ones that this machine can serve. Invariant:
// a pool that was asked for by name and cannot serve stops the start; a default one is left out,
// said in the log.
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Logger } from 'pino';
import { messageOf } from './host/error-facts';
import { isFault } from '../schema/kernel/fault';
import type { EngineConfig, PoolConfig } from './config';
import type { Driver } from './drivers/driver';
import { engineFaults } from './engine-faults';
import type { Pool } from './parts';

/** Makes a driver of one kind. Only main.ts knows the concrete ones. */
export type OpenDriver = (options: {
  readonly folder: string;
  readonly capacityGib?: number | undefined;
}) => Promise<Driver>;

/** A maker for each kind of driver. */
export type OpenDrivers = Readonly<Record<PoolConfig['driver'], OpenDriver>>;

const defaultPools: readonly PoolConfig[] = [
  { name: 'raw', driver: 'raw-file' },
  { name: 'qcow2', driver: 'qcow2' },
];

/** The pools, swept and checked, in the order of the configuration. Fails with `poolUnusable`. */
export async function openPools(
  config: EngineConfig,
  from: { readonly dataFolder: string; readonly drivers: OpenDrivers; readonly log: Logger },
): Promise<Pool[]> {
  if (config.pools) {
    return Promise.all(config.pools.map((pool) => openPool(pool, from)));
  }
  const [raw, qcow2] = defaultPools;
  const wanted = [raw, (await isOnPath('qemu-img')) ? qcow2 : undefined].filter(
    (one) => one != null,
  );
  const opened = await Promise.all(
    wanted.map(async (pool) => {
      try {
        return await openPool(pool, from);
      } catch (error) {
        if (pool === raw) throw error;
        from.log.warn({ pool: pool.name, err: error }, 'a default pool is left out');
        return null;
      }
    }),
  );
  return clonersFirst(opened.filter((pool) => pool !== null));
}

/** Volumes without a wish of their own go to the first pool: one that clones serves them best. */
function clonersFirst(pools: readonly Pool[]): Pool[] {
  const clones = (pool: Pool): boolean => pool.driver.abilities.clones;
  return [...pools.filter(clones), ...pools.filter((pool) => !clones(pool))];
}

async function openPool(
  pool: PoolConfig,
  from: { readonly dataFolder: string; readonly drivers: OpenDrivers; readonly log: Logger },
): Promise<Pool> {
  const { name, capacityGib } = pool;
  const folder = join(from.dataFolder, 'pools', name);
  let driver: Driver | undefined;
  try {
    driver = await from.drivers[pool.driver]({ folder, capacityGib });
    const { ok, problems } = await driver.check();
    if (!ok) throw engineFaults.poolUnusable({ pool: name, problems });
    const { removed } = await driver.sweep();
    if (removed.length > 0) from.log.info({ pool: name, removed }, 'half-made files were removed');
  } catch (error) {
    await driver?.close();
    if (isFault(error)) throw error;
    const problems = [messageOf(error)];
    throw engineFaults.poolUnusable({ pool: name, problems }, error);
  }
  return {
    name,
    driver,
    volumeBackendName: pool.volumeBackendName ?? name,
    host: `cinderkit@${name}#${name}`,
    capacityGib: capacityGib ?? null,
  };
}

/** Whether a program can be found, without running it. */
async function isOnPath(program: string): Promise<boolean> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(folder, program), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
