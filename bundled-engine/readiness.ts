// What the engine says of itself at the ready endpoint. Invariant: `ready` is said only while every
// pool can serve; what costs more than a look at the folders is told on demand alone.
import { engineVersion } from './engine-version';
import { spaceOfPools } from './operations/pool-facts';
import type { Parts } from './parts';
import type { ReadyPool, ReadyReply } from '../schema/wire/engine-folder';

/** The engine's own view of its start and stop. */
export interface Phase {
  readonly status: ReadyReply['status'];
  readonly instanceId: string;
}

/** The answer of this moment; with the pools and their space where they are asked for. */
export async function readiness(
  parts: Parts,
  { status, instanceId }: Phase,
  asked: { readonly withPools: boolean },
): Promise<ReadyReply> {
  const about = { instanceId, version: engineVersion };
  if (status !== 'ready') return { status, ...about };
  const [found, pools] = await Promise.all([
    Promise.all(parts.pools.map(problemsOf)),
    asked.withPools ? poolsOf(parts) : undefined,
  ]);
  const problems = found.flat();
  const rest = pools === undefined ? about : { ...about, pools };
  return problems.length === 0 ? { status, ...rest } : { status: 'unhealthy', problems, ...rest };
}

async function problemsOf({ name, driver }: Parts['pools'][number]): Promise<string[]> {
  const { problems } = await driver.check();
  return problems.map((problem) => `pool ${name}: ${problem}`);
}

async function poolsOf(parts: Parts): Promise<ReadyPool[]> {
  const space = await spaceOfPools(parts);
  return parts.pools.map(({ name, driver, volumeBackendName }) => ({
    name,
    driver: driver.kind,
    volumeBackendName,
    clones: driver.abilities.clones,
    totalGib: space.get(name)?.totalGib ?? 0,
    freeGib: space.get(name)?.freeGib ?? 0,
  }));
}
