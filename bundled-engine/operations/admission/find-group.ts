// Finds groups, group snapshots and group types that a caller names, as far as the caller may know
// of them. Invariant: what is another project's is as absent as what does not exist (404), save for
// administrators.
import { otherFaults } from '../../../schema/faults';
import { groupFaults, groupTypeFaults } from '../../../schema/group-faults';
import type { Db } from '../../records/database';
import { findGroupSnapshot } from '../../records/group-snapshots';
import { findGroupType, findGroupTypeByName } from '../../records/group-types';
import { findGroup } from '../../records/groups';
import type { Group } from '../../records/rows/group-row';
import type { GroupSnapshot } from '../../records/rows/group-snapshot-row';
import type { GroupTypeRow } from '../../records/rows/group-type-row';
import type { Viewer } from './find-owned';

function ownerFor({ isAdmin, projectId }: Viewer): { projectId: string | null } {
  return { projectId: isAdmin ? null : projectId };
}

/** The group, or groupNotFound. */
export async function ownGroup(db: Db, viewer: Viewer, id: string): Promise<Group> {
  const group = await findGroup(db, id.toLowerCase(), ownerFor(viewer));
  if (!group) throw otherFaults.groupNotFound({ id });
  return group;
}

/** The group of a caller of the groups' own calls: consistency groups are refused there. */
export async function genericGroup(db: Db, viewer: Viewer, id: string): Promise<Group> {
  const group = await ownGroup(db, viewer, id);
  if (!group.isConsistencyGroup) return group;
  throw groupFaults.groupTypeReserved({ groupTypeId: group.groupTypeId });
}

/** The group snapshot, or groupSnapshotNotFound. */
export async function ownGroupSnapshot(db: Db, viewer: Viewer, id: string): Promise<GroupSnapshot> {
  const snapshot = await findGroupSnapshot(db, id.toLowerCase(), ownerFor(viewer));
  if (!snapshot) throw groupFaults.groupSnapshotNotFound({ id });
  return snapshot;
}

/** As genericGroup, for group snapshots. */
export async function genericGroupSnapshot(
  db: Db,
  viewer: Viewer,
  id: string,
): Promise<GroupSnapshot> {
  const snapshot = await ownGroupSnapshot(db, viewer, id);
  if (!snapshot.isConsistencyGroup) return snapshot;
  throw groupFaults.groupSnapshotTypeReserved({ groupTypeId: snapshot.groupTypeId });
}

const uuid = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/** The group type of this id or name, or a 404. */
export async function usableGroupType(
  db: Db,
  viewer: Viewer,
  nameOrId: string,
): Promise<GroupTypeRow> {
  const byId = uuid.test(nameOrId) ? await findGroupType(db, nameOrId, viewer) : undefined;
  const type = byId ?? (await findGroupTypeByName(db, nameOrId, viewer));
  if (type) return type;
  if (uuid.test(nameOrId)) throw groupTypeFaults.groupTypeNotFound({ id: nameOrId });
  throw groupTypeFaults.groupTypeNameNotFound({ name: nameOrId });
}
