// Handlers of snapshots. Invariant: as those of volumes, they translate and decide nothing
// (cinder/api/v3/snapshots.py, cinder/api/contrib/snapshot_actions.py).
import { requestFaults, savedFaults, volumeFaults } from '../../../schema/faults';
import type { snapshotActionRoutes, snapshotRoutes } from '../../../schema/wire/snapshots';
import { ownSnapshot } from '../../operations/admission/find-owned';
import {
  admitCreateSnapshot,
  admitDeleteSnapshot,
} from '../../operations/admission/snapshot-changes';
import type { Parts } from '../../parts';
import type { ListQuery } from '../../records/list-query';
import type { SnapshotRow } from '../../records/rows/snapshot-row';
import { countSnapshots, listSnapshots, updateSnapshot } from '../../records/snapshots';
import type { HandlersOf, RouteRequest } from '../route-request';
import { askerOf, param, strictFlag } from './asker-of';
import { filtersOf } from './extensions-list';
import { listQueryOf } from './list-params';
import type { Offers } from './list-params';
import { listReply } from './list-reply';
import { metadataHandlers } from './metadata-handlers';

const offers: Offers<SnapshotRow> = {
  configured: filtersOf('snapshot'),
  filters: {
    id: { column: 'id', kind: 'text', adminOnly: true },
    name: { column: 'name', kind: 'text' },
    display_name: { column: 'name', kind: 'text' },
    status: { column: 'status', kind: 'text' },
    volume_id: { column: 'volumeId', kind: 'text' },
    metadata: { column: 'metadata', kind: 'pairs', sinceMinor: 22 },
    volume_size: { column: 'sizeGib', kind: 'integer', adminOnly: true },
    user_id: { column: 'userId', kind: 'text', adminOnly: true },
    created_at: { column: 'createdAt', kind: 'time', sinceMinor: 60 },
    updated_at: { column: 'updatedAt', kind: 'time', sinceMinor: 60 },
    // Announced for 3.65, but let through since filters are configured.
    consumes_quota: { column: 'consumesQuota', kind: 'boolean', sinceMinor: 31 },
  },
  sorts: {
    id: 'id',
    name: 'name',
    display_name: 'name',
    status: 'status',
    volume_id: 'volumeId',
    volume_size: 'sizeGib',
    size: 'sizeGib',
    created_at: 'createdAt',
    updated_at: 'updatedAt',
  },
};

/** What the API shows of a snapshot at every version. */
export function snapshotFacts(snapshot: SnapshotRow): Record<string, unknown> {
  return {
    id: snapshot.id,
    created_at: snapshot.createdAt,
    updated_at: snapshot.updatedAt,
    name: snapshot.name,
    description: snapshot.description,
    volume_id: snapshot.volumeId,
    status: snapshot.status,
    size: snapshot.sizeGib,
    metadata: snapshot.metadata,
  };
}

function snapshotView(
  request: RouteRequest,
  extended: boolean,
): (snapshot: SnapshotRow) => Record<string, unknown> {
  const { minor } = request;
  return (snapshot) => ({
    ...snapshotFacts(snapshot),
    ...(minor >= 14 ? { group_snapshot_id: snapshot.groupSnapshotId } : {}),
    ...(minor >= 41 ? { user_id: snapshot.userId } : {}),
    ...(minor >= 65 ? { consumes_quota: snapshot.consumesQuota } : {}),
    ...(extended
      ? {
          'os-extended-snapshot-attributes:project_id': snapshot.projectId,
          'os-extended-snapshot-attributes:progress': snapshot.progress,
        }
      : {}),
  });
}

/**
 * The query of a list. A snapshot is in the zone of its volume, and of zones there is one: asking
 * for another is asking for none.
 */
function queryOf(request: RouteRequest, parts: Parts): ListQuery<SnapshotRow> {
  const { availability_zone: zone, ...others } = request.query;
  const takesZone = zone !== undefined && (request.minor >= 31 || request.caller.isAdmin);
  const query = listQueryOf(takesZone ? { ...request, query: others } : request, offers);
  const isHere = !takesZone || zone === parts.config.availabilityZone;
  return isHere ? query : { ...query, filters: { ...query.filters, id: '' } };
}

async function listed(request: RouteRequest, parts: Parts, isDetail: boolean): Promise<unknown> {
  const query = queryOf(request, parts);
  const isCounted = request.minor >= 45 && strictFlag(request, 'with_count');
  return listReply(request, {
    key: 'snapshots',
    path: isDetail ? 'snapshots/detail' : 'snapshots',
    page: await listSnapshots(parts.database, query),
    view: snapshotView(request, isDetail),
    count: isCounted ? await countSnapshots(parts.database, query) : undefined,
  });
}

