// What the attachments of a volume make of its status. Invariant: after every change of an
// attachment the volume's attach_status is the foremost of what is left, and its status agrees with
// it unless a job holds the volume: a job's own end sets the status then (Cinder:
// cinder/db/sqlalchemy/api.py volume_detached, _get_statuses_from_attachments).
import { volumeFaults } from '../../../schema/faults';
import { volumeLifecycle } from '../../../schema/lifecycles/volume';
import { attachmentsOfVolume } from '../../records/attachments';
import type { Tx } from '../../records/database';
import type { AttachmentRow } from '../../records/rows/attachment-row';
import type { Volume } from '../../records/rows/volume-row';
import { findVolume, updateVolume } from '../../records/volumes';

/** In the order in which one of them decides; attachments in error decide nothing. */
const byRank = ['attached', 'attaching', 'detaching', 'reserved'] as const;

/** Migration statuses under which a volume is at rest (cinder/volume/api.py). */
const restingMigrations: readonly (string | null)[] = [null, 'deleting', 'error', 'success'];

/** Whether a migration of the volume is at work. */
export function isMigrating({ migrationStatus }: Pick<Volume, 'migrationStatus'>): boolean {
  return !restingMigrations.includes(migrationStatus);
}

/** Whether a job holds the volume, so that its status is not for others to set. */
export function isHeldByJob({ status }: Pick<Volume, 'status'>): boolean {
  const statuses: Partial<Record<string, { readonly kind: string }>> = volumeLifecycle.statuses;
  return statuses[status]?.kind === 'transient';
}

/** Throws where a job holds the volume: attaching it now would end in a status that is a lie. */
export function assertNoJob(volume: Volume, verb: string): void {
  if (volume.status === 'maintenance') {
    throw volumeFaults.invalidVolume({ reason: `The volume ${verb} in maintenance mode.` });
  }
  if (!isHeldByJob(volume)) return;
  throw volumeFaults.invalidVolume({
    reason: `The volume ${verb} while its status is ${volume.status}.`,
  });
}

/** The attach_status and the status that a volume with these attachments rests in. */
export function restingStatus(attachments: readonly Pick<AttachmentRow, 'attachStatus'>[]): {
  readonly attachStatus: string;
  readonly status: string;
} {
  const attachStatus =
    byRank.find((rank) => attachments.some((each) => each.attachStatus === rank)) ?? 'detached';
  if (attachStatus === 'attached') return { attachStatus, status: 'in-use' };
  return { attachStatus, status: attachStatus === 'detached' ? 'available' : attachStatus };
}

/**
 * Sets what the volume's attachments, as they are now, make of it. Where a job holds the volume it
 * becomes the origin that the job goes back to (returnToOrigin).
 */
export async function settleStatus(tx: Tx, volumeId: string): Promise<void> {
  const volume = await findVolume(tx, volumeId);
  if (!volume) return;
  const { attachStatus, status } = restingStatus(await attachmentsOfVolume(tx, volumeId));
  const isKept = isHeldByJob(volume) || (attachStatus === 'detached' && isMigrating(volume));
  await updateVolume(tx, volumeId, {
    attachStatus,
    ...(isHeldByJob(volume) ? { previousStatus: status } : {}),
    ...(isKept ? {} : { status: truthful(volume, status) }),
  });
}

/** The same after an attachment has gone: the mode that os-attach noted goes with it. */
export async function settleDetached(tx: Tx, volumeId: string): Promise<void> {
  const volume = await findVolume(tx, volumeId);
  if (!volume) return;
  const { attached_mode: _, ...adminMetadata } = volume.adminMetadata;
  await updateVolume(tx, volumeId, { adminMetadata });
  await settleStatus(tx, volumeId);
}

/** A volume may be reserved while its image is copied in; then it is what its job made of it. */
function truthful(volume: Volume, status: string): string {
  if (status !== 'available' || volume.bytes !== null) return status;
  return volume.pool === null ? 'error' : 'downloading';
}
