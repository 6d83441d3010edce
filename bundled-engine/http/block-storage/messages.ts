// Handlers of user messages. Invariant: a project sees its own (cinder/api/v3/messages.py).
import { otherFaults } from '../../../schema/faults';
import type { messageRoutes } from '../../../schema/wire/messages';
import type { Parts } from '../../parts';
import { findMessage, listMessages, removeMessage } from '../../records/messages';
import type { MessageRow } from '../../records/rows/message-row';
import type { HandlersOf, RouteRequest } from '../route-request';
import { linker, param } from './asker-of';
import { filtersOf } from './extensions-list';
import { listQueryOf } from './list-params';
import type { Offers } from './list-params';
import { listReply } from './list-reply';

const offers: Offers<MessageRow> = {
  configured: filtersOf('message'),
  filters: {
    resource_uuid: { column: 'resourceId', kind: 'text', sinceMinor: 5 },
    resource_type: { column: 'resourceType', kind: 'text', sinceMinor: 5 },
    event_id: { column: 'eventId', kind: 'text', sinceMinor: 5 },
    request_id: { column: 'requestId', kind: 'text', sinceMinor: 5 },
    message_level: { column: 'messageLevel', kind: 'text', sinceMinor: 5 },
    created_at: { column: 'createdAt', kind: 'time', sinceMinor: 60 },
  },
  sorts: {
    id: 'id',
    created_at: 'createdAt',
    guaranteed_until: 'expiresAt',
    event_id: 'eventId',
    resource_type: 'resourceType',
    resource_uuid: 'resourceId',
    message_level: 'messageLevel',
    request_id: 'requestId',
  },
};

function messageView(request: RouteRequest): (message: MessageRow) => Record<string, unknown> {
  const links = linker(request, 'messages');
  return (message) => ({
    id: message.id,
    event_id: message.eventId,
    user_message: message.userMessage,
    message_level: message.messageLevel,
    created_at: message.createdAt,
    guaranteed_until: message.expiresAt,
    request_id: message.requestId,
    links: links(message.id),
    resource_type: message.resourceType,
    resource_uuid: message.resourceId,
  });
}

async function ownMessage(request: RouteRequest, parts: Parts): Promise<MessageRow> {
  const id = param(request, 'id');
  const { isAdmin, projectId } = request.caller;
  const message = await findMessage(parts.database, id, { projectId: isAdmin ? null : projectId });
  if (!message) throw otherFaults.messageNotFound({ id });
  return message;
}

/** Handlers by the verbs of the route table. */
export const messageHandlers: HandlersOf<typeof messageRoutes> = {
  async listMessages(asked, parts) {
    // Before 3.5 there were neither pages nor filters, and whatever asked for them was passed over.
    const request = asked.minor >= 5 ? asked : { ...asked, query: {} };
    const page = await listMessages(parts.database, listQueryOf(request, offers));
    return listReply(request, {
      key: 'messages',
      path: 'messages',
      page,
      view: messageView(request),
    });
  },

  async showMessage(request, parts) {
    return { message: messageView(request)(await ownMessage(request, parts)) };
  },

  async removeMessage(request, parts) {
    await removeMessage(parts.database, (await ownMessage(request, parts)).id);
  },
};
