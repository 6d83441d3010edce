// Handler of letting go of a snapshot. Invariant: it translates and decides nothing
// (cinder/api/contrib/snapshot_unmanage.py).
import type { snapshotManageActionRoutes } from '../../../schema/wire/snapshot-manage-actions';
import { admitUnmanageSnapshot } from '../../operations/admission/manage-changes';
import type { HandlersOf } from '../route-request';
import { askerOf, param } from './asker-of';

/** Handlers by the verbs of the route table. */
export const snapshotManageActionHandlers: HandlersOf<typeof snapshotManageActionRoutes> = {
  async unmanageSnapshot(request, parts) {
    await admitUnmanageSnapshot(parts, askerOf(request), param(request, 'id'));
  },
};
