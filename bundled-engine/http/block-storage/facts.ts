// Handlers of what the service tells about itself: zones, extensions, pools, capabilities,
// filters. Invariant: they report the pools that the engine really has, as it finds
// them now.
import { otherFaults } from '../../../schema/faults';
import type { factRoutes } from '../../../schema/wire/block-storage-facts';
import { overSubscriptionRatio } from '../../operations/choose-pool';
import type { PoolFacts } from '../../operations/choose-pool';
import { suits } from '../../operations/choose-pool';
import { capabilitiesOf, poolFacts, spaceOfPools } from '../../operations/pool-facts';
import { hostName, servicesOf } from '../../operations/services';
import { usableType } from '../../operations/admission/find-owned';
import type { Parts, Pool } from '../../parts';
import { momentOf } from '../../records/moment';
import type { HandlersOf, RouteRequest } from '../route-request';
import { param, queryValue, strictFlag } from './asker-of';
import { extensionViews, filtersOf, resourceFilters } from './extensions-list';
import { assertOffered } from './list-params';

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

/** By name and anything that a pool can do from 3.28 on; from 3.31 on by what is configured. */
function poolFilters(request: RouteRequest): Map<string, string> {
  const { minor } = request;
  const given = Object.keys(request.query).filter((key) => key !== 'detail');
  if (minor >= 31) assertOffered(given, filtersOf('pool'));
  if (minor < 28) return new Map();
  const used = given.filter((key) => key !== 'volume_type' || minor >= 35);
  return new Map(used.map((key) => [key, queryValue(request, key) ?? '']));
}

async function pools(request: RouteRequest, parts: Parts): Promise<unknown> {
  const isDetail = strictFlag(request, 'detail');
  const { name, volume_type: typeName, ...others } = Object.fromEntries(poolFilters(request));
  const facts = await poolFacts(parts, parts.database, await spaceOfPools(parts));
  const type =
    typeName === undefined ? null : await usableType(parts.database, request.caller, typeName);
  const shown = parts.pools.flatMap((pool) => {
    const known = facts.find((each) => each.name === pool.name);
    // The scheduler knows nothing of pools that it must not choose.
    if (!known?.isOpen || (name !== undefined && name !== pool.host)) return [];
    if (type && !suits(known, type.extraSpecs)) return [];
    const capabilities = capabilityView(parts, pool, known);
    const isLike = ([key, value]: [string, string]): boolean =>
      String(capabilities[key]).toLowerCase() === value.toLowerCase();
    if (!Object.entries(others).every(isLike)) return [];
    return [{ name: pool.host, ...(isDetail ? { capabilities } : {}) }];
  });
  return { pools: shown };
}

/** Handlers by the verbs of the route table. */
export const factHandlers: HandlersOf<typeof factRoutes> = {
  async listZones(_request, parts) {
    // A zone is there as long as one of its volume services is enabled (cinder/volume/api.py).
    const services = await servicesOf(parts);
    const available = services.some((each) => each.pool !== null && !each.isDisabled);
    const zoneName = parts.config.availabilityZone;
    return { availabilityZoneInfo: [{ zoneName, zoneState: { available } }] };
  },

  listExtensions: () => ({ extensions: extensionViews }),

  showExtension(request) {
    const alias = param(request, 'alias');
    const extension = extensionViews.find((each) => each.alias === alias);
    if (!extension) throw otherFaults.extensionNotFound({ alias });
    return { extension };
  },

  listPools: pools,

  showCapabilities(request, parts) {
    const name = param(request, 'host');
    const pool = parts.pools.find(
      (each) => each.host === name || `${hostName}@${each.name}` === name,
    );
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
    if (!resource) return { resource_filters: resourceFilters };
    return { resource_filters: resourceFilters.filter((row) => row.resource === resource) };
  },
};
