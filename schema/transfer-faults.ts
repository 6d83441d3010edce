// What is refused to those who hand volumes over. Texts are those of a real Cinder
// (cinder/transfer/api.py, cinder/db/sqlalchemy/api.py, cinder/exception.py), for tools match on
// them. Invariant: the code of a row never changes its meaning.
import { defineFaults } from './kernel/fault';

interface TransferAndVolume {
  readonly transferId: string;
  readonly volumeId: string;
}

interface TransferAndSnapshot {
  readonly transferId: string;
  readonly snapshotId: string;
}

/** Makers of faults about transfers. */
export const transferFaults = defineFaults({
  transferNotFound: {
    http: 404,
    message: (d: { id: string }) => `Transfer ${d.id} could not be found.`,
  },
  authKeyInvalid: {
    http: 400,
    message: (d: { transferId: string }) =>
      `Invalid auth key: Attempt to transfer ${d.transferId} with invalid auth key.`,
  },
  volumeNotOfferable: { http: 400, message: () => 'Invalid volume: status must be available' },
  snapshotNotOfferable: {
    http: 400,
    message: (d: { snapshotId: string }) =>
      `Invalid snapshot: snapshot: ${d.snapshotId} status must be available`,
  },
  volumeInGroup: {
    http: 400,
    message: (d: { volumeId: string }) =>
      `Invalid volume: Volume ${d.volumeId} must not be part of a consistency group.`,
  },
  volumeInMaintenance: {
    http: 400,
    message: () => 'Invalid volume: The volume cannot accept transfer in maintenance mode.',
  },
  volumeNotAwaiting: {
    http: 400,
    message: (d: TransferAndVolume) =>
      `Invalid volume: Transfer ${d.transferId}: Volume id ${d.volumeId} expected in ` +
      'awaiting-transfer state.',
  },
  snapshotNotAvailable: {
    http: 400,
    message: (d: TransferAndSnapshot) =>
      `Invalid snapshot: Transfer ${d.transferId}: Snapshot ${d.snapshotId} is not in the ` +
      'expected available state.',
  },
  /** Keys that the asked microversion does not know yet, in the words of a JSON-schema checker. */
  keyTooNew: {
    http: 400,
    message: (d: { key: string }) =>
      `Additional properties are not allowed ('${d.key}' was unexpected)`,
  },
  /** A quota's refusal that is told without the name of its class (accept, restore). */
  quotaSpent: { http: 413, message: (d: { message: string }) => d.message },
});

/** Makers of faults about the statuses of backups. */
export const backupStatusFaults = defineFaults({
  statusInvalid: {
    http: 400,
    message: (d: { status: string }) =>
      `Backup status: ${d.status} is invalid, valid statuses are: ['available', 'error'].`,
  },
  parentNotAvailable: {
    http: 400,
    message: () => 'Invalid backup: The parent backup must be available for incremental backup.',
  },
});

/** Makers of faults about exported backup records. */
export const backupRecordFaults = defineFaults({
  recordUnparsable: {
    http: 400,
    message: () => "Invalid input received: Can't parse backup record.",
  },
  recordLacksId: {
    http: 400,
    message: () => 'Invalid input received: Provided backup record is missing an id',
  },
  recordLacksSize: {
    http: 400,
    message: () => 'Invalid input received: Provided backup record is missing size attribute',
  },
  recordInvalid: {
    http: 400,
    message: (d: { field: string; expected: string }) =>
      `Invalid input received: Provided backup record has an invalid ${d.field}: expected ` +
      `${d.expected}. Import what export_record gave, unchanged.`,
  },
  backupExists: { http: 400, message: () => 'Invalid backup: Backup already exists in database.' },
  serviceForeign: {
    http: 400,
    message: (d: { service: string; expected: string }) =>
      'Invalid backup: Import record failed, cannot find backup service to perform the import. ' +
      `Request service ${d.service}; this engine reads what ${d.expected} wrote.`,
  },
  bytesMissing: {
    http: 400,
    message: (d: { id: string }) =>
      `Invalid backup: Import record failed: the backup target has no backup ${d.id}. Check that ` +
      'this is the target that it was made in.',
  },
  bytesUnusable: {
    http: 400,
    message: (d: { reason: string }) => `Invalid backup: Import record failed: ${d.reason}`,
  },
});
