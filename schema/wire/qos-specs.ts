// QoS specs of the Block Storage API v3: limits that volume types carry, consumed by the host that
// opens a volume (front-end), by the storage (back-end) or by both. Invariant: what changes
// associations is asked for with GET, as Cinder has it (cinder/api/contrib/qos_specs_manage.py).
import { z } from 'zod';
import { routes } from './route';
import { largestInteger, nextLinks, text, wireLinks } from './shapes';
import { wireSpecs } from './volume-types';

/** The name's own rules and those of the specs have words of their own: handlers check them. */
export const qosCreateBody = z.strictObject({
  qos_specs: z.looseObject({ name: text(0, largestInteger) }),
});

const keyList = z.array(text(1, 255)).superRefine((keys, context) => {
  if (new Set(keys).size === keys.length) return;
  const shown = keys.map((key) => `'${key}'`).join(', ');
  context.addIssue({ code: 'custom', message: `[${shown}] has non-unique elements` });
});

/** QoS specs as the API shows them. */
export const qosView = z.looseObject({
  id: z.string(),
  name: z.string(),
  consumer: z.string(),
  specs: z.record(z.string(), z.string().nullable()),
});

const base = { service: 'block-storage' } as const;
const one = { ...base, path: '/qos-specs/:id' } as const;
const admins = (act: string) =>
  ({ rule: `volume_extension:qos_specs_manage:${act}`, needs: 'admin' }) as const;
const qosReply = z.looseObject({ qos_specs: qosView, links: wireLinks });

/** Calls on QoS specs. */
export const qosRoutes = routes({
  createQos: {
    ...base,
    method: 'POST',
    path: '/qos-specs',
    ok: 200,
    policy: admins('create'),
    body: qosCreateBody,
    reply: qosReply,
  },
  listQos: {
    ...base,
    method: 'GET',
    path: '/qos-specs',
    ok: 200,
    policy: admins('get_all'),
    reply: z.looseObject({ qos_specs: z.array(qosView), qos_specs_links: nextLinks }),
  },
  showQos: { ...one, method: 'GET', ok: 200, policy: admins('get'), reply: qosReply },
  updateQos: {
    ...one,
    method: 'PUT',
    ok: 200,
    policy: admins('update'),
    body: z.strictObject({ qos_specs: wireSpecs('withSpaces') }),
    reply: z.looseObject({ qos_specs: z.record(z.string(), z.string().nullable()) }),
  },
  deleteQos: { ...one, method: 'DELETE', ok: 202, policy: admins('delete') },
  deleteQosKeys: {
    ...base,
    method: 'PUT',
    path: '/qos-specs/:id/delete_keys',
    ok: 202,
    policy: admins('delete'),
    body: z.strictObject({ keys: keyList }),
  },
  listQosAssociations: {
    ...base,
    method: 'GET',
    path: '/qos-specs/:id/associations',
    ok: 200,
    policy: admins('get_all'),
    reply: z.looseObject({
      qos_associations: z.array(
        z.looseObject({ association_type: z.string(), name: z.string(), id: z.string() }),
      ),
    }),
  },
  associateQos: {
    ...base,
    method: 'GET',
    path: '/qos-specs/:id/associate',
    ok: 202,
    policy: admins('update'),
  },
  disassociateQos: {
    ...base,
    method: 'GET',
    path: '/qos-specs/:id/disassociate',
    ok: 202,
    policy: admins('update'),
  },
  disassociateQosFromAll: {
    ...base,
    method: 'GET',
    path: '/qos-specs/:id/disassociate_all',
    ok: 202,
    policy: admins('update'),
  },
});
