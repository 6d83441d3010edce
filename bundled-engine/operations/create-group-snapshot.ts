// Takes a snapshot of every volume of a group at one moment. Invariant: all the snapshots are held
// or none is; a failure leaves `error` rows without bytes (cinder/volume/manager.py
// create_group_snapshot; how the moment is kept: group-members.ts).
import { z } from 'zod';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import type { Db } from '../records/database';
import { findGroupSnapshot } from '../records/group-snapshots';
import type { SnapshotRow } from '../records/rows/snapshot-row';
import { updateSnapshot } from '../records/snapshots';
import { transition } from '../records/transition';
import { findVolume } from '../records/volumes';
import { atOneMoment, keepsPromise, snapshotsOfGroupSnapshot } from './group-members';
import { driverOf } from './operation-context';
import type { Context } from './operation-context';
import { stepFaults, storing } from './storage-faults';
import { tellFailure } from './user-messages';

const payloadShape = z.object({ groupSnapshotId: z.string(), requestId: z.string() });

/** What a run is started with. */
export type CreateGroupSnapshot = z.infer<typeof payloadShape>;

type Ctx = Context<CreateGroupSnapshot>;

async function hold(context: Ctx): Promise<void> {
  const { payload, parts, signal } = context;
  const snapshots = await snapshotsOfGroupSnapshot(parts.database, payload.groupSnapshotId);
  const volumeIds = snapshots.map(({ volumeId }) => volumeId);
  const take = async (): Promise<void> => {
    await assertAsAdmitted(parts.database, payload.groupSnapshotId, snapshots);
    for (const { id, volumeId, pool } of snapshots) {
      await driverOf(parts, pool).createSnapshot(id, volumeId, { signal });
    }
  };
  await storing(() => atOneMoment(parts, volumeIds, { take, drop: () => release(context) }));
}

/** Volumes that were grown or attached since would make it another snapshot than was admitted. */
async function assertAsAdmitted(
  db: Db,
  groupSnapshotId: string,
  snapshots: readonly SnapshotRow[],
): Promise<void> {
  const groupSnapshot = await findGroupSnapshot(db, groupSnapshotId);
  const volumes = [];
  for (const { volumeId, sizeGib } of snapshots) {
    const volume = await findVolume(db, volumeId);
    if (volume?.sizeGib !== sizeGib) throw stepFaults.storageBusy({});
    volumes.push(volume);
  }
  if (await keepsPromise(db, groupSnapshot?.groupTypeId ?? '', volumes)) return;
  throw stepFaults.storageBusy({});
}

async function release({ payload, parts }: Ctx): Promise<void> {
  for (const { id, pool } of await snapshotsOfGroupSnapshot(
    parts.database,
    payload.groupSnapshotId,
  )) {
    await driverOf(parts, pool).removeSnapshot(id);
  }
}

/** The operation. */
export const createGroupSnapshotOperation = operation<CreateGroupSnapshot, Parts>(
  'create-group-snapshot',
  {
    steps: [step('hold-all', hold, release)],
    async done({ payload }, tx) {
      const { groupSnapshotId: id } = payload;
      for (const snapshot of await snapshotsOfGroupSnapshot(tx, id)) {
        await updateSnapshot(tx, snapshot.id, { progress: '100%' });
        await transition(tx, 'snapshots', snapshot.id, { from: ['creating'], to: 'available' });
      }
      await transition(tx, 'group_snapshots', id, { from: ['creating'], to: 'available' });
    },
    async failed({ payload, parts }, failure, tx) {
      const { groupSnapshotId, requestId } = payload;
      for (const { id, projectId } of await snapshotsOfGroupSnapshot(tx, groupSnapshotId)) {
        await transition(tx, 'snapshots', id, { from: ['creating'], to: 'error' });
        const subject = { type: 'VOLUME_SNAPSHOT', id, projectId, requestId } as const;
        await tellFailure(parts, tx, { action: 'createSnapshot', failure, subject });
      }
      await transition(tx, 'group_snapshots', groupSnapshotId, {
        from: ['creating'],
        to: 'error',
      });
    },
    parse: (recorded) => payloadShape.parse(recorded),
  },
);
