// What operations share with each other: the type of their context and the way to a thing's pool.
// Invariant: operations meet pools through Parts alone, never a concrete driver.
import type { Driver } from '../drivers/driver';
import type { StepContext } from '../jobs/steps';
import type { Parts, Pool } from '../parts';
import type { Db } from '../records/database';
import type { Volume } from '../records/rows/volume-row';
import { findVolume } from '../records/volumes';
import { stepFaults } from './storage-faults';

/** The context of a step that works on Block Storage. */
export type Context<Payload, Memo = Record<string, unknown>> = StepContext<Payload, Parts, Memo>;

/** Whoever asked for an operation: what its messages and rows must name. */
export interface Asker {
  readonly userId: string;
  readonly projectId: string;
  readonly isAdmin: boolean;
  readonly requestId: string;
}

/** The pool of this name; undefined where the configuration no longer has it. */
export function findPool(parts: Parts, name: string | null): Pool | undefined {
  return parts.pools.find((pool) => pool.name === name);
}

/** The driver of a thing's pool. Throws where the pool is gone from the configuration. */
export function driverOf(parts: Parts, poolName: string | null): Driver {
  const pool = findPool(parts, poolName);
  if (pool) return pool.driver;
  throw new Error(
    `could not reach the pool ${poolName ?? '(none)'}: it is not configured; ` +
      'put it back into engine.yaml and start the engine again',
  );
}

/** A volume whose bytes lie in a pool. Throws `sourceGone` where it is gone or was never placed. */
export async function placedVolume(db: Db, volumeId: string): Promise<Volume & { pool: string }> {
  const volume = await findVolume(db, volumeId);
  if (!volume?.pool) throw stepFaults.sourceGone({ what: `Volume ${volumeId}` });
  return { ...volume, pool: volume.pool };
}

/** The subject of every job that touches a volume's bytes, so that they run one after another. */
export function volumeSubject(volumeId: string): string {
  return `volume/${volumeId}`;
}

/** One GiB in bytes. */
export const gibBytes = 1024 ** 3;
