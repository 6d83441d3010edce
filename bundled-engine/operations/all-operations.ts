// Every operation of the engine, for the job runner: recovery needs them all before it starts.
// Invariant: an operation that is not here cannot run (test/operations checks the folder against
// it).
import type { AnyOperation } from '../jobs/steps';
import { createBackupOperation } from './create-backup';
import { createSnapshotOperation } from './create-snapshot';
import { createVolumeOperation } from './create-volume';
import { deleteBackupOperation } from './delete-backup';
import { deleteSnapshotOperation } from './delete-snapshot';
import { deleteImageVolumeOperation, deleteVolumeOperation } from './delete-volume';
import { extendVolumeOperation } from './extend-volume';
import { restoreBackupOperation } from './restore-backup';
import { retypeVolumeOperation } from './retype-volume';
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
];
