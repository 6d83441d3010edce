// Volume types in the records, and which projects may use the private ones. Invariant: a type that
// is not public is absent for a project that was not given access.
import type { Db } from './database';
import type { Condition, ListQuery } from './list-query';
import { volumeTypeTable } from './rows/volume-type-row';
import type { NewVolumeType, VolumeTypeRow } from './rows/volume-type-row';
import { Table } from './table';
import type { Page } from './table';

const volumeTypes = new Table<VolumeTypeRow>(volumeTypeTable);

/** Who looks: a project, or null for an administrator, who sees every type. */
export interface TypeViewer {
  readonly viewerProjectId: string | null;
}

/** What to list; `projectId` does not narrow, for types belong to nobody. */
export type VolumeTypeQuery = Omit<ListQuery<VolumeTypeRow>, 'projectId'> & TypeViewer;

/** Inserts a type and gives the whole row. Fails where the name is taken. */
export function insertVolumeType(db: Db, row: NewVolumeType): Promise<VolumeTypeRow> {
  return volumeTypes.insert(db, row);
}

/** The type, or undefined where there is none or the viewer may not see it. */
export async function findVolumeType(
  db: Db,
  id: string,
  viewer: TypeViewer = { viewerProjectId: null },
): Promise<VolumeTypeRow | undefined> {
  const [row] = await volumeTypes.where(db, [
    { sql: '"volume_types"."id" = ?', parameters: [id] },
    ...seenBy(viewer),
  ]);
  return row;
}

/** The type of that name, or undefined; as findVolumeType. */
export async function findVolumeTypeByName(
  db: Db,
  name: string,
  viewer: TypeViewer = { viewerProjectId: null },
): Promise<VolumeTypeRow | undefined> {
  const [row] = await volumeTypes.where(db, [
    { sql: '"volume_types"."name" = ?', parameters: [name] },
    ...seenBy(viewer),
  ]);
  return row;
}

/** A page of types that the viewer may see. */
export function listVolumeTypes(db: Db, query: VolumeTypeQuery): Promise<Page<VolumeTypeRow>> {
  return volumeTypes.list(db, { ...query, projectId: null }, seenBy(query));
}

/** Changes the given columns; tells whether the type was there. Repeatable. */
export function updateVolumeType(
  db: Db,
  id: string,
  patch: Partial<VolumeTypeRow>,
): Promise<boolean> {
  return volumeTypes.update(db, id, patch);
}

/** Removes the type; tells whether it was there. Fails where volumes have it. Repeatable. */
export function removeVolumeType(db: Db, id: string): Promise<boolean> {
  return volumeTypes.remove(db, id);
}

/** How many volumes have the type, the engine's own among them. */
export async function volumesOfType(db: Db, id: string): Promise<number> {
  const sql = 'SELECT count(*) AS "total" FROM "volumes" WHERE "volumeTypeId" = ?';
  const [row] = await db.rows(sql, [id]);
  return Number(row?.total ?? 0);
}

/** Projects that were given access to the type. */
export async function projectsWithAccess(db: Db, volumeTypeId: string): Promise<string[]> {
  const sql =
    'SELECT "projectId" FROM "volume_type_access" WHERE "volumeTypeId" = ? ORDER BY "projectId"';
  const rows = await db.rows(sql, [volumeTypeId]);
  return rows.map((row) => String(row.projectId));
}

/** Gives a project access; tells whether it had none before. Repeatable. */
export async function grantAccess(
  db: Db,
  volumeTypeId: string,
  projectId: string,
): Promise<boolean> {
  const { changes } = await db.run(
    'INSERT INTO "volume_type_access" ("volumeTypeId", "projectId") VALUES (?, ?) ' +
      'ON CONFLICT DO NOTHING',
    [volumeTypeId, projectId],
  );
  return changes > 0;
}

/** Takes a project's access back; tells whether it had any. Repeatable. */
export async function revokeAccess(
  db: Db,
  volumeTypeId: string,
  projectId: string,
): Promise<boolean> {
  const { changes } = await db.run(
    'DELETE FROM "volume_type_access" WHERE "volumeTypeId" = ? AND "projectId" = ?',
    [volumeTypeId, projectId],
  );
  return changes > 0;
}

function seenBy({ viewerProjectId }: TypeViewer): Condition[] {
  if (viewerProjectId === null) return [];
  return [
    {
      sql:
        '("volume_types"."isPublic" = 1 OR EXISTS (SELECT 1 FROM "volume_type_access" a WHERE ' +
        'a."volumeTypeId" = "volume_types"."id" AND a."projectId" = ?))',
      parameters: [viewerProjectId],
    },
  ];
}
