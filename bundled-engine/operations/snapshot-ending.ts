// How an operation that brings a snapshot into being ends, whichever way its bytes came. Invariant:
// the status changes from `creating` alone, and a failure is told to the snapshot's project.
import type { JobFailure } from '../records/rows/job-row';
import type { Parts } from '../parts';
import type { Tx } from '../records/database';
import { findSnapshot, updateSnapshot } from '../records/snapshots';
import { transition } from '../records/transition';
import type { MessageAction } from './user-messages';
import { tellFailure } from './user-messages';

/** The snapshot has all its bytes. Repeatable. */
export async function snapshotMade(tx: Tx, snapshotId: string): Promise<void> {
  await updateSnapshot(tx, snapshotId, { progress: '100%' });
  await transition(tx, 'snapshots', snapshotId, { from: ['creating'], to: 'available' });
}

/** The snapshot could not be made; nothing is told of one that is gone. */
export async function snapshotFailed(
  parts: Parts,
  tx: Tx,
  failed: {
    readonly snapshotId: string;
    readonly requestId: string;
    readonly action: MessageAction;
    readonly failure: JobFailure;
  },
): Promise<void> {
  const { snapshotId: id, requestId, action, failure } = failed;
  const snapshot = await findSnapshot(tx, id);
  if (!snapshot) return;
  await transition(tx, 'snapshots', id, { from: ['creating'], to: 'error' });
  const { projectId } = snapshot;
  const subject = { type: 'VOLUME_SNAPSHOT', id, projectId, requestId } as const;
  await tellFailure(parts, tx, { action, failure, subject });
}
