// What the API shows of groups and group snapshots, and by what their lists are filtered and
// sorted (cinder/api/v3/views/groups.py, group_snapshots.py). Invariant: fields come with the
// version that brought them; a group's project is an administrator's matter.
import { groupFaults } from '../../../schema/group-faults';
import { volumeTypeIdsOf } from '../../records/groups';
import type { Group, GroupRow } from '../../records/rows/group-row';
import type { GroupSnapshot, GroupSnapshotRow } from '../../records/rows/group-snapshot-row';
import { pythonText } from '../python-text';
import type { RouteRequest } from '../route-request';
import { filtersOf } from './extensions-list';
import type { Offers } from './list-params';

/** What the lists of groups offer. */
export const groupOffers: Offers<GroupRow> = {
  configured: filtersOf('group'),
  filters: {
    id: { column: 'id', kind: 'text' },
    name: { column: 'name', kind: 'text' },
    description: { column: 'description', kind: 'text' },
    status: { column: 'status', kind: 'text' },
    group_type_id: { column: 'groupTypeId', kind: 'text' },
    availability_zone: { column: 'availabilityZone', kind: 'text' },
    group_snapshot_id: { column: 'groupSnapshotId', kind: 'nullable' },
    source_group_id: { column: 'sourceGroupId', kind: 'nullable' },
    replication_status: { column: 'replicationStatus', kind: 'nullable' },
    user_id: { column: 'userId', kind: 'text' },
  },
  sorts: {
    id: 'id',
    name: 'name',
    description: 'description',
    status: 'status',
    group_type_id: 'groupTypeId',
    availability_zone: 'availabilityZone',
    created_at: 'createdAt',
    updated_at: 'updatedAt',
    user_id: 'userId',
    project_id: 'projectId',
  },
};

/** What the lists of group snapshots offer. */
export const groupSnapshotOffers: Offers<GroupSnapshotRow> = {
  configured: filtersOf('group_snapshot'),
  filters: {
    id: { column: 'id', kind: 'text' },
    name: { column: 'name', kind: 'text' },
    description: { column: 'description', kind: 'text' },
    status: { column: 'status', kind: 'text' },
    group_id: { column: 'groupId', kind: 'text' },
    group_type_id: { column: 'groupTypeId', kind: 'text' },
    user_id: { column: 'userId', kind: 'text' },
  },
  sorts: {
    id: 'id',
    name: 'name',
    description: 'description',
    status: 'status',
    group_id: 'groupId',
    group_type_id: 'groupTypeId',
    created_at: 'createdAt',
    updated_at: 'updatedAt',
    user_id: 'userId',
    project_id: 'projectId',
  },
};

/** The short form of a group or group snapshot. */
export function briefGroupView({ id, name }: GroupRow | GroupSnapshotRow): Record<string, unknown> {
  return { id, name };
}

/** The whole form; `volumeIds` by group where they were asked for. */
export function groupView(
  request: RouteRequest,
  volumeIds: ReadonlyMap<string, readonly string[]> | null,
): (group: Group) => Record<string, unknown> {
  const { minor, caller } = request;
  return (group) => ({
    id: group.id,
    status: group.status,
    availability_zone: group.availabilityZone,
    created_at: group.createdAt,
    name: group.name,
    description: group.description,
    group_type: group.groupTypeId,
    volume_types: volumeTypeIdsOf(group),
    ...(minor >= 14
      ? { group_snapshot_id: group.groupSnapshotId, source_group_id: group.sourceGroupId }
      : {}),
    ...(volumeIds ? { volumes: volumeIds.get(group.id) ?? [] } : {}),
    ...(minor >= 38 ? { replication_status: group.replicationStatus } : {}),
    ...(minor >= 58 && caller.isAdmin ? { project_id: group.projectId } : {}),
  });
}

/** The whole form of a group snapshot. */
export function groupSnapshotView(
  request: RouteRequest,
): (snapshot: GroupSnapshot) => Record<string, unknown> {
  const { minor, caller } = request;
  return (snapshot) => ({
    id: snapshot.id,
    group_id: snapshot.groupId,
    group_type_id: snapshot.groupTypeId,
    status: snapshot.status,
    created_at: snapshot.createdAt,
    name: snapshot.name,
    description: snapshot.description,
    ...(minor >= 58 && caller.isAdmin ? { project_id: snapshot.projectId } : {}),
  });
}

const statuses = ['error', 'available', 'creating', 'deleting', 'deleted', 'updating'] as const;
const groupStatuses = [...statuses, 'in-use', 'error_deleting'];
const groupSnapshotStatuses = [...statuses, 'error_deleting'];

function tuple(words: readonly string[]): string {
  return `(${words.map((word) => pythonText(word)).join(', ')})`;
}

/** The status that a reset asks for, in lower case. Fails with 400 for what is none. */
export function resetStatusOf(noun: 'group' | 'group snapshot', word: string): string {
  const isGroup = noun === 'group';
  const make = isGroup ? groupFaults.invalidGroupStatus : groupFaults.invalidGroupSnapshotStatus;
  const known = isGroup ? groupStatuses : groupSnapshotStatuses;
  if (word.trim() === '') throw make({ reason: "The 'status' can not be empty." });
  const lower = word.toLowerCase();
  if (known.includes(lower)) return lower;
  const title = isGroup ? 'Group status' : 'Group snapshot status';
  throw make({
    reason: `${title}: ${word} is invalid, valid statuses are: ${tuple(known)}.`,
  });
}
