// Backups in the records. Invariant: the parent of an increment is chosen by data_timestamp among
// the backups of the same volume and project (Cinder: cinder/backup/api.py).
import type { Db } from './database';
import type { ListQuery } from './list-query';
import { backupTable } from './rows/backup-row';
import type { Backup, BackupRow, NewBackup } from './rows/backup-row';
import { presentMoment } from './moment';
import { Table } from './table';
import type { Owner, Page } from './table';

const backups = new Table<BackupRow, Backup>(backupTable);

/** Inserts a backup and gives the whole row. Not repeatable: a known id fails. */
export function insertBackup(db: Db, row: NewBackup): Promise<BackupRow> {
  const createdAt = row.createdAt ?? presentMoment();
  return backups.insert(db, { dataTimestamp: createdAt, ...row, createdAt });
}

/** The backup, or undefined where there is none or it is another project's. */
export function findBackup(db: Db, id: string, owner?: Owner): Promise<Backup | undefined> {
  return backups.find(db, id, owner);
}

/** A page of backups. */
export function listBackups(db: Db, query: ListQuery<BackupRow>): Promise<Page<Backup>> {
  return backups.list(db, query);
}

/** How many backups the filters of `query` let through. */
export function countBackups(db: Db, query: ListQuery<BackupRow>): Promise<number> {
  return backups.count(db, query);
}

/** Whose newest backup is wanted; `before` leaves out those of that moment and later. */
export interface NewestQuery {
  readonly volumeId: string;
  readonly projectId: string;
  readonly before?: string;
}

/** The backup that an increment would rest on, whatever its status: that with the newest data. */
export async function newestBackup(db: Db, query: NewestQuery): Promise<Backup | undefined> {
  const before =
    query.before === undefined ? [] : [{ sql: '"dataTimestamp" < ?', parameters: [query.before] }];
  const [newest] = await backups.where(
    db,
    [
      { sql: '"volumeId" = ?', parameters: [query.volumeId] },
      { sql: '"projectId" = ?', parameters: [query.projectId] },
      ...before,
    ],
    'ORDER BY "dataTimestamp" DESC, "createdAt" DESC LIMIT 1',
  );
  return newest;
}

/** All backups of a volume in any project, oldest data first. */
export function backupsOfVolume(db: Db, volumeId: string): Promise<Backup[]> {
  return backups.where(
    db,
    [{ sql: '"volumeId" = ?', parameters: [volumeId] }],
    'ORDER BY "dataTimestamp", "createdAt"',
  );
}

/** Changes the given columns; tells whether the backup was there. Repeatable. */
export function updateBackup(db: Db, id: string, patch: Partial<BackupRow>): Promise<boolean> {
  return backups.update(db, id, patch);
}

/** Removes the row; tells whether it was there. Repeatable. */
export function removeBackup(db: Db, id: string): Promise<boolean> {
  return backups.remove(db, id);
}
