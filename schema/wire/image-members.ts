// Members of Image v2: with which projects an image is shared, and what they said to it. Facts:
// glance/api/v2/image_members.py. Invariant: bodies are looked at by the handlers, for the service
// has words of its own for what is missing.
import { z } from 'zod';
import { routes } from './route';
import type { Needs, Route } from './route';

/** What a member may say to an image that is shared with it. */
export const memberStatuses = ['pending', 'accepted', 'rejected'] as const;

/** One membership as the service shows it. */
export const memberReply = z.looseObject({
  member_id: z.string(),
  image_id: z.string(),
  status: z.enum(memberStatuses),
  created_at: z.string(),
  updated_at: z.string(),
  schema: z.string(),
});

const base = { service: 'image' } as const;
const rule = (name: string, needs: Needs): Route['policy'] => ({ rule: name, needs });
const list = '/images/:id/members';

/** Calls on members, below /image/v2. */
export const imageMemberRoutes = routes({
  addImageMember: {
    ...base,
    method: 'POST',
    path: list,
    ok: 200,
    policy: rule('add_member', 'member'),
    body: z.looseObject({ member: z.unknown().optional() }),
    reply: memberReply,
  },
  listImageMembers: {
    ...base,
    method: 'GET',
    path: list,
    ok: 200,
    policy: rule('get_members', 'reader'),
    reply: z.looseObject({ members: z.array(memberReply), schema: z.string() }),
  },
  showImageMember: {
    ...base,
    method: 'GET',
    path: `${list}/:memberId`,
    ok: 200,
    policy: rule('get_member', 'reader'),
    reply: memberReply,
  },
  updateImageMember: {
    ...base,
    method: 'PUT',
    path: `${list}/:memberId`,
    ok: 200,
    policy: rule('modify_member', 'member'),
    body: z.looseObject({ status: z.unknown().optional() }),
    reply: memberReply,
  },
  removeImageMember: {
    ...base,
    method: 'DELETE',
    path: `${list}/:memberId`,
    ok: 204,
    policy: rule('delete_member', 'member'),
  },
  showMemberSchema: {
    ...base,
    method: 'GET',
    path: '/schemas/member',
    ok: 200,
    policy: rule('get_image', 'reader'),
  },
  showMembersSchema: {
    ...base,
    method: 'GET',
    path: '/schemas/members',
    ok: 200,
    policy: rule('get_images', 'reader'),
  },
});
