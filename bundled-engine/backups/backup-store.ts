// The door to backups: one object over one target, made once for each target and process, because
// its locks live in this process. Invariant: every operation on a target goes through the same
// store.
import { copyBackup, type CopyBackupRequest } from './copy-backup';
import { createBackup, type CreateBackupRequest } from './create-backup';
import { deleteBackup, type DeleteSummary } from './delete-backup';
import type { BackupSummary } from './manifest';
import { sweepTarget } from './remove-chunks';
import { restoreBackup, type RestoreBackupRequest, type RestoreSummary } from './restore-backup';
import { findManifest, storeParts } from './store-parts';
import type { BackupTarget } from './target';
import { verifyBackup, type VerifyBackupRequest, type VerifyReport } from './verify-backup';

/** Backups in one target. Operations on one backup run one after another; others side by side. */
export interface BackupStore {
  readonly target: BackupTarget;
  /** See createBackup in create-backup.ts. */
  createBackup(request: CreateBackupRequest): Promise<BackupSummary>;
  /** See copyBackup in copy-backup.ts. */
  copyBackup(request: CopyBackupRequest): Promise<BackupSummary>;
  /** See restoreBackup in restore-backup.ts. */
  restoreBackup(request: RestoreBackupRequest): Promise<RestoreSummary>;
  /** See verifyBackup in verify-backup.ts. */
  verifyBackup(request: VerifyBackupRequest): Promise<VerifyReport>;
  /** See deleteBackup in delete-backup.ts. */
  deleteBackup(backupId: string): Promise<DeleteSummary>;
  /** The facts of a backup, or null where there is none; `damaged` when they cannot be read. */
  describeBackup(backupId: string): Promise<BackupSummary | null>;
  /** Ids of the backups in the target, sorted. */
  listBackups(): Promise<string[]>;
  /** Removes what crashes left; call it after opening. Gives how many chunks went. Repeatable. */
  sweep(): Promise<number>;
  /** Bytes that all of it takes in the target. */
  usedBytes(): Promise<number>;
}

/** A store over a target. Reads nothing yet. Make one for each target and process. */
export function backupStore(target: BackupTarget): BackupStore {
  const parts = storeParts(target);
  return {
    target,
    createBackup: (request) => createBackup(parts, request),
    copyBackup: (request) => copyBackup(parts, request),
    restoreBackup: (request) => restoreBackup(parts, request),
    verifyBackup: (request) => verifyBackup(parts, request),
    deleteBackup: (backupId) => deleteBackup(parts, backupId),
    async describeBackup(backupId) {
      return (await findManifest(parts, backupId))?.summary ?? null;
    },
    async listBackups() {
      const ids: string[] = [];
      for await (const key of target.list('backups/')) ids.push(key.slice('backups/'.length));
      return ids.sort();
    },
    sweep: () => sweepTarget(parts),
    usedBytes: () => target.usedBytes(),
  };
}
