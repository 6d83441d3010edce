// The catalogue of the APIs' errors: each once, with its code, its HTTP face and its text. Texts
// that a client sees are those of a real Cinder (recorded replies; cinder/exception.py,
// cinder/volume/api.py), for tools match on them. Invariant: the code of a row never changes its
// meaning.
import { defineFaults } from './kernel/fault';

/** Any thing with an id, as 404 texts name it. */
interface Missing {
  readonly id: string;
}

const volumeDeleteText =
  'Invalid volume: Volume status must be available or error or error_restoring or ' +
  'error_extending or error_managing and must not be migrating, attached, belong to a group, ' +
  'have snapshots, awaiting a transfer, or be disassociated from snapshots after volume transfer.';

/** Makers of faults of requests as such, whatever they are about. */
export const requestFaults = defineFaults({
  /** A message in the words of a JSON-schema checker. */
  badInput: { http: 400, message: (d: { message: string }) => d.message },
  incorrect: {
    http: 400,
    message: () =>
      'The server could not comply with the request since it is either malformed or otherwise ' +
      'incorrect.',
  },
  invalidInput: {
    http: 400,
    message: (d: { reason: string }) => `Invalid input received: ${d.reason}`,
  },
  notAsSeen: {
    http: 412,
    message: () => 'The metadata is not what the request expects (If-Match): read it again.',
  },
  markerNotFound: {
    http: 404,
    message: (d: { marker: string }) => `Marker ${d.marker} could not be found.`,
  },
});

/** Makers of faults about volumes. */
export const volumeFaults = defineFaults({
  volumeNotFound: { http: 404, message: (d: Missing) => `Volume ${d.id} could not be found.` },
  volumeMetadataNotFound: {
    http: 404,
    message: (d: { id: string; key: string }) =>
      `Volume ${d.id} has no metadata with key ${d.key}.`,
  },
  volumeNotDeletable: { http: 400, message: () => volumeDeleteText },
  /** Any other refusal because of what the volume is at the moment. */
  invalidVolume: {
    http: 400,
    message: (d: { reason: string }) => `Invalid volume: ${d.reason}`,
  },
  imageUnusable: {
    http: 400,
    message: () => 'Invalid image identifier or unable to access requested image.',
  },
  imageAmbiguous: {
    http: 409,
    message: (d: { name: string }) =>
      `Multiple matches found for '${d.name}', use an ID to be more specific.`,
  },
  imageUnacceptable: {
    http: 400,
    message: (d: { imageId: string; reason: string }) =>
      `Image ${d.imageId} is unacceptable: ${d.reason}`,
  },
});

/** Makers of faults about snapshots and backups. */
export const savedFaults = defineFaults({
  snapshotNotFound: { http: 404, message: (d: Missing) => `Snapshot ${d.id} could not be found.` },
  snapshotMetadataNotFound: {
    http: 404,
    message: (d: { id: string; key: string }) =>
      `Snapshot ${d.id} has no metadata with key ${d.key}.`,
  },
  invalidSnapshot: {
    http: 400,
    message: (d: { reason: string }) => `Invalid snapshot: ${d.reason}`,
  },
  backupNotFound: { http: 404, message: (d: Missing) => `Backup ${d.id} could not be found.` },
  invalidBackup: {
    http: 400,
    message: (d: { reason: string }) => `Invalid backup: ${d.reason}`,
  },
});

/** Makers of faults about volume types. */
export const typeFaults = defineFaults({
  typeNotFound: { http: 404, message: (d: Missing) => `Volume type ${d.id} could not be found.` },
  typeNameNotFound: {
    http: 404,
    message: (d: { name: string }) => `Volume type with name ${d.name} could not be found.`,
  },
  typeExists: {
    http: 409,
    message: (d: { name: string }) => `Volume Type ${d.name} already exists.`,
  },
  invalidType: {
    http: 400,
    message: (d: { reason: string }) => `Invalid volume type: ${d.reason}`,
  },
  extraSpecNotFound: {
    http: 404,
    message: (d: { id: string; key: string }) =>
      `Volume Type ${d.id} has no extra specs with key ${d.key}.`,
  },
  accessExists: {
    http: 409,
    message: (d: { id: string; projectId: string }) =>
      `Volume type access for ${d.id} / ${d.projectId} combination already exists.`,
  },
  accessNotFound: {
    http: 404,
    message: (d: { id: string; projectId: string }) =>
      `Volume type access not found for ${d.id} / ${d.projectId} combination.`,
  },
  publicTypeHasNoAccessList: {
    http: 404,
    message: () => 'Access list not available for public volume types.',
  },
  publicTypeAccess: {
    http: 400,
    message: () =>
      'Invalid volume type: Type access modification is not applicable to public volume type.',
  },
});

/** Makers of faults about quotas: 413, to be answered with Retry-After: 0. */
export const quotaFaults = defineFaults({
  tooManyVolumes: {
    http: 413,
    message: (d: { name: string; limit: number }) =>
      `VolumeLimitExceeded: Maximum number of volumes allowed (${d.limit}) exceeded for quota ` +
      `'${d.name}'.`,
  },
  tooManyGigabytes: {
    http: 413,
    message: (d: { name: string; requested: number; limit: number; used: number }) =>
      'VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed ' +
      `${d.name} quota. Requested ${d.requested}G, quota is ${d.limit}G and ${d.used}G has been ` +
      'consumed.',
  },
  volumeTooLarge: {
    http: 413,
    message: (d: { size: number; limit: number }) =>
      `VolumeSizeExceedsLimit: Requested volume size ${d.size}G is larger than maximum allowed ` +
      `limit ${d.limit}G.`,
  },
  tooManySnapshots: {
    http: 413,
    message: (d: { name: string; limit: number }) =>
      `SnapshotLimitExceeded: Maximum number of snapshots allowed (${d.limit}) exceeded for ` +
      `quota '${d.name}'.`,
  },
  tooManyBackups: {
    http: 413,
    message: (d: { limit: number }) =>
      `BackupLimitExceeded: Maximum number of backups allowed (${d.limit}) exceeded`,
  },
  tooManyBackupGigabytes: {
    http: 413,
    message: (d: { requested: number; limit: number; used: number }) =>
      'VolumeBackupSizeExceedsAvailableQuota: Requested backup exceeds allowed Backup gigabytes ' +
      `quota. Requested ${d.requested}G, quota is ${d.limit}G and ${d.used}G has been consumed.`,
  },
  badQuotaKeys: {
    http: 400,
    message: (d: { keys: readonly string[] }) => `Bad key(s) in quota set: ${d.keys.join(',')}`,
  },
});

/** Makers of faults about the remaining nouns of the Block Storage API. */
export const otherFaults = defineFaults({
  messageNotFound: { http: 404, message: (d: Missing) => `message ${d.id} could not be found.` },
  groupNotFound: { http: 404, message: (d: Missing) => `Group ${d.id} could not be found.` },
  extensionNotFound: {
    http: 404,
    message: (d: { alias: string }) => `Extension ${d.alias} could not be found.`,
  },
  hostNotFound: {
    http: 404,
    message: (d: { host: string }) => `Host ${d.host} could not be found.`,
  },
  zoneInvalid: {
    http: 400,
    message: (d: { zone: string }) => `Availability zone '${d.zone}' is invalid.`,
  },
});
