// The actions by which compute services attached volumes before attachments had an API of their
// own (Block Storage v3, all versions). Invariant: names, codes and policy rules are those of a
// real Cinder (cinder/api/contrib/volume_actions.py, admin_actions.py).
import { z } from 'zod';
import { routes } from './route';
import { text, wireUuid } from './shapes';

const action = {
  service: 'block-storage',
  method: 'POST',
  path: '/volumes/:id/action',
} as const;
const writes = (name: string) =>
  ({ rule: `volume_extension:volume_actions:${name}`, needs: 'member' }) as const;
/** These actions say all by their name: whatever else is sent is passed over, as Cinder does. */
const bare = z.unknown();
const connector = z.record(z.string(), z.unknown());

/** Whom a volume is attached to: a server, a host, or both. */
export const attachBody = z.strictObject({
  'os-attach': z
    .strictObject({
      instance_uuid: wireUuid.optional(),
      mountpoint: text(1, 255),
      host_name: text(0, 255).optional(),
      mode: z.enum(['rw', 'ro']).optional(),
    })
    .superRefine((value, context) => {
      if (value.instance_uuid !== undefined || value.host_name !== undefined) return;
      const message = 'one of instance_uuid and host_name is required';
      context.addIssue({ code: 'custom', message });
    }),
});

/** Calls of compute services on volumes; the body's one key chooses among them. */
export const volumeComputeActionRoutes = routes({
  reserveVolume: {
    ...action,
    action: 'os-reserve',
    ok: 202,
    policy: writes('reserve'),
    body: z.strictObject({ 'os-reserve': bare }),
  },
  unreserveVolume: {
    ...action,
    action: 'os-unreserve',
    ok: 202,
    policy: writes('unreserve'),
    body: z.strictObject({ 'os-unreserve': bare }),
  },
  attachVolume: {
    ...action,
    action: 'os-attach',
    ok: 202,
    policy: writes('attach'),
    body: attachBody,
  },
  detachVolume: {
    ...action,
    action: 'os-detach',
    ok: 202,
    policy: writes('detach'),
    body: z.strictObject({
      'os-detach': z.strictObject({ attachment_id: wireUuid.nullish() }).nullable(),
    }),
  },
  beginDetachingVolume: {
    ...action,
    action: 'os-begin_detaching',
    ok: 202,
    policy: writes('begin_detaching'),
    body: z.strictObject({ 'os-begin_detaching': bare }),
  },
  rollDetachingVolume: {
    ...action,
    action: 'os-roll_detaching',
    ok: 202,
    policy: writes('roll_detaching'),
    body: z.strictObject({ 'os-roll_detaching': bare }),
  },
  initializeConnection: {
    ...action,
    action: 'os-initialize_connection',
    ok: 200,
    policy: writes('initialize_connection'),
    body: z.strictObject({ 'os-initialize_connection': z.strictObject({ connector }) }),
    reply: z.looseObject({
      connection_info: z.looseObject({
        driver_volume_type: z.string(),
        data: z.record(z.string(), z.unknown()),
      }),
    }),
  },
  terminateConnection: {
    ...action,
    action: 'os-terminate_connection',
    ok: 202,
    policy: writes('terminate_connection'),
    body: z.strictObject({
      'os-terminate_connection': z.strictObject({ connector: connector.nullable() }),
    }),
  },
  forceDetachVolume: {
    ...action,
    action: 'os-force_detach',
    ok: 202,
    policy: { rule: 'volume_extension:volume_admin_actions:force_detach', needs: 'admin' },
    body: z.strictObject({
      'os-force_detach': z.strictObject({
        connector: z.union([z.string(), connector, z.null()]).optional(),
        attachment_id: z.string().nullish(),
      }),
    }),
  },
});
