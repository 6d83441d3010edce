// Handlers of group snapshots. Invariant: they translate and decide nothing; snapshots of
// consistency groups are neither listed nor touched by these calls
// (cinder/api/v3/group_snapshots.py).
import type {
  groupSnapshotActionRoutes,
  groupSnapshotRoutes,
} from '../../../schema/wire/group-snapshots';
import {
  genericGroup,
  genericGroupSnapshot,
  ownGroupSnapshot,
} from '../../operations/admission/find-group';
import {
  admitCreateGroupSnapshot,
  admitDeleteGroupSnapshot,
} from '../../operations/admission/group-snapshot-changes';
import type { Parts } from '../../parts';
import { listGroupSnapshots, updateGroupSnapshot } from '../../records/group-snapshots';
import type { HandlersOf, RouteRequest } from '../route-request';
import { askerOf, param } from './asker-of';
import {
  briefGroupView,
  groupSnapshotOffers,
  groupSnapshotView,
  resetStatusOf,
} from './group-view';
import { listQueryOf } from './list-params';
import { listReply } from './list-reply';

async function listed(asked: RouteRequest, parts: Parts, isDetail: boolean): Promise<unknown> {
  // Below 3.29 lists have no pages, no order and no filters.
  const request = asked.minor >= 29 ? asked : { ...asked, query: {} };
  const query = listQueryOf(request, groupSnapshotOffers);
  return listReply(request, {
    key: 'group_snapshots',
    linksKey: 'group_snapshot_links',
    path: 'group_snapshots',
    page: await listGroupSnapshots(parts.database, query, 'generic'),
    view: isDetail ? groupSnapshotView(request) : briefGroupView,
  });
}

/** Handlers by the verbs of the route table. */
export const groupSnapshotHandlers: HandlersOf<typeof groupSnapshotRoutes> = {
  async createGroupSnapshot(request, parts) {
    const { group_snapshot: asked } = request.body;
    const group = await genericGroup(parts.database, request.caller, asked.group_id);
    const { id, name, groupTypeId } = await admitCreateGroupSnapshot(parts, askerOf(request), {
      groupId: group.id,
      name: asked.name ?? null,
      description: asked.description ?? null,
    });
    return { group_snapshot: { id, name, group_type_id: groupTypeId } };
  },

  listGroupSnapshots: (request, parts) => listed(request, parts, false),
  listGroupSnapshotsDetail: (request, parts) => listed(request, parts, true),

  async showGroupSnapshot(request, parts) {
    const id = param(request, 'id');
    const snapshot = await genericGroupSnapshot(parts.database, request.caller, id);
    return { group_snapshot: groupSnapshotView(request)(snapshot) };
  },

  async deleteGroupSnapshot(request, parts) {
    const { caller } = request;
    const { id } = await genericGroupSnapshot(parts.database, caller, param(request, 'id'));
    await admitDeleteGroupSnapshot(parts, askerOf(request), id);
  },
};

/** Handlers of POST /group_snapshots/{id}/action. */
export const groupSnapshotActionHandlers: HandlersOf<typeof groupSnapshotActionRoutes> = {
  async resetGroupSnapshotStatus(request, parts) {
    const status = resetStatusOf('group snapshot', request.body.reset_status.status);
    const { id } = await ownGroupSnapshot(parts.database, request.caller, param(request, 'id'));
    await updateGroupSnapshot(parts.database, id, { status });
  },
};
