// Handlers of consistency groups and their snapshots: the older face of groups whose type is
// default_cgsnapshot_type. Invariant: they translate and decide nothing; lists and looks see all
// groups, as Cinder's do, for groups of any type are what they once were
// (cinder/api/contrib/consistencygroups.py, cgsnapshots.py, cinder/api/v3/consistencygroups.py).
import { consistencyGroupFaults } from '../../../schema/group-faults';
import type {
  cgsnapshotRoutes,
  consistencyGroupRoutes,
} from '../../../schema/wire/consistency-groups';
import { ownGroup, ownGroupSnapshot } from '../../operations/admission/find-group';
import { admitCreateGroup, admitDeleteGroup } from '../../operations/admission/group-changes';
import { admitGroupFromSource } from '../../operations/admission/group-from-source';
import {
  admitCreateGroupSnapshot,
  admitDeleteGroupSnapshot,
} from '../../operations/admission/group-snapshot-changes';
import { changeGroup } from '../../operations/admission/group-update';
import type { Parts } from '../../parts';
import { listGroupSnapshots } from '../../records/group-snapshots';
import { consistencyGroupType } from '../../records/group-types';
import { listGroups, volumeTypeIdsOf } from '../../records/groups';
import { consistencyTypeName } from '../../records/rows/group-row';
import type { Group } from '../../records/rows/group-row';
import type { GroupSnapshotRow } from '../../records/rows/group-snapshot-row';
import type { HandlersOf, RouteRequest } from '../route-request';
import { askerOf, param } from './asker-of';
import { briefGroupView, groupOffers, groupSnapshotOffers } from './group-view';
import { listQueryOf } from './list-params';
import { listReply } from './list-reply';

function view(group: Group): Record<string, unknown> {
  return {
    id: group.id,
    status: group.status,
    availability_zone: group.availabilityZone,
    created_at: group.createdAt,
    name: group.name,
    description: group.description,
    volume_types: volumeTypeIdsOf(group),
  };
}

async function listed(request: RouteRequest, parts: Parts, isDetail: boolean): Promise<unknown> {
  return listReply(request, {
    key: 'consistencygroups',
    linksKey: 'consistencygroup_links',
    path: 'consistencygroups',
    page: await listGroups(parts.database, listQueryOf(request, groupOffers), 'all'),
    view: isDetail ? view : briefGroupView,
  });
}

function refusal(message: string): Error {
  return consistencyGroupFaults.consistencyGroupRefused({ message });
}

function shown(name: string | null | undefined): string {
  return name ?? 'None';
}

type UpdateBody = Readonly<
  Record<'name' | 'description' | 'add_volumes' | 'remove_volumes', string | null | undefined>
>;

/** From 3.6 on an empty name or description is one, before that it is nothing. */
function assertChanges(request: RouteRequest, asked: UpdateBody): void {
  const { name, description, add_volumes: add, remove_volumes: remove } = asked;
  if (add || remove) return;
  if (request.minor >= 6) {
    if (name != null || description != null) return;
    throw refusal(
      'Must specify one or more of the following keys to update: name, description, ' +
        'add_volumes, remove_volumes.',
    );
  }
  if (name || description) return;
  throw refusal(
    'Name, description, add_volumes, and remove_volumes can not be all empty in the request body.',
  );
}

