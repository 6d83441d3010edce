// Attachments of the Block Storage API v3 (3.27): their routes and shapes. Invariant: paths, codes
// and policy rules are those of a real Cinder (api-ref v3; cinder/api/v3/attachments.py); the rules
// of the two reading calls have the names that releases after Zed gave them.
import { z } from 'zod';
import { routes } from './route';
import { wireTime, wireUuid } from './shapes';

/** What a caller may say of an attachment to make. */
export const attachmentCreateBody = z.strictObject({
  attachment: z.strictObject({
    volume_uuid: wireUuid,
    instance_uuid: wireUuid.optional(),
    connector: z.record(z.string(), z.unknown()).nullish(),
    /** 3.54 */
    mode: z.enum(['rw', 'ro']).optional(),
  }),
});

/** The connector with which a reserved attachment is connected. */
export const attachmentUpdateBody = z.strictObject({
  attachment: z.strictObject({
    connector: z.record(z.string(), z.unknown()).superRefine((value, context) => {
      if (Object.keys(value).length > 0) return;
      context.addIssue({ code: 'custom', message: '{} does not have enough properties' });
    }),
  }),
});

/** An attachment as the short list gives it. */
export const attachmentBrief = z.looseObject({
  id: z.string(),
  status: z.string(),
  instance: z.string().nullable(),
  volume_id: z.string(),
});

/** An attachment as `show` and `detail` give it. Times are empty text where there is none. */
export const attachmentView = attachmentBrief.extend({
  attached_at: z.union([wireTime, z.literal('')]),
  detached_at: z.union([wireTime, z.literal('')]),
  attach_mode: z.string().nullable(),
  connection_info: z.record(z.string(), z.unknown()).nullable(),
});

const user = { service: 'block-storage', since: '3.27' } as const;
const reads = (rule: string) => ({ rule, needs: 'reader' }) as const;
const writes = (rule: string) => ({ rule, needs: 'member' }) as const;
const one = z.looseObject({ attachment: attachmentView });

/** Calls on attachments. */
export const attachmentRoutes = routes({
  createAttachment: {
    ...user,
    method: 'POST',
    path: '/attachments',
    ok: 200,
    policy: writes('volume:attachment_create'),
    body: attachmentCreateBody,
    reply: one,
  },
  listAttachments: {
    ...user,
    method: 'GET',
    path: '/attachments',
    ok: 200,
    policy: reads('volume:attachment_get_all'),
    reply: z.looseObject({ attachments: z.array(attachmentBrief) }),
  },
  listAttachmentsDetail: {
    ...user,
    method: 'GET',
    path: '/attachments/detail',
    ok: 200,
    policy: reads('volume:attachment_get_all'),
    reply: z.looseObject({ attachments: z.array(attachmentView) }),
  },
  showAttachment: {
    ...user,
    method: 'GET',
    path: '/attachments/:id',
    ok: 200,
    policy: reads('volume:attachment_get'),
    reply: one,
  },
  updateAttachment: {
    ...user,
    method: 'PUT',
    path: '/attachments/:id',
    ok: 200,
    policy: writes('volume:attachment_update'),
    body: attachmentUpdateBody,
    reply: one,
  },
  deleteAttachment: {
    ...user,
    method: 'DELETE',
    path: '/attachments/:id',
    ok: 200,
    policy: writes('volume:attachment_delete'),
    reply: z.looseObject({ attachments: z.array(attachmentBrief) }),
  },
});

/** Calls of the form POST /attachments/{id}/action. */
export const attachmentActionRoutes = routes({
  completeAttachment: {
    service: 'block-storage',
    since: '3.44',
    method: 'POST',
    path: '/attachments/:id/action',
    action: 'os-complete',
    ok: 204,
    policy: writes('volume:attachment_complete'),
    body: z.strictObject({ 'os-complete': z.looseObject({}).nullish() }),
  },
});
