// Takes over bytes that lie in a volume's pool as a snapshot of it. Invariant: a failure leaves
// them where and as they were, and a snapshot in error that can be deleted
// (cinder/volume/flows/manager/manage_existing_snapshot.py).
import { z } from 'zod';
import { isFault } from '../../schema/kernel/fault';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import type { Db } from '../records/database';
import type { SnapshotRow } from '../records/rows/snapshot-row';
import { findSnapshot, updateSnapshot } from '../records/snapshots';
import { findVolumeType } from '../records/volume-types';
import { assertQuota } from './admission/quota-check';
import { driverOf, gibBytes } from './operation-context';
import type { Context } from './operation-context';
import { snapshotFailed, snapshotMade } from './snapshot-ending';
import { stepFaults, storing } from './storage-faults';
import { giveBack, referenced } from './unmanaged-reference';

const payloadShape = z.object({
  snapshotId: z.string(),
  requestId: z.string(),
  reference: z.union([z.record(z.string(), z.unknown()), z.string(), z.null()]),
});

/** What a run is started with. */
export type ManageSnapshot = z.infer<typeof payloadShape>;

interface Memo {
  readonly name: string;
}

type Ctx = Context<ManageSnapshot, Memo>;

async function placed(db: Db, id: string): Promise<SnapshotRow> {
  const snapshot = await findSnapshot(db, id);
  if (!snapshot) throw stepFaults.sourceGone({ what: `Snapshot ${id}` });
  return snapshot;
}

/** Finds the bytes. The volume's size was counted at admission: now their own is. */
async function measure({ payload, parts, memo }: Ctx): Promise<void> {
  if (memo.name !== undefined) return;
  const snapshot = await placed(parts.database, payload.snapshotId);
  const { volumeTypeId } = snapshot;
  const { name, sizeBytes } = await storing(() =>
    referenced(driverOf(parts, snapshot.pool).unmanaged, 'snapshot', payload.reference),
  );
  const sizeGib = Math.ceil(sizeBytes / gibBytes);
  const type = volumeTypeId ? await findVolumeType(parts.database, volumeTypeId) : undefined;
  await parts.database.transaction(async (tx) => {
    try {
      await assertQuota(parts, tx, {
        projectId: snapshot.projectId,
        gigabytes: Math.max(0, sizeGib - snapshot.sizeGib),
        type: type ?? null,
      });
    } catch (error) {
      throw isFault(error) ? stepFaults.quotaFull({}, error) : error;
    }
    await updateSnapshot(tx, snapshot.id, { sizeGib });
  });
  Object.assign(memo, { name });
}

async function adopt({ payload, parts, memo, signal }: Ctx): Promise<void> {
  const { id, pool } = await placed(parts.database, payload.snapshotId);
  const name = memo.name ?? '';
  await storing(() => driverOf(parts, pool).unmanaged.adopt({ snapshot: id }, name, { signal }));
}

async function unadopt({ payload, parts, memo }: Ctx): Promise<void> {
  const { id, pool } = await placed(parts.database, payload.snapshotId);
  await giveBack(driverOf(parts, pool), { snapshot: id }, memo.name ?? '');
}

/** The operation. */
export const manageSnapshotOperation = operation<ManageSnapshot, Parts, Memo>('manage-snapshot', {
  steps: [step('measure', measure), step('adopt', adopt, unadopt)],
  done: ({ payload }, tx) => snapshotMade(tx, payload.snapshotId),
  failed: ({ payload, parts }, failure, tx) =>
    snapshotFailed(parts, tx, { ...payload, action: 'manageSnapshot', failure }),
  parse: (recorded) => payloadShape.parse(recorded),
});
