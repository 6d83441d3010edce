// Groups of volumes in the records. Invariant: one query a page, volume types included; a volume is
// in one group at the most.
import type { Db, Tx } from './database';
import type { ListQuery } from './list-query';
import { consistencyTypeId, groupTable } from './rows/group-row';
import type { Group, GroupRow, NewGroup } from './rows/group-row';
import { Table } from './table';
import type { Owner, Page } from './table';

const groups = new Table<GroupRow, Group>(groupTable);

/** Which groups a list holds: those that are no consistency groups, or all. */
export type GroupScope = 'generic' | 'all';

/** Inserts a group with its volume types. Fails where one of them is not there. */
export async function insertGroup(
  tx: Tx,
  row: NewGroup,
  volumeTypeIds: readonly string[],
): Promise<void> {
  await groups.insert(tx, row);
  for (const volumeTypeId of new Set(volumeTypeIds)) {
    await tx.run('INSERT INTO "group_volume_types" ("groupId", "volumeTypeId") VALUES (?, ?)', [
      row.id,
      volumeTypeId,
    ]);
  }
}

/** The group, or undefined where there is none or it is another project's. */
export function findGroup(db: Db, id: string, owner?: Owner): Promise<Group | undefined> {
  return groups.find(db, id, owner);
}

/** A page of groups. */
export function listGroups(
  db: Db,
  query: ListQuery<GroupRow>,
  scope: GroupScope,
): Promise<Page<Group>> {
  const generic = `("groups"."groupTypeId" = ${consistencyTypeId}) IS NOT 1`;
  return groups.list(db, query, scope === 'all' ? [] : [{ sql: generic, parameters: [] }]);
}

/** The ids of volume types that a group takes. */
export function volumeTypeIdsOf({ volumeTypeIds }: Group): string[] {
  return volumeTypeIds === null ? [] : volumeTypeIds.split(',');
}

/** Ids of the volumes of each of `groupIds`, oldest first; one query. */
export async function volumeIdsOfGroups(
  db: Db,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const holes = groupIds.map(() => '?').join(', ');
  const rows = await db.rows(
    `SELECT "id", "groupId" FROM "volumes" WHERE "groupId" IN (${holes}) ` +
      'ORDER BY "createdAt", "id"',
    [...groupIds],
  );
  const found = new Map<string, string[]>();
  for (const row of rows) {
    const groupId = String(row.groupId);
    found.set(groupId, [...(found.get(groupId) ?? []), String(row.id)]);
  }
  return found;
}

/** Whether a group is being made from this group, or from this group snapshot. */
export async function isSourceInUse(
  db: Db,
  source: { readonly sourceGroupId: string } | { readonly groupSnapshotId: string },
): Promise<boolean> {
  const [column, id] =
    'sourceGroupId' in source
      ? ['sourceGroupId', source.sourceGroupId]
      : ['groupSnapshotId', source.groupSnapshotId];
  const sql = `SELECT 1 FROM "groups" WHERE "${column}" = ? AND "status" = 'creating' LIMIT 1`;
  return (await db.rows(sql, [id])).length > 0;
}

/** Changes the given columns; tells whether the group was there. Repeatable. */
export function updateGroup(db: Db, id: string, patch: Partial<GroupRow>): Promise<boolean> {
  return groups.update(db, id, patch);
}

/** Removes the row; tells whether it was there. Fails where it has snapshots. Repeatable. */
export function removeGroup(db: Db, id: string): Promise<boolean> {
  return groups.remove(db, id);
}
