// Group types in the records. Invariant: a type that is not public is absent for all but
// administrators, for nobody can be given access to one (cinder/db/sqlalchemy/api.py
// _group_type_get).
import type { Db } from './database';
import type { Condition, ListQuery } from './list-query';
import { consistencyTypeName } from './rows/group-row';
import { groupTypeTable } from './rows/group-type-row';
import type { GroupTypeRow, NewGroupType } from './rows/group-type-row';
import { Table } from './table';
import type { Page } from './table';

const groupTypes = new Table<GroupTypeRow>(groupTypeTable);

/** Who looks: administrators see private types too. */
export interface GroupTypeViewer {
  readonly isAdmin: boolean;
}

/** Inserts a type and gives the whole row. Fails where the name is taken. */
export function insertGroupType(db: Db, row: NewGroupType): Promise<GroupTypeRow> {
  return groupTypes.insert(db, row);
}

/** The type of that id, or undefined. */
export async function findGroupType(
  db: Db,
  id: string,
  viewer: GroupTypeViewer,
): Promise<GroupTypeRow | undefined> {
  const condition = { sql: '"group_types"."id" = ?', parameters: [id] };
  const [row] = await groupTypes.where(db, [condition, ...seenBy(viewer)]);
  return row;
}

/** The type of that name, or undefined. */
export async function findGroupTypeByName(
  db: Db,
  name: string,
  viewer: GroupTypeViewer,
): Promise<GroupTypeRow | undefined> {
  const condition = { sql: '"group_types"."name" = ?', parameters: [name] };
  const [row] = await groupTypes.where(db, [condition, ...seenBy(viewer)]);
  return row;
}

/** The type that stands for consistency groups; undefined where an administrator removed it. */
export function consistencyGroupType(db: Db): Promise<GroupTypeRow | undefined> {
  return findGroupTypeByName(db, consistencyTypeName, { isAdmin: true });
}

/** A page of types, private ones too where the filters do not say otherwise. */
export function listGroupTypes(
  db: Db,
  query: ListQuery<GroupTypeRow>,
): Promise<Page<GroupTypeRow>> {
  return groupTypes.list(db, { ...query, projectId: null });
}

/** Changes the given columns; tells whether the type was there. Repeatable. */
export function updateGroupType(
  db: Db,
  id: string,
  patch: Partial<GroupTypeRow>,
): Promise<boolean> {
  return groupTypes.update(db, id, patch);
}

/** Removes the type; tells whether it was there. Fails where groups have it. Repeatable. */
export function removeGroupType(db: Db, id: string): Promise<boolean> {
  return groupTypes.remove(db, id);
}

/** Whether groups have the type. */
export async function isGroupTypeInUse(db: Db, id: string): Promise<boolean> {
  const sql = 'SELECT 1 FROM "groups" WHERE "groupTypeId" = ? LIMIT 1';
  return (await db.rows(sql, [id])).length > 0;
}

function seenBy({ isAdmin }: GroupTypeViewer): Condition[] {
  return isAdmin ? [] : [{ sql: '"group_types"."isPublic" = 1', parameters: [] }];
}
