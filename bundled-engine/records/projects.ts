// Projects in the records. Invariant: the engine's own project is found by id alone, never by name
// or in a list, so that nobody can be given a token for it.
import type { Db } from './database';
import { projectTable } from './rows/identity-rows';
import type { NewProject, ProjectRow } from './rows/identity-rows';
import { Table } from './table';

const projects = new Table<ProjectRow>(projectTable);

/** Inserts a project and gives the whole row. Fails where its domain has the name already. */
export function insertProject(db: Db, row: NewProject): Promise<ProjectRow> {
  return projects.insert(db, row);
}

/** The project of that id, the engine's own included, or undefined. */
export function findProject(db: Db, id: string): Promise<ProjectRow | undefined> {
  return projects.find(db, id);
}

/** The project of that name in a domain, or undefined. */
export async function findProjectByName(
  db: Db,
  name: string,
  domainId: string,
): Promise<ProjectRow | undefined> {
  const [row] = await projects.where(db, [
    { sql: '"name" = ?', parameters: [name] },
    { sql: '"domainId" = ?', parameters: [domainId] },
    { sql: '"isInternal" = 0', parameters: [] },
  ]);
  return row;
}

/** All projects but the engine's own, by name. */
export function listProjects(db: Db): Promise<ProjectRow[]> {
  return projects.where(db, [{ sql: '"isInternal" = 0', parameters: [] }], 'ORDER BY "name"');
}

/** Changes the given columns; tells whether the project was there. Repeatable. */
export function updateProject(db: Db, id: string, patch: Partial<ProjectRow>): Promise<boolean> {
  return projects.update(db, id, patch);
}

/** Removes the project with its role assignments and credentials. Its volumes stay. Repeatable. */
export async function removeProject(db: Db, id: string): Promise<boolean> {
  await db.run('DELETE FROM "role_assignments" WHERE "scopeType" = \'project\' AND "scopeId" = ?', [
    id,
  ]);
  return projects.remove(db, id);
}
