// The user messages of a project's things. Invariant: filters that a service does not know are
// ignored by it, so everything that came is looked at again here.
import type { z } from 'zod';
import { describeLookup } from '../../schema/kernel/lookup';
import { messages } from '../../schema/lookups/messages';
import { messageRoutes, type messageView } from '../../schema/wire/messages';
import { narrowedPages, plainId, plainText } from '../resources/narrowed-pages';
import type { Values } from '../resources/adapter';
import { numberOf, stringOf, textOf, timeOf } from '../resources/wire-values';
import type { LookupAdapter } from './lookup-adapter';

type View = z.output<typeof messageView>;

/** Messages can be filtered and sorted from here on (Cinder: rest_api_version_history). */
const filterVersion = '3.5';

/** User messages for all tools. */
export const messagesLookup: LookupAdapter = {
  model: describeLookup(messages),
  look: async (scope, inputs) => {
    const isNew = await scope.connection.supports('block-storage', filterVersion, scope.signal);
    const list = {
      route: messageRoutes.listMessages,
      hints: isNew ? hintsFrom(inputs) : {},
      microversion: isNew ? filterVersion : '3.3',
    };
    const found: View[] = [];
    for await (const page of narrowedPages(scope, list)) {
      found.push(...page.messages.filter((view) => isAsked(view, inputs)));
    }
    found.sort((a, b) => (a.created_at > b.created_at ? -1 : a.created_at < b.created_at ? 1 : 0));
    return { messages: found.slice(0, numberOf(inputs['limit'])).map(messageOf) };
  },
};

function hintsFrom(inputs: Values) {
  return {
    resource_uuid: plainId(inputs['resourceId']),
    resource_type: plainText(upper(inputs['resourceType'])),
    message_level: plainText(upper(inputs['level'])),
    request_id: plainText(inputs['requestId']),
  };
}

function isAsked(view: View, inputs: Values): boolean {
  const pairs = [
    [stringOf(inputs['resourceId']), view.resource_uuid],
    [upper(inputs['resourceType']), upper(view.resource_type)],
    [upper(inputs['level']), upper(view.message_level)],
    [stringOf(inputs['requestId']), view.request_id],
  ];
  return pairs.every(([wanted, told]) => wanted === undefined || wanted === told);
}

function messageOf(view: View) {
  // Cinder joins what was done and what went wrong by a colon (cinder/message/api.py).
  const [, action, detail = view.user_message] = /^([^:]*):(.*)$/s.exec(view.user_message) ?? [];
  return {
    id: view.id,
    text: view.user_message,
    action: textOf(action?.trim()),
    detail: detail.trim(),
    level: view.message_level,
    eventId: view.event_id,
    requestId: view.request_id,
    resourceId: textOf(view.resource_uuid),
    resourceType: textOf(view.resource_type),
    createdAt: timeOf(view.created_at),
    expiresAt: timeOf(view.guaranteed_until),
  };
}

function upper(value: unknown): string | undefined {
  return stringOf(value)?.toUpperCase();
}
