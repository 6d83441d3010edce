// How much each project keeps in one pool. Invariant: summed from the rows themselves, one query
// whatever their number.
import type { Db } from './database';

/** What one project has in a pool; the engine's own volumes are there under its own project. */
export interface ProjectUsage {
  readonly projectId: string;
  readonly volumes: number;
  readonly volumesGib: number;
  readonly snapshots: number;
  readonly snapshotsGib: number;
}

/** The projects that have volumes in `pool`, by id. */
export async function hostUsage(db: Db, pool: string): Promise<ProjectUsage[]> {
  const rows = await db.rows(
    'SELECT v."projectId" AS "projectId", count(*) AS "volumes", ' +
      'sum(v."sizeGib") AS "volumesGib", ' +
      'coalesce(sum(s."count"), 0) AS "snapshots", coalesce(sum(s."gib"), 0) AS "snapshotsGib" ' +
      'FROM "volumes" v LEFT JOIN (SELECT "volumeId", count(*) AS "count", ' +
      'sum("sizeGib") AS "gib" FROM "snapshots" GROUP BY "volumeId") s ON s."volumeId" = v."id" ' +
      'WHERE v."pool" = ? GROUP BY v."projectId" ORDER BY v."projectId"',
    [pool],
  );
  return rows.map((row) => ({
    projectId: String(row.projectId),
    volumes: Number(row.volumes),
    volumesGib: Number(row.volumesGib),
    snapshots: Number(row.snapshots),
    snapshotsGib: Number(row.snapshotsGib),
  }));
}
