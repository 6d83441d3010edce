// Removes a group snapshot with all its snapshots. Invariant: rows go last and together; things
// made from the snapshots keep their bytes, for the drivers see to that
// (cinder/volume/manager.py delete_group_snapshot).
import { z } from 'zod';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import { removeGroupSnapshot } from '../records/group-snapshots';
import { removeSnapshot } from '../records/snapshots';
import { transition } from '../records/transition';
import { snapshotsOfGroupSnapshot } from './group-members';
import { driverOf } from './operation-context';
import { storing } from './storage-faults';
import { tellFailure } from './user-messages';

const payloadShape = z.object({ groupSnapshotId: z.string(), requestId: z.string() });

/** What a run is started with. */
export type DeleteGroupSnapshot = z.infer<typeof payloadShape>;

/** The operation. */
export const deleteGroupSnapshotOperation = operation<DeleteGroupSnapshot, Parts>(
  'delete-group-snapshot',
  {
    steps: [
      step('remove-bytes', async ({ payload, parts }) => {
        const snapshots = await snapshotsOfGroupSnapshot(parts.database, payload.groupSnapshotId);
        for (const { id, pool } of snapshots) {
          if (pool) await storing(() => driverOf(parts, pool).removeSnapshot(id));
        }
      }),
    ],
    async done({ payload }, tx) {
      const { groupSnapshotId } = payload;
      for (const { id } of await snapshotsOfGroupSnapshot(tx, groupSnapshotId)) {
        await removeSnapshot(tx, id);
      }
      await removeGroupSnapshot(tx, groupSnapshotId);
    },
    async failed({ payload, parts }, failure, tx) {
      const { groupSnapshotId, requestId } = payload;
      for (const { id, projectId } of await snapshotsOfGroupSnapshot(tx, groupSnapshotId)) {
        await transition(tx, 'snapshots', id, { from: ['deleting'], to: 'error_deleting' });
        const subject = { type: 'VOLUME_SNAPSHOT', id, projectId, requestId } as const;
        await tellFailure(parts, tx, { action: 'deleteSnapshot', failure, subject });
      }
      await transition(tx, 'group_snapshots', groupSnapshotId, {
        from: ['deleting'],
        to: 'error_deleting',
      });
    },
    parse: (recorded) => payloadShape.parse(recorded),
  },
);
