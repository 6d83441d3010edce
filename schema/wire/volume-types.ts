// Volume types of the Block Storage API v3, their extra specs and who may use private ones.
// Invariant: keys and values are those of a real Cinder (api-ref v3, recorded replies).
import { z } from 'zod';
import { routes } from './route';
import { nextLinks, text, wireBoolean, wireDescription, wireUuid } from './shapes';

const specKeys = {
  plain: '^[a-zA-Z0-9-_:.]{1,255}$',
  withSpaces: '^[a-zA-Z0-9-_:. /]{1,255}$',
} as const;

const specValue = z.transform<string | null, string | null>((value, context) => {
  const refuse = (message: string) => {
    context.issues.push({ code: 'custom', message, input: value });
    return z.NEVER;
  };
  if (value === null) return null;
  if (typeof value !== 'string') {
    const shown = typeof value === 'boolean' ? (value ? 'True' : 'False') : JSON.stringify(value);
    return refuse(`${shown} is not of type 'string', 'null'`);
  }
  if ([...value].length > 255) return refuse(`'${value}' is too long`);
  return value.includes('\u0000') ? refuse('a NUL character is not allowed') : value;
});

/**
 * Specs as pairs of text, null where a key has no value. Keys that set specs one by one hold no
 * spaces and slashes; those of a new type and of QoS specs may.
 */
export function wireSpecs(keys: keyof typeof specKeys) {
  const pattern = specKeys[keys];
  const known = new RegExp(pattern.replace('9-_', '9\\-_'));
  return z.record(z.string(), specValue).superRefine((specs, context) => {
    const strange = Object.keys(specs).filter((key) => !known.test(key));
    if (strange.length === 0) return;
    const shown = strange.map((key) => `'${key}'`).join(', ');
    const verb = strange.length === 1 ? 'does' : 'do';
    const message = `${shown} ${verb} not match any of the regexes: '${pattern}'`;
    context.addIssue({ code: 'custom', message });
  });
}

/** Keys that choose a pool and its abilities. */
export const wireExtraSpecs = wireSpecs('plain');

const oneSpec = wireExtraSpecs.superRefine((specs, context) => {
  const pairs = Object.entries(specs);
  if (pairs.length === 1) return;
  const shown = pairs.map(([key, value]) => `'${key}': ${value === null ? 'None' : `'${value}'`}`);
  const problem =
    pairs.length === 0 ? 'does not have enough properties' : 'has too many properties';
  context.addIssue({ code: 'custom', message: `{${shown.join(', ')}} ${problem}` });
});

/** What an administrator says about a type to make. */
export const typeCreateBody = z.strictObject({
  volume_type: z.strictObject({
    name: text(1, 255),
    description: wireDescription,
    extra_specs: wireSpecs('withSpaces').optional(),
    'os-volume-type-access:is_public': wireBoolean.optional(),
  }),
});

/** What may be altered in place. */
export const typeUpdateBody = z.strictObject({
  volume_type: z.strictObject({
    name: text(1, 255).nullish(),
    description: wireDescription,
    is_public: wireBoolean.optional(),
  }),
});

/**
 * A type; extra specs are shown to others than administrators only where they are meant for users.
 */
export const typeView = z.looseObject({
  id: z.string(),
  name: z.string(),
  is_public: z.boolean(),
  description: z.string().nullable(),
  extra_specs: z.record(z.string(), z.string().nullable()).optional(),
  qos_specs_id: z.string().nullable().optional(),
  'os-volume-type-access:is_public': z.boolean().optional(),
});

const base = { service: 'block-storage' } as const;
const reads = (rule: string) => ({ rule, needs: 'reader' }) as const;
const admins = (rule: string) => ({ rule, needs: 'admin' }) as const;
const typeReply = z.looseObject({ volume_type: typeView });
const specsReply = z.looseObject({ extra_specs: z.record(z.string(), z.string().nullable()) });

/** Calls on types. */
export const typeRoutes = routes({
  createType: {
    ...base,
    method: 'POST',
    path: '/types',
    ok: 200,
    policy: admins('volume_extension:type_create'),
    body: typeCreateBody,
    reply: typeReply,
  },
  listTypes: {
    ...base,
    method: 'GET',
    path: '/types',
    ok: 200,
    policy: reads('volume_extension:type_get_all'),
    reply: z.looseObject({ volume_types: z.array(typeView), volume_type_links: nextLinks }),
  },
  showDefaultType: {
    ...base,
    method: 'GET',
    path: '/types/default',
    ok: 200,
    policy: reads('volume_extension:type_get'),
    reply: typeReply,
  },
  showType: {
    ...base,
    method: 'GET',
    path: '/types/:id',
    ok: 200,
    policy: reads('volume_extension:type_get'),
    reply: typeReply,
  },
  updateType: {
    ...base,
    method: 'PUT',
    path: '/types/:id',
    ok: 200,
    policy: admins('volume_extension:type_update'),
    body: typeUpdateBody,
    reply: typeReply,
  },
  deleteType: {
    ...base,
    method: 'DELETE',
    path: '/types/:id',
    ok: 202,
    policy: admins('volume_extension:type_delete'),
  },
  listTypeAccess: {
    ...base,
    method: 'GET',
    path: '/types/:id/os-volume-type-access',
    ok: 200,
    policy: admins('volume_extension:volume_type_access:get_all_for_type'),
    reply: z.looseObject({
      volume_type_access: z.array(
        z.looseObject({ volume_type_id: z.string(), project_id: z.string() }),
      ),
    }),
  },
});

const action = { ...base, method: 'POST', path: '/types/:id/action' } as const;

/** Calls of the form POST /types/{id}/action. */
export const typeActionRoutes = routes({
  addTypeAccess: {
    ...action,
    action: 'addProjectAccess',
    ok: 202,
    policy: admins('volume_extension:volume_type_access:addProjectAccess'),
    body: z.strictObject({ addProjectAccess: z.strictObject({ project: wireUuid }) }),
  },
  removeTypeAccess: {
    ...action,
    action: 'removeProjectAccess',
    ok: 202,
    policy: admins('volume_extension:volume_type_access:removeProjectAccess'),
    body: z.strictObject({ removeProjectAccess: z.strictObject({ project: wireUuid }) }),
  },
});

/** Calls on the extra specs of one type. */
export const extraSpecRoutes = routes({
  listExtraSpecs: {
    ...base,
    method: 'GET',
    path: '/types/:id/extra_specs',
    ok: 200,
    policy: reads('volume_extension:types_extra_specs:index'),
    reply: specsReply,
  },
  addExtraSpecs: {
    ...base,
    method: 'POST',
    path: '/types/:id/extra_specs',
    ok: 200,
    policy: admins('volume_extension:types_extra_specs:create'),
    body: z.strictObject({ extra_specs: wireExtraSpecs }),
    reply: specsReply,
  },
  showExtraSpec: {
    ...base,
    method: 'GET',
    path: '/types/:id/extra_specs/:key',
    ok: 200,
    policy: reads('volume_extension:types_extra_specs:show'),
  },
  setExtraSpec: {
    ...base,
    method: 'PUT',
    path: '/types/:id/extra_specs/:key',
    ok: 200,
    policy: admins('volume_extension:types_extra_specs:update'),
    body: oneSpec,
  },
  removeExtraSpec: {
    ...base,
    method: 'DELETE',
    path: '/types/:id/extra_specs/:key',
    ok: 202,
    policy: admins('volume_extension:types_extra_specs:delete'),
  },
});
