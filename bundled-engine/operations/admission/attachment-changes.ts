// Attachments: reserve a volume, connect a host, complete, take back (Block Storage 3.27 on).
// Invariants: an attachment, the connection and the volume's status change in one transaction, in
// which every refusal is made; the host's export follows, and what it refuses leaves no trace
// (Cinder: cinder/volume/api.py attachment_create, attachment_update, attachment_delete).
import { attachmentFaults } from '../../../schema/attachment-faults';
import { volumeFaults } from '../../../schema/faults';
import { startsIn } from '../../../schema/kernel/lifecycle';
import { volumeLifecycle } from '../../../schema/lifecycles/volume';
import type { Parts } from '../../parts';
import {
  attachmentsOfVolume,
  findAttachment,
  insertAttachment,
  removeAttachment,
  updateAttachment,
} from '../../records/attachments';
import { putConnection } from '../../records/connections';
import type { Db, Tx } from '../../records/database';
import { presentMoment } from '../../records/moment';
import { newUuid } from '../../records/new-id';
import type { AttachmentRow, ConnectionFacts } from '../../records/rows/attachment-row';
import type { Volume } from '../../records/rows/volume-row';
import { transition } from '../../records/transition';
import { updateVolume } from '../../records/volumes';
import { assertHasBytes, connectVolume, isReadOnly } from '../connect-volume';
import type { Asker } from '../operation-context';
import { settleExport } from '../volume-exports';
import { isHeldByJob, settleDetached, settleStatus } from './attachment-status';
import { changeableVolume } from './find-owned';
import type { Viewer } from './find-owned';

/** What a host says of itself; its words are kept as they came. */
export type Connector = Readonly<Record<string, unknown>>;

/** An attachment to make. */
export interface AttachmentRequest {
  readonly volumeId: string;
  readonly instanceId: string | null;
  /** The host to connect at once; null to reserve the volume alone. */
  readonly connector: Connector | null;
  readonly mode: 'rw' | 'ro' | null;
}

/** The attachment, or attachmentNotFound: one of another project is as absent as none at all. */
export async function ownAttachment(db: Db, viewer: Viewer, id: string): Promise<AttachmentRow> {
  const projectId = viewer.isAdmin ? null : viewer.projectId;
  const attachment = await findAttachment(db, id.toLowerCase(), { projectId });
  if (!attachment) throw attachmentFaults.attachmentNotFound({ id });
  return attachment;
}

/**
 * Reserves the volume and, with a connector, connects the host. Gives the attachment as it was when
 * it was reserved, with what the host must know: that is what a real one answers.
 */
export async function createAttachment(
  parts: Parts,
  asker: Asker,
  request: AttachmentRequest,
): Promise<AttachmentRow> {
  const { connector, mode } = request;
  const begun = await parts.database.transaction(async (tx) => {
    const volume = await changeableVolume(tx, asker, request.volumeId);
    assertNoError(volume, 'created');
    await reserve(tx, volume, request.instanceId);
    const reserved = await insertAttachment(tx, {
      id: newUuid(),
      volumeId: volume.id,
      projectId: volume.projectId,
      userId: asker.userId,
      instanceId: request.instanceId,
      attachStatus: 'reserved',
      attachMode: isReadOnly(volume) ? 'ro' : (mode ?? 'null'),
      connectionInfo: {},
    });
    const connecting = connector
      ? await beginConnecting(tx, { volume, attachment: reserved, connector })
      : null;
    return { volume, reserved, connecting };
  });
  const { volume, reserved, connecting } = begun;
  if (connecting === null) return reserved;
  const at = { volume, attachment: reserved, mode: connecting };
  const connectionInfo = await connect(parts, at, (tx) => removeAttachment(tx, reserved.id));
  return { ...reserved, connectionInfo };
}

/**
 * Connects the host of a reserved attachment. Gives the attachment as it was before, with what the
 * host must know: that is what a real one answers. Repeatable.
 */
export async function updateAttachmentConnector(
  parts: Parts,
  asker: Asker,
  request: { readonly attachmentId: string; readonly connector: Connector },
): Promise<AttachmentRow> {
  const { connector } = request;
  const begun = await parts.database.transaction(async (tx) => {
    const attachment = await ownAttachment(tx, asker, request.attachmentId);
    const volume = await changeableVolume(tx, asker, attachment.volumeId);
    if (typeof connector['host'] !== 'string') {
      throw attachmentFaults.connectorIncomplete({ missing: 'host' });
    }
    assertNoError(volume, 'updated');
    await assertOnlyConnection(tx, volume);
    const mode = await beginConnecting(tx, { volume, attachment, connector });
    await updateAttachment(tx, attachment.id, { attachMode: mode });
    return { volume, attachment, mode };
  });
  const { attachment } = begun;
  const connectionInfo = await connect(parts, begun, (tx) =>
    updateAttachment(tx, attachment.id, {
      attachStatus: 'reserved',
      attachMode: attachment.attachMode,
      attachedAt: null,
      connectionInfo: {},
    }),
  );
  return { ...attachment, connectionInfo };
}

