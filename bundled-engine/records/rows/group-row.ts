// A group of volumes as it is recorded. Invariant: its type is recorded too, for the database
// refuses to remove a type that groups have; which volumes it has, they say themselves (groupId).
import type { NewRow, TableShape } from './table-shape';

/** A recorded group. Times are ISO 8601 in UTC with microseconds and no zone. */
export interface GroupRow {
  readonly id: string;
  readonly projectId: string;
  readonly userId: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly status: string;
  /** Status before the running operation. */
  readonly previousStatus: string | null;
  readonly groupTypeId: string;
  readonly availabilityZone: string | null;
  /** The pool of all its volumes; null until one is chosen. */
  readonly pool: string | null;
  readonly groupSnapshotId: string | null;
  readonly sourceGroupId: string | null;
  readonly replicationStatus: string | null;
  readonly createdAt: string;
  readonly updatedAt: string | null;
}

/** A group as it is read: the row, its volume types, and whether it is a consistency group. */
export interface Group extends GroupRow {
  /** Ids, joined by commas. */
  readonly volumeTypeIds: string | null;
  /** Whether its type is the one that stands for consistency groups. */
  readonly isConsistencyGroup: boolean;
}

/** What must be given for a new group. */
export type NewGroup = NewRow<
  GroupRow,
  'id' | 'projectId' | 'userId' | 'status' | 'groupTypeId' | 'availabilityZone'
>;

/** Name of the group type that stands for consistency groups. */
export const consistencyTypeName = 'default_cgsnapshot_type';

const byName = `WHERE "name" = '${consistencyTypeName}'`;

/** SQL for the id of that type. */
export const consistencyTypeId = `(SELECT "id" FROM "group_types" ${byName})`;

/** The table of groups. */
export const groupTable = {
  table: 'groups',
  columns: {
    id: 'value',
    projectId: 'value',
    userId: 'value',
    name: 'value?',
    description: 'value?',
    status: 'value',
    previousStatus: 'value?',
    groupTypeId: 'value',
    availabilityZone: 'value?',
    pool: 'value?',
    groupSnapshotId: 'value?',
    sourceGroupId: 'value?',
    replicationStatus: 'value?',
    createdAt: 'value',
    updatedAt: 'value?',
  },
  blank: {
    name: null,
    description: null,
    previousStatus: null,
    pool: null,
    groupSnapshotId: null,
    sourceGroupId: null,
    replicationStatus: 'disabled',
    updatedAt: null,
  },
  computed: {
    volumeTypeIds: {
      sql:
        '(SELECT group_concat(t."volumeTypeId", \',\') FROM "group_volume_types" t ' +
        'WHERE t."groupId" = "groups"."id")',
      kind: 'value?',
    },
    isConsistencyGroup: {
      sql: `coalesce("groups"."groupTypeId" = ${consistencyTypeId}, 0)`,
      kind: 'boolean',
    },
  },
  searchable: {},
} as const satisfies TableShape<GroupRow>;
