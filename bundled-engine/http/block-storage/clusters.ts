// Handlers of clusters and of the cleaning up after dead workers. Invariant: this engine is one
// process, so no cluster of services exists, and no service can be dead while it answers: its own
// unfinished work is taken up again at its start, by nobody's order (cinder/api/v3/clusters.py,
// cinder/api/v3/workers.py).
import { requestFaults } from '../../../schema/faults';
import { operatorFaults } from '../../../schema/operator-faults';
import type { clusterRoutes, workerRoutes } from '../../../schema/wire/services';
import type { HandlersOf, RouteRequest } from '../route-request';
import { param, strictFlag } from './asker-of';

const filters = new Set<string>([
  'name',
  'binary',
  'is_up',
  'disabled',
  'num_hosts',
  'num_down_hosts',
]);
const replicationFilters = new Set<string>(['replication_status', 'frozen', 'active_backend_id']);

/** Refuses filters that no cluster has, then tells of none. */
function noClusters(request: RouteRequest): { clusters: readonly never[] } {
  const unknown = Object.keys(request.query).filter(
    (key) => !filters.has(key) && !(request.minor >= 26 && replicationFilters.has(key)),
  );
  if (unknown.length > 0) {
    throw requestFaults.invalidInput({ reason: `Invalid filter keys: ${unknown.join(', ')}` });
  }
  for (const key of ['disabled', 'is_up']) strictFlag(request, key);
  return { clusters: [] };
}

function unknownCluster(name: string): never {
  throw operatorFaults.clusterNotFound({ name });
}

/** Handlers of clusters by the verbs of the route table. */
export const clusterHandlers: HandlersOf<typeof clusterRoutes> = {
  listClusters: noClusters,
  listClustersDetail: noClusters,
  showCluster: (request) => unknownCluster(param(request, 'name')),
  enableCluster: ({ body }) => unknownCluster(body.name),
  disableCluster: ({ body }) => unknownCluster(body.name),
  changeClusterOtherwise() {
    throw operatorFaults.clusterActionUnknown({});
  },
};

const cleanable = new Set<string>(['Snapshot', 'Volume']);

/** `volume` as the name of its kind: Volume. */
function titled(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
}

/** Handlers of workers by the verbs of the route table. */
export const workerHandlers: HandlersOf<typeof workerRoutes> = {
  cleanUpWorkers({ body = {} }) {
    const type = body.resource_type ? titled(body.resource_type) : null;
    if (type !== null && !cleanable.has(type)) {
      throw requestFaults.invalidInput({
        reason: `Resource type ${type} not valid, must be Snapshot or Volume`,
      });
    }
    const isPlaced = [body.service_id, body.cluster_name, body.host].some((at) => at !== undefined);
    if (body.resource_id && !isPlaced) {
      throw requestFaults.invalidInput({
        reason: `There is no resource with UUID ${body.resource_id} pending cleanup.`,
      });
    }
    return { cleaning: [], unavailable: [] };
  },
};
