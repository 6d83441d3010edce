// A backup as it is recorded. Invariant: it outlives its volume and its snapshot, so their ids here
// may name things that are gone.
import type { NewRow, TableShape, TextMap } from './table-shape';

/** A recorded backup. Times are ISO 8601 in UTC with microseconds and no zone. */
export interface BackupRow {
  readonly id: string;
  readonly projectId: string;
  readonly userId: string;
  readonly volumeId: string;
  readonly snapshotId: string | null;
  /** The backup that this one is an increment of. */
  readonly parentId: string | null;
  readonly name: string | null;
  readonly description: string | null;
  readonly sizeGib: number;
  readonly status: string;
  /** Status before the running operation: the `origin` of lifecycles. */
  readonly previousStatus: string | null;
  readonly failReason: string | null;
  readonly container: string | null;
  readonly availabilityZone: string | null;
  /** Name of the target that holds its bytes. */
  readonly service: string | null;
  readonly objectCount: number;
  /** Bytes of data that it covers, holes left out; null while it is being made. */
  readonly dataBytes: number | null;
  /** Bytes that it added to the target; null while it is being made. */
  readonly storedBytes: number | null;
  /** The moment whose bytes it holds; increments are chosen by it. */
  readonly dataTimestamp: string;
  /** Where a restore is writing to. */
  readonly restoreVolumeId: string | null;
  readonly temporaryVolumeId: string | null;
  readonly temporarySnapshotId: string | null;
  readonly volumeTypeId: string | null;
  readonly metadata: TextMap;
  /** What the volume was like, so that a restore can give it back: image metadata, bootable. */
  readonly volumeData: Readonly<Record<string, unknown>> | null;
  /** What the driver needs to tell later what has changed since. */
  readonly checkpoint: Readonly<Record<string, unknown>> | null;
  readonly consumesQuota: boolean;
  readonly createdAt: string;
  readonly updatedAt: string | null;
}

/** A backup as it is read: the row, and whether increments rest on it. */
export interface Backup extends BackupRow {
  readonly hasDependentBackups: boolean;
}

/** What must be given for a new backup. `dataTimestamp` defaults to the moment of creation. */
export type NewBackup = NewRow<
  BackupRow,
  'id' | 'projectId' | 'userId' | 'volumeId' | 'sizeGib' | 'status'
>;

/** The table of backups. */
export const backupTable = {
  table: 'backups',
  columns: {
    id: 'value',
    projectId: 'value',
    userId: 'value',
    volumeId: 'value',
    snapshotId: 'value?',
    parentId: 'value?',
    name: 'value?',
    description: 'value?',
    sizeGib: 'value',
    status: 'value',
    previousStatus: 'value?',
    failReason: 'value?',
    container: 'value?',
    availabilityZone: 'value?',
    service: 'value?',
    objectCount: 'value',
    dataBytes: 'value?',
    storedBytes: 'value?',
    dataTimestamp: 'value',
    restoreVolumeId: 'value?',
    temporaryVolumeId: 'value?',
    temporarySnapshotId: 'value?',
    volumeTypeId: 'value?',
    metadata: 'json',
    volumeData: 'json?',
    checkpoint: 'json?',
    consumesQuota: 'boolean',
    createdAt: 'value',
    updatedAt: 'value?',
  },
  blank: {
    snapshotId: null,
    parentId: null,
    name: null,
    description: null,
    previousStatus: null,
    failReason: null,
    container: null,
    availabilityZone: null,
    service: null,
    objectCount: 0,
    dataBytes: null,
    storedBytes: null,
    restoreVolumeId: null,
    temporaryVolumeId: null,
    temporarySnapshotId: null,
    volumeTypeId: null,
    metadata: {},
    volumeData: null,
    checkpoint: null,
    consumesQuota: true,
    updatedAt: null,
  },
  computed: {
    hasDependentBackups: {
      sql: 'EXISTS (SELECT 1 FROM "backups" c WHERE c."parentId" = "backups"."id")',
      kind: 'boolean',
    },
  },
  searchable: { metadata: 'backup' },
} as const satisfies TableShape<BackupRow>;
