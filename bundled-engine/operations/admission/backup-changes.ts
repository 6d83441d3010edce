// Admits backups, restores and their removal. Invariant: the statuses of backup and volume, the
// quota and the job change in one transaction (cinder/backup/api.py).
import { savedFaults, volumeFaults } from '../../../schema/faults';
import { backupStatusFaults } from '../../../schema/transfer-faults';
import { startsIn } from '../../../schema/kernel/lifecycle';
import { backupLifecycle } from '../../../schema/lifecycles/backup';
import { volumeLifecycle } from '../../../schema/lifecycles/volume';
import type { Parts } from '../../parts';
import { insertBackup, newestBackup, updateBackup } from '../../records/backups';
import type { Tx } from '../../records/database';
import { presentMoment } from '../../records/moment';
import { newUuid } from '../../records/new-id';
import type { BackupRow } from '../../records/rows/backup-row';
import type { SnapshotRow } from '../../records/rows/snapshot-row';
import type { TextMap } from '../../records/rows/table-shape';
import type { Volume } from '../../records/rows/volume-row';
import { transition } from '../../records/transition';
import type { CreateBackup } from '../create-backup';
import { volumeSubject } from '../operation-context';
import type { Asker } from '../operation-context';
import { savedVolumeOf } from '../saved-volume';
import { admitCreateVolume } from './new-volume';
import { changeableVolume, ownBackup, ownSnapshot } from './find-owned';
import { withPlainRefusals } from './plain-quota';
import { assertBackupQuota } from './quota-check';

/** What a caller asks for. */
export interface BackupRequest {
  readonly volumeId: string;
  readonly snapshotId: string | null;
  readonly name: string | null;
  readonly description: string | null;
  readonly container: string | null;
  readonly availabilityZone: string | null;
  readonly metadata: TextMap;
  readonly incremental: boolean;
  readonly force: boolean;
}

/** Admits a backup; gives its row. Not repeatable: each call makes one. */
export async function admitCreateBackup(
  parts: Parts,
  asker: Asker,
  request: BackupRequest,
): Promise<BackupRow> {
  return parts.database.transaction(async (tx) => {
    const volume = await changeableVolume(tx, asker, request.volumeId);
    const snapshot = request.snapshotId ? await ownSnapshot(tx, asker, request.snapshotId) : null;
    const previousStatus = await holdSource(tx, { volume, snapshot, force: request.force });
    await assertBackupQuota(parts, tx, {
      projectId: asker.projectId,
      gigabytes: volume.sizeGib,
    });
    const parent = request.incremental ? await parentOf(tx, asker, { volume, snapshot }) : null;
    const id = newUuid();
    const createdAt = presentMoment();
    const backup = await insertBackup(tx, {
      id,
      projectId: asker.projectId,
      userId: asker.userId,
      volumeId: volume.id,
      snapshotId: snapshot?.id ?? null,
      parentId: parent,
      name: request.name,
      description: request.description,
      container: request.container ?? `${id.slice(0, 2)}/${id.slice(2, 4)}/${id}`,
      availabilityZone: request.availabilityZone,
      service: 'folder',
      // Of a snapshot too the size of the volume as it is now (Cinder).
      sizeGib: volume.sizeGib,
      status: 'creating',
      volumeTypeId: volume.volumeTypeId,
      metadata: request.metadata,
      volumeData: savedVolumeOf(volume),
      createdAt,
      dataTimestamp: snapshot?.createdAt ?? createdAt,
    });
    const payload: CreateBackup = { backupId: id, requestId: asker.requestId, previousStatus };
    await parts.jobs.start(tx, {
      operation: 'create-backup',
      subject: volumeSubject(volume.id),
      payload,
    });
    return backup;
  });
}

/** Marks what is backed up as busy; gives the status that it goes back to. */
async function holdSource(
  tx: Tx,
  at: { volume: Volume; snapshot: SnapshotRow | null; force: boolean },
): Promise<string> {
  const { volume, snapshot, force } = at;
  const to = 'backing-up';
  if (snapshot) {
    if (snapshot.volumeId !== volume.id) {
      throw volumeFaults.invalidVolume({
        reason: `Volume ${volume.id} does not match with snapshot.volume_id ${snapshot.volumeId}.`,
      });
    }
    if (await transition(tx, 'snapshots', snapshot.id, { from: ['available'], to })) {
      return snapshot.status;
    }
    throw savedFaults.invalidSnapshot({
      reason:
        'Snapshot to be backed up must be available, but the current status is ' +
        `"${snapshot.status}".`,
    });
  }
  const from = startsIn(volumeLifecycle, volumeLifecycle.operations.backup, { forced: force });
  if (await transition(tx, 'volumes', volume.id, { from, to })) return volume.status;
  throw volumeFaults.invalidVolume({
    reason:
      volume.status === 'in-use'
        ? 'Backing up an in-use volume must use the force flag.'
        : 'Volume to be backed up must be available or in-use, but the current status is ' +
          `"${volume.status}".`,
  });
}

