// Admits groups and their removal. Invariant: status, quota, volumes and job change in one
// transaction, in which every refusal is made (cinder/group/api.py create, delete). Other than
// Cinder, which removes the volumes of a group whatever is being done to them, a volume that a job
// works on keeps its group from being removed.
import { otherFaults, requestFaults } from '../../../schema/faults';
import { groupFaults } from '../../../schema/group-faults';
import { startsIn } from '../../../schema/kernel/lifecycle';
import { groupLifecycle } from '../../../schema/lifecycles/group';
import { volumeLifecycle } from '../../../schema/lifecycles/volume';
import type { Parts } from '../../parts';
import type { Db, Tx } from '../../records/database';
import { hasGroupSnapshots } from '../../records/group-snapshots';
import { insertGroup, isSourceInUse, removeGroup } from '../../records/groups';
import { newUuid } from '../../records/new-id';
import { usageOf } from '../../records/quotas';
import type { Group } from '../../records/rows/group-row';
import type { Volume } from '../../records/rows/volume-row';
import { snapshotsOfVolume } from '../../records/snapshots';
import { transition } from '../../records/transition';
import { updateVolume } from '../../records/volumes';
import type { CreateGroup } from '../create-group';
import type { DeleteGroup } from '../delete-group';
import { groupSubject, volumesOfGroup } from '../group-members';
import type { Asker } from '../operation-context';
import { assertNoImageNeeds, assertVolumeNotRead } from './being-read';
import { ownGroup, usableGroupType } from './find-group';
import { usableType } from './find-owned';
import { quotaOf } from './quota-check';

/** What a caller asks for. */
export interface GroupRequest {
  readonly name: string | null;
  readonly description: string | null;
  /** Name or id. */
  readonly groupType: string;
  /** Names or ids. */
  readonly volumeTypes: readonly string[];
  readonly availabilityZone: string | null;
  /** Whether it comes by the calls of consistency groups. */
  readonly isConsistencyGroup: boolean;
}

/** Throws the quota's refusal (413) where one more group goes over the limit. */
export async function assertGroupQuota(parts: Parts, db: Db, projectId: string): Promise<void> {
  const limit = (await quotaOf(parts, db, projectId))['groups'] ?? 10;
  const { groups } = await usageOf(db, projectId);
  if (limit >= 0 && groups + 1 > limit) throw groupFaults.tooManyGroups({ limit });
}

/** Admits a group; gives its row. Not repeatable: each call makes one. */
export async function admitCreateGroup(
  parts: Parts,
  asker: Asker,
  request: GroupRequest,
): Promise<Group> {
  const groupId = newUuid();
  return parts.database.transaction(async (tx) => {
    const groupType = await usableGroupType(tx, asker, request.groupType);
    const types = [];
    for (const name of request.volumeTypes) types.push(await usableType(tx, asker, name));
    const zone = request.availabilityZone ?? parts.config.availabilityZone;
    if (zone !== parts.config.availabilityZone) {
      const reason = otherFaults.zoneInvalid({ zone }).message;
      throw requestFaults.invalidInput({ reason });
    }
    await assertGroupQuota(parts, tx, asker.projectId);
    await insertGroup(
      tx,
      {
        id: groupId,
        projectId: asker.projectId,
        userId: asker.userId,
        name: request.name,
        description: request.description,
        status: 'creating',
        groupTypeId: groupType.id,
        availabilityZone: zone,
      },
      types.map(({ id }) => id),
    );
    const group = await ownGroup(tx, asker, groupId);
    if (group.isConsistencyGroup !== request.isConsistencyGroup) {
      throw groupFaults.groupTypeReserved({ groupTypeId: groupType.id });
    }
    const payload: CreateGroup = { groupId, requestId: asker.requestId };
    await parts.jobs.start(tx, {
      operation: 'create-group',
      subject: groupSubject(groupId),
      payload,
    });
    return group;
  });
}

/** Admits a group's removal, with `deleteVolumes` that of its volumes, whatever its status is. */
export async function admitDeleteGroup(
  parts: Parts,
  asker: Asker,
  request: { readonly group: Group; readonly deleteVolumes: boolean },
): Promise<void> {
  const { deleteVolumes } = request;
  await parts.database.transaction(async (tx) => {
    const group = await ownGroup(tx, asker, request.group.id);
    const { id, status } = group;
    const volumes = await volumesOfGroup(tx, id);
    if (group.pool === null && volumes.length === 0) {
      await removeGroup(tx, id);
      return;
    }
    const row = groupLifecycle.operations.delete;
    const from = deleteVolumes ? 'any' : startsIn(groupLifecycle, row);
    if (from !== 'any' && !from.some((each) => each === status)) {
      const reason = `Group status must be available or error, but current status is: ${status}`;
      throw groupFaults.invalidGroup({ reason });
    }
    await assertNothingNeeds(tx, { group, volumes, deleteVolumes });
    for (const volume of volumes) {
      await updateVolume(tx, volume.id, { status: 'deleting', previousStatus: volume.status });
    }
    await transition(tx, 'groups', id, { from, to: 'deleting' });
    const volumeIds = volumes.map((volume) => volume.id);
    const payload: DeleteGroup = { groupId: id, requestId: asker.requestId, volumeIds };
    await parts.jobs.start(tx, { operation: 'delete-group', subject: groupSubject(id), payload });
  });
}

async function assertNothingNeeds(
  tx: Tx,
  at: { group: Group; volumes: readonly Volume[]; deleteVolumes: boolean },
): Promise<void> {
  const { id } = at.group;
  const refuse = (reason: string): Error => groupFaults.invalidGroup({ reason });
  if (await hasGroupSnapshots(tx, id)) throw refuse('Group has existing snapshots.');
  if (at.volumes.length > 0 && !at.deleteVolumes) {
    throw refuse(
      `Group ${id} still contains volumes. The delete-volumes flag is required to delete it.`,
    );
  }
  for (const volume of at.volumes) await assertRemovable(tx, volume, refuse);
  if (await isSourceInUse(tx, { sourceGroupId: id })) {
    const reason = at.deleteVolumes
      ? 'Group status must be available or error and must not have dependent group snapshots'
      : 'Group must not have attached volumes, volumes with snapshots, or dependent group ' +
        'snapshots';
    throw refuse(
      `Cannot delete group ${id}. ${reason}, and it cannot be the source for an ongoing group or ` +
        'group snapshot creation.',
    );
  }
}

const removable = [
  ...startsIn(volumeLifecycle, volumeLifecycle.operations.delete),
  'error_deleting',
];

async function assertRemovable(
  tx: Tx,
  volume: Volume,
  refuse: (reason: string) => Error,
): Promise<void> {
  if (volume.attachStatus === 'attached') {
    throw refuse(`Volume in group ${volume.groupId ?? ''} is attached. Need to detach first.`);
  }
  if ((await snapshotsOfVolume(tx, volume.id)).length > 0) {
    throw refuse('Volume in group still has dependent snapshots.');
  }
  if (!removable.includes(volume.status)) {
    throw refuse(
      `Volume ${volume.id} in group cannot be deleted while its status is ${volume.status}.`,
    );
  }
  await assertNoImageNeeds(tx, volume.id);
  await assertVolumeNotRead(tx, volume.id);
}
