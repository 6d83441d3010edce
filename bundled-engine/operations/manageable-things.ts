// What can be taken over in a pool, and what lies there and is managed already. Invariant: every
// thing with bytes in the pool is told once, by the name that a reference would use
// (cinder/volume/drivers/lvm.py _get_manageable_resource_info).
import type { Parts, Pool } from '../parts';
import { isUnknownMarker } from '../records/table';
import { listSnapshots } from '../records/snapshots';
import { listVolumes } from '../records/volumes';
import { gibBytes } from './operation-context';
import { unmanagedName } from './unmanaged-reference';
import type { UnmanagedKind } from './unmanaged-reference';

/** One thing of a pool. */
export interface Manageable {
  /** What source-name of a reference means. */
  readonly name: string;
  readonly sizeGib: number;
  /** Why it cannot be taken over; null where it can. */
  readonly problem: string | null;
  /** Its id where it is managed already. */
  readonly ownId: string | null;
  /** For snapshots: name of the volume that it is of, where that is known. */
  readonly sourceName: string | null;
}

/** All volumes or snapshots in a pool, in no order. */
export async function manageableIn(
  parts: Parts,
  pool: Pool,
  kind: UnmanagedKind,
): Promise<Manageable[]> {
  const { volumes, snapshots } = await pool.driver.list();
  const withBytes = new Set<string>(kind === 'volume' ? volumes : snapshots);
  const own = (await recorded(parts, pool, kind)).filter(({ ownId }) => withBytes.has(ownId ?? ''));
  const things = await pool.driver.unmanaged.list();
  const loose = things
    .filter((thing) => thing.kind === kind)
    .map(({ name, sizeBytes, problem }) => ({
      name,
      sizeGib: Math.ceil(sizeBytes / gibBytes),
      problem,
      ownId: null,
      sourceName: null,
    }));
  return [...own, ...loose];
}

async function recorded(parts: Parts, pool: Pool, kind: UnmanagedKind): Promise<Manageable[]> {
  const query = { projectId: null, filters: { pool: pool.name } };
  const managed = (id: string, sizeGib: number, volumeId: string | null): Manageable => ({
    name: unmanagedName(kind, id),
    sizeGib,
    problem: 'already managed',
    ownId: id,
    sourceName: volumeId === null ? null : unmanagedName('volume', volumeId),
  });
  if (kind === 'volume') {
    const page = await listVolumes(parts.database, query);
    return isUnknownMarker(page)
      ? []
      : page.rows.map(({ id, sizeGib }) => managed(id, sizeGib, null));
  }
  const page = await listSnapshots(parts.database, query);
  if (isUnknownMarker(page)) return [];
  return page.rows.map(({ id, sizeGib, volumeId }) => managed(id, sizeGib, volumeId));
}