/** The project's backup with the newest bytes of the volume that are older than what is saved. */
async function parentOf(
  tx: Tx,
  asker: Asker,
  at: { volume: Volume; snapshot: SnapshotRow | null },
): Promise<string> {
  const parent = await newestBackup(tx, {
    volumeId: at.volume.id,
    projectId: asker.projectId,
    ...(at.snapshot ? { before: at.snapshot.createdAt } : {}),
  });
  if (parent && parent.status !== 'available') throw backupStatusFaults.parentNotAvailable({});
  if (parent) return parent.id;
  throw savedFaults.invalidBackup({
    reason: 'No backups available to do an incremental backup.',
  });
}

/** Admits a backup's removal, forced in any status. */
export async function admitDeleteBackup(
  parts: Parts,
  asker: Asker,
  request: { readonly backupId: string; readonly force: boolean },
): Promise<void> {
  const { force } = request;
  await parts.database.transaction(async (tx) => {
    const backup = await ownBackup(tx, asker, request.backupId);
    const { id, volumeId } = backup;
    const from = force ? 'any' : startsIn(backupLifecycle, backupLifecycle.operations.delete);
    if (!(await transition(tx, 'backups', id, { from, to: 'deleting' }))) {
      throw savedFaults.invalidBackup({ reason: 'Backup status must be available or error' });
    }
    if (backup.hasDependentBackups) {
      throw savedFaults.invalidBackup({ reason: 'Incremental backups exist for this backup.' });
    }
    await parts.jobs.start(tx, {
      operation: 'delete-backup',
      subject: volumeSubject(volumeId),
      payload: { backupId: id, requestId: asker.requestId },
    });
  });
}

/** Where a restore goes. */
export interface RestoreTarget {
  readonly backupId: string;
  readonly volumeId: string;
  readonly volumeName: string | null;
}

/** Admits a restore: into the volume that is named, else into a new one of the backup's size. */
export async function admitRestoreBackup(
  parts: Parts,
  asker: Asker,
  request: { backupId: string; volumeId: string | null; name: string | null },
): Promise<RestoreTarget> {
  if (request.volumeId === null) return restoreToNew(parts, asker, request);
  const volumeId = request.volumeId;
  return parts.database.transaction(async (tx) => {
    const backup = await ownBackup(tx, asker, request.backupId);
    const backupId = backup.id;
    if (!(await transition(tx, 'backups', backupId, { from: ['available'], to: 'restoring' }))) {
      throw savedFaults.invalidBackup({ reason: 'Backup status must be available' });
    }
    const volume = await changeableVolume(tx, asker, volumeId);
    const from = startsIn(volumeLifecycle, volumeLifecycle.operations.restore);
    if (!(await transition(tx, 'volumes', volume.id, { from, to: 'restoring-backup' }))) {
      throw volumeFaults.invalidVolume({
        reason: 'Volume to be restored to must be available',
      });
    }
    if (volume.sizeGib < backup.sizeGib) {
      throw volumeFaults.invalidVolume({
        reason:
          `volume size ${volume.sizeGib} is too small to restore backup of size ` +
          `${backup.sizeGib}.`,
      });
    }
    await updateBackup(tx, backupId, { restoreVolumeId: volume.id });
    await parts.jobs.start(tx, {
      operation: 'restore-backup',
      subject: volumeSubject(volume.id),
      payload: { backupId, volumeId: volume.id, requestId: asker.requestId },
    });
    return { backupId, volumeId: volume.id, volumeName: volume.name };
  });
}

async function restoreToNew(
  parts: Parts,
  asker: Asker,
  request: { backupId: string; name: string | null },
): Promise<RestoreTarget> {
  const backup = await ownBackup(parts.database, asker, request.backupId);
  if (backup.status !== 'available') {
    throw savedFaults.invalidBackup({ reason: 'Backup status must be available' });
  }
  const asked = {
    name: request.name ?? `restore_backup_${backup.id}`,
    description: 'auto-created_from_restore_from_backup',
    sizeGib: backup.sizeGib,
    volumeType: null,
    availabilityZone: null,
    metadata: {},
    imageRef: null,
    snapshotId: null,
    sourceVolumeId: null,
    backupId: backup.id,
  };
  const volume = await withPlainRefusals(['tooManyGigabytes', 'tooManyVolumes'], () =>
    admitCreateVolume(parts, asker, asked),
  );
  return { backupId: backup.id, volumeId: volume.id, volumeName: volume.name };
}
