// Admits a group that is made, volumes and all, from another group or from a group snapshot.
// Invariant: quotas, rows and job are one transaction; each new volume names its source, which
// keeps that from being removed meanwhile (cinder/group/api.py create_from_src). Other than Cinder,
// which answers 400, a quota that is used up is refused with 413 as everywhere.
import { savedFaults, volumeFaults } from '../../../schema/faults';
import { groupFaults } from '../../../schema/group-faults';
import type { Parts } from '../../parts';
import type { Tx } from '../../records/database';
import { insertGroup, volumeTypeIdsOf } from '../../records/groups';
import { newUuid } from '../../records/new-id';
import type { Group } from '../../records/rows/group-row';
import type { Volume } from '../../records/rows/volume-row';
import { findVolumeType } from '../../records/volume-types';
import { findVolume, insertVolume } from '../../records/volumes';
import { hasRoom } from '../choose-pool';
import type { CreateGroupFromSource } from '../create-group-from-source';
import { groupSubject, snapshotsOfGroupSnapshot, volumesOfGroup } from '../group-members';
import type { Asker } from '../operation-context';
import { poolFacts, spaceOfPools } from '../pool-facts';
import type { PoolSpace } from '../pool-facts';
import type { VolumeSource } from '../volume-source';
import { ownGroup, ownGroupSnapshot } from './find-group';
import { assertGroupQuota } from './group-changes';
import { assertQuota } from './quota-check';
import { assertTypeUsable } from './type-use';

/** What a caller asks for: exactly one of the sources is given. */
export interface GroupFromSource {
  readonly name: string | null;
  readonly description: string | null;
  readonly groupSnapshotId: string | null;
  readonly sourceGroupId: string | null;
}

interface Origin {
  readonly group: Group;
  readonly members: readonly Member[];
}

/** One volume to make: what it is made from, and the volume that it takes after. */
interface Member {
  readonly source: VolumeSource;
  readonly sizeGib: number;
  readonly volumeTypeId: string | null;
  readonly model: Volume;
  readonly named: Partial<Volume>;
}

/** Admits the group; gives its row. Not repeatable: each call makes one. */
export async function admitGroupFromSource(
  parts: Parts,
  asker: Asker,
  request: GroupFromSource,
): Promise<Group> {
  const groupId = newUuid();
  const { requestId, projectId, userId } = asker;
  const space = await spaceOfPools(parts);
  return parts.database.transaction(async (tx) => {
    const { groupSnapshotId, sourceGroupId } = request;
    const { group: origin, members } = await originOf(tx, asker, request);
    await assertGroupQuota(parts, tx, projectId);
    await assertRoom(parts, tx, { groupId, origin, members, space });
    const types = members.flatMap((member) => member.volumeTypeId ?? []);
    await insertGroup(
      tx,
      {
        id: groupId,
        projectId,
        userId,
        name: request.name,
        description: request.description,
        status: 'creating',
        groupTypeId: origin.groupTypeId,
        availabilityZone: origin.availabilityZone,
        pool: origin.pool,
        groupSnapshotId,
        sourceGroupId,
      },
      [...volumeTypeIdsOf(origin), ...types],
    );
    const group = await ownGroup(tx, asker, groupId);
    const volumes = [];
    for (const member of members) {
      const volumeId = await addVolume(parts, tx, { asker, group, member });
      volumes.push({ volumeId, source: member.source });
    }
    const payload: CreateGroupFromSource = { groupId, requestId, volumes };
    await parts.jobs.start(tx, {
      operation: 'create-group-from-source',
      subject: groupSubject(groupId),
      payload,
    });
    return group;
  });
}

async function originOf(tx: Tx, asker: Asker, request: GroupFromSource): Promise<Origin> {
  if (request.groupSnapshotId !== null) {
    const snapshot = await ownGroupSnapshot(tx, asker, request.groupSnapshotId);
    const group = await ownGroup(tx, asker, snapshot.groupId);
    const members = await snapshotMembers(tx, snapshot.id);
    if (members.length > 0) return { group, members };
    throw groupFaults.invalidGroup({
      reason: 'Group snapshot is empty. No group will be created.',
    });
  }
  const group = await ownGroup(tx, asker, request.sourceGroupId ?? '');
  const members = (await volumesOfGroup(tx, group.id)).map(volumeMember);
  if (members.length > 0) return { group, members };
  throw groupFaults.invalidGroup({ reason: 'Source Group is empty. No group will be created.' });
}

async function snapshotMembers(tx: Tx, groupSnapshotId: string): Promise<Member[]> {
  const members: Member[] = [];
  for (const snapshot of await snapshotsOfGroupSnapshot(tx, groupSnapshotId)) {
    const { id, sizeGib, volumeTypeId } = snapshot;
    if (snapshot.status !== 'available') {
      throw savedFaults.invalidSnapshot({
        reason: "Originating snapshot status must be one of 'available' values",
      });
    }
    const model = await findVolume(tx, snapshot.volumeId);
    if (!model) throw new Error(`snapshot ${id} has no volume`);
    const source = { kind: 'snapshot', snapshotId: id } as const;
    members.push({ source, sizeGib, volumeTypeId, model, named: { snapshotId: id } });
  }
  return members;
}

function volumeMember(model: Volume): Member {
  const { id, sizeGib, volumeTypeId } = model;
  if (model.status !== 'available' && model.status !== 'in-use') {
    throw volumeFaults.invalidVolume({
      reason:
        'Unable to create a volume from an originating source volume when its status is not one ' +
        "of 'available', 'in-use' values",
    });
  }
  const source = { kind: 'volume', volumeId: id } as const;
  return { source, sizeGib, volumeTypeId, model, named: { sourceVolumeId: id } };
}

async function assertRoom(
  parts: Parts,
  tx: Tx,
  at: { groupId: string; origin: Group; members: readonly Member[]; space: PoolSpace },
): Promise<void> {
  const sizeGib = at.members.reduce((sum, member) => sum + member.sizeGib, 0);
  const pool = (await poolFacts(parts, tx, at.space)).find(({ name }) => name === at.origin.pool);
  if (pool?.isOpen === true && hasRoom(pool, sizeGib)) return;
  const reason = `No valid host to create group ${at.groupId}.`;
  throw groupFaults.invalidGroup({ reason });
}

async function addVolume(
  parts: Parts,
  tx: Tx,
  at: { asker: Asker; group: Group; member: Member },
): Promise<string> {
  const { group, member } = at;
  const { sizeGib, volumeTypeId, model } = member;
  const type = volumeTypeId === null ? null : ((await findVolumeType(tx, volumeTypeId)) ?? null);
  await assertTypeUsable(tx, type);
  const { projectId, userId } = at.asker;
  await assertQuota(parts, tx, {
    projectId,
    volumes: 1,
    gigabytes: sizeGib,
    volumeSizeGib: sizeGib,
    type,
  });
  const volumeId = newUuid();
  await insertVolume(tx, {
    id: volumeId,
    projectId,
    userId,
    sizeGib,
    status: 'creating',
    volumeTypeId,
    availabilityZone: group.availabilityZone,
    pool: group.pool,
    groupId: group.id,
    consistencyGroupId: group.isConsistencyGroup ? group.id : null,
    bootable: model.bootable,
    imageMetadata: model.imageMetadata,
    multiattach: model.multiattach,
    ...member.named,
  });
  return volumeId;
}
