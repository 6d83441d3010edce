// The group that a new volume is to be in. Invariant: a volume is of one of its group's volume
// types, named by the caller: no default stands in for it (cinder/volume/api.py create,
// cinder/volume/flows/api/create_volume.py).
import { requestFaults } from '../../../schema/faults';
import { groupFaults } from '../../../schema/group-faults';
import type { Db } from '../../records/database';
import { volumeTypeIdsOf } from '../../records/groups';
import type { Volume } from '../../records/rows/volume-row';
import { ownGroup } from './find-group';
import type { Viewer } from './find-owned';

/** Columns of a volume that is in the group; none without a group. Fails with 404 or 400. */
export async function groupOfNewVolume(
  db: Db,
  viewer: Viewer,
  at: {
    readonly groupId: string | null;
    /** The type that the caller named, once it was found; null for none. */
    readonly typeId: string | null;
  },
): Promise<Pick<Partial<Volume>, 'groupId' | 'consistencyGroupId' | 'availabilityZone'>> {
  if (at.groupId === null) return {};
  const group = await ownGroup(db, viewer, at.groupId);
  const { typeId } = at;
  if (typeId === null) {
    const reason = 'volume_type must be provided when creating a volume in a group.';
    throw requestFaults.invalidInput({ reason });
  }
  if (!volumeTypeIdsOf(group).includes(typeId)) {
    throw requestFaults.invalidInput({
      reason:
        `Invalid volume_type provided: ${typeId} (requested type must be supported by this ` +
        'group).',
    });
  }
  if (group.status !== 'available' && group.status !== 'creating') {
    throw groupFaults.invalidGroup({
      reason: "Originating group status must be one of 'available, creating' values",
    });
  }
  return {
    groupId: group.id,
    consistencyGroupId: group.isConsistencyGroup ? group.id : null,
    availabilityZone: group.availabilityZone,
  };
}
