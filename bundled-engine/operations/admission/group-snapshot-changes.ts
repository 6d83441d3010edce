// Admits group snapshots and their removal. Invariant: the status of all parts, quotas and the job
// are one transaction (cinder/group/api.py create_group_snapshot, delete_group_snapshot). Other
// than Cinder, volumes that a job writes into are refused, and so is, for a group that promises one
// moment for all of them, more than one volume in use: this engine cannot hold their servers up.
import { volumeFaults } from '../../../schema/faults';
import { groupFaults } from '../../../schema/group-faults';
import { startsIn } from '../../../schema/kernel/lifecycle';
import { groupSnapshotLifecycle } from '../../../schema/lifecycles/group-snapshot';
import { migrationFaults } from '../../../schema/move-faults';
import type { Parts } from '../../parts';
import type { Tx } from '../../records/database';
import { findGroupSnapshot, insertGroupSnapshot } from '../../records/group-snapshots';
import { isSourceInUse } from '../../records/groups';
import { newUuid } from '../../records/new-id';
import type { Group } from '../../records/rows/group-row';
import type { GroupSnapshot } from '../../records/rows/group-snapshot-row';
import type { Volume } from '../../records/rows/volume-row';
import { insertSnapshot, updateSnapshot } from '../../records/snapshots';
import { transition } from '../../records/transition';
import { findVolumeType } from '../../records/volume-types';
import type { CreateGroupSnapshot } from '../create-group-snapshot';
import type { DeleteGroupSnapshot } from '../delete-group-snapshot';
import {
  groupSubject,
  keepsPromise,
  snapshotsOfGroupSnapshot,
  steadyStatuses,
  volumesOfGroup,
} from '../group-members';
import type { Asker } from '../operation-context';
import { isMigrating } from './attachment-status';
import { assertSnapshotNotRead } from './being-read';
import { ownGroup, ownGroupSnapshot } from './find-group';
import { assertQuota } from './quota-check';

/** What a caller asks for. */
export interface GroupSnapshotRequest {
  readonly groupId: string;
  readonly name: string | null;
  readonly description: string | null;
}

const emptyGroup =
  "Source group cannot be empty or in 'creating' or 'updating' state. No group snapshot will be " +
  'created.';

/** Admits a group snapshot; gives its row. Not repeatable: each call takes one. */
export async function admitCreateGroupSnapshot(
  parts: Parts,
  asker: Asker,
  request: GroupSnapshotRequest,
): Promise<GroupSnapshot> {
  const id = newUuid();
  const { name, description } = request;
  return parts.database.transaction(async (tx) => {
    const group = await ownGroup(tx, asker, request.groupId);
    const volumes = await volumesOfGroup(tx, group.id);
    const isBusy = ['creating', 'updating', 'deleting'].includes(group.status);
    if (volumes.length === 0 || isBusy) {
      throw groupFaults.invalidGroup({ reason: emptyGroup });
    }
    for (const volume of volumes) assertHoldable(volume);
    await assertPromiseKept(tx, group, volumes);
    await insertGroupSnapshot(tx, {
      id,
      projectId: group.projectId,
      userId: asker.userId,
      name,
      description,
      status: 'creating',
      groupId: group.id,
      groupTypeId: group.groupTypeId,
    });
    for (const volume of volumes) {
      await addSnapshot(parts, tx, { asker, volume, named: { name, description }, id });
    }
    const payload: CreateGroupSnapshot = { groupSnapshotId: id, requestId: asker.requestId };
    await parts.jobs.start(tx, {
      operation: 'create-group-snapshot',
      subject: groupSubject(group.id),
      payload,
    });
    const made = await findGroupSnapshot(tx, id);
    if (!made) throw new Error(`group snapshot ${id} was not recorded`);
    return made;
  });
}

function assertHoldable(volume: Volume): void {
  const refuse = (reason: string): Error => volumeFaults.invalidVolume({ reason });
  const { status } = volume;
  if (volume.pool === null) {
    const why = 'because volume has not been scheduled to any host';
    throw refuse(`The snapshot cannot be created ${why}.`);
  }
  if (status === 'maintenance') {
    throw refuse('The snapshot cannot be created when the volume is in maintenance mode.');
  }
  if (isMigrating(volume)) throw migrationFaults.snapshotWhileMigrating({});
  if (status === 'error') {
    throw refuse('The snapshot cannot be created when the volume is in error status.');
  }
  if (steadyStatuses.includes(status)) return;
  throw refuse(
    `Volume ${volume.id} status must be available or in-use, but current status is: ${status}.`,
  );
}

async function assertPromiseKept(tx: Tx, group: Group, volumes: readonly Volume[]): Promise<void> {
  if (await keepsPromise(tx, group.groupTypeId, volumes)) return;
  throw groupFaults.invalidGroup({
    reason:
      `Group ${group.id} promises snapshots of one moment, which this service cannot take while ` +
      'more than one of its volumes is in use; detach all but one of them.',
  });
}

async function addSnapshot(
  parts: Parts,
  tx: Tx,
  at: {
    asker: Asker;
    volume: Volume;
    named: { name: string | null; description: string | null };
    id: string;
  },
): Promise<void> {
  const { id: volumeId, projectId, volumeTypeId, sizeGib, pool } = at.volume;
  const type = volumeTypeId === null ? null : ((await findVolumeType(tx, volumeTypeId)) ?? null);
  await assertQuota(parts, tx, { projectId, snapshots: 1, gigabytes: sizeGib, type });
  await insertSnapshot(tx, {
    id: newUuid(),
    projectId,
    userId: at.asker.userId,
    volumeId,
    volumeTypeId,
    ...at.named,
    sizeGib,
    status: 'creating',
    pool,
    groupSnapshotId: at.id,
  });
}

// Others are being worked on by a job of their own.
const removable: readonly string[] = ['available', 'error', 'error_deleting'];

/** Admits a group snapshot's removal with all its parts. */
export async function admitDeleteGroupSnapshot(
  parts: Parts,
  asker: Asker,
  groupSnapshotId: string,
): Promise<void> {
  await parts.database.transaction(async (tx) => {
    const { id, groupId } = await ownGroupSnapshot(tx, asker, groupSnapshotId);
    const snapshots = await snapshotsOfGroupSnapshot(tx, id);
    const from = startsIn(groupSnapshotLifecycle, groupSnapshotLifecycle.operations.delete);
    const isSource = await isSourceInUse(tx, { groupSnapshotId: id });
    if (isSource || !(await transition(tx, 'group_snapshots', id, { from, to: 'deleting' }))) {
      throw groupFaults.invalidGroupSnapshot({
        reason:
          'GroupSnapshot status must be available or error, and no Group can be currently using ' +
          'it as source for its creation.',
      });
    }
    for (const snapshot of snapshots) {
      await assertSnapshotNotRead(tx, snapshot.id);
      if (!removable.includes(snapshot.status)) {
        const reason = `Snapshot ${snapshot.id} of it has the status ${snapshot.status}.`;
        throw groupFaults.invalidGroupSnapshot({ reason });
      }
      await updateSnapshot(tx, snapshot.id, {
        status: 'deleting',
        previousStatus: snapshot.status,
      });
    }
    const payload: DeleteGroupSnapshot = { groupSnapshotId: id, requestId: asker.requestId };
    await parts.jobs.start(tx, {
      operation: 'delete-group-snapshot',
      subject: groupSubject(groupId),
      payload,
    });
  });
}
