// Default volume types of projects (Block Storage API v3, from 3.62): the type of a volume that is
// made without one. Facts: cinder/api/v3/default_types.py. Invariant: a project has one at most.
import { z } from 'zod';
import { routes } from './route';
import { text } from './shapes';

/** A project's default type as it is shown. */
export const defaultTypeView = z.looseObject({
  project_id: z.string(),
  volume_type_id: z.string(),
});

const base = { service: 'block-storage', since: '3.62' } as const;
const admins = (rule: string) => ({ rule: `volume_extension:${rule}`, needs: 'admin' }) as const;
const one = { ...base, path: '/default-types/:project' } as const;
const oneReply = z.looseObject({ default_type: defaultTypeView });

/** Calls on default types. */
export const defaultTypeRoutes = routes({
  listDefaultTypes: {
    ...base,
    method: 'GET',
    path: '/default-types',
    ok: 200,
    policy: admins('default_get_all'),
    reply: z.looseObject({ default_types: z.array(defaultTypeView) }),
  },
  showProjectDefaultType: {
    ...one,
    method: 'GET',
    ok: 200,
    policy: admins('default_get'),
    reply: oneReply,
  },
  setDefaultType: {
    ...one,
    method: 'PUT',
    ok: 200,
    policy: admins('default_set_or_update'),
    // Keys beside default_type pass, as they do in Cinder.
    body: z.looseObject({ default_type: z.strictObject({ volume_type: text(1, 255) }) }),
    reply: oneReply,
  },
  unsetDefaultType: { ...one, method: 'DELETE', ok: 204, policy: admins('default_unset') },
});
