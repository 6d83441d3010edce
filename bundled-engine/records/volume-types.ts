// Volume types in the records, and which projects may use the private ones. Invariant: a type that
// is not public is absent for a project that was not given access.
import type { Db, Tx } from './database';
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
export type VolumeTypeQuery = Omit<ListQuery<VolumeTypeRow>, 'projectId'> &
  TypeViewer & {
    /** Availability zone, or a part of its name, that the type's list of zones must hold. */
    readonly zone?: string;
  };

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
  const { zone, ...rest } = query;
  const zones = zone === undefined ? [] : [servesZone(zone)];
  return volumeTypes.list(db, { ...rest, projectId: null }, [...seenBy(query), ...zones]);
}

/** The types that carry the QoS specs, oldest first. */
export function typesOfQosSpecs(db: Db, qosSpecsId: string): Promise<VolumeTypeRow[]> {
  const conditions = [{ sql: '"qosSpecsId" = ?', parameters: [qosSpecsId] }];
  return volumeTypes.where(db, conditions, 'ORDER BY "createdAt", "id"');
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

/**
 * How many volumes have the type, the engine's own among them and those that a retype at work is
 * about to give it: what was checked when a retype was admitted must hold when it ends.
 */
export async function volumesOfType(db: Db, id: string): Promise<number> {
  const having = 'SELECT count(*) FROM "volumes" WHERE "volumeTypeId" = ?';
  const awaiting =
    'SELECT count(*) FROM "jobs" WHERE "finishedAt" IS NULL AND "operation" = \'retype-volume\' ' +
    'AND json_extract("payload", \'$.newTypeId\') = ?';
  const [row] = await db.rows(`SELECT (${having}) + (${awaiting}) AS "total"`, [id, id]);
  return Number(row?.total ?? 0);
}

/** Whether volumes or groups are made of the type. */
export async function isTypeInUse(db: Db, id: string): Promise<boolean> {
  const groups = 'SELECT 1 FROM "group_volume_types" WHERE "volumeTypeId" = ? LIMIT 1';
  return (await volumesOfType(db, id)) > 0 || (await db.rows(groups, [id])).length > 0;
}

/**
 * Limits that were set for volumes of a type go on under its new name, in place of what was left
 * there by another type that had that name. Repeatable.
 */
export async function renameTypeLimits(tx: Tx, from: string, to: string): Promise<void> {
  for (const kind of ['volumes', 'gigabytes', 'snapshots']) {
    await tx.run('UPDATE OR REPLACE "quota_limits" SET "resource" = ? WHERE "resource" = ?', [
      `${kind}_${to}`,
      `${kind}_${from}`,
    ]);
  }
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

/** A type's zones are one text, `az1, az2`, of which Cinder compares parts. */
function servesZone(zone: string): Condition {
  const pattern = `%${zone.replace(/[\\%_]/g, (special) => `\\${special}`)}%`;
  const zones = `json_extract("volume_types"."extraSpecs", '$."RESKEY:availability_zones"')`;
  return { sql: `${zones} LIKE ? ESCAPE '\\'`, parameters: [pattern] };
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
