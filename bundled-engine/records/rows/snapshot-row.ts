// A snapshot as it is recorded. Invariant: its volume is recorded too, for the database refuses to
// remove a volume that has snapshots.
import type { NewRow, TableShape, TextMap } from './table-shape';

/** A recorded snapshot. Times are ISO 8601 in UTC with microseconds and no zone. */
export interface SnapshotRow {
  readonly id: string;
  readonly projectId: string;
  readonly userId: string;
  readonly volumeId: string;
  readonly volumeTypeId: string | null;
  readonly name: string | null;
  readonly description: string | null;
  readonly sizeGib: number;
  readonly status: string;
  /** Status before the running operation: the `origin` of lifecycles. */
  readonly previousStatus: string | null;
  /** As `os-extended-snapshot-attributes:progress` shows it: 0% to 100%. */
  readonly progress: string;
  readonly encrypted: boolean;
  readonly groupSnapshotId: string | null;
  readonly pool: string | null;
  readonly metadata: TextMap;
  /** What the pool's driver must know to find its bytes again. */
  readonly driverData: Readonly<Record<string, unknown>> | null;
  /** Made by the engine for its own ends; no list shows it to users. */
  readonly isInternal: boolean;
  readonly consumesQuota: boolean;
  readonly createdAt: string;
  readonly updatedAt: string | null;
}

/** What must be given for a new snapshot. */
export type NewSnapshot = NewRow<
  SnapshotRow,
  'id' | 'projectId' | 'userId' | 'volumeId' | 'volumeTypeId' | 'sizeGib' | 'status'
>;

/** The table of snapshots. */
export const snapshotTable = {
  table: 'snapshots',
  columns: {
    id: 'value',
    projectId: 'value',
    userId: 'value',
    volumeId: 'value',
    volumeTypeId: 'value?',
    name: 'value?',
    description: 'value?',
    sizeGib: 'value',
    status: 'value',
    previousStatus: 'value?',
    progress: 'value',
    encrypted: 'boolean',
    groupSnapshotId: 'value?',
    pool: 'value?',
    metadata: 'json',
    driverData: 'json?',
    isInternal: 'boolean',
    consumesQuota: 'boolean',
    createdAt: 'value',
    updatedAt: 'value?',
  },
  blank: {
    name: null,
    description: null,
    previousStatus: null,
    progress: '0%',
    encrypted: false,
    groupSnapshotId: null,
    pool: null,
    metadata: {},
    driverData: null,
    isInternal: false,
    consumesQuota: true,
    updatedAt: null,
  },
  computed: {},
  searchable: { metadata: 'snapshot' },
} as const satisfies TableShape<SnapshotRow>;
