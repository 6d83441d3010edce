// Removes a backup: its checkpoint, its bytes, its row, in this order. Invariant: other backups
// keep every byte that they need; the row goes last (cinder/backup/manager.py delete_backup).
import { z } from 'zod';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import { findBackup, removeBackup, updateBackup } from '../records/backups';
import { transition } from '../records/transition';
import { dropCheckpoint } from './delete-volume';
import { storing } from './storage-faults';
import { failureText, tellFailure } from './user-messages';

const payloadShape = z.object({ backupId: z.string(), requestId: z.string() });

/** What a run is started with. */
export type DeleteBackup = z.infer<typeof payloadShape>;

/** The operation. */
export const deleteBackupOperation = operation<DeleteBackup, Parts>('delete-backup', {
  steps: [
    step('drop-checkpoint', async ({ payload, parts }) => {
      const backup = await findBackup(parts.database, payload.backupId);
      if (backup?.checkpoint) await dropCheckpoint(parts, backup.id, backup.checkpoint);
    }),
    step('remove-bytes', async ({ payload, parts }) => {
      await storing(() => parts.backups.deleteBackup(payload.backupId));
    }),
  ],
  async done({ payload }, tx) {
    await removeBackup(tx, payload.backupId);
  },
  async failed({ payload, parts }, failure, tx) {
    const { backupId: id, requestId } = payload;
    const backup = await findBackup(tx, id);
    if (!backup) return;
    await updateBackup(tx, id, { failReason: failureText('deleteBackup', failure).slice(0, 255) });
    await transition(tx, 'backups', id, { from: ['deleting'], to: 'error_deleting' });
    const { projectId } = backup;
    const subject = { type: 'VOLUME_BACKUP', id, projectId, requestId } as const;
    await tellFailure(parts, tx, { action: 'deleteBackup', failure, subject });
  },
  parse: (recorded) => payloadShape.parse(recorded),
});
