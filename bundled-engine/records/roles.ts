// Roles and who has them where. Invariant: an assignment is there once, however often it is made.
import type { Db } from './database';
import { roleTable } from './rows/identity-rows';
import type { NewRow } from './rows/table-shape';
import type { RoleAssignmentRow, RoleRow } from './rows/identity-rows';
import { Table, write } from './table';

const roles = new Table<RoleRow>(roleTable);

/** Inserts a role and gives the whole row. Fails where the name is taken. */
export function insertRole(db: Db, row: NewRow<RoleRow, 'id' | 'name'>): Promise<RoleRow> {
  return roles.insert(db, row);
}

/** The role of that id, or undefined. */
export function findRole(db: Db, id: string): Promise<RoleRow | undefined> {
  return roles.find(db, id);
}

/** The role of that name, or undefined. */
export async function findRoleByName(db: Db, name: string): Promise<RoleRow | undefined> {
  const [row] = await roles.where(db, [{ sql: '"name" = ?', parameters: [name] }]);
  return row;
}

/** All roles, by name. */
export function listRoles(db: Db): Promise<RoleRow[]> {
  return roles.where(db, [], 'ORDER BY "name"');
}

/** Changes the given columns; tells whether the role was there. Repeatable. */
export function updateRole(db: Db, id: string, patch: Partial<RoleRow>): Promise<boolean> {
  return roles.update(db, id, patch);
}

/** Removes the role with its assignments. Repeatable. */
export function removeRole(db: Db, id: string): Promise<boolean> {
  return roles.remove(db, id);
}

/** Gives a user a role in a scope. Repeatable. Fails where user or role is not there. */
export async function assignRole(db: Db, row: RoleAssignmentRow): Promise<void> {
  await db.run(
    'INSERT INTO "role_assignments" ("userId", "roleId", "scopeType", "scopeId") ' +
      'VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    [row.userId, row.roleId, row.scopeType, row.scopeId],
  );
}

/** Takes a role back; tells whether it was there. Repeatable. */
export async function unassignRole(db: Db, row: RoleAssignmentRow): Promise<boolean> {
  const { sql, parameters } = matching(row);
  return (await write(db, `DELETE FROM "role_assignments" WHERE ${sql}`, parameters)) > 0;
}

/** The assignments that match every part of `query` that is given. */
export async function listAssignments(
  db: Db,
  query: Partial<RoleAssignmentRow>,
): Promise<RoleAssignmentRow[]> {
  const { sql, parameters } = matching(query);
  const rows = await db.rows(
    `SELECT * FROM "role_assignments" WHERE ${sql} ORDER BY "userId", "scopeId", "roleId"`,
    parameters,
  );
  return rows.map((row) => ({
    userId: String(row.userId),
    roleId: String(row.roleId),
    // The column's CHECK admits these alone.
    scopeType: row.scopeType as RoleAssignmentRow['scopeType'],
    scopeId: String(row.scopeId),
  }));
}

const keys = ['userId', 'roleId', 'scopeType', 'scopeId'] as const;

function matching(query: Partial<RoleAssignmentRow>): { sql: string; parameters: string[] } {
  const given = keys.filter((key) => query[key] !== undefined);
  const sql = ['1', ...given.map((key) => `"${key}" = ?`)].join(' AND ');
  return { sql, parameters: given.map((key) => String(query[key])) };
}