const metadata = metadataHandlers({
  find: ownSnapshot,
  change: ownSnapshot,
  save: (tx, id, pairs) => updateSnapshot(tx, id, { metadata: pairs }),
  missing: (id, key) => savedFaults.snapshotMetadataNotFound({ id, key }),
});

/** Handlers by the verbs of the route table. */
export const snapshotHandlers: HandlersOf<typeof snapshotRoutes> = {
  async createSnapshot(request, parts) {
    const { snapshot: asked } = request.body;
    if (asked.volume_id === null) throw volumeFaults.volumeNotFound({ id: 'None' });
    const snapshot = await admitCreateSnapshot(parts, askerOf(request), {
      volumeId: asked.volume_id,
      name: asked.name ?? asked.display_name ?? null,
      description: asked.description ?? asked.display_description ?? null,
      metadata: asked.metadata ?? {},
      force: asked.force ?? null,
      minor: request.minor,
    });
    return { snapshot: snapshotView(request, false)(snapshot) };
  },

  listSnapshots: (request, parts) => listed(request, parts, false),
  listSnapshotsDetail: (request, parts) => listed(request, parts, true),

  async showSnapshot(request, parts) {
    const snapshot = await ownSnapshot(parts.database, request.caller, param(request, 'id'));
    return { snapshot: snapshotView(request, true)(snapshot) };
  },

  async updateSnapshot(request, parts) {
    const { snapshot: asked } = request.body;
    const name = asked.name !== undefined ? asked.name : asked.display_name;
    const description =
      asked.description !== undefined ? asked.description : asked.display_description;
    const snapshot = await parts.database.transaction(async (tx) => {
      const { id } = await ownSnapshot(tx, request.caller, param(request, 'id'));
      await updateSnapshot(tx, id, {
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description }),
      });
      return ownSnapshot(tx, request.caller, id);
    });
    return { snapshot: snapshotView(request, false)(snapshot) };
  },

  async deleteSnapshot(request, parts) {
    const snapshotId = param(request, 'id');
    await admitDeleteSnapshot(parts, askerOf(request), { snapshotId, force: false });
  },

  showSnapshotMetadata: metadata.show,
  addSnapshotMetadata: metadata.add,
  replaceSnapshotMetadata: metadata.replace,
  showSnapshotMetadataKey: metadata.showKey,
  setSnapshotMetadataKey: metadata.setKey,
  removeSnapshotMetadataKey: metadata.removeKey,
};

/** Statuses that an administrator may set, as refusals list them (cinder/objects/fields.py). */
const settable = [
  'error',
  'available',
  'creating',
  'deleting',
  'deleted',
  'updating',
  'error_deleting',
  'unmanaging',
  'backing-up',
  'restoring',
];

/** What a driver's own tools may report (cinder/api/contrib/snapshot_actions.py). */
const reportable: Readonly<Record<string, readonly string[]>> = {
  creating: ['creating', 'available', 'error'],
  deleting: ['deleting', 'error_deleting'],
};

/** Handlers of POST /snapshots/{id}/action. */
export const snapshotActionHandlers: HandlersOf<typeof snapshotActionRoutes> = {
  async resetSnapshotStatus(request, parts) {
    const asked = request.body['os-reset_status'].status;
    const status = asked.toLowerCase();
    if (!settable.includes(status)) {
      const valid = settable.map((each) => `'${each}'`).join(', ');
      throw requestFaults.badInput({
        message: `Snapshot status: ${asked} is invalid, valid statuses are: (${valid}).`,
      });
    }
    const { id } = await ownSnapshot(parts.database, request.caller, param(request, 'id'));
    await updateSnapshot(parts.database, id, { status });
  },

  async forceDeleteSnapshot(request, parts) {
    const snapshotId = param(request, 'id');
    await admitDeleteSnapshot(parts, askerOf(request), { snapshotId, force: true });
  },

  async updateSnapshotStatus(request, parts) {
    const { status, progress } = request.body['os-update_snapshot_status'];
    await parts.database.transaction(async (tx) => {
      const snapshot = await ownSnapshot(tx, request.caller, param(request, 'id'));
      if (!(reportable[snapshot.status] ?? []).includes(status)) {
        throw savedFaults.invalidSnapshot({
          reason: `Snapshot status ${snapshot.status} cannot be changed to ${status}.`,
        });
      }
      await updateSnapshot(tx, snapshot.id, { status, ...(progress ? { progress } : {}) });
    });
  },
};
