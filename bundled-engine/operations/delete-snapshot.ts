// Removes a snapshot with its bytes. Invariant: the row goes last; things made from the snapshot
// keep their bytes, for the driver sees to that (cinder/volume/manager.py delete_snapshot).
import { z } from 'zod';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import { findSnapshot, removeSnapshot } from '../records/snapshots';
import { transition } from '../records/transition';
import { driverOf } from './operation-context';
import { storing } from './storage-faults';
import { tellFailure } from './user-messages';

const payloadShape = z.object({ snapshotId: z.string(), requestId: z.string() });

/** What a run is started with. */
export type DeleteSnapshot = z.infer<typeof payloadShape>;

/** The operation. */
export const deleteSnapshotOperation = operation<DeleteSnapshot, Parts>('delete-snapshot', {
  steps: [
    step('remove-bytes', async ({ payload, parts }) => {
      const snapshot = await findSnapshot(parts.database, payload.snapshotId);
      const pool = snapshot?.pool;
      if (pool) await storing(() => driverOf(parts, pool).removeSnapshot(payload.snapshotId));
    }),
  ],
  async done({ payload }, tx) {
    await removeSnapshot(tx, payload.snapshotId);
  },
  async failed({ payload, parts }, failure, tx) {
    const { snapshotId: id, requestId } = payload;
    const snapshot = await findSnapshot(tx, id);
    if (!snapshot) return;
    // Busy means that nothing was touched (SnapshotIsBusy in Cinder).
    const to = failure.code === 'storageBusy' ? 'available' : 'error_deleting';
    await transition(tx, 'snapshots', id, { from: ['deleting'], to });
    const { projectId } = snapshot;
    const subject = { type: 'VOLUME_SNAPSHOT', id, projectId, requestId } as const;
    await tellFailure(parts, tx, { action: 'deleteSnapshot', failure, subject });
  },
  parse: (recorded) => payloadShape.parse(recorded),
});
