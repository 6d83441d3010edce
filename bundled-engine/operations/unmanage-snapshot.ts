// Lets go of a snapshot: its row goes, its bytes stay in the pool under the name snapshot-ID.
// Invariant: at every moment the bytes belong to the row or to the name, never to nothing
// (cinder/volume/manager.py delete_snapshot with unmanage_only).
import { z } from 'zod';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import { findSnapshot, removeSnapshot } from '../records/snapshots';
import { transition } from '../records/transition';
import { driverOf } from './operation-context';
import type { Context } from './operation-context';
import { storing } from './storage-faults';
import { leaveInPool, takeBack } from './unmanaged-reference';
import { tellFailure } from './user-messages';

const payloadShape = z.object({ snapshotId: z.string(), requestId: z.string() });

/** What a run is started with. */
export type UnmanageSnapshot = z.infer<typeof payloadShape>;

type Ctx = Context<UnmanageSnapshot>;

async function letGo({ payload, parts }: Ctx): Promise<void> {
  const snapshot = await findSnapshot(parts.database, payload.snapshotId);
  if (!snapshot?.pool) return;
  const driver = driverOf(parts, snapshot.pool);
  await storing(() => leaveInPool(driver, { snapshot: snapshot.id }));
}

async function undo({ payload, parts }: Ctx): Promise<void> {
  const snapshot = await findSnapshot(parts.database, payload.snapshotId);
  if (snapshot?.pool) await takeBack(driverOf(parts, snapshot.pool), { snapshot: snapshot.id });
}

/** The operation. */
export const unmanageSnapshotOperation = operation<UnmanageSnapshot, Parts>('unmanage-snapshot', {
  steps: [step('let-go', letGo, undo)],
  async done({ payload }, tx) {
    await removeSnapshot(tx, payload.snapshotId);
  },
  async failed({ payload, parts }, failure, tx) {
    const { snapshotId: id, requestId } = payload;
    const snapshot = await findSnapshot(tx, id);
    if (!snapshot) return;
    await transition(tx, 'snapshots', id, { from: ['unmanaging'], to: 'error_unmanaging' });
    const { projectId } = snapshot;
    const subject = { type: 'VOLUME_SNAPSHOT', id, projectId, requestId } as const;
    await tellFailure(parts, tx, { action: 'unmanageSnapshot', failure, subject });
  },
  parse: (recorded) => payloadShape.parse(recorded),
});
