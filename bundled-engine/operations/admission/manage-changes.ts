// Admits the taking over of bytes that lie in a pool, and the letting go of volumes and snapshots.
// Invariant: row, quota and job are one transaction; whether the bytes are there is found out by
// the job, so that a bad reference ends in error_managing, as in Cinder (cinder/volume/api.py
// manage_existing, manage_existing_snapshot, delete, delete_snapshot).
import { savedFaults, volumeFaults } from '../../../schema/faults';
import { isFault } from '../../../schema/kernel/fault';
import { startsIn } from '../../../schema/kernel/lifecycle';
import { snapshotLifecycle } from '../../../schema/lifecycles/snapshot';
import { volumeLifecycle } from '../../../schema/lifecycles/volume';
import { manageFaults } from '../../../schema/move-faults';
import type { Parts } from '../../parts';
import type { Tx } from '../../records/database';
import { newUuid } from '../../records/new-id';
import type { SnapshotRow } from '../../records/rows/snapshot-row';
import type { TextMap } from '../../records/rows/table-shape';
import type { Volume } from '../../records/rows/volume-row';
import { findSnapshot, insertSnapshot, snapshotsOfVolume } from '../../records/snapshots';
import { transition } from '../../records/transition';
import { findTypeEncryption } from '../../records/type-encryption';
import { findVolumeType } from '../../records/volume-types';
import { findVolume, insertVolume } from '../../records/volumes';
import type { ManageSnapshot } from '../manage-snapshot';
import type { ManageVolume } from '../manage-volume';
import { isMultiattachType } from '../multiattach';
import { volumeSubject } from '../operation-context';
import type { Asker } from '../operation-context';
import { idInName, nameOf } from '../unmanaged-reference';
import type { Reference } from '../unmanaged-reference';
import { isMigrating } from './attachment-status';
import { assertNoImageNeeds, assertSnapshotNotRead, assertVolumeNotRead } from './being-read';
import { changeableVolume, ownSnapshot, usableType } from './find-owned';
import { namedHost } from './named-host';
import { assertQuota } from './quota-check';
import { groupReason } from './snapshot-changes';
import { assertTypeUsable, defaultTypeFor } from './type-use';

/** What is to be taken over as a volume, and how it is to be shown. */
export interface ManageVolumeRequest {
  readonly host: string;
  readonly reference: Reference;
  readonly name: string | null;
  readonly description: string | null;
  /** Name or id; the default type where it is null or empty. */
  readonly volumeType: string | null;
  readonly availabilityZone: string | null;
  readonly metadata: TextMap;
  readonly bootable: boolean;
}

/** Admits a volume to take over; gives its row, of size 0 until the bytes were measured. */
export async function admitManageVolume(
  parts: Parts,
  asker: Asker,
  request: ManageVolumeRequest,
): Promise<Volume> {
  const { host, reference } = request;
  const volumeId = newUuid();
  return parts.database.transaction(async (tx) => {
    const type = await typeFor(parts, tx, { asker, request });
    await assertTypeUsable(tx, type);
    if (type && (await findTypeEncryption(tx, type.id))) {
      throw manageFaults.manageEncryptedType({});
    }
    const known = idInName('volume', nameOf('volume', reference) ?? '');
    if (known !== null && (await findVolume(tx, known))) throw manageFaults.alreadyManaged({});
    const target = await namedHost(parts, tx, host);
    if (!target) throw manageFaults.manageHostNotFound({ kind: 'Host', name: host });
    if (target.service.isDisabled) throw manageFaults.serviceUnavailable({});
    await assertQuota(parts, tx, { projectId: asker.projectId, volumes: 1, gigabytes: 0, type });
    const zone = request.availabilityZone ?? parts.config.availabilityZone;
    await insertVolume(tx, {
      id: volumeId,
      projectId: asker.projectId,
      userId: asker.userId,
      name: request.name,
      description: request.description,
      sizeGib: 0,
      status: 'managing',
      availabilityZone: zone,
      volumeTypeId: type?.id ?? null,
      multiattach: isMultiattachType(type),
      pool: target.service.pool,
      metadata: request.metadata,
      bootable: request.bootable,
    });
    const payload: ManageVolume = {
      volumeId,
      requestId: asker.requestId,
      reference,
      isPlaceable: target.pool !== null && zone === parts.config.availabilityZone,
    };
    await parts.jobs.start(tx, {
      operation: 'manage-volume',
      subject: volumeSubject(volumeId),
      payload,
    });
    const volume = await findVolume(tx, volumeId);
    if (!volume) throw new Error(`volume ${volumeId} was not recorded`);
    return volume;
  });
}

