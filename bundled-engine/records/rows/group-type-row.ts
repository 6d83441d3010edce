// A group type as it is recorded. Invariant: names are unique: the database refuses others.
import type { NewRow, TableShape } from './table-shape';

/** Specs by key; null where a key has no value. */
export type GroupSpecs = Readonly<Record<string, string | null>>;

/** A recorded group type. Times are ISO 8601 in UTC with microseconds and no zone. */
export interface GroupTypeRow {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly isPublic: boolean;
  readonly groupSpecs: GroupSpecs;
  readonly createdAt: string;
  readonly updatedAt: string | null;
}

/** What must be given for a new group type. */
export type NewGroupType = NewRow<GroupTypeRow, 'id' | 'name'>;

/** The table of group types. */
export const groupTypeTable = {
  table: 'group_types',
  columns: {
    id: 'value',
    name: 'value',
    description: 'value?',
    isPublic: 'boolean',
    groupSpecs: 'json',
    createdAt: 'value',
    updatedAt: 'value?',
  },
  blank: { description: null, isPublic: true, groupSpecs: {}, updatedAt: null },
  computed: {},
  searchable: {},
} as const satisfies TableShape<GroupTypeRow>;
