// Admits what changes where a volume's bytes lie or what they are: migration, going back to a
// snapshot, being filled from an image anew. Invariant: statuses and the job change in one
// transaction, so a refusal leaves nothing half begun (Cinder leaves a volume in `reverting` when
// its snapshot is not available, and one in `downloading` when the image is refused).
import { volumeFaults } from '../../../schema/faults';
import { startsIn } from '../../../schema/kernel/lifecycle';
import { volumeLifecycle } from '../../../schema/lifecycles/volume';
import { migrationFaults, revertFaults } from '../../../schema/move-faults';
import { operatorFaults } from '../../../schema/operator-faults';
import type { Parts } from '../../parts';
import { attachmentsOfVolume } from '../../records/attachments';
import type { Tx } from '../../records/database';
import { findImage } from '../../records/images';
import { newUuid } from '../../records/new-id';
import { snapshotsOfVolume } from '../../records/snapshots';
import { transition } from '../../records/transition';
import { updateVolume } from '../../records/volumes';
import type { MigrateVolume } from '../migrate-volume';
import { volumeSubject } from '../operation-context';
import type { Asker } from '../operation-context';
import type { ReimageVolume } from '../reimage-volume';
import type { RevertVolume } from '../revert-volume';
import { isMigrating } from './attachment-status';
import { assertSnapshotNotRead, assertVolumeNotRead } from './being-read';
import { changeableVolume, ownVolume } from './find-owned';
import { assertImageFits, imageMetadataOf } from './image-source';
import { namedHost } from './named-host';

const rows = volumeLifecycle.operations;

/** Where a volume is to go. Exactly one of host and cluster is to be given. */
export interface MigrateRequest {
  readonly volumeId: string;
  readonly host: string | null;
  readonly cluster: string | null;
  /** Whether a volume that is not attached is locked in `maintenance` meanwhile. */
  readonly lock: boolean;
  readonly minor: number;
}

/** Admits a migration: the migration status is `starting` when it returns. */
export async function admitMigrateVolume(
  parts: Parts,
  asker: Asker,
  request: MigrateRequest,
): Promise<void> {
  await parts.database.transaction(async (tx) => {
    const volume = await changeableVolume(tx, asker, request.volumeId);
    const { id, status } = volume;
    const { host, cluster, lock } = request;
    const name = host !== null && host !== '' ? host : null;
    const other = cluster !== null && cluster !== '' ? cluster : null;
    if (request.minor < 16 && name === null) throw operatorFaults.hostMissing({});
    if ((name === null) === (other === null)) throw operatorFaults.oneOfClusterAndHost({});
    const target = name === null ? null : await namedHost(parts, tx, name);
    // No engine here is one of a cluster.
    if (!target || target.service.isDisabled) {
      throw migrationFaults.noServiceNamed({ name: name ?? other ?? '' });
    }
    const snapshots = await snapshotsOfVolume(tx, id);
    const isElsewhere = target.pool === null || target.pool.name !== volume.pool;
    const isFree = !isMigrating(volume) && !volume.groupId && snapshots.length === 0;
    const isReady = startsIn(volumeLifecycle, rows.migrate).some((from) => from === status);
    if (!isReady || !isFree || !isElsewhere) throw migrationFaults.migrationRefused({ id });
    await assertVolumeNotRead(tx, id);
    await updateVolume(tx, id, { migrationStatus: 'starting' });
    if (lock) await transition(tx, 'volumes', id, { from: ['available'], to: 'maintenance' });
    const toPool = target.pool?.name ?? null;
    const payload: MigrateVolume = { volumeId: id, requestId: asker.requestId, toPool };
    await parts.jobs.start(tx, {
      operation: 'migrate-volume',
      subject: volumeSubject(id),
      payload,
    });
  });
}

/**
 * Answers a compute service that swapped one volume for another. Migrations here need no second
 * volume, so there is never one to complete: two volumes that rest are fine as they are (gives the
 * id of the one that stays), and any other pair is refused.
 */
