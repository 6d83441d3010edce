// Takes a snapshot: holds the volume's bytes of now. Invariant: the snapshot lies in its volume's
// pool; a failure leaves an `error` row without bytes (cinder/volume/manager.py create_snapshot).
import { z } from 'zod';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import { findSnapshot, updateSnapshot } from '../records/snapshots';
import { transition } from '../records/transition';
import { driverOf } from './operation-context';
import type { Context } from './operation-context';
import { stepFaults, storing } from './storage-faults';
import { tellFailure } from './user-messages';

const payloadShape = z.object({ snapshotId: z.string(), requestId: z.string() });

/** What a run is started with. */
export type CreateSnapshot = z.infer<typeof payloadShape>;

async function hold({ payload, parts, signal }: Context<CreateSnapshot>): Promise<void> {
  const snapshot = await findSnapshot(parts.database, payload.snapshotId);
  if (!snapshot) throw stepFaults.sourceGone({ what: `Snapshot ${payload.snapshotId}` });
  const { id, volumeId, pool } = snapshot;
  await storing(() => driverOf(parts, pool).createSnapshot(id, volumeId, { signal }));
}

async function release({ payload, parts }: Context<CreateSnapshot>): Promise<void> {
  const snapshot = await findSnapshot(parts.database, payload.snapshotId);
  if (snapshot) await driverOf(parts, snapshot.pool).removeSnapshot(snapshot.id);
}

/** The operation. */
export const createSnapshotOperation = operation<CreateSnapshot, Parts>('create-snapshot', {
  steps: [step('hold', hold, release)],
  async done({ payload }, tx) {
    const { snapshotId } = payload;
    await updateSnapshot(tx, snapshotId, { progress: '100%' });
    await transition(tx, 'snapshots', snapshotId, { from: ['creating'], to: 'available' });
  },
  async failed({ payload, parts }, failure, tx) {
    const { snapshotId: id, requestId } = payload;
    const snapshot = await findSnapshot(tx, id);
    if (!snapshot) return;
    await transition(tx, 'snapshots', id, { from: ['creating'], to: 'error' });
    const { projectId } = snapshot;
    const subject = { type: 'VOLUME_SNAPSHOT', id, projectId, requestId } as const;
    await tellFailure(parts, tx, { action: 'createSnapshot', failure, subject });
  },
  parse: (recorded) => payloadShape.parse(recorded),
});
