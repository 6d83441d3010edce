// Snapshots in the records. Invariant: a snapshot's volume is always there (foreign key).
import type { Db } from './database';
import type { Condition, ListQuery } from './list-query';
import { snapshotTable } from './rows/snapshot-row';
import type { NewSnapshot, SnapshotRow } from './rows/snapshot-row';
import { Table } from './table';
import type { Owner, Page } from './table';

const snapshots = new Table<SnapshotRow>(snapshotTable);

/** Inserts a snapshot and gives the whole row. Fails where its volume is not there. */
export function insertSnapshot(db: Db, row: NewSnapshot): Promise<SnapshotRow> {
  return snapshots.insert(db, row);
}

/** The snapshot, or undefined where there is none or it is another project's. */
export function findSnapshot(db: Db, id: string, owner?: Owner): Promise<SnapshotRow | undefined> {
  return snapshots.find(db, id, owner);
}

/** A page of snapshots, those of the engine's own left out unless the filters ask for them. */
export function listSnapshots(db: Db, query: ListQuery<SnapshotRow>): Promise<Page<SnapshotRow>> {
  return snapshots.list(db, query, visible(query));
}

/** How many snapshots the filters of `query` let through. */
export function countSnapshots(db: Db, query: ListQuery<SnapshotRow>): Promise<number> {
  return snapshots.count(db, query, visible(query));
}

/** All snapshots of a volume, the engine's own among them, oldest first. */
export function snapshotsOfVolume(db: Db, volumeId: string): Promise<SnapshotRow[]> {
  return snapshots.where(
    db,
    [{ sql: '"volumeId" = ?', parameters: [volumeId] }],
    'ORDER BY "createdAt", "id"',
  );
}

/** Changes the given columns; tells whether the snapshot was there. Repeatable. */
export function updateSnapshot(db: Db, id: string, patch: Partial<SnapshotRow>): Promise<boolean> {
  return snapshots.update(db, id, patch);
}

/** Removes the row; tells whether it was there. Repeatable. */
export function removeSnapshot(db: Db, id: string): Promise<boolean> {
  return snapshots.remove(db, id);
}

function visible(query: ListQuery<SnapshotRow>): Condition[] {
  if (query.filters?.isInternal !== undefined) return [];
  return [{ sql: '"snapshots"."isInternal" = 0', parameters: [] }];
}
