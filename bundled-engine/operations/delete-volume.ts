// Removes a volume with its bytes, and with its snapshots when asked to cascade. Also removes the
// hidden volumes behind volume-backed images. Invariant: the row goes last, so a volume that is
// gone from the API has no byte left; a failure leaves error_deleting and can be repeated
// (cinder/volume/manager.py delete_volume).
import { z } from 'zod';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import { backupsOfVolume, updateBackup } from '../records/backups';
import type { Db } from '../records/database';
import { removeSnapshot, snapshotsOfVolume, updateSnapshot } from '../records/snapshots';
import { transition } from '../records/transition';
import { findVolume, removeVolume } from '../records/volumes';
import { driverOf, findPool } from './operation-context';
import type { Context } from './operation-context';
import { storing } from './storage-faults';
import { aboutVolume, tellFailure } from './user-messages';

const payloadShape = z.object({
  volumeId: z.string(),
  requestId: z.string().default(''),
  cascade: z.boolean().default(false),
});

/** What a run is started with. */
export type DeleteVolume = z.infer<typeof payloadShape>;

type Ctx = Context<DeleteVolume>;

async function removeSnapshots({ payload, parts }: Ctx): Promise<void> {
  if (!payload.cascade) return;
  for (const snapshot of await snapshotsOfVolume(parts.database, payload.volumeId)) {
    const { id, pool } = snapshot;
    if (pool) await storing(() => driverOf(parts, pool).removeSnapshot(id));
    await removeSnapshot(parts.database, id);
  }
}

async function removeCheckpoints({ payload, parts }: Ctx): Promise<void> {
  for (const backup of await backupsOfVolume(parts.database, payload.volumeId)) {
    if (backup.checkpoint) await dropCheckpoint(parts, backup.id, backup.checkpoint);
  }
}

/** Removes the hidden point in time that a backup keeps for telling changes. Repeatable. */
export async function dropCheckpoint(
  parts: Parts,
  backupId: string,
  checkpoint: Readonly<Record<string, unknown>> | null,
): Promise<void> {
  const pool =
    typeof checkpoint?.['pool'] === 'string' ? findPool(parts, checkpoint['pool']) : null;
  if (pool) await storing(() => pool.driver.removeCheckpoint(backupId));
  await updateBackup(parts.database, backupId, { checkpoint: null });
}

async function removeBytes({ payload, parts }: Ctx): Promise<void> {
  const volume = await findVolume(parts.database, payload.volumeId);
  const pool = volume?.pool;
  if (pool) await storing(() => driverOf(parts, pool).remove(payload.volumeId));
}

async function done({ payload }: Ctx, tx: Db): Promise<void> {
  await removeVolume(tx, payload.volumeId);
}

/** The operation for volumes of users. */
export const deleteVolumeOperation = operation<DeleteVolume, Parts>('delete-volume', {
  steps: [
    step('remove-snapshots', removeSnapshots),
    step('remove-checkpoints', removeCheckpoints),
    step('remove-bytes', removeBytes),
  ],
  done,
  async failed({ payload, parts }, failure, tx) {
    const { volumeId, requestId } = payload;
    const volume = await findVolume(tx, volumeId);
    if (!volume) return;
    // Busy means that nothing was touched: it is as usable as before (VolumeIsBusy in Cinder).
    const to = failure.code === 'storageBusy' ? 'available' : 'error_deleting';
    await transition(tx, 'volumes', volumeId, { from: ['deleting'], to });
    for (const { id, status } of await snapshotsOfVolume(tx, volumeId)) {
      if (status === 'deleting') await updateSnapshot(tx, id, { status: 'error_deleting' });
    }
    const subject = aboutVolume(volume, requestId);
    await tellFailure(parts, tx, { action: 'delete', failure, subject });
  },
  parse: (recorded) => payloadShape.parse(recorded),
});

/** The operation for the hidden volume of an image that was deleted: nobody waits for it. */
export const deleteImageVolumeOperation = operation<DeleteVolume, Parts>('delete-image-volume', {
  steps: [step('remove-checkpoints', removeCheckpoints), step('remove-bytes', removeBytes)],
  done,
  async failed({ payload, parts }, failure, tx) {
    const { volumeId } = payload;
    await transition(tx, 'volumes', volumeId, {
      from: ['available', 'deleting'],
      to: 'error_deleting',
    });
    parts.log.error({ volumeId, failure }, 'the volume of a deleted image could not be removed');
  },
  parse: (recorded) => payloadShape.parse(recorded),
});