async function typeFor(
  parts: Parts,
  tx: Tx,
  at: { asker: Asker; request: ManageVolumeRequest },
): Promise<Awaited<ReturnType<typeof usableType>> | null> {
  const { asker, request } = at;
  const asked = request.volumeType ?? '';
  if (asked === '') return defaultTypeFor(parts, tx, asker);
  try {
    return await usableType(tx, asker, asked);
  } catch (error) {
    if (!isFault(error)) throw error;
    throw manageFaults.manageTypeNotFound({ name: asked });
  }
}

/** What is to be taken over as a snapshot of a volume. */
export interface ManageSnapshotRequest {
  readonly volumeId: string;
  readonly reference: Reference;
  readonly name: string | null;
  readonly description: string | null;
  readonly metadata: TextMap;
}

/** Admits a snapshot to take over; gives its row, of the volume's size until it was measured. */
export async function admitManageSnapshot(
  parts: Parts,
  asker: Asker,
  request: ManageSnapshotRequest,
): Promise<SnapshotRow> {
  return parts.database.transaction(async (tx) => {
    const volume = await changeableVolume(tx, asker, request.volumeId);
    const { id: volumeId, status, sizeGib, pool, volumeTypeId, projectId } = volume;
    if ((status !== 'available' && status !== 'in-use') || pool === null) {
      throw volumeFaults.invalidVolume({
        reason:
          `Volume ${volumeId} status must be available, in-use, ` +
          `but current status is: ${status}.`,
      });
    }
    const known = idInName('snapshot', nameOf('snapshot', request.reference) ?? '');
    if (known !== null && (await findSnapshot(tx, known))) {
      // Cinder's LVM driver finds this out later, by an error of the snapshot.
      throw savedFaults.invalidSnapshot({ reason: `Snapshot ${known} is already managed.` });
    }
    const type = volumeTypeId ? await findVolumeType(tx, volumeTypeId) : undefined;
    await assertQuota(parts, tx, {
      projectId,
      snapshots: 1,
      gigabytes: sizeGib,
      type: type ?? null,
    });
    const snapshot = await insertSnapshot(tx, {
      id: newUuid(),
      projectId,
      userId: asker.userId,
      volumeId,
      volumeTypeId,
      name: request.name,
      description: request.description,
      sizeGib,
      status: 'creating',
      pool,
      metadata: request.metadata,
    });
    const payload: ManageSnapshot = {
      snapshotId: snapshot.id,
      requestId: asker.requestId,
      reference: request.reference,
    };
    await parts.jobs.start(tx, {
      operation: 'manage-snapshot',
      subject: volumeSubject(volumeId),
      payload,
    });
    return snapshot;
  });
}

/** Admits that a volume is let go of: its row goes, its bytes stay in the pool. */
export async function admitUnmanageVolume(
  parts: Parts,
  asker: Asker,
  volumeId: string,
): Promise<void> {
  await parts.database.transaction(async (tx) => {
    const volume = await changeableVolume(tx, asker, volumeId);
    const { id, attachStatus, groupId } = volume;
    if (volume.encrypted) throw manageFaults.unmanageEncrypted({});
    const isHeld = attachStatus === 'attached' || groupId !== null || isMigrating(volume);
    if (isHeld || (await snapshotsOfVolume(tx, id)).length > 0) {
      throw volumeFaults.volumeNotDeletable({});
    }
    await assertNoImageNeeds(tx, id);
    await assertVolumeNotRead(tx, id);
    const from = startsIn(volumeLifecycle, volumeLifecycle.operations.unmanage);
    if (!(await transition(tx, 'volumes', id, { from, to: 'unmanaging' }))) {
      throw volumeFaults.volumeNotDeletable({});
    }
    await parts.jobs.start(tx, {
      operation: 'unmanage-volume',
      subject: volumeSubject(id),
      payload: { volumeId: id, requestId: asker.requestId },
    });
  });
}

/** Admits that a snapshot is let go of: its row goes, its bytes stay in the pool. */
export async function admitUnmanageSnapshot(
  parts: Parts,
  asker: Asker,
  snapshotId: string,
): Promise<void> {
  await parts.database.transaction(async (tx) => {
    const { id, volumeId, groupSnapshotId } = await ownSnapshot(tx, asker, snapshotId);
    await assertSnapshotNotRead(tx, id);
    const from = startsIn(snapshotLifecycle, snapshotLifecycle.operations.unmanage);
    const isInGroup = groupSnapshotId !== null;
    if (isInGroup || !(await transition(tx, 'snapshots', id, { from, to: 'unmanaging' }))) {
      throw savedFaults.invalidSnapshot({ reason: groupReason(false) });
    }
    await parts.jobs.start(tx, {
      operation: 'unmanage-snapshot',
      subject: volumeSubject(volumeId),
      payload: { snapshotId: id, requestId: asker.requestId },
    });
  });
}
