// Letting go of a snapshot. Invariant: path, code and policy rule are those of a real Cinder
// (cinder/api/contrib/snapshot_unmanage.py); it shares its URL with the other actions.
import { z } from 'zod';
import { routes } from './route';

/** Calls of the form POST /snapshots/{id}/action. */
export const snapshotManageActionRoutes = routes({
  unmanageSnapshot: {
    service: 'block-storage',
    method: 'POST',
    path: '/snapshots/:id/action',
    action: 'os-unmanage',
    ok: 202,
    policy: { rule: 'snapshot_extension:snapshot_unmanage', needs: 'admin' },
    body: z.strictObject({ 'os-unmanage': z.looseObject({}).nullish() }),
  },
});
