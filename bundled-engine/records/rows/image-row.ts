// An image as it is recorded. Invariant: an id that was ever an image's is remembered for good
// (table retired_image_ids), so that it can never come to mean other bytes.
import type { NewRow, TableShape, TextMap } from './table-shape';

/** Where the bytes of an image are: cinder://ID for a volume-backed one, file://… for a file. */
export interface ImageLocation {
  readonly url: string;
  readonly metadata: TextMap;
}

/** A recorded image. Times are ISO 8601 in UTC with microseconds and no zone. */
export interface ImageRow {
  readonly id: string;
  /** The owner. */
  readonly projectId: string;
  readonly userId: string | null;
  readonly name: string | null;
  readonly status: string;
  /** Status before the running operation: the `origin` of lifecycles. */
  readonly previousStatus: string | null;
  readonly visibility: 'public' | 'private' | 'shared' | 'community';
  readonly isHidden: boolean;
  readonly isProtected: boolean;
  readonly diskFormat: string | null;
  readonly containerFormat: string | null;
  readonly sizeBytes: number | null;
  readonly virtualSizeBytes: number | null;
  /** MD5 of the bytes, in hex. */
  readonly checksum: string | null;
  readonly hashAlgorithm: string | null;
  readonly hashValue: string | null;
  readonly minDiskGib: number;
  readonly minRamMib: number;
  readonly properties: TextMap;
  readonly tags: readonly string[];
  readonly locations: readonly ImageLocation[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What must be given for a new image. */
export type NewImage = NewRow<ImageRow, 'id' | 'projectId' | 'status'>;

/** The table of images. */
export const imageTable = {
  table: 'images',
  columns: {
    id: 'value',
    projectId: 'value',
    userId: 'value?',
    name: 'value?',
    status: 'value',
    previousStatus: 'value?',
    visibility: 'value',
    isHidden: 'boolean',
    isProtected: 'boolean',
    diskFormat: 'value?',
    containerFormat: 'value?',
    sizeBytes: 'value?',
    virtualSizeBytes: 'value?',
    checksum: 'value?',
    hashAlgorithm: 'value?',
    hashValue: 'value?',
    minDiskGib: 'value',
    minRamMib: 'value',
    properties: 'json',
    tags: 'json',
    locations: 'json',
    createdAt: 'value',
    updatedAt: 'value',
  },
  blank: {
    userId: null,
    name: null,
    previousStatus: null,
    visibility: 'shared',
    isHidden: false,
    isProtected: false,
    diskFormat: null,
    containerFormat: null,
    sizeBytes: null,
    virtualSizeBytes: null,
    checksum: null,
    hashAlgorithm: null,
    hashValue: null,
    minDiskGib: 0,
    minRamMib: 0,
    properties: {},
    tags: [],
    locations: [],
  },
  computed: {},
  searchable: { properties: 'image', tags: 'image-tag' },
} as const satisfies TableShape<ImageRow>;
