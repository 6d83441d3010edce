// What is refused to those who move bytes: migration, retype, revert, reimage, taking over and
// letting go. Texts are those of a real Cinder (cinder/volume/api.py, cinder/api/v3/volumes.py,
// cinder/api/contrib/volume_manage.py, admin_actions.py), for tools match on them.
import { defineFaults } from './kernel/fault';

interface VolumeAndSnapshot {
  readonly volumeId: string;
  readonly snapshotId: string | null;
}

const cannotRevert = ({ volumeId, snapshotId }: VolumeAndSnapshot): string =>
  `Can't revert volume ${volumeId} to its latest snapshot ${snapshotId}. `;

/** Makers of faults about migration. */
export const migrationFaults = defineFaults({
  migrationRefused: {
    http: 400,
    message: (d: { id: string }) =>
      `Invalid volume: Volume ${d.id} status must be available or in-use, must not be migrating, ` +
      'have snapshots, be replicated, be part of a group and destination host/cluster must be ' +
      'different than the current one',
  },
  noServiceNamed: {
    http: 400,
    message: (d: { name: string }) => `Invalid host: No available service named '${d.name}'`,
  },
  notMidMigration: {
    http: 400,
    message: (d: { which: 'Source' | 'Destination' }) =>
      `Invalid volume: ${d.which} volume not mid-migration.`,
  },
  wrongMigrationTarget: {
    http: 400,
    message: (d: { found: string; expected: string }) =>
      `Invalid volume: Destination has migration_status ${d.found}, expected ${d.expected}.`,
  },
  swapRefused: {
    http: 400,
    message: (d: { id: string }) =>
      `Invalid volume: Volume ${d.id} is attached, and no compute service here swaps volumes ` +
      'under a server; detach it and attach the other one.',
  },
  snapshotWhileMigrating: {
    http: 400,
    message: () => 'Invalid volume: Snapshot cannot be created while volume is migrating.',
  },
  multiattachRetypeRefused: {
    http: 400,
    message: (d: { status: string }) =>
      'Invalid input received: Invalid volume_type passed, retypes affecting multiattach are ' +
      'only allowed on available volumes, the specified volume however currently has a status ' +
      `of: ${d.status}.`,
  },
});

/** Makers of faults about going back to a snapshot and about being filled from an image anew. */
export const revertFaults = defineFaults({
  noSnapshotToRevertTo: {
    http: 400,
    message: (d: { volumeId: string }) => `Volume ${d.volumeId} doesn't have any snapshots.`,
  },
  notLatestSnapshot: {
    http: 400,
    message: (d: VolumeAndSnapshot) =>
      `Specified snapshot ${d.snapshotId ?? 'None'} is None or not the latest one of volume ` +
      `${d.volumeId}.`,
  },
  revertSizesDiffer: {
    http: 400,
    message: (d: VolumeAndSnapshot) =>
      `${cannotRevert(d)}The volume size must be equal to the snapshot size.`,
  },
  volumeNotRevertible: {
    http: 409,
    message: (d: VolumeAndSnapshot) =>
      `Invalid volume: ${cannotRevert(d)}Volume's status must be 'available'.`,
  },
  snapshotNotRevertible: {
    http: 409,
    message: (d: VolumeAndSnapshot) =>
      `Invalid snapshot: ${cannotRevert(d)}Snapshot's status must be 'available'.`,
  },
  reimageAttached: {
    http: 409,
    message: () => 'Cannot re-image a volume which is attached to more than one server.',
  },
  reimageRefused: {
    http: 400,
    message: (d: { id: string; from: readonly string[]; status: string }) =>
      `Invalid volume: Volume ${d.id} status must be ${d.from.join(' or ')}, but current status ` +
      `is ${d.status}.`,
  },
  imageNotFound: {
    http: 404,
    message: (d: { id: string }) => `Image ${d.id} could not be found.`,
  },
});

/** Makers of faults about taking over and letting go. */
export const manageFaults = defineFaults({
  alreadyManaged: {
    http: 400,
    message: () => 'Unable to manage existing volume. The volume is already managed',
  },
  manageHostNotFound: {
    http: 400,
    message: (d: { kind: 'Host' | 'Cluster'; name: string }) => `${d.kind} '${d.name}' not found`,
  },
  serviceUnavailable: { http: 400, message: () => 'Service is unavailable at this time.' },
  volumeServiceNotFound: {
    http: 404,
    message: (d: { host: string }) => `Service None could not be found on host ${d.host}.`,
  },
  manageTypeNotFound: {
    http: 400,
    message: (d: { name: string }) =>
      `Invalid volume type: Cannot find requested '${d.name}' volume type`,
  },
  manageEncryptedType: {
    http: 400,
    message: () => 'Managing to an encrypted volume type is not supported.',
  },
  unmanageEncrypted: {
    http: 400,
    message: () => 'Unmanaging encrypted volumes is not supported.',
  },
  /** A parameter with a value that it may not have, in whole sentences of its own. */
  parameterRefused: { http: 400, message: (d: { message: string }) => d.message },
});
