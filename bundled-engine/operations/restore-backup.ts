// Writes a backup's bytes into a volume that is there. Invariants: every chunk is checked before
// its bytes are written; a failure leaves the volume in error_restoring, for its bytes are a
// mixture then, and the backup as good as before (cinder/backup/manager.py restore_backup).
import { z } from 'zod';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import { findBackup, updateBackup } from '../records/backups';
import type { Db } from '../records/database';
import { transition } from '../records/transition';
import { findVolume, updateVolume } from '../records/volumes';
import { driverOf, placedVolume } from './operation-context';
import type { Context } from './operation-context';
import { restoredColumns } from './saved-volume';
import { storing } from './storage-faults';
import { tellFailure } from './user-messages';

const payloadShape = z.object({
  backupId: z.string(),
  volumeId: z.string(),
  requestId: z.string(),
});

/** What a run is started with. */
export type RestoreBackup = z.infer<typeof payloadShape>;

async function write({ payload, parts, signal }: Context<RestoreBackup>): Promise<void> {
  const { backupId, volumeId } = payload;
  const { pool } = await placedVolume(parts.database, volumeId);
  const driver = driverOf(parts, pool);
  await storing(async () => {
    const writer = await driver.openWriter(volumeId);
    try {
      await parts.backups.restoreBackup({ backupId, sink: writer, sinkIsBlank: false, signal });
    } finally {
      await writer.close();
    }
  });
}

async function release(tx: Db, backupId: string): Promise<void> {
  await updateBackup(tx, backupId, { restoreVolumeId: null });
  await transition(tx, 'backups', backupId, { from: ['restoring'], to: 'available' });
}

/** The operation. */
export const restoreBackupOperation = operation<RestoreBackup, Parts>('restore-backup', {
  steps: [step('write', write)],
  async done({ payload }, tx) {
    const { backupId, volumeId } = payload;
    const volume = await findVolume(tx, volumeId);
    const backup = await findBackup(tx, backupId);
    await release(tx, backupId);
    if (!volume || !backup) return;
    await updateVolume(tx, volumeId, {
      bytes: 'copied',
      ...restoredColumns(backup, volume, { isNew: false }),
    });
    await transition(tx, 'volumes', volumeId, { from: ['restoring-backup'], to: 'available' });
  },
  async failed({ payload, parts }, failure, tx) {
    const { backupId, volumeId, requestId } = payload;
    const volume = await findVolume(tx, volumeId);
    const backup = await findBackup(tx, backupId);
    await release(tx, backupId);
    const broken = { from: ['restoring-backup'], to: 'error_restoring' };
    if (volume) await transition(tx, 'volumes', volumeId, broken);
    const projectId = volume?.projectId ?? backup?.projectId;
    if (projectId === undefined) return;
    for (const subject of [
      { type: 'VOLUME', id: volumeId, projectId, requestId },
      { type: 'VOLUME_BACKUP', id: backupId, projectId, requestId },
    ] as const) {
      await tellFailure(parts, tx, { action: 'restoreBackup', failure, subject });
    }
  },
  parse: (recorded) => payloadShape.parse(recorded),
});
