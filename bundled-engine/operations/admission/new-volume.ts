// Admits a new volume: everything that can be refused is refused here, then quota, row and job are
// one transaction. Invariant: a 202 means the volume exists and its making survives a crash
// (cinder/api/v3/volumes.py create, cinder/volume/flows/api/create_volume.py).
import { otherFaults, requestFaults, savedFaults, volumeFaults } from '../../../schema/faults';
import type { Parts } from '../../parts';
import { updateBackup } from '../../records/backups';
import type { Tx } from '../../records/database';
import { newUuid } from '../../records/new-id';
import type { TextMap } from '../../records/rows/table-shape';
import type { Volume } from '../../records/rows/volume-row';
import { transition } from '../../records/transition';
import { findVolumeType, findVolumeTypeByName } from '../../records/volume-types';
import { findVolume, insertVolume } from '../../records/volumes';
import type { CreateVolume } from '../create-volume';
import { volumeSubject } from '../operation-context';
import type { Asker } from '../operation-context';
import { isMultiattachType } from '../multiattach';
import type { VolumeSource } from '../volume-source';
import { ownBackup, ownSnapshot, ownVolume, usableType } from './find-owned';
import { assertImageFits, imageByRef, imageMetadataOf } from './image-source';
import { assertQuota } from './quota-check';
import { assertTypeUsable, defaultTypeFor } from './type-use';
import { groupOfNewVolume } from './volume-group';

/** What a caller asks for. */
export interface VolumeRequest {
  readonly name: string | null;
  readonly description: string | null;
  readonly sizeGib: number | null;
  readonly volumeType: string | null;
  readonly availabilityZone: string | null;
  readonly metadata: TextMap;
  readonly imageRef: string | null;
  readonly snapshotId: string | null;
  readonly sourceVolumeId: string | null;
  readonly backupId: string | null;
  /** The group that it is to be in. */
  readonly groupId?: string | null;
}

/** A source once it was found and may be used. */
interface Chosen {
  readonly source: VolumeSource;
  readonly sizeGib: number | null;
  readonly volumeTypeId: string | null;
  readonly inherits: CreateVolume['inherits'];
  /** Columns that name the source in the new row. */
  readonly named: Partial<Volume>;
}

const nothing = { bootable: false, imageMetadata: {} };

/** Admits the request; gives the row of the new volume. Not repeatable: each call makes one. */
export async function admitCreateVolume(
  parts: Parts,
  asker: Asker,
  request: VolumeRequest,
): Promise<Volume> {
  assertOneSource(request);
  const zone = request.availabilityZone ?? parts.config.availabilityZone;
  if (zone !== parts.config.availabilityZone) throw otherFaults.zoneInvalid({ zone });
  const volumeId = newUuid();
  return parts.database.transaction(async (tx) => {
    const chosen = await chooseSource(tx, asker, request);
    const { sizeGib } = chosen;
    if (sizeGib === null) throw requestFaults.incorrect({});
    const type = await typeFor(parts, tx, { asker, request, chosen });
    await assertTypeUsable(tx, type);
    const inGroup = await groupOfNewVolume(tx, asker, {
      groupId: request.groupId ?? null,
      typeId: request.volumeType === null ? null : (type?.id ?? null),
    });
    await assertQuota(parts, tx, {
      projectId: asker.projectId,
      volumes: 1,
      gigabytes: sizeGib,
      volumeSizeGib: sizeGib,
      type,
    });
    await insertVolume(tx, {
      id: volumeId,
      projectId: asker.projectId,
      userId: asker.userId,
      name: request.name,
      description: request.description,
      sizeGib,
      status: 'creating',
      availabilityZone: zone,
      volumeTypeId: type?.id ?? null,
      metadata: request.metadata,
      multiattach: isMultiattachType(type),
      ...chosen.named,
      ...inGroup,
    });
    await holdBackup(tx, request.backupId, volumeId);
    const { requestId } = asker;
    const { source, inherits } = chosen;
    const payload: CreateVolume = { volumeId, requestId, source, inherits };
    await parts.jobs.start(tx, {
      operation: 'create-volume',
      subject: volumeSubject(volumeId),
      payload,
    });
    const volume = await findVolume(tx, volumeId);
    if (!volume) throw new Error(`volume ${volumeId} was not recorded`);
    return volume;
  });
}

function assertOneSource(request: VolumeRequest): void {
  const { imageRef, snapshotId, sourceVolumeId, backupId } = request;
  const given = [imageRef, snapshotId, sourceVolumeId, backupId].filter((id) => id !== null);
  if (given.length < 2) return;
  throw requestFaults.invalidInput({
    reason: 'May specify only one of imageRef, snapshot_id, source_volid, backup_id',
  });
}

async function chooseSource(tx: Tx, asker: Asker, request: VolumeRequest): Promise<Chosen> {
  if (request.snapshotId !== null) return fromSnapshot(tx, asker, request);
  if (request.sourceVolumeId !== null) return fromVolume(tx, asker, request);
  if (request.backupId !== null) return fromBackup(tx, asker, request);
  if (request.imageRef !== null) return fromImage(tx, asker, request);
  const { sizeGib } = request;
  return { source: { kind: 'blank' }, sizeGib, volumeTypeId: null, inherits: nothing, named: {} };
}

