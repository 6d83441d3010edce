// Admits snapshots and their removal. Invariant: status, quota and job are one transaction
// (cinder/volume/api.py create_snapshot_in_db, delete_snapshot).
import { requestFaults, savedFaults, volumeFaults } from '../../../schema/faults';
import { startsIn } from '../../../schema/kernel/lifecycle';
import { snapshotLifecycle } from '../../../schema/lifecycles/snapshot';
import { migrationFaults } from '../../../schema/move-faults';
import type { Parts } from '../../parts';
import { newUuid } from '../../records/new-id';
import type { SnapshotRow } from '../../records/rows/snapshot-row';
import type { TextMap } from '../../records/rows/table-shape';
import { insertSnapshot } from '../../records/snapshots';
import { transition } from '../../records/transition';
import { findVolumeType } from '../../records/volume-types';
import { volumeSubject } from '../operation-context';
import type { Asker } from '../operation-context';
import { isMigrating } from './attachment-status';
import { assertSnapshotNotRead } from './being-read';
import { changeableVolume, ownSnapshot } from './find-owned';
import { assertQuota } from './quota-check';

/** What a caller asks for. `force` is null where it was not said. */
export interface SnapshotRequest {
  readonly volumeId: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly metadata: TextMap;
  readonly force: boolean | null;
  /** Second number of the microversion: from 66 on attached volumes need no force. */
  readonly minor: number;
}

const forceFromThreeSixtySix =
  "Since microversion 3.66, the 'force' option is invalid for this request. For backward " +
  "compatibility, however, when the 'force' flag is passed with a value evaluating to True, it " +
  'is silently ignored.';

/** Admits a snapshot; gives its row. Not repeatable: each call takes one. */
export async function admitCreateSnapshot(
  parts: Parts,
  asker: Asker,
  request: SnapshotRequest,
): Promise<SnapshotRow> {
  const allowsInUse = request.minor >= 66 || request.force === true;
  if (request.minor >= 66 && request.force === false) {
    throw requestFaults.badInput({ message: forceFromThreeSixtySix });
  }
  return parts.database.transaction(async (tx) => {
    const volume = await changeableVolume(tx, asker, request.volumeId);
    const { id: volumeId, status, sizeGib, pool } = volume;
    if (isMigrating(volume)) throw migrationFaults.snapshotWhileMigrating({});
    const isReady = status === 'available' || (status === 'in-use' && allowsInUse);
    if (!isReady || pool === null) {
      throw volumeFaults.invalidVolume({
        reason:
          `Volume ${volumeId} status must be available${allowsInUse ? ' or in-use' : ''}, ` +
          `but current status is: ${status}.`,
      });
    }
    const type = volume.volumeTypeId ? await findVolumeType(tx, volume.volumeTypeId) : null;
    await assertQuota(parts, tx, {
      projectId: volume.projectId,
      snapshots: 1,
      gigabytes: sizeGib,
      type: type ?? null,
    });
    const snapshot = await insertSnapshot(tx, {
      id: newUuid(),
      projectId: volume.projectId,
      userId: asker.userId,
      volumeId,
      volumeTypeId: volume.volumeTypeId,
      name: request.name,
      description: request.description,
      sizeGib,
      status: 'creating',
      pool,
      metadata: request.metadata,
    });
    await parts.jobs.start(tx, {
      operation: 'create-snapshot',
      subject: volumeSubject(volumeId),
      payload: { snapshotId: snapshot.id, requestId: asker.requestId },
    });
    return snapshot;
  });
}

/** Why a snapshot cannot go; by force any status would do. */
export function groupReason(force: boolean): string {
  const status = force ? '' : 'status must be available or error and ';
  return `Snapshot ${status}must not be part of a group.`;
}

/** Admits a snapshot's removal, forced in any status. */
export async function admitDeleteSnapshot(
  parts: Parts,
  asker: Asker,
  request: { readonly snapshotId: string; readonly force: boolean },
): Promise<void> {
  const { force } = request;
  await parts.database.transaction(async (tx) => {
    const { id, volumeId, groupSnapshotId } = await ownSnapshot(tx, asker, request.snapshotId);
    if (!force) await assertSnapshotNotRead(tx, id);
    const row = snapshotLifecycle.operations.delete;
    const from = force ? 'any' : startsIn(snapshotLifecycle, row);
    const isInGroup = groupSnapshotId !== null;
    if (isInGroup || !(await transition(tx, 'snapshots', id, { from, to: 'deleting' }))) {
      throw savedFaults.invalidSnapshot({ reason: groupReason(force) });
    }
    await parts.jobs.start(tx, {
      operation: 'delete-snapshot',
      subject: volumeSubject(volumeId),
      payload: { snapshotId: id, requestId: asker.requestId },
    });
  });
}
