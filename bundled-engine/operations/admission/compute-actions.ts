// What compute services did to volumes before attachments had an API of their own: reserve, attach,
// detach and their reversals. Invariants: each is one transaction with its refusals; a volume that
// a job holds is refused, where a real one sets the status under the job's feet (Cinder:
// cinder/volume/api.py reserve_volume, begin_detaching, attach, detach; volume/manager.py).
import { attachmentFaults } from '../../../schema/attachment-faults';
import { requestFaults, volumeFaults } from '../../../schema/faults';
import { startsIn } from '../../../schema/kernel/lifecycle';
import { volumeLifecycle } from '../../../schema/lifecycles/volume';
import type { Parts } from '../../parts';
import {
  attachmentsOfVolume,
  findAttachment,
  insertAttachment,
  removeAttachment,
} from '../../records/attachments';
import { removeLooseConnections } from '../../records/connections';
import type { Tx } from '../../records/database';
import { presentMoment } from '../../records/moment';
import { newUuid } from '../../records/new-id';
import type { AttachmentRow } from '../../records/rows/attachment-row';
import type { Volume } from '../../records/rows/volume-row';
import { transition } from '../../records/transition';
import { updateVolume } from '../../records/volumes';
import { isReadOnly } from '../connect-volume';
import type { Asker } from '../operation-context';
import { settleExport } from '../volume-exports';
import { assertNoJob, isMigrating, settleDetached } from './attachment-status';
import { changeableVolume } from './find-owned';

const rows = volumeLifecycle.operations;

/** os-reserve: says that the volume is about to be attached. */
export async function reserveVolume(parts: Parts, asker: Asker, id: string): Promise<void> {
  await parts.database.transaction(async (tx) => {
    const volume = await changeableVolume(tx, asker, id);
    // The table's row serves attachments too, which connect what is reserved already.
    const from = startsIn(volumeLifecycle, rows.beginAttach, {
      forced: volume.multiattach,
    }).filter((status) => status !== 'reserved');
    if (await transition(tx, 'volumes', volume.id, { from, to: 'attaching' })) return;
    throw volumeFaults.invalidVolume({
      reason:
        `Volume status must be ${from.join(' or ')} to reserve, but the status is ` +
        `${volume.status}.`,
    });
  });
}

/** os-unreserve: takes os-reserve back; does nothing to a volume in any other status. */
export async function unreserveVolume(parts: Parts, asker: Asker, id: string): Promise<void> {
  await parts.database.transaction(async (tx) => {
    await unreserve(tx, await changeableVolume(tx, asker, id));
  });
}

/** What unreserveVolume does, inside a transaction. */
export async function unreserve(tx: Tx, volume: Volume): Promise<void> {
  const attachments = await attachmentsOfVolume(tx, volume.id);
  const to = attachments.length > 0 ? 'in-use' : 'available';
  await transition(tx, 'volumes', volume.id, { from: ['attaching'], to });
}

/** os-begin_detaching. A volume on the move is left alone without a word. */
export async function beginDetaching(parts: Parts, asker: Asker, id: string): Promise<void> {
  await parts.database.transaction(async (tx) => {
    const volume = await changeableVolume(tx, asker, id);
    if (isMigrating(volume)) return;
    const from = startsIn(volumeLifecycle, rows.beginDetach);
    const isAttached = volume.attachStatus === 'attached';
    if (isAttached && (await transition(tx, 'volumes', volume.id, { from, to: 'detaching' })))
      return;
    throw volumeFaults.invalidVolume({
      reason:
        "Unable to detach volume. Volume status must be 'in-use' and attach_status must be " +
        "'attached' to detach.",
    });
  });
}

/** os-roll_detaching: takes os-begin_detaching back; does nothing in any other status. */
export async function rollDetaching(parts: Parts, asker: Asker, id: string): Promise<void> {
  await parts.database.transaction(async (tx) => {
    const volume = await changeableVolume(tx, asker, id);
    const from = startsIn(volumeLifecycle, rows.rollDetach);
    await transition(tx, 'volumes', volume.id, { from, to: 'in-use' });
  });
}

/** To whom os-attach attaches. */
export interface AttachRequest {
  readonly volumeId: string;
  readonly instanceId: string | null;
  readonly hostName: string | null;
  readonly mountpoint: string;
  readonly mode: 'rw' | 'ro';
}

