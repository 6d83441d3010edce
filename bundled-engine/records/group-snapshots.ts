// Group snapshots in the records. Invariant: a group snapshot's group is always there (foreign
// key); its parts are the snapshots that name it.
import type { Db } from './database';
import type { ListQuery } from './list-query';
import { consistencyTypeId } from './rows/group-row';
import { groupSnapshotTable } from './rows/group-snapshot-row';
import type { GroupSnapshot, GroupSnapshotRow, NewGroupSnapshot } from './rows/group-snapshot-row';
import type { GroupScope } from './groups';
import { Table } from './table';
import type { Owner, Page } from './table';

const groupSnapshots = new Table<GroupSnapshotRow, GroupSnapshot>(groupSnapshotTable);

/** Inserts a group snapshot and gives the row. Fails where its group is not there. */
export function insertGroupSnapshot(db: Db, row: NewGroupSnapshot): Promise<GroupSnapshotRow> {
  return groupSnapshots.insert(db, row);
}

/** The group snapshot, or undefined where there is none or it is another project's. */
export function findGroupSnapshot(
  db: Db,
  id: string,
  owner?: Owner,
): Promise<GroupSnapshot | undefined> {
  return groupSnapshots.find(db, id, owner);
}

/** A page of group snapshots. */
export function listGroupSnapshots(
  db: Db,
  query: ListQuery<GroupSnapshotRow>,
  scope: GroupScope,
): Promise<Page<GroupSnapshot>> {
  const generic = `("group_snapshots"."groupTypeId" = ${consistencyTypeId}) IS NOT 1`;
  return groupSnapshots.list(db, query, scope === 'all' ? [] : [{ sql: generic, parameters: [] }]);
}

/** Whether the group has snapshots. */
export async function hasGroupSnapshots(db: Db, groupId: string): Promise<boolean> {
  const sql = 'SELECT 1 FROM "group_snapshots" WHERE "groupId" = ? LIMIT 1';
  return (await db.rows(sql, [groupId])).length > 0;
}

/** Changes the given columns; tells whether it was there. Repeatable. */
export function updateGroupSnapshot(
  db: Db,
  id: string,
  patch: Partial<GroupSnapshotRow>,
): Promise<boolean> {
  return groupSnapshots.update(db, id, patch);
}

/** Removes the row; tells whether it was there. Repeatable. */
export function removeGroupSnapshot(db: Db, id: string): Promise<boolean> {
  return groupSnapshots.remove(db, id);
}
