// Actions that change where a volume's bytes lie, or what they are. Invariant: paths, codes and
// policy rules are those of a real Cinder (cinder/api/contrib/admin_actions.py, volume_unmanage.py,
// volume_actions.py, cinder/api/v3/volumes.py); they share their URL with the other actions.
import { z } from 'zod';
import { routes } from './route';
import { text, wireBoolean, wireUuid } from './shapes';

const action = {
  service: 'block-storage',
  method: 'POST',
  path: '/volumes/:id/action',
} as const;
const writes = (rule: string) => ({ rule, needs: 'member' }) as const;
const admins = (rule: string) => ({ rule, needs: 'admin' }) as const;

/** Calls of the form POST /volumes/{id}/action. */
export const volumeMoveActionRoutes = routes({
  migrateVolume: {
    ...action,
    action: 'os-migrate_volume',
    ok: 202,
    policy: admins('volume_extension:volume_admin_actions:migrate_volume'),
    body: z.strictObject({
      'os-migrate_volume': z.strictObject({
        /** Needed before 3.16; from there on one of host and cluster is. */
        host: text(0, 255).nullish(),
        force_host_copy: wireBoolean.optional(),
        lock_volume: wireBoolean.optional(),
        /** 3.16 */
        cluster: text(0, 255).nullish(),
      }),
    }),
  },
  completeMigration: {
    ...action,
    action: 'os-migrate_volume_completion',
    ok: 200,
    policy: admins('volume_extension:volume_admin_actions:migrate_volume_completion'),
    body: z.strictObject({
      'os-migrate_volume_completion': z.strictObject({
        new_volume: wireUuid,
        error: z.union([z.string(), z.boolean(), z.null()]).optional(),
      }),
    }),
    reply: z.looseObject({ save_volume_id: z.string() }),
  },
  revertVolume: {
    ...action,
    action: 'revert',
    ok: 202,
    since: '3.40',
    policy: writes('volume:revert_to_snapshot'),
    body: z.strictObject({ revert: z.looseObject({ snapshot_id: z.string().nullish() }) }),
  },
  reimageVolume: {
    ...action,
    action: 'os-reimage',
    ok: 202,
    since: '3.68',
    policy: writes('volume:reimage'),
    body: z.strictObject({
      'os-reimage': z.strictObject({
        image_id: wireUuid,
        reimage_reserved: wireBoolean.optional(),
      }),
    }),
  },
  unmanageVolume: {
    ...action,
    action: 'os-unmanage',
    ok: 202,
    policy: admins('volume_extension:volume_unmanage'),
    body: z.strictObject({ 'os-unmanage': z.looseObject({}).nullish() }),
  },
});
