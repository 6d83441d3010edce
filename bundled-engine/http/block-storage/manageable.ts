// Handlers of taking over what lies in a pool, and of the lists of it. Invariant: the old paths are
// the same calls (cinder/api/contrib/volume_manage.py, snapshot_manage.py,
// resource_common_manage.py).
import { manageFaults } from '../../../schema/move-faults';
import { operatorFaults } from '../../../schema/operator-faults';
import type { manageableRoutes } from '../../../schema/wire/manageable';
import { admitManageSnapshot, admitManageVolume } from '../../operations/admission/manage-changes';
import { namedHost } from '../../operations/admission/named-host';
import { manageableIn } from '../../operations/manageable-things';
import type { Manageable } from '../../operations/manageable-things';
import type { UnmanagedKind } from '../../operations/unmanaged-reference';
import type { Parts, Pool } from '../../parts';
import type { BodyOf, HandlersOf, RouteRequest } from '../route-request';
import { askerOf, queryValue } from './asker-of';
import { manageablePage } from './manageable-page';
import { assertOldShape } from './volume-move-actions';
import { volumeView } from './volume-view';
import { snapshotFacts } from './snapshots';

type VolumeBody = BodyOf<typeof manageableRoutes.manageVolume>;
type SnapshotBody = BodyOf<typeof manageableRoutes.manageSnapshot>;

/** The one host that is named; clusters are known from `sinceMinor` on, and none is there. */
function hostNamed(
  request: RouteRequest,
  given: { host: string | null; cluster: string | null; sinceMinor: number },
): { host: string | null; cluster: string | null } {
  const knowsClusters = request.minor >= given.sinceMinor;
  const host = given.host === '' ? null : given.host;
  const cluster = !knowsClusters || given.cluster === '' ? null : given.cluster;
  if ((host === null) !== (cluster === null)) return { host, cluster };
  throw knowsClusters ? operatorFaults.oneOfClusterAndHost({}) : operatorFaults.hostMissing({});
}

async function poolAsked(request: RouteRequest, parts: Parts): Promise<Pool> {
  const { host, cluster } = hostNamed(request, {
    host: queryValue(request, 'host') ?? null,
    cluster: queryValue(request, 'cluster') ?? null,
    sinceMinor: 17,
  });
  // The list is the back end's, whichever of its pools was named.
  const [backEnd = ''] = (host ?? '').split('#');
  const target = await namedHost(parts, parts.database, backEnd);
  if (!target?.pool) throw manageFaults.volumeServiceNotFound({ host: host ?? cluster ?? '' });
  if (target.service.isDisabled) throw manageFaults.serviceUnavailable({});
  return target.pool;
}

function manageableView(kind: UnmanagedKind, isDetail: boolean) {
  const named = (name: string | null): unknown => (name === null ? null : { 'source-name': name });
  return (thing: Manageable): Record<string, unknown> => ({
    reference: named(thing.name),
    size: thing.sizeGib,
    safe_to_manage: thing.problem === null,
    ...(isDetail
      ? { reason_not_safe: thing.problem, cinder_id: thing.ownId, extra_info: null }
      : {}),
    ...(kind === 'snapshot' ? { source_reference: named(thing.sourceName) } : {}),
  });
}

function listing(kind: UnmanagedKind, isDetail: boolean) {
  return async (request: RouteRequest, parts: Parts): Promise<unknown> => {
    const pool = await poolAsked(request, parts);
    const page = manageablePage(request, await manageableIn(parts, pool, kind));
    return { [`manageable-${kind}s`]: page.map(manageableView(kind, isDetail)) };
  };
}

async function manageVolume(request: RouteRequest<VolumeBody>, parts: Parts): Promise<unknown> {
  const { volume: asked } = request.body;
  assertOldShape(request, 'volume', { host: false });
  const { host, cluster } = hostNamed(request, {
    host: asked.host ?? null,
    cluster: asked.cluster ?? null,
    sinceMinor: 16,
  });
  if (host === null)
    throw manageFaults.manageHostNotFound({ kind: 'Cluster', name: cluster ?? '' });
  const volume = await admitManageVolume(parts, askerOf(request), {
    host,
    reference: asked.ref,
    name: asked.name ?? null,
    description: asked.description ?? null,
    volumeType: asked.volume_type ?? null,
    availabilityZone: asked.availability_zone ?? null,
    metadata: asked.metadata ?? {},
    bootable: asked.bootable ?? false,
  });
  // Answered in the form of the first version, whatever was asked for.
  return { volume: volumeView({ ...request, minor: 0 }, { extended: false })(volume) };
}

async function manageSnapshot(request: RouteRequest<SnapshotBody>, parts: Parts): Promise<unknown> {
  const { snapshot: asked } = request.body;
  const snapshot = await admitManageSnapshot(parts, askerOf(request), {
    volumeId: asked.volume_id,
    reference: asked.ref,
    name: asked.name ?? null,
    description: asked.description ?? null,
    metadata: asked.metadata ?? {},
  });
  return { snapshot: snapshotFacts(snapshot) };
}

/** Handlers by the verbs of the route table. */
export const manageableHandlers: HandlersOf<typeof manageableRoutes> = {
  listManageableVolumes: listing('volume', false),
  listManageableVolumesDetail: listing('volume', true),
  manageVolume,
  listManageableSnapshots: listing('snapshot', false),
  listManageableSnapshotsDetail: listing('snapshot', true),
  manageSnapshot,
  listManageableVolumesOld: listing('volume', false),
  listManageableVolumesDetailOld: listing('volume', true),
  manageVolumeOld: manageVolume,
  listManageableSnapshotsOld: listing('snapshot', false),
  listManageableSnapshotsDetailOld: listing('snapshot', true),
  manageSnapshotOld: manageSnapshot,
};
