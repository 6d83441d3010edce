// Group types of the Block Storage API v3 (3.11) and their specs. Invariant: keys and values are
// those of a real Cinder (cinder/api/v3/group_types.py, group_specs.py); Cinder asks nothing but a
// login of those who look at types, and so do these rules.
import { z } from 'zod';
import { routes } from './route';
import { nextLinks, text, wireBoolean, wireDescription } from './shapes';
import { wireSpecs } from './volume-types';

const since = '3.11';

/** What an administrator says about a group type to make. */
export const groupTypeCreateBody = z.strictObject({
  group_type: z.strictObject({
    name: text(1, 255),
    description: wireDescription,
    is_public: wireBoolean.optional(),
    group_specs: wireSpecs('withSpaces').nullish(),
  }),
});

/** What may be altered in place. */
export const groupTypeUpdateBody = z.strictObject({
  group_type: z.strictObject({
    name: text(0, 255).nullish(),
    description: wireDescription,
    is_public: wireBoolean.optional(),
  }),
});

/** A group type; its specs are shown to administrators. */
export const groupTypeView = z.looseObject({
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  is_public: z.boolean(),
  group_specs: z.record(z.string(), z.string().nullable()).optional(),
});

const oneSpec = wireSpecs('plain').superRefine((specs, context) => {
  const count = Object.keys(specs).length;
  if (count === 1) return;
  const problem = count === 0 ? 'does not have enough properties' : 'has too many properties';
  context.addIssue({ code: 'custom', message: `${JSON.stringify(specs)} ${problem}` });
});

const base = { service: 'block-storage', since } as const;
const admins = (rule: string) => ({ rule, needs: 'admin' }) as const;
const reads = (rule: string) => ({ rule, needs: 'reader' }) as const;
const typeReply = z.looseObject({ group_type: groupTypeView });
const specsReply = z.looseObject({ group_specs: z.record(z.string(), z.string().nullable()) });

/** Calls on group types. */
export const groupTypeRoutes = routes({
  createGroupType: {
    ...base,
    method: 'POST',
    path: '/group_types',
    ok: 202,
    policy: admins('group:group_types:create'),
    body: groupTypeCreateBody,
    reply: typeReply,
  },
  listGroupTypes: {
    ...base,
    method: 'GET',
    path: '/group_types',
    ok: 200,
    policy: reads('group:group_types:get_all'),
    reply: z.looseObject({ group_types: z.array(groupTypeView), group_type_links: nextLinks }),
  },
  showGroupType: {
    ...base,
    method: 'GET',
    path: '/group_types/:id',
    ok: 200,
    policy: reads('group:group_types:get'),
    reply: typeReply,
  },
  updateGroupType: {
    ...base,
    method: 'PUT',
    path: '/group_types/:id',
    ok: 200,
    policy: admins('group:group_types:update'),
    body: groupTypeUpdateBody,
    reply: typeReply,
  },
  deleteGroupType: {
    ...base,
    method: 'DELETE',
    path: '/group_types/:id',
    ok: 202,
    policy: admins('group:group_types:delete'),
  },
});

const specs = { ...base, path: '/group_types/:id/group_specs' } as const;
const spec = { ...base, path: '/group_types/:id/group_specs/:key' } as const;

/** Calls on the specs of one group type. */
export const groupSpecRoutes = routes({
  listGroupSpecs: {
    ...specs,
    method: 'GET',
    ok: 200,
    policy: admins('group:group_types_specs:get_all'),
    reply: specsReply,
  },
  addGroupSpecs: {
    ...specs,
    method: 'POST',
    ok: 202,
    policy: admins('group:group_types_specs:create'),
    body: z.strictObject({ group_specs: wireSpecs('plain') }),
    reply: specsReply,
  },
  showGroupSpec: {
    ...spec,
    method: 'GET',
    ok: 200,
    policy: admins('group:group_types_specs:get'),
  },
  setGroupSpec: {
    ...spec,
    method: 'PUT',
    ok: 200,
    policy: admins('group:group_types_specs:update'),
    body: oneSpec,
  },
  removeGroupSpec: {
    ...spec,
    method: 'DELETE',
    ok: 202,
    policy: admins('group:group_types_specs:delete'),
  },
});
