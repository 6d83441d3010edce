// Handlers of attachments. Invariant: they translate and decide nothing; lists have no links, as
// those of a real Cinder have none (cinder/api/v3/attachments.py).
import { attachmentFaults } from '../../../schema/attachment-faults';
import type { attachmentActionRoutes, attachmentRoutes } from '../../../schema/wire/attachments';
import { requestFaults } from '../../../schema/faults';
import {
  completeAttachment,
  createAttachment,
  deleteAttachment,
  ownAttachment,
  updateAttachmentConnector,
} from '../../operations/admission/attachment-changes';
import type { Parts } from '../../parts';
import { listAttachments } from '../../records/attachments';
import type { AttachmentRow } from '../../records/rows/attachment-row';
import { isUnknownMarker } from '../../records/table';
import type { HandlersOf, RouteRequest } from '../route-request';
import { askerOf, param } from './asker-of';
import { attachmentView, briefAttachmentView } from './attachment-view';
import { filtersOf } from './extensions-list';
import { listQueryOf } from './list-params';
import type { Offers } from './list-params';

const offers: Offers<AttachmentRow> = {
  configured: filtersOf('attachment'),
  filters: {
    volume_id: { column: 'volumeId', kind: 'text' },
    instance_id: { column: 'instanceId', kind: 'nullable' },
    attach_status: { column: 'attachStatus', kind: 'text' },
    // A real one has no such column and lists nothing; what is meant is plain.
    status: { column: 'attachStatus', kind: 'text' },
  },
  sorts: {
    id: 'id',
    volume_id: 'volumeId',
    instance_uuid: 'instanceId',
    attached_host: 'attachedHost',
    attach_status: 'attachStatus',
    attach_time: 'attachedAt',
    created_at: 'createdAt',
    updated_at: 'updatedAt',
  },
};

async function listed(
  request: RouteRequest,
  parts: Parts,
  view: (attachment: AttachmentRow) => unknown,
): Promise<unknown> {
  const page = await listAttachments(parts.database, listQueryOf(request, offers));
  if (isUnknownMarker(page)) {
    throw attachmentFaults.attachmentNotFound({ id: page.unknownMarker });
  }
  return { attachments: page.rows.map(view) };
}

/** Handlers by the verbs of the route table. */
export const attachmentHandlers: HandlersOf<typeof attachmentRoutes> = {
  async createAttachment(request, parts) {
    const { attachment: asked } = request.body;
    if (asked.mode !== undefined && request.minor < 54) {
      throw requestFaults.badInput({
        message: "Additional properties are not allowed ('mode' was unexpected)",
      });
    }
    const hasConnector = asked.connector && Object.keys(asked.connector).length > 0;
    const made = await createAttachment(parts, askerOf(request), {
      volumeId: asked.volume_uuid,
      instanceId: asked.instance_uuid ?? null,
      connector: hasConnector ? (asked.connector ?? null) : null,
      mode: asked.mode ?? null,
    });
    return { attachment: attachmentView(made) };
  },

  listAttachments: (request, parts) => listed(request, parts, briefAttachmentView),
  listAttachmentsDetail: (request, parts) => listed(request, parts, attachmentView),

  async showAttachment(request, parts) {
    const id = param(request, 'id');
    return { attachment: attachmentView(await ownAttachment(parts.database, request.caller, id)) };
  },

  async updateAttachment(request, parts) {
    const updated = await updateAttachmentConnector(parts, askerOf(request), {
      attachmentId: param(request, 'id'),
      connector: request.body.attachment.connector,
    });
    return { attachment: attachmentView(updated) };
  },

  async deleteAttachment(request, parts) {
    const left = await deleteAttachment(parts, askerOf(request), param(request, 'id'));
    return { attachments: left.map(briefAttachmentView) };
  },
};

/** Handlers of the actions. */
export const attachmentActionHandlers: HandlersOf<typeof attachmentActionRoutes> = {
  async completeAttachment(request, parts) {
    await completeAttachment(parts, askerOf(request), param(request, 'id'));
  },
};