export async function completeMigration(
  parts: Parts,
  asker: Asker,
  request: { readonly volumeId: string; readonly newVolumeId: string; readonly isError: boolean },
): Promise<string> {
  const volume = await ownVolume(parts.database, asker, request.volumeId);
  const other = await ownVolume(parts.database, asker, request.newVolumeId);
  if (volume.migrationStatus === null && other.migrationStatus === null) {
    const attachments = await attachmentsOfVolume(parts.database, volume.id);
    if (attachments.length > 0 && !request.isError) {
      throw migrationFaults.swapRefused({ id: volume.id });
    }
    return other.id;
  }
  if (volume.migrationStatus === null) throw migrationFaults.notMidMigration({ which: 'Source' });
  if (other.migrationStatus === null) {
    throw migrationFaults.notMidMigration({ which: 'Destination' });
  }
  throw migrationFaults.wrongMigrationTarget({
    found: other.migrationStatus,
    expected: `target:${volume.id}`,
  });
}

/** Admits the way back to the latest snapshot (3.40). */
export async function admitRevertVolume(
  parts: Parts,
  asker: Asker,
  request: { readonly volumeId: string; readonly snapshotId: string | null },
): Promise<void> {
  await parts.database.transaction(async (tx) => {
    const volume = await changeableVolume(tx, asker, request.volumeId);
    const { id: volumeId } = volume;
    const { snapshotId } = request;
    const latest = (await snapshotsOfVolume(tx, volumeId)).at(-1);
    if (!latest) throw revertFaults.noSnapshotToRevertTo({ volumeId });
    const about = { volumeId, snapshotId };
    if (snapshotId !== latest.id) throw revertFaults.notLatestSnapshot(about);
    if (volume.sizeGib !== latest.sizeGib) throw revertFaults.revertSizesDiffer(about);
    const from = startsIn(volumeLifecycle, rows.revert);
    if (!(await transition(tx, 'volumes', volumeId, { from, to: 'reverting' }))) {
      throw revertFaults.volumeNotRevertible(about);
    }
    const held = { from: ['available'], to: 'restoring' };
    if (!(await transition(tx, 'snapshots', latest.id, held))) {
      throw revertFaults.snapshotNotRevertible(about);
    }
    // What the volume is going to lose must not be what somebody copies right now.
    await assertVolumeNotRead(tx, volumeId);
    await assertSnapshotNotRead(tx, latest.id);
    const payload: RevertVolume = { volumeId, snapshotId: latest.id, requestId: asker.requestId };
    await parts.jobs.start(tx, {
      operation: 'revert-volume',
      subject: volumeSubject(volumeId),
      payload,
    });
  });
}

/** Which image a volume is to be filled from. */
export interface ReimageRequest {
  readonly volumeId: string;
  readonly imageId: string;
  /** Whether a reserved volume will do. */
  readonly reserved: boolean;
}

/** Admits the filling of a volume from an image (3.68). */
export async function admitReimageVolume(
  parts: Parts,
  asker: Asker,
  request: ReimageRequest,
): Promise<void> {
  await parts.database.transaction(async (tx) => {
    const volume = await changeableVolume(tx, asker, request.volumeId);
    const { id, status } = volume;
    const attachments = await attachmentsOfVolume(tx, id);
    if (attachments.length > 1) throw revertFaults.reimageAttached({});
    const from = startsIn(volumeLifecycle, rows.reimage, { forced: request.reserved });
    if (!(await transition(tx, 'volumes', id, { from, to: 'downloading' }))) {
      throw revertFaults.reimageRefused({ id, from, status });
    }
    if (isMigrating(volume)) {
      const reason = `Volume ${id} is being migrated.`;
      throw volumeFaults.invalidVolume({ reason });
    }
    await assertVolumeNotRead(tx, id);
    const image = await imageFor(tx, asker, request.imageId);
    assertImageFits(image, volume.sizeGib);
    const payload: ReimageVolume = {
      volumeId: id,
      requestId: asker.requestId,
      imageId: image.id,
      temporaryId: newUuid(),
      imageMetadata: imageMetadataOf(image),
    };
    await parts.jobs.start(tx, {
      operation: 'reimage-volume',
      subject: volumeSubject(id),
      payload,
    });
  });
}

async function imageFor(tx: Tx, asker: Asker, id: string) {
  const viewerProjectId = asker.isAdmin ? null : asker.projectId;
  const image = await findImage(tx, id.toLowerCase(), { viewerProjectId });
  if (!image) throw revertFaults.imageNotFound({ id });
  return image;
}
