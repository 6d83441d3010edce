// Gives an imported record its own hold on bytes that another record has too: a second manifest
// over the same chunks. Invariants: deleting one of the records leaves the other restorable; a
// failure leaves an `error` row with its reason, and the other's bytes as they were
// (cinder/backup/manager.py import_record).
import { z } from 'zod';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import { findBackup, updateBackup } from '../records/backups';
import { transition } from '../records/transition';
import { storing } from './storage-faults';
import { failureText, tellFailure } from './user-messages';

const payloadShape = z.object({
  backupId: z.string(),
  /** Under which id the target has the bytes; another one than backupId. */
  bytesId: z.string(),
  requestId: z.string(),
});

/** What a run is started with. */
export type ImportBackup = z.infer<typeof payloadShape>;

/** The operation. */
export const importBackupOperation = operation<ImportBackup, Parts>('import-backup', {
  steps: [
    step(
      'share-bytes',
      async ({ payload, parts }) => {
        const { bytesId: fromId, backupId: toId } = payload;
        await storing(() => parts.backups.copyBackup({ fromId, toId }));
      },
      async ({ payload, parts }) => {
        await storing(() => parts.backups.deleteBackup(payload.backupId));
      },
    ),
  ],
  async done({ payload }, tx) {
    const from = ['creating'];
    await transition(tx, 'backups', payload.backupId, { from, to: 'available' });
  },
  async failed({ payload, parts }, failure, tx) {
    const { backupId: id, requestId } = payload;
    const backup = await findBackup(tx, id);
    if (!backup) return;
    const failReason = failureText('createBackup', failure).slice(0, 255);
    await updateBackup(tx, id, { failReason });
    await transition(tx, 'backups', id, { from: ['creating'], to: 'error' });
    const { projectId } = backup;
    const subject = { type: 'VOLUME_BACKUP', id, projectId, requestId } as const;
    await tellFailure(parts, tx, { action: 'createBackup', failure, subject });
  },
  parse: (recorded) => payloadShape.parse(recorded),
});