/** os-attach: records an attachment that is done. Repeatable for one server or host. */
export async function attachVolume(
  parts: Parts,
  asker: Asker,
  request: AttachRequest,
): Promise<void> {
  const { instanceId, mountpoint, mode } = request;
  await parts.database.transaction(async (tx) => {
    const volume = await changeableVolume(tx, asker, request.volumeId);
    const { id, adminMetadata } = volume;
    assertNoJob(volume, 'cannot be attached');
    if (isReadOnly(volume) && mode !== 'ro') {
      throw attachmentFaults.attachModeInvalid({ mode, volumeId: id });
    }
    const noted = adminMetadata['attached_mode'];
    if (volume.status === 'attaching' && noted !== undefined && noted !== mode) {
      throw volumeFaults.invalidVolume({ reason: 'being attached by different mode' });
    }
    const host = request.hostName === null ? null : hostNameOf(request.hostName);
    const attachments = await attachmentsOfVolume(tx, id);
    const isSame = (each: AttachmentRow): boolean =>
      instanceId === null ? each.attachedHost === host : each.instanceId === instanceId;
    if (attachments.some(isSame)) {
      await updateVolume(tx, id, { status: 'in-use' });
      return;
    }
    assertAttachable(volume);
    await insertAttachment(tx, {
      id: newUuid(),
      volumeId: id,
      projectId: volume.projectId,
      userId: asker.userId,
      instanceId,
      attachedHost: host,
      mountpoint,
      attachMode: mode,
      attachStatus: 'attached',
      attachedAt: presentMoment(),
    });
    await updateVolume(tx, id, {
      status: 'in-use',
      attachStatus: 'attached',
      adminMetadata: { readonly: 'False', ...adminMetadata, attached_mode: mode },
    });
  });
}

function assertAttachable(volume: Volume): void {
  const { status, multiattach } = volume;
  const isFree = multiattach || isMigrating(volume);
  if (status === 'in-use' && !isFree) {
    throw volumeFaults.invalidVolume({
      reason: 'volume is already attached and multiple attachments are not enabled',
    });
  }
  const from: readonly string[] = startsIn(volumeLifecycle, rows.attach, { forced: isFree });
  if (from.includes(status)) return;
  throw volumeFaults.invalidVolume({
    reason: `Volume status must be ${from.join(' or ')} to attach, but the status is ${status}.`,
  });
}

/**
 * os-detach: removes the attachment (the only one where none is named) and gives the volume its
 * resting status.
 */
export async function detachVolume(
  parts: Parts,
  asker: Asker,
  request: { readonly volumeId: string; readonly attachmentId: string | null },
): Promise<void> {
  const volumeId = await parts.database.transaction(async (tx) => {
    const volume = await changeableVolume(tx, asker, request.volumeId);
    const attachment = await detachable(tx, volume, request.attachmentId);
    assertNoJob(volume, 'cannot be detached');
    if (attachment) await removeAttachment(tx, attachment.id);
    const left = await attachmentsOfVolume(tx, volume.id);
    if (left.length === 0) await removeLooseConnections(tx, volume.id);
    await settleDetached(tx, volume.id);
    return volume.id;
  });
  await settleExport(parts, volumeId);
}

/**
 * The attachment that a call without an attachment of its own means; null where the volume has
 * none. Fails with 409 where it cannot be told (cinder/volume/api.py attachment_deletion_allowed).
 */
export async function detachable(
  tx: Tx,
  volume: Volume,
  attachmentId: string | null,
): Promise<AttachmentRow | null> {
  if (attachmentId !== null) {
    const attachment = await findAttachment(tx, attachmentId.toLowerCase());
    if (!attachment) throw attachmentFaults.detachThroughCompute({ instanceId: '' });
    if (attachment.volumeId === volume.id) return attachment;
    throw requestFaults.invalidInput({ reason: 'Mismatched volume and attachment' });
  }
  const [only, ...others] = await attachmentsOfVolume(tx, volume.id);
  if (others.length > 0) throw attachmentFaults.detachThroughCompute({ instanceId: '' });
  return only ?? null;
}

/** A host's name in the form in which it is kept (cinder/volume/volume_utils.py). */
function hostNameOf(name: string): string {
  return name
    .replace(/[ _]/g, '-')
    .replace(/[^\w.-]+/g, '')
    .toLowerCase()
    .replace(/^[.-]+|[.-]+$/g, '');
}
