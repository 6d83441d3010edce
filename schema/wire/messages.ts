// User messages of the Block Storage API v3: why an operation failed, in words for the user.
// Invariant: every failed operation leaves one that names the thing it failed on.
import { z } from 'zod';
import { routes } from './route';
import { nextLinks, wireLinks, wireTime } from './shapes';

/** One message. */
export const messageView = z.looseObject({
  id: z.string(),
  event_id: z.string(),
  user_message: z.string(),
  message_level: z.string(),
  created_at: wireTime,
  guaranteed_until: wireTime,
  request_id: z.string(),
  links: wireLinks,
  resource_type: z.string().nullable(),
  resource_uuid: z.string().nullable(),
});

const base = { service: 'block-storage', since: '3.3' } as const;

/** Calls on messages. */
export const messageRoutes = routes({
  listMessages: {
    ...base,
    method: 'GET',
    path: '/messages',
    ok: 200,
    policy: { rule: 'message:get_all', needs: 'reader' },
    reply: z.looseObject({ messages: z.array(messageView), messages_links: nextLinks }),
  },
  showMessage: {
    ...base,
    method: 'GET',
    path: '/messages/:id',
    ok: 200,
    policy: { rule: 'message:get', needs: 'reader' },
    reply: z.looseObject({ message: messageView }),
  },
  removeMessage: {
    ...base,
    method: 'DELETE',
    path: '/messages/:id',
    ok: 204,
    policy: { rule: 'message:delete', needs: 'member' },
  },
});
