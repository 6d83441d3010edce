// Handlers of what the service tells about itself: zones, extensions, services, pools,
// capabilities, filters. Invariant: they report the pools that the engine really has, as it finds
// them now.
import { otherFaults, requestFaults } from '../../../schema/faults';
import type { factRoutes } from '../../../schema/wire/block-storage-facts';
import { overSubscriptionRatio } from '../../operations/choose-pool';
import type { PoolFacts } from '../../operations/choose-pool';
import { suits } from '../../operations/choose-pool';
import { capabilitiesOf, poolFacts, spaceOfPools } from '../../operations/pool-facts';
import { usableType } from '../../operations/admission/find-owned';
import type { Parts, Pool } from '../../parts';
import { momentOf } from '../../records/moment';
import type { HandlersOf, RouteRequest } from '../route-request';
import { param, queryFlag, queryValue } from './asker-of';
import { extensionViews, resourceFilters } from './extensions-list';

const host = 'cinderkit';

function serviceRows(parts: Parts): Record<string, unknown>[] {
  const updatedAt = momentOf(parts.clock.now());
  const row = (binary: string, on: string) => ({
    binary,
    host: on,
    zone: parts.config.availabilityZone,
    status: 'enabled',
    state: 'up',
    updated_at: updatedAt,
  });
  const plain = { cluster: null, disabled_reason: null };
  return [
    { ...row('cinder-backup', host), ...plain },
    { ...row('cinder-scheduler', host), ...plain },
    ...parts.pools.map((pool) => ({
      ...row('cinder-volume', `${host}@${pool.name}`),
      backend_state: 'up',
      ...plain,
      replication_status: 'disabled',
      active_backend_id: null,
      frozen: false,
    })),
  ];
}

function capabilityView(parts: Parts, pool: Pool, facts: PoolFacts): Record<string, unknown> {
  return {
    volume_backend_name: pool.volumeBackendName,
    ...capabilitiesOf(pool),
    total_capacity_gb: facts.totalGib,
    free_capacity_gb: facts.freeGib,
    reserved_percentage: 0,
    provisioned_capacity_gb: facts.provisionedGib,
    max_over_subscription_ratio: overSubscriptionRatio,
    allocated_capacity_gb: facts.provisionedGib,
    filter_function: null,
    goodness_function: null,
    timestamp: momentOf(parts.clock.now()),
  };
}

async function pools(request: RouteRequest, parts: Parts): Promise<unknown> {
  const facts = await poolFacts(parts, parts.database, await spaceOfPools(parts));
  const name = queryValue(request, 'name');
  const typeName = queryValue(request, 'volume_type');
  const type =
    typeName === undefined ? null : await usableType(parts.database, request.caller, typeName);
  const shown = parts.pools.flatMap((pool) => {
    const known = facts.find((each) => each.name === pool.name);
    if (!known || (name !== undefined && name !== pool.host)) return [];
    if (type && !suits(known, type.extraSpecs)) return [];
    const isDetail = queryFlag(request, 'detail');
    return [
      {
        name: pool.host,
        ...(isDetail ? { capabilities: capabilityView(parts, pool, known) } : {}),
      },
    ];
  });
  return { pools: shown };
}

/** Handlers by the verbs of the route table. */
export const factHandlers: HandlersOf<typeof factRoutes> = {
  listZones: (_request, parts) => ({
    availabilityZoneInfo: [
      { zoneName: parts.config.availabilityZone, zoneState: { available: true } },
    ],
  }),

  listExtensions: () => ({ extensions: extensionViews }),

  showExtension(request) {
    const alias = param(request, 'alias');
    const extension = extensionViews.find((each) => each.alias === alias);
    if (!extension) throw otherFaults.extensionNotFound({ alias });
    return { extension };
  },

  listServices(request, parts) {
    const binary = queryValue(request, 'binary');
    const on = queryValue(request, 'host');
    return {
      services: serviceRows(parts).filter(
        (row) =>
          (binary === undefined || row['binary'] === binary) &&
          (on === undefined || row['host'] === on),
      ),
    };
  },

  listPools: pools,

  showCapabilities(request, parts) {
    const name = param(request, 'host');
    const pool = parts.pools.find((each) => each.host === name || `${host}@${each.name}` === name);
    if (!pool) throw otherFaults.hostNotFound({ host: name });
    const { vendor_name, driver_version, storage_protocol } = capabilitiesOf(pool);
    return {
      namespace: `OS::Storage::Capabilities::${pool.host}`,
      vendor_name,
      volume_backend_name: pool.volumeBackendName,
      pool_name: pool.name,
      driver_version,
      storage_protocol,
      display_name: pool.name,
      description: null,
      visibility: null,
      replication_targets: [],
      properties: {},
    };
  },

  listResourceFilters(request) {
    const resource = queryValue(request, 'resource');
    if (resource === undefined) return { resource_filters: resourceFilters };
    const found = resourceFilters.filter((row) => row.resource === resource);
    if (found.length > 0) return { resource_filters: found };
    throw requestFaults.invalidInput({ reason: `no filters are known for ${resource}` });
  },
};
