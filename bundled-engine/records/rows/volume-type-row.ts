// A volume type as it is recorded. Invariant: names are unique, and a type that a volume has cannot
// be removed: the database refuses both.
import type { NewRow, TableShape, TextMap } from './table-shape';

/** A recorded volume type. Times are ISO 8601 in UTC with microseconds and no zone. */
export interface VolumeTypeRow {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly isPublic: boolean;
  readonly extraSpecs: TextMap;
  readonly qosSpecsId: string | null;
  readonly createdAt: string;
  readonly updatedAt: string | null;
}

/** What must be given for a new volume type. */
export type NewVolumeType = NewRow<VolumeTypeRow, 'id' | 'name'>;

/** The table of volume types. */
export const volumeTypeTable = {
  table: 'volume_types',
  columns: {
    id: 'value',
    name: 'value',
    description: 'value?',
    isPublic: 'boolean',
    extraSpecs: 'json',
    qosSpecsId: 'value?',
    createdAt: 'value',
    updatedAt: 'value?',
  },
  blank: {
    description: null,
    isPublic: true,
    extraSpecs: {},
    qosSpecsId: null,
    updatedAt: null,
  },
  computed: {},
  searchable: { extraSpecs: 'volume-type' },
} as const satisfies TableShape<VolumeTypeRow>;
