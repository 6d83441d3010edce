// Removes a group with the volumes that it has. Invariant: rows go last and together, so a group
// that is gone has left no volume behind; after a failure all its volumes are `error_deleting`, for
// any of them may have lost its bytes (cinder/volume/manager.py delete_group).
import { z } from 'zod';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import { backupsOfVolume } from '../records/backups';
import type { Db } from '../records/database';
import { removeGroup } from '../records/groups';
import { transition } from '../records/transition';
import { findVolume, removeVolume } from '../records/volumes';
import { dropCheckpoint } from './delete-volume';
import { driverOf } from './operation-context';
import type { Context } from './operation-context';
import { storing } from './storage-faults';
import { aboutVolume, tellFailure } from './user-messages';

const payloadShape = z.object({
  groupId: z.string(),
  requestId: z.string(),
  volumeIds: z.array(z.string()),
});

/** What a run is started with. */
export type DeleteGroup = z.infer<typeof payloadShape>;

type Ctx = Context<DeleteGroup>;

async function removeCheckpoints({ payload, parts }: Ctx): Promise<void> {
  for (const volumeId of payload.volumeIds) {
    for (const backup of await backupsOfVolume(parts.database, volumeId)) {
      if (backup.checkpoint) await dropCheckpoint(parts, backup.id, backup.checkpoint);
    }
  }
}

async function removeBytes({ payload, parts }: Ctx): Promise<void> {
  for (const volumeId of payload.volumeIds) {
    const volume = await findVolume(parts.database, volumeId);
    const pool = volume?.pool;
    if (pool) await storing(() => driverOf(parts, pool).remove(volumeId));
  }
}

async function done({ payload }: Ctx, tx: Db): Promise<void> {
  for (const volumeId of payload.volumeIds) await removeVolume(tx, volumeId);
  await removeGroup(tx, payload.groupId);
}

/** The operation. */
export const deleteGroupOperation = operation<DeleteGroup, Parts>('delete-group', {
  steps: [step('remove-checkpoints', removeCheckpoints), step('remove-bytes', removeBytes)],
  done,
  async failed({ payload, parts }, failure, tx) {
    const { groupId, requestId, volumeIds } = payload;
    for (const volumeId of volumeIds) {
      const volume = await findVolume(tx, volumeId);
      if (!volume) continue;
      await transition(tx, 'volumes', volumeId, { from: ['deleting'], to: 'error_deleting' });
      const subject = aboutVolume(volume, requestId);
      await tellFailure(parts, tx, { action: 'delete', failure, subject });
    }
    await transition(tx, 'groups', groupId, { from: ['deleting'], to: 'error_deleting' });
  },
  parse: (recorded) => payloadShape.parse(recorded),
});
