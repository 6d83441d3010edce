// How attachments and connections look on the wire. Invariant: exactly Cinder's keys
// (cinder/api/v3/views/attachments.py, views/volumes.py; cinder/volume/manager.py
// _parse_connection_options and recorded replies), for strict clients refuse more.
import type { AttachmentRow, ConnectionFacts } from '../../records/rows/attachment-row';
import type { RouteRequest } from '../route-request';

/** The short form of lists and of deletions. */
export function briefAttachmentView(attachment: AttachmentRow): Record<string, unknown> {
  return {
    id: attachment.id,
    status: attachment.attachStatus,
    instance: attachment.instanceId,
    volume_id: attachment.volumeId,
  };
}

/** The long form. */
export function attachmentView(attachment: AttachmentRow): Record<string, unknown> {
  const { connectionInfo: told } = attachment;
  return {
    ...briefAttachmentView(attachment),
    attached_at: attachment.attachedAt ?? '',
    detached_at: attachment.detachedAt ?? '',
    attach_mode: attachment.attachMode,
    connection_info: told === null ? null : flatConnection(told, attachment.id),
  };
}

function flatConnection(
  told: Partial<ConnectionFacts>,
  attachmentId: string,
): Record<string, unknown> {
  const { devicePath, accessMode = 'rw', isCacheable = false, qosSpecs = null } = told;
  if (devicePath === undefined) return {};
  const whole = { devicePath, accessMode, isCacheable, qosSpecs };
  const { data, driver_volume_type } = connectionView(whole);
  return { ...data, driver_volume_type, attachment_id: attachmentId };
}

/** What os-initialize_connection answers. */
export function connectionView(told: ConnectionFacts): {
  driver_volume_type: string;
  data: Record<string, unknown>;
} {
  const { devicePath, accessMode, isCacheable, qosSpecs } = told;
  return {
    driver_volume_type: 'local',
    data: {
      device_path: devicePath,
      format: 'raw',
      qos_specs: qosSpecs,
      access_mode: accessMode,
      encrypted: false,
      cacheable: isCacheable,
    },
  };
}

/** The attachments of one volume, as its own view has them; hosts are for administrators. */
export function attachmentsInVolume(
  request: RouteRequest,
  attachments: readonly AttachmentRow[] | undefined,
): Record<string, unknown>[] {
  if (attachments === undefined) return [];
  const { isAdmin } = request.caller;
  return attachments.map((attachment) => ({
    id: attachment.volumeId,
    attachment_id: attachment.id,
    volume_id: attachment.volumeId,
    server_id: attachment.instanceId,
    host_name: isAdmin ? attachment.attachedHost : null,
    device: attachment.mountpoint,
    attached_at: attachment.attachedAt,
  }));
}
