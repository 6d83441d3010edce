// Volumes in the records. Invariant: one query a page, and quotas are counted by the database
// itself.
import type { Db } from './database';
import type { ListQuery } from './list-query';
import type { Condition } from './list-query';
import { volumeTable } from './rows/volume-row';
import type { NewVolume, Volume, VolumeRow } from './rows/volume-row';
import { Table } from './table';
import type { Owner, Page } from './table';

const volumes = new Table<VolumeRow, Volume>(volumeTable);

/** Inserts a volume and gives the whole row. Not repeatable: a known id fails. */
export function insertVolume(db: Db, row: NewVolume): Promise<VolumeRow> {
  return volumes.insert(db, row);
}

/** The volume, or undefined where there is none or it is another project's. */
export function findVolume(db: Db, id: string, owner?: Owner): Promise<Volume | undefined> {
  return volumes.find(db, id, owner);
}

/** A page of volumes, those of the engine's own left out unless the filters ask for them. */
export function listVolumes(db: Db, query: ListQuery<VolumeRow>): Promise<Page<Volume>> {
  return volumes.list(db, query, visible(query));
}

/** How many volumes the filters of `query` let through. */
export function countVolumes(db: Db, query: ListQuery<VolumeRow>): Promise<number> {
  return volumes.count(db, query, visible(query));
}

/** Number, total size and metadata of the volumes that `query` lets through (volumes/summary). */
export async function summarizeVolumes(
  db: Db,
  projectId: string | null,
): Promise<{ count: number; sizeGib: number }> {
  const [row] = await db.rows(
    'SELECT count(*) AS "count", coalesce(sum("sizeGib"), 0) AS "sizeGib" FROM "volumes" ' +
      'WHERE "isInternal" = 0 AND (?1 IS NULL OR "projectId" = ?1)',
    [projectId],
  );
  return { count: Number(row?.count ?? 0), sizeGib: Number(row?.sizeGib ?? 0) };
}

/** Changes the given columns; tells whether the volume was there. Repeatable. */
export function updateVolume(db: Db, id: string, patch: Partial<VolumeRow>): Promise<boolean> {
  return volumes.update(db, id, patch);
}

/** Removes the row; tells whether it was there. Fails where snapshots are left. Repeatable. */
export function removeVolume(db: Db, id: string): Promise<boolean> {
  return volumes.remove(db, id);
}

/** Space promised to volumes in `pool`, in GiB: what thin provisioning is measured by. */
export async function provisionedGib(db: Db, pool: string): Promise<number> {
  const [row] = await db.rows(
    'SELECT coalesce(sum("sizeGib"), 0) AS "sizeGib" FROM "volumes" WHERE "pool" = ?',
    [pool],
  );
  return Number(row?.sizeGib ?? 0);
}

function visible(query: ListQuery<VolumeRow>): Condition[] {
  if (query.filters?.isInternal !== undefined) return [];
  return [{ sql: '"volumes"."isInternal" = 0', parameters: [] }];
}