/** Marks an attachment as done by its host: the volume is in use. Repeatable. */
export async function completeAttachment(parts: Parts, viewer: Viewer, id: string): Promise<void> {
  await parts.database.transaction(async (tx) => {
    const attachment = await ownAttachment(tx, viewer, id);
    await updateAttachment(tx, attachment.id, { attachStatus: 'attached' });
    await settleStatus(tx, attachment.volumeId);
  });
}

/**
 * Removes an attachment, ends its connection and gives the volume's remaining ones. There is no
 * compute service here whose running servers it could be taken from, so any owner may.
 */
export async function deleteAttachment(
  parts: Parts,
  viewer: Viewer,
  id: string,
): Promise<AttachmentRow[]> {
  const { volumeId, left } = await parts.database.transaction(async (tx) => {
    const attachment = await ownAttachment(tx, viewer, id);
    await removeAttachment(tx, attachment.id);
    await settleDetached(tx, attachment.volumeId);
    return {
      volumeId: attachment.volumeId,
      left: await attachmentsOfVolume(tx, attachment.volumeId),
    };
  });
  await settleExport(parts, volumeId);
  return left;
}

function assertNoError(volume: Volume, verb: 'created' | 'updated'): void {
  if (!volume.status.includes('error')) return;
  const reason =
    `Volume attachments can not be ${verb} if the volume is in an error state. The Volume ` +
    `${volume.id} currently has a status of: ${volume.status} `;
  throw verb === 'created'
    ? volumeFaults.invalidVolume({ reason })
    : attachmentFaults.attachmentConflict({ reason });
}

async function reserve(tx: Tx, volume: Volume, instanceId: string | null): Promise<void> {
  const { id, status, multiattach } = volume;
  const { reserve: row } = volumeLifecycle.operations;
  const from = startsIn(volumeLifecycle, row, { forced: multiattach });
  if (await transition(tx, 'volumes', id, { from, to: 'reserved' })) return;
  // The same server may be on its way to another host: its volume is used from both meanwhile.
  const isMoving = instanceId !== null && (status === 'in-use' || status === 'reserved');
  const attachments = isMoving ? await attachmentsOfVolume(tx, id) : [];
  if (attachments.some((each) => each.instanceId === instanceId)) return;
  const statuses = multiattach ? ['available', 'in-use', 'downloading'] : from;
  throw volumeFaults.invalidVolume({
    reason:
      `Volume ${id} status must be ${statuses.join(' or ')} to reserve, but the current status ` +
      `is ${status}.`,
  });
}

/** One that is not made for several connections has one at most, whatever its attachments. */
async function assertOnlyConnection(tx: Tx, volume: Volume): Promise<void> {
  if (volume.multiattach) return;
  const attachments = await attachmentsOfVolume(tx, volume.id);
  const connected = attachments.filter(({ connectionInfo }) => connectionInfo?.devicePath);
  if (attachments.length < 2 || connected.length === 0) return;
  const reason = `duplicate connectors detected on volume ${volume.id}`;
  throw attachmentFaults.attachmentConflict({ reason });
}

interface Connecting {
  readonly volume: Volume;
  readonly attachment: AttachmentRow;
}

/** Records the connection and who makes it, and gives its mode. */
async function beginConnecting(
  tx: Tx,
  at: Connecting & { readonly connector: Connector },
): Promise<'rw' | 'ro'> {
  const { volume, attachment, connector } = at;
  assertHasBytes(volume);
  if (isHeldByJob(volume)) {
    const reason = `its status is ${volume.status}`;
    throw attachmentFaults.volumeBusy({ id: volume.id, reason });
  }
  const mode = modeOf(volume, attachment, connector);
  const { id, volumeId } = attachment;
  await putConnection(tx, { id, volumeId, attachmentId: id, mode });
  await updateAttachment(tx, id, {
    connector: { ...connector, mode },
    attachedHost: textOf(connector['host']) ?? '',
    mountpoint: textOf(connector['mountpoint']) ?? 'na',
    attachStatus: 'attaching',
    attachedAt: presentMoment(),
  });
  await updateVolume(tx, volumeId, { status: 'attaching', attachStatus: 'attaching' });
  return mode;
}

/** What the attachment says goes before what its host says; a read-only volume before both. */
function modeOf(volume: Volume, attachment: AttachmentRow, connector: Connector): 'rw' | 'ro' {
  if (isReadOnly(volume)) return 'ro';
  const { attachMode } = attachment;
  const asked = attachMode === 'null' ? (connector['mode'] ?? 'rw') : attachMode;
  if (asked === 'rw' || asked === 'ro') return asked;
  throw attachmentFaults.attachModeInvalid({ mode: String(asked), volumeId: volume.id });
}

/** Makes the export of what was begun; `takeBack` undoes that where it fails. */
async function connect(
  parts: Parts,
  at: Connecting & { readonly mode: 'rw' | 'ro' },
  takeBack: (tx: Tx) => Promise<unknown>,
): Promise<ConnectionFacts> {
  const { volume, attachment, mode } = at;
  try {
    const connectionInfo = await connectVolume(parts, volume, { id: attachment.id, mode });
    await updateAttachment(parts.database, attachment.id, { connectionInfo });
    return connectionInfo;
  } catch (error) {
    await parts.database.transaction(async (tx) => {
      await takeBack(tx);
      await settleStatus(tx, volume.id);
    });
    throw error;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