/** Handlers by the verbs of the route table. */
export const consistencyGroupHandlers: HandlersOf<typeof consistencyGroupRoutes> = {
  async createConsistencyGroup(request, parts) {
    const { consistencygroup: asked } = request.body;
    const types = asked.volume_types ?? '';
    if (types === '') {
      const message = 'volume_types must be provided to create consistency group';
      throw refusal(`${message} ${shown(asked.name)}.`);
    }
    const type = await consistencyGroupType(parts.database);
    if (!type) throw consistencyGroupFaults.consistencyTypeMissing({ name: consistencyTypeName });
    const group = await admitCreateGroup(parts, askerOf(request), {
      name: asked.name ?? null,
      description: asked.description ?? null,
      groupType: type.id,
      volumeTypes: types.replace(/,+$/, '').split(','),
      availabilityZone: asked.availability_zone ?? null,
      isConsistencyGroup: true,
    });
    return { consistencygroup: briefGroupView(group) };
  },

  async createConsistencyGroupFromSource(request, parts) {
    const asked = request.body['consistencygroup-from-src'];
    const snapshotId = asked.cgsnapshot_id || null;
    const groupId = asked.source_cgid || null;
    if (snapshotId === null && groupId === null) {
      throw refusal(
        "Either 'cgsnapshot_id' or 'source_cgid' must be provided to create consistency group " +
          `${shown(asked.name)} from source.`,
      );
    }
    if (snapshotId !== null && groupId !== null) {
      throw refusal(
        "Cannot provide both 'cgsnapshot_id' and 'source_cgid' to create consistency group " +
          `${shown(asked.name)} from source.`,
      );
    }
    const group = await admitGroupFromSource(parts, askerOf(request), {
      name: asked.name ?? null,
      description: asked.description ?? null,
      groupSnapshotId: snapshotId?.toLowerCase() ?? null,
      sourceGroupId: groupId?.toLowerCase() ?? null,
    });
    return { consistencygroup: briefGroupView(group) };
  },

  listConsistencyGroups: (request, parts) => listed(request, parts, false),
  listConsistencyGroupsDetail: (request, parts) => listed(request, parts, true),

  async showConsistencyGroup(request, parts) {
    const group = await ownGroup(parts.database, request.caller, param(request, 'id'));
    return { consistencygroup: view(group) };
  },

  async updateConsistencyGroup(request, parts) {
    const { id } = await ownGroup(parts.database, request.caller, param(request, 'id'));
    const { name, description, add_volumes, remove_volumes } = request.body.consistencygroup;
    assertChanges(request, { name, description, add_volumes, remove_volumes });
    await changeGroup(parts, askerOf(request), {
      groupId: id,
      name: name ?? null,
      description: description ?? null,
      addVolumes: add_volumes ?? null,
      removeVolumes: remove_volumes ?? null,
    });
  },

  async deleteConsistencyGroup(request, parts) {
    const group = await ownGroup(parts.database, request.caller, param(request, 'id'));
    const deleteVolumes = request.body?.consistencygroup.force ?? false;
    await admitDeleteGroup(parts, askerOf(request), { group, deleteVolumes });
  },
};

function snapshotView(snapshot: GroupSnapshotRow): Record<string, unknown> {
  return {
    id: snapshot.id,
    consistencygroup_id: snapshot.groupId,
    status: snapshot.status,
    created_at: snapshot.createdAt,
    name: snapshot.name,
    description: snapshot.description,
  };
}

/** Pages, but neither order nor filters nor links (cinder/api/contrib/cgsnapshots.py). */
async function listedSnapshots(
  request: RouteRequest,
  parts: Parts,
  isDetail: boolean,
): Promise<unknown> {
  const kept = Object.entries(request.query).filter(([name]) => ['limit', 'offset'].includes(name));
  const query = Object.fromEntries(kept);
  const { cgsnapshots } = listReply(request, {
    key: 'cgsnapshots',
    path: 'cgsnapshots',
    page: await listGroupSnapshots(
      parts.database,
      listQueryOf({ ...request, query }, groupSnapshotOffers),
      'all',
    ),
    view: isDetail ? snapshotView : briefGroupView,
  });
  return { cgsnapshots };
}

/** Handlers of consistency groups' snapshots. */
export const cgsnapshotHandlers: HandlersOf<typeof cgsnapshotRoutes> = {
  async createCgsnapshot(request, parts) {
    const { cgsnapshot: asked } = request.body;
    if (asked.consistencygroup_id === undefined) {
      throw refusal("'consistencygroup_id' must be specified");
    }
    const snapshot = await admitCreateGroupSnapshot(parts, askerOf(request), {
      groupId: asked.consistencygroup_id,
      name: asked.name ?? null,
      description: asked.description ?? null,
    });
    return { cgsnapshot: briefGroupView(snapshot) };
  },

  listCgsnapshots: (request, parts) => listedSnapshots(request, parts, false),
  listCgsnapshotsDetail: (request, parts) => listedSnapshots(request, parts, true),

  async showCgsnapshot(request, parts) {
    const id = param(request, 'id');
    const snapshot = await ownGroupSnapshot(parts.database, request.caller, id);
    return { cgsnapshot: snapshotView(snapshot) };
  },

  async deleteCgsnapshot(request, parts) {
    await admitDeleteGroupSnapshot(parts, askerOf(request), param(request, 'id'));
  },
};
