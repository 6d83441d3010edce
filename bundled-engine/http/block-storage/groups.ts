// Handlers of groups. Invariant: they translate and decide nothing; consistency groups, which are
// groups underneath, are neither listed nor touched by these calls (cinder/api/v3/groups.py).
import type { groupActionRoutes, groupRoutes } from '../../../schema/wire/groups';
import { genericGroup, ownGroup } from '../../operations/admission/find-group';
import { genericGroupSnapshot } from '../../operations/admission/find-group';
import { admitCreateGroup, admitDeleteGroup } from '../../operations/admission/group-changes';
import { admitGroupFromSource } from '../../operations/admission/group-from-source';
import { assertReplicates } from '../../operations/admission/group-replication';
import { changeGroup } from '../../operations/admission/group-update';
import type { Parts } from '../../parts';
import { listGroups, updateGroup, volumeIdsOfGroups } from '../../records/groups';
import type { Group } from '../../records/rows/group-row';
import { isUnknownMarker } from '../../records/table';
import type { HandlersOf, RouteRequest } from '../route-request';
import { askerOf, param, queryFlag } from './asker-of';
import { briefGroupView, groupOffers, groupView, resetStatusOf } from './group-view';
import { listQueryOf } from './list-params';
import { listReply } from './list-reply';

/** Ids of the groups' volumes where the request asks for them; null where it does not. */
async function volumesAsked(
  request: RouteRequest,
  parts: Parts,
  groups: readonly Group[],
): Promise<ReadonlyMap<string, readonly string[]> | null> {
  if (request.minor < 25 || !queryFlag(request, 'list_volume')) return null;
  return volumeIdsOfGroups(
    parts.database,
    groups.map(({ id }) => id),
  );
}

async function listed(request: RouteRequest, parts: Parts, isDetail: boolean): Promise<unknown> {
  const { list_volume: _asked, ...query } = request.query;
  const page = await listGroups(
    parts.database,
    listQueryOf({ ...request, query }, groupOffers),
    'generic',
  );
  const rows = isUnknownMarker(page) || !isDetail ? [] : page.rows;
  return listReply(request, {
    key: 'groups',
    linksKey: 'group_links',
    path: 'groups',
    page,
    view: isDetail ? groupView(request, await volumesAsked(request, parts, rows)) : briefGroupView,
  });
}

/** Handlers by the verbs of the route table. */
export const groupHandlers: HandlersOf<typeof groupRoutes> = {
  async createGroup(request, parts) {
    const { group: asked } = request.body;
    const group = await admitCreateGroup(parts, askerOf(request), {
      name: asked.name ?? null,
      description: asked.description ?? null,
      groupType: asked.group_type,
      volumeTypes: asked.volume_types,
      availabilityZone: asked.availability_zone ?? null,
      isConsistencyGroup: false,
    });
    return { group: briefGroupView(group) };
  },

  listGroups: (request, parts) => listed(request, parts, false),
  listGroupsDetail: (request, parts) => listed(request, parts, true),

  async showGroup(request, parts) {
    const group = await genericGroup(parts.database, request.caller, param(request, 'id'));
    const volumes = await volumesAsked(request, parts, [group]);
    return { group: groupView(request, volumes)(group) };
  },

  async updateGroup(request, parts) {
    const { group: asked } = request.body;
    const { id } = await genericGroup(parts.database, request.caller, param(request, 'id'));
    await changeGroup(parts, askerOf(request), {
      groupId: id,
      name: asked.name ?? null,
      description: asked.description ?? null,
      addVolumes: asked.add_volumes ?? null,
      removeVolumes: asked.remove_volumes ?? null,
    });
  },

  async createGroupFromSource(request, parts) {
    const asked = request.body['create-from-src'];
    const { group_snapshot_id: snapshotId, source_group_id: groupId } = asked;
    const { caller } = request;
    if (snapshotId) await genericGroupSnapshot(parts.database, caller, snapshotId);
    else await genericGroup(parts.database, caller, groupId ?? '');
    const group = await admitGroupFromSource(parts, askerOf(request), {
      name: asked.name ?? null,
      description: asked.description ?? null,
      groupSnapshotId: snapshotId?.toLowerCase() ?? null,
      sourceGroupId: groupId?.toLowerCase() ?? null,
    });
    return { group: briefGroupView(group) };
  },
};

async function replication(
  request: RouteRequest,
  parts: Parts,
  call: Parameters<typeof assertReplicates>[2],
): Promise<void> {
  const group = await ownGroup(parts.database, request.caller, param(request, 'id'));
  await assertReplicates(parts.database, group, call);
}

/** Handlers of POST /groups/{id}/action. */
export const groupActionHandlers: HandlersOf<typeof groupActionRoutes> = {
  async deleteGroup(request, parts) {
    const group = await genericGroup(parts.database, request.caller, param(request, 'id'));
    const deleteVolumes = request.body.delete['delete-volumes'] ?? false;
    await admitDeleteGroup(parts, askerOf(request), { group, deleteVolumes });
  },

  async resetGroupStatus(request, parts) {
    const status = resetStatusOf('group', request.body.reset_status.status);
    const { id } = await ownGroup(parts.database, request.caller, param(request, 'id'));
    await updateGroup(parts.database, id, { status });
  },

  enableGroupReplication: (request, parts) => replication(request, parts, 'enable'),
  disableGroupReplication: (request, parts) => replication(request, parts, 'disable'),
  failoverGroupReplication: (request, parts) => replication(request, parts, 'failover'),
  listGroupReplicationTargets: (request, parts) => replication(request, parts, 'list'),
};