async function fromSnapshot(tx: Tx, asker: Asker, request: VolumeRequest): Promise<Chosen> {
  const snapshot = await ownSnapshot(tx, asker, request.snapshotId ?? '');
  if (snapshot.status !== 'available') {
    throw savedFaults.invalidSnapshot({
      reason: "Originating snapshot status must be one of 'available' values",
    });
  }
  const sizeGib = request.sizeGib ?? snapshot.sizeGib;
  if (sizeGib < snapshot.sizeGib) {
    throw requestFaults.invalidInput({
      reason:
        `Volume size ${sizeGib}GB cannot be smaller than the snapshot size ` +
        `${snapshot.sizeGib}GB. They must be >= original snapshot size.`,
    });
  }
  const origin = await findVolume(tx, snapshot.volumeId);
  return {
    source: { kind: 'snapshot', snapshotId: snapshot.id },
    sizeGib,
    volumeTypeId: snapshot.volumeTypeId,
    inherits: origin ? inheritedFrom(origin) : nothing,
    named: { snapshotId: snapshot.id },
  };
}

async function fromVolume(tx: Tx, asker: Asker, request: VolumeRequest): Promise<Chosen> {
  const volume = await ownVolume(tx, asker, request.sourceVolumeId ?? '');
  if (volume.status !== 'available' && volume.status !== 'in-use') {
    throw volumeFaults.invalidVolume({
      reason:
        'Unable to create a volume from an originating source volume when its status is not one ' +
        "of 'available', 'in-use' values",
    });
  }
  const sizeGib = request.sizeGib ?? volume.sizeGib;
  if (sizeGib < volume.sizeGib) {
    throw requestFaults.invalidInput({
      reason:
        `Volume size ${sizeGib}GB cannot be smaller than original volume size  ` +
        `${volume.sizeGib}GB. They must be >= original volume size.`,
    });
  }
  return {
    source: { kind: 'volume', volumeId: volume.id },
    sizeGib,
    volumeTypeId: volume.volumeTypeId,
    inherits: inheritedFrom(volume),
    named: { sourceVolumeId: volume.id },
  };
}

function inheritedFrom(volume: Volume): CreateVolume['inherits'] {
  return { bootable: volume.bootable, imageMetadata: volume.imageMetadata };
}

async function fromBackup(tx: Tx, asker: Asker, request: VolumeRequest): Promise<Chosen> {
  const backup = await ownBackup(tx, asker, request.backupId ?? '');
  if (backup.status !== 'available') {
    throw savedFaults.invalidBackup({
      reason: "Originating backup status must be one of 'available' values",
    });
  }
  const sizeGib = request.sizeGib ?? backup.sizeGib;
  if (sizeGib < backup.sizeGib) {
    throw requestFaults.invalidInput({
      reason:
        `Volume size ${sizeGib}GB cannot be smaller than the backup size ${backup.sizeGib}GB. ` +
        'It must be >= backup size.',
    });
  }
  const backupId = backup.id;
  const metadata = { ...request.metadata, src_backup_id: backupId };
  return {
    source: { kind: 'backup', backupId },
    sizeGib,
    volumeTypeId: null,
    inherits: nothing,
    named: { backupId, metadata },
  };
}

async function fromImage(tx: Tx, asker: Asker, request: VolumeRequest): Promise<Chosen> {
  const image = await imageByRef(tx, asker, request.imageRef ?? '');
  const { sizeGib } = request;
  if (sizeGib !== null) assertImageFits(image, sizeGib);
  const wanted = image.properties['cinder_img_volume_type'];
  const type = wanted ? await findVolumeTypeByName(tx, wanted) : undefined;
  return {
    source: { kind: 'image', imageId: image.id },
    sizeGib,
    volumeTypeId: type?.id ?? null,
    inherits: { bootable: true, imageMetadata: imageMetadataOf(image) },
    named: { imageId: image.id },
  };
}

/** The type asked for, else the source's, else the default one. */
async function typeFor(
  parts: Parts,
  tx: Tx,
  at: { asker: Asker; request: VolumeRequest; chosen: Chosen },
) {
  const { asker, request, chosen } = at;
  if (request.volumeType !== null) return usableType(tx, asker, request.volumeType);
  const inherited = chosen.volumeTypeId ? await findVolumeType(tx, chosen.volumeTypeId) : null;
  return inherited ?? (await defaultTypeFor(parts, tx, asker));
}

/** A backup that is being restored cannot be deleted, and serves one restore at a time. */
async function holdBackup(tx: Tx, backupId: string | null, volumeId: string): Promise<void> {
  if (backupId === null) return;
  const id = backupId.toLowerCase();
  const held = await transition(tx, 'backups', id, { from: ['available'], to: 'restoring' });
  if (!held) throw savedFaults.invalidBackup({ reason: 'Backup status must be available' });
  await updateBackup(tx, id, { restoreVolumeId: volumeId });
}
