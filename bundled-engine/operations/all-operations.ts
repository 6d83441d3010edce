// Every operation of the engine, for the job runner: recovery needs them all before it starts.
// Invariant: an operation that is not here cannot run (test/operations checks the folder against
// it).
import type { AnyOperation } from '../jobs/steps';
import { createBackupOperation } from './create-backup';
import { createGroupOperation } from './create-group';
import { createGroupFromSourceOperation } from './create-group-from-source';
import { createGroupSnapshotOperation } from './create-group-snapshot';
import { createSnapshotOperation } from './create-snapshot';
import { createVolumeOperation } from './create-volume';
import { deleteBackupOperation } from './delete-backup';
import { deleteGroupOperation } from './delete-group';
import { deleteGroupSnapshotOperation } from './delete-group-snapshot';
import { deleteSnapshotOperation } from './delete-snapshot';
import { deleteImageVolumeOperation, deleteVolumeOperation } from './delete-volume';
import { extendVolumeOperation } from './extend-volume';
import { importBackupOperation } from './import-backup';
import { manageSnapshotOperation } from './manage-snapshot';
import { manageVolumeOperation } from './manage-volume';
import { migrateVolumeOperation } from './migrate-volume';
import { reimageVolumeOperation } from './reimage-volume';
import { restoreBackupOperation } from './restore-backup';
import { retypeVolumeOperation } from './retype-volume';
import { revertVolumeOperation } from './revert-volume';
import { unmanageSnapshotOperation } from './unmanage-snapshot';
import { unmanageVolumeOperation } from './unmanage-volume';
import { uploadVolumeOperation } from './upload-volume';

/** All operations, each with a name of its own. */
export const allOperations: readonly AnyOperation[] = [
  createVolumeOperation,
  deleteVolumeOperation,
  deleteImageVolumeOperation,
  extendVolumeOperation,
  retypeVolumeOperation,
  uploadVolumeOperation,
  createSnapshotOperation,
  deleteSnapshotOperation,
  createBackupOperation,
  restoreBackupOperation,
  deleteBackupOperation,
  importBackupOperation,
  // Groups.
  createGroupOperation,
  createGroupFromSourceOperation,
  deleteGroupOperation,
  createGroupSnapshotOperation,
  deleteGroupSnapshotOperation,
  // Moves.
  migrateVolumeOperation,
  revertVolumeOperation,
  reimageVolumeOperation,
  manageVolumeOperation,
  unmanageVolumeOperation,
  manageSnapshotOperation,
  unmanageSnapshotOperation,
];
