// Hands volumes from one project to another: offer, accept, withdraw. Invariants: each is one
// transaction, so a volume with its snapshots and what quotas count of them belongs to one project
// or to the other; the key is compared in constant time and kept nowhere; an offer ends with the
// first accept, with a withdrawal, or with the next offer (cinder/transfer/api.py).
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { transferFaults } from '../../../schema/transfer-faults';
import type { Parts } from '../../parts';
import type { Db, Tx } from '../../records/database';
import { newUuid } from '../../records/new-id';
import type { SnapshotRow } from '../../records/rows/snapshot-row';
import type { TransferRow } from '../../records/rows/transfer-row';
import type { Volume } from '../../records/rows/volume-row';
import { snapshotsOfVolume, updateSnapshot } from '../../records/snapshots';
import { findTransfer, insertTransfer, removeTransfersOf } from '../../records/transfers';
import { transition } from '../../records/transition';
import { findVolumeType } from '../../records/volume-types';
import { findVolume, updateVolume } from '../../records/volumes';
import type { Asker } from '../operation-context';
import { changeableVolume } from './find-owned';
import type { Viewer } from './find-owned';
import { withPlainRefusals } from './plain-quota';
import { assertQuota } from './quota-check';

const saltBytes = 16;
const keyBytes = 8;

/** What to offer. */
export interface TransferRequest {
  readonly volumeId: string;
  readonly name: string | null;
  /** Leaves the snapshots with the project that offers. */
  readonly noSnapshots: boolean;
}

/** An offer and the key that accepts it, which can be told this once. */
export interface Offer {
  readonly transfer: TransferRow;
  readonly authKey: string;
}

function digestOf(salt: string, key: string): string {
  return createHmac('sha256', Buffer.from(salt, 'hex')).update(key).digest('hex');
}

function isKeyOf(transfer: TransferRow, key: string): boolean {
  const given = Buffer.from(digestOf(transfer.salt, key), 'hex');
  return timingSafeEqual(given, Buffer.from(transfer.keyDigest, 'hex'));
}

/** The transfer, or transferNotFound: another project's is as absent as none at all. */
export async function ownTransfer(db: Db, viewer: Viewer, id: string): Promise<TransferRow> {
  const projectId = viewer.isAdmin ? null : viewer.projectId;
  const transfer = await findTransfer(db, id.toLowerCase(), { projectId });
  if (!transfer) throw transferFaults.transferNotFound({ id });
  return transfer;
}

/** The snapshots that go along: those of users that the volume's own project has. */
async function snapshotsAlong(tx: Tx, volume: Volume): Promise<SnapshotRow[]> {
  // Cinder takes all of them. Snapshots that stayed behind in an earlier transfer are somebody
  // else's, and nobody may give them away.
  const all = await snapshotsOfVolume(tx, volume.id);
  return all.filter(({ projectId, isInternal }) => projectId === volume.projectId && !isInternal);
}

/** Offers a volume. Not repeatable: an offered volume is not available. */
export async function offerVolume(
  parts: Parts,
  asker: Asker,
  request: TransferRequest,
): Promise<Offer> {
  const authKey = randomBytes(keyBytes).toString('hex');
  const salt = randomBytes(saltBytes).toString('hex');
  const transfer = await parts.database.transaction(async (tx) => {
    const volume = await changeableVolume(tx, asker, request.volumeId);
    const move = { from: ['available'], to: 'awaiting-transfer' };
    if (!(await transition(tx, 'volumes', volume.id, move))) {
      throw transferFaults.volumeNotOfferable({});
    }
    for (const { id, status } of request.noSnapshots ? [] : await snapshotsAlong(tx, volume)) {
      if (status !== 'available') throw transferFaults.snapshotNotOfferable({ snapshotId: id });
    }
    // An administrator may have reset the status under an older offer: its key ends here.
    await removeTransfersOf(tx, volume.id);
    return insertTransfer(tx, {
      id: newUuid(),
      volumeId: volume.id,
      projectId: volume.projectId,
      name: request.name,
      salt,
      keyDigest: digestOf(salt, authKey),
      noSnapshots: request.noSnapshots,
    });
  });
  return { transfer, authKey };
}

