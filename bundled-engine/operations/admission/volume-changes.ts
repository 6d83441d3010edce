// Admits changes of volumes that run as jobs: delete, extend, retype, upload to an image.
// Invariant: the status, what quotas count and the job change in one transaction, by one
// conditional UPDATE; where it hits no row the refusal says what the status was
// (cinder/volume/api.py).
import { requestFaults, volumeFaults } from '../../../schema/faults';
import { startsIn } from '../../../schema/kernel/lifecycle';
import { volumeLifecycle } from '../../../schema/lifecycles/volume';
import { migrationFaults } from '../../../schema/move-faults';
import type { Parts } from '../../parts';
import { insertImage } from '../../records/images';
import type { Tx } from '../../records/database';
import { newUuid } from '../../records/new-id';
import type { ImageRow } from '../../records/rows/image-row';
import type { Volume } from '../../records/rows/volume-row';
import { snapshotsOfVolume } from '../../records/snapshots';
import { transition, transitionAll } from '../../records/transition';
import { findVolume, updateVolume } from '../../records/volumes';
import type { DeleteVolume } from '../delete-volume';
import { frontEndQosAllowsRetype } from '../front-end-qos';
import { isMultiattachType } from '../multiattach';
import { volumeSubject } from '../operation-context';
import type { Asker } from '../operation-context';
import type { RetypeVolume } from '../retype-volume';
import type { UploadVolume } from '../upload-volume';
import { isMigrating } from './attachment-status';
import { assertNoImageNeeds, assertSnapshotNotRead, assertVolumeNotRead } from './being-read';
import { changeableVolume, usableType } from './find-owned';
import { assertQuota } from './quota-check';
import { assertTypeUsable } from './type-use';

const rows = volumeLifecycle.operations;

/** How a volume is to go. */
export interface DeleteRequest {
  readonly volumeId: string;
  readonly cascade: boolean;
  readonly force: boolean;
}

/** Admits a delete; forced ones stop what is being done to the volume. */
export async function admitDeleteVolume(
  parts: Parts,
  asker: Asker,
  request: DeleteRequest,
): Promise<void> {
  const { cascade, force } = request;
  await parts.database.transaction(async (tx) => {
    const volume = await changeableVolume(tx, asker, request.volumeId);
    const { id } = volume;
    if (volume.attachStatus === 'attached' || volume.groupId || isMigrating(volume)) {
      throw volumeFaults.volumeNotDeletable({});
    }
    await assertNoImageNeeds(tx, id);
    const from = startsIn(volumeLifecycle, rows.delete, { forced: force });
    const snapshots = await snapshotsOfVolume(tx, id);
    if (!force) {
      await assertVolumeNotRead(tx, id);
      for (const snapshot of snapshots) await assertSnapshotNotRead(tx, snapshot.id);
    }
    if (snapshots.length > 0 && !cascade) throw volumeFaults.volumeNotDeletable({});
    if (!asker.isAdmin && snapshots.some(({ projectId }) => projectId !== asker.projectId)) {
      throw volumeFaults.volumeNotDeletable({});
    }
    const moved = await transitionAll(
      tx,
      'snapshots',
      snapshots.map((snapshot) => snapshot.id),
      { from: force ? 'any' : ['available', 'error', 'deleting'], to: 'deleting' },
    );
    const begun = await transition(tx, 'volumes', id, {
      from: force ? 'any' : from,
      to: 'deleting',
    });
    if (!moved || !begun) throw volumeFaults.volumeNotDeletable({});
    if (force) parts.jobs.cancel(volumeSubject(id), 'the volume is being deleted by force');
    const payload: DeleteVolume = { volumeId: id, requestId: asker.requestId, cascade };
    await parts.jobs.start(tx, { operation: 'delete-volume', subject: volumeSubject(id), payload });
  });
}

