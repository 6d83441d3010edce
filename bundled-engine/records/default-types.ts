// Default volume types of projects in the records. Invariant: a project has one at the most, and a
// type that is somebody's default cannot be removed: the database refuses it.
import type { Db } from './database';

/** The default type of one project. */
export interface ProjectDefaultType {
  readonly projectId: string;
  readonly volumeTypeId: string;
}

/** The default types of all projects that have one, by project. */
export async function listDefaultTypes(db: Db): Promise<ProjectDefaultType[]> {
  const sql = 'SELECT "projectId", "volumeTypeId" FROM "default_volume_types" ORDER BY "projectId"';
  const rows = await db.rows(sql, []);
  return rows.map((row) => ({
    projectId: String(row.projectId),
    volumeTypeId: String(row.volumeTypeId),
  }));
}

/** Id of the project's default type, or undefined. */
export async function findDefaultTypeId(db: Db, projectId: string): Promise<string | undefined> {
  const sql = 'SELECT "volumeTypeId" FROM "default_volume_types" WHERE "projectId" = ?';
  const [row] = await db.rows(sql, [projectId]);
  return row ? String(row.volumeTypeId) : undefined;
}

/** Makes the type the project's default in place of another. Repeatable. */
export async function saveDefaultType(
  db: Db,
  { projectId, volumeTypeId }: ProjectDefaultType,
): Promise<void> {
  await db.run(
    'INSERT INTO "default_volume_types" ("projectId", "volumeTypeId") VALUES (?, ?) ' +
      'ON CONFLICT ("projectId") DO UPDATE SET "volumeTypeId" = excluded."volumeTypeId"',
    [projectId, volumeTypeId],
  );
}

/** The project has no default type of its own from now on. Repeatable. */
export async function removeDefaultType(db: Db, projectId: string): Promise<void> {
  await db.run('DELETE FROM "default_volume_types" WHERE "projectId" = ?', [projectId]);
}

/** Whether any project has the type as its default. */
export async function isSomebodysDefault(db: Db, volumeTypeId: string): Promise<boolean> {
  const sql = 'SELECT 1 FROM "default_volume_types" WHERE "volumeTypeId" = ? LIMIT 1';
  return (await db.rows(sql, [volumeTypeId])).length > 0;
}