/** Takes an offer back; the volume is available again where it still waited. */
export async function withdrawTransfer(
  parts: Parts,
  asker: Asker,
  transferId: string,
): Promise<void> {
  await parts.database.transaction(async (tx) => {
    const { volumeId } = await ownTransfer(tx, asker, transferId);
    await removeTransfersOf(tx, volumeId);
    await transition(tx, 'volumes', volumeId, { from: ['awaiting-transfer'], to: 'available' });
  });
}

/**
 * Moves the volume to the asker's project, whoever offered it. Fails with 400 for a wrong key and
 * for a volume or snapshot in a wrong status, with 413 where the receiver's quota has no room.
 */
export async function acceptTransfer(
  parts: Parts,
  asker: Asker,
  request: { readonly transferId: string; readonly authKey: string },
): Promise<TransferRow> {
  const transferId = request.transferId;
  return parts.database.transaction(async (tx) => {
    const transfer = await findTransfer(tx, transferId.toLowerCase());
    if (!transfer) throw transferFaults.transferNotFound({ id: transferId });
    if (!isKeyOf(transfer, request.authKey)) {
      throw transferFaults.authKeyInvalid({ transferId });
    }
    const volume = await findVolume(tx, transfer.volumeId);
    if (!volume) throw transferFaults.transferNotFound({ id: transferId });
    // Cinder looks at consistency groups alone; a member of any group belongs to its project.
    if (volume.groupId !== null || volume.consistencyGroupId !== null) {
      throw transferFaults.volumeInGroup({ volumeId: volume.id });
    }
    await withPlainRefusals(['tooManyGigabytes'], async () => {
      await moveVolume(parts, tx, { asker, transfer, volume });
      if (!transfer.noSnapshots) await moveSnapshots(parts, tx, { asker, transfer, volume });
    });
    await removeTransfersOf(tx, volume.id);
    parts.log.info({ transferId, volumeId: volume.id }, 'volume handed over');
    return transfer;
  });
}

interface Handover {
  readonly asker: Asker;
  readonly transfer: TransferRow;
  readonly volume: Volume;
}

async function typeOf(tx: Tx, volume: Volume): Promise<{ id: string; name: string } | null> {
  if (volume.volumeTypeId === null) return null;
  return (await findVolumeType(tx, volume.volumeTypeId)) ?? null;
}

async function moveVolume(parts: Parts, tx: Tx, handover: Handover): Promise<void> {
  const { asker, transfer, volume } = handover;
  const { userId, projectId } = asker;
  await assertQuota(parts, tx, {
    projectId,
    ...(volume.consumesQuota
      ? { volumes: 1, gigabytes: volume.sizeGib }
      : { volumes: 0, gigabytes: 0 }),
    volumeSizeGib: volume.sizeGib,
    type: await typeOf(tx, volume),
  });
  if (volume.status === 'maintenance') throw transferFaults.volumeInMaintenance({});
  const move = { from: ['awaiting-transfer'], to: 'available' };
  if (!(await transition(tx, 'volumes', volume.id, move))) {
    throw transferFaults.volumeNotAwaiting({ transferId: transfer.id, volumeId: volume.id });
  }
  await updateVolume(tx, volume.id, { userId, projectId });
}

/** Comes after the volume, so that the quota is asked with the volume already counted. */
async function moveSnapshots(parts: Parts, tx: Tx, handover: Handover): Promise<void> {
  const { asker, transfer, volume } = handover;
  const { userId, projectId } = asker;
  const snapshots = await snapshotsAlong(tx, volume);
  const counted = snapshots.filter(({ consumesQuota }) => consumesQuota);
  await assertQuota(parts, tx, {
    projectId,
    snapshots: counted.length,
    gigabytes: counted.reduce((sum, { sizeGib }) => sum + sizeGib, 0),
    type: await typeOf(tx, volume),
  });
  for (const { id, status } of snapshots) {
    if (status !== 'available') {
      throw transferFaults.snapshotNotAvailable({ transferId: transfer.id, snapshotId: id });
    }
    await updateSnapshot(tx, id, { userId, projectId });
  }
}