/** Admits a change of type. */
export async function admitRetypeVolume(
  parts: Parts,
  asker: Asker,
  request: {
    readonly volumeId: string;
    readonly newType: string;
    readonly policy: 'never' | 'on-demand';
  },
): Promise<void> {
  await parts.database.transaction(async (tx) => {
    const volume = await changeableVolume(tx, asker, request.volumeId);
    const { id, status } = volume;
    const type = await usableType(tx, asker, request.newType);
    const from = startsIn(volumeLifecycle, rows.retype);
    const multiattach = isMultiattachType(type);
    if (multiattach !== volume.multiattach && status !== 'available') {
      throw migrationFaults.multiattachRetypeRefused({ status });
    }
    await assertTypeUsable(tx, type);
    const isFree =
      !volume.groupId &&
      !isMigrating(volume) &&
      (await frontEndQosAllowsRetype(tx, volume, type.id));
    const isAnother = type.id !== volume.volumeTypeId;
    if (!isFree || !isAnother || !(await transition(tx, 'volumes', id, { from, to: 'retyping' }))) {
      throw volumeFaults.invalidVolume({
        reason:
          'Retype needs volume to be in available or in-use state, not be part of an active ' +
          'migration or a consistency group, requested type has to be different that the one ' +
          'from the volume, and for in-use volumes front-end qos specs cannot change.',
      });
    }
    await assertTypeQuota(parts, tx, { volume, type });
    const payload: RetypeVolume = {
      volumeId: id,
      requestId: asker.requestId,
      newTypeId: type.id,
      policy: request.policy,
    };
    await parts.jobs.start(tx, { operation: 'retype-volume', subject: volumeSubject(id), payload });
  });
}

/** The project's totals stay as they are; the new type's own limits alone may be hit. */
async function assertTypeQuota(
  parts: Parts,
  tx: Tx,
  at: { volume: Volume; type: { id: string; name: string } },
): Promise<void> {
  const { volume, type } = at;
  // Counted out of the old type first, so that the totals are those after the change.
  await updateVolume(tx, volume.id, { consumesQuota: false });
  await assertQuota(parts, tx, {
    projectId: volume.projectId,
    volumes: 1,
    gigabytes: volume.sizeGib,
    type,
  });
  await updateVolume(tx, volume.id, { consumesQuota: volume.consumesQuota });
}

/** What the image is to be. */
export interface UploadRequest {
  readonly volumeId: string;
  readonly imageName: string;
  readonly diskFormat: string;
  readonly containerFormat: string;
  readonly visibility: ImageRow['visibility'];
  readonly isProtected: boolean;
  readonly force: boolean;
}

/** Image properties that a volume's image metadata never sets (cinder/image/glance.py). */
const coreProperties = new Set([
  'checksum',
  'container_format',
  'disk_format',
  'image_name',
  'image_id',
  'min_disk',
  'min_ram',
  'name',
  'size',
]);

/** Admits an upload: the image is there, queued, when it returns. */
export async function admitUploadVolume(
  parts: Parts,
  asker: Asker,
  request: UploadRequest,
): Promise<{ volume: Volume; imageId: string }> {
  const { diskFormat, containerFormat } = request;
  if (diskFormat !== 'raw' && diskFormat !== 'qcow2') {
    throw requestFaults.invalidInput({
      reason: `an image cannot be made in the disk format ${diskFormat} here; choose raw or qcow2`,
    });
  }
  if (containerFormat !== 'bare') {
    throw requestFaults.invalidInput({
      reason: `an image cannot be wrapped as ${containerFormat} here; choose bare`,
    });
  }
  const imageId = newUuid();
  return parts.database.transaction(async (tx) => {
    const volume = await changeableVolume(tx, asker, request.volumeId);
    const { id, status } = volume;
    const from = startsIn(volumeLifecycle, rows.upload, { forced: request.force });
    if (!(await transition(tx, 'volumes', id, { from, to: 'uploading' }))) {
      throw volumeFaults.invalidVolume({
        reason:
          `Volume ${id} status must be ${from.join(' or ')}, ` +
          `but current status is: ${status}.`,
      });
    }
    await insertImage(tx, imageRow(asker, { request, volume, imageId }));
    const payload: UploadVolume = {
      volumeId: id,
      imageId,
      imageVolumeId: newUuid(),
      requestId: asker.requestId,
      diskFormat,
      containerFormat,
    };
    await parts.jobs.start(tx, { operation: 'upload-volume', subject: volumeSubject(id), payload });
    const uploading = await findVolume(tx, id);
    return { volume: uploading ?? volume, imageId };
  });
}

function imageRow(
  asker: Asker,
  at: { request: UploadRequest; volume: Volume; imageId: string },
): Parameters<typeof insertImage>[1] {
  const { request, volume, imageId } = at;
  const properties = Object.entries(volume.imageMetadata).filter(
    ([key]) =>
      !coreProperties.has(key) && !/^(os_glance|img_signature|signature_verified)/.test(key),
  );
  return {
    id: imageId,
    projectId: asker.projectId,
    userId: asker.userId,
    name: request.imageName,
    status: 'queued',
    visibility: request.visibility,
    isProtected: request.isProtected,
    diskFormat: request.diskFormat,
    containerFormat: request.containerFormat,
    properties: Object.fromEntries(properties),
  };
}
