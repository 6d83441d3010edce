// A group snapshot as it is recorded. Invariant: its group is recorded too, for the database
// refuses to remove a group that has snapshots; its parts are snapshots that name it.
import { consistencyTypeId } from './group-row';
import type { NewRow, TableShape } from './table-shape';

/** A recorded group snapshot. Times are ISO 8601 in UTC with microseconds and no zone. */
export interface GroupSnapshotRow {
  readonly id: string;
  readonly projectId: string;
  readonly userId: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly status: string;
  /** Status before the running operation. */
  readonly previousStatus: string | null;
  readonly groupId: string;
  readonly groupTypeId: string;
  readonly createdAt: string;
  readonly updatedAt: string | null;
}

/** A group snapshot as it is read. */
export interface GroupSnapshot extends GroupSnapshotRow {
  /** Whether its group's type is the one that stands for consistency groups. */
  readonly isConsistencyGroup: boolean;
}

/** What must be given for a new group snapshot. */
export type NewGroupSnapshot = NewRow<
  GroupSnapshotRow,
  'id' | 'projectId' | 'userId' | 'status' | 'groupId' | 'groupTypeId'
>;

/** The table of group snapshots. */
export const groupSnapshotTable = {
  table: 'group_snapshots',
  columns: {
    id: 'value',
    projectId: 'value',
    userId: 'value',
    name: 'value?',
    description: 'value?',
    status: 'value',
    previousStatus: 'value?',
    groupId: 'value',
    groupTypeId: 'value',
    createdAt: 'value',
    updatedAt: 'value?',
  },
  blank: { name: null, description: null, previousStatus: null, updatedAt: null },
  computed: {
    isConsistencyGroup: {
      sql: `coalesce("group_snapshots"."groupTypeId" = ${consistencyTypeId}, 0)`,
      kind: 'boolean',
    },
  },
  searchable: {},
} as const satisfies TableShape<GroupSnapshotRow>;
