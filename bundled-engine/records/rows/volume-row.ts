// A volume as it is recorded. Invariant: what a view of the API shows is here or follows from here;
// the format of its bytes is recorded in driverData and never guessed.
import type { NewRow, TableShape, TextMap } from './table-shape';

/** A recorded volume. Times are ISO 8601 in UTC with microseconds and no zone. */
export interface VolumeRow {
  readonly id: string;
  readonly projectId: string;
  readonly userId: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly sizeGib: number;
  readonly status: string;
  /** Status before the running operation: the `origin` of lifecycles. */
  readonly previousStatus: string | null;
  readonly attachStatus: string;
  readonly migrationStatus: string | null;
  readonly replicationStatus: string | null;
  readonly bootable: boolean;
  readonly encrypted: boolean;
  readonly multiattach: boolean;
  readonly sharedTargets: boolean;
  readonly availabilityZone: string | null;
  readonly volumeTypeId: string | null;
  /** Name of the pool that holds its bytes; null until one is chosen. */
  readonly pool: string | null;
  readonly snapshotId: string | null;
  readonly sourceVolumeId: string | null;
  readonly imageId: string | null;
  readonly backupId: string | null;
  readonly groupId: string | null;
  readonly consistencyGroupId: string | null;
  /** How it got its bytes; null while they are being made. */
  readonly bytes: 'blank' | 'cloned' | 'copied' | null;
  readonly metadata: TextMap;
  /** What is known of the image that it came from: volume_image_metadata. */
  readonly imageMetadata: TextMap;
  readonly adminMetadata: TextMap;
  /** What the pool's driver must know to find its bytes again. */
  readonly driverData: Readonly<Record<string, unknown>> | null;
  /** Made by the engine for its own ends; no list shows it to users. */
  readonly isInternal: boolean;
  readonly consumesQuota: boolean;
  readonly createdAt: string;
  readonly updatedAt: string | null;
  /** When it became usable for the first time. */
  readonly launchedAt: string | null;
}

/** A volume as it is read: the row and the name of its type. */
export interface Volume extends VolumeRow {
  readonly volumeTypeName: string | null;
}

/** What must be given for a new volume. */
export type NewVolume = NewRow<
  VolumeRow,
  'id' | 'projectId' | 'userId' | 'sizeGib' | 'status' | 'volumeTypeId'
>;

/** The table of volumes. */
export const volumeTable = {
  table: 'volumes',
  columns: {
    id: 'value',
    projectId: 'value',
    userId: 'value',
    name: 'value?',
    description: 'value?',
    sizeGib: 'value',
    status: 'value',
    previousStatus: 'value?',
    attachStatus: 'value',
    migrationStatus: 'value?',
    replicationStatus: 'value?',
    bootable: 'boolean',
    encrypted: 'boolean',
    multiattach: 'boolean',
    sharedTargets: 'boolean',
    availabilityZone: 'value?',
    volumeTypeId: 'value?',
    pool: 'value?',
    snapshotId: 'value?',
    sourceVolumeId: 'value?',
    imageId: 'value?',
    backupId: 'value?',
    groupId: 'value?',
    consistencyGroupId: 'value?',
    bytes: 'value?',
    metadata: 'json',
    imageMetadata: 'json',
    adminMetadata: 'json',
    driverData: 'json?',
    isInternal: 'boolean',
    consumesQuota: 'boolean',
    createdAt: 'value',
    updatedAt: 'value?',
    launchedAt: 'value?',
  },
  blank: {
    name: null,
    description: null,
    previousStatus: null,
    attachStatus: 'detached',
    migrationStatus: null,
    replicationStatus: null,
    bootable: false,
    encrypted: false,
    multiattach: false,
    sharedTargets: false,
    availabilityZone: null,
    pool: null,
    snapshotId: null,
    sourceVolumeId: null,
    imageId: null,
    backupId: null,
    groupId: null,
    consistencyGroupId: null,
    bytes: null,
    metadata: {},
    imageMetadata: {},
    adminMetadata: {},
    driverData: null,
    isInternal: false,
    consumesQuota: true,
    updatedAt: null,
    launchedAt: null,
  },
  computed: {
    volumeTypeName: {
      sql: '(SELECT t."name" FROM "volume_types" t WHERE t."id" = "volumes"."volumeTypeId")',
      kind: 'value?',
    },
  },
  searchable: { metadata: 'volume', imageMetadata: 'volume-image' },
} as const satisfies TableShape<VolumeRow>;
