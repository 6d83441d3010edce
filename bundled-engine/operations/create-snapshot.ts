// Takes a snapshot: holds the volume's bytes of now. Invariant: the snapshot lies in its volume's
// pool; a failure leaves an `error` row without bytes (cinder/volume/manager.py create_snapshot).
import { z } from 'zod';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import { findSnapshot } from '../records/snapshots';
import { driverOf } from './operation-context';
import type { Context } from './operation-context';
import { snapshotFailed, snapshotMade } from './snapshot-ending';
import { stepFaults, storing } from './storage-faults';

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
  done: ({ payload }, tx) => snapshotMade(tx, payload.snapshotId),
  failed: ({ payload, parts }, failure, tx) =>
    snapshotFailed(parts, tx, { ...payload, action: 'createSnapshot', failure }),
  parse: (recorded) => payloadShape.parse(recorded),
});
