// What the Block Storage API tells about itself: zones, pools, capabilities, filters.
// Invariant: read-only; nothing here changes a thing.
import { z } from 'zod';
import { routes } from './route';

const base = { service: 'block-storage' } as const;
const reads = (rule: string) => ({ rule, needs: 'reader' }) as const;
const admins = (rule: string) => ({ rule, needs: 'admin' }) as const;

/** One pool as the scheduler sees it; capabilities only with ?detail=true. */
export const poolView = z.looseObject({
  name: z.string(),
  capabilities: z.looseObject({}).optional(),
});

/** Calls that only tell. */
export const factRoutes = routes({
  listZones: {
    ...base,
    method: 'GET',
    path: '/os-availability-zone',
    ok: 200,
    policy: reads('volume:availability_zone_list'),
    reply: z.looseObject({
      availabilityZoneInfo: z.array(
        z.looseObject({
          zoneName: z.string(),
          zoneState: z.looseObject({ available: z.boolean() }).optional(),
        }),
      ),
    }),
  },
  listExtensions: {
    ...base,
    method: 'GET',
    path: '/extensions',
    ok: 200,
    policy: reads('volume_extension:list_extensions'),
  },
  showExtension: {
    ...base,
    method: 'GET',
    path: '/extensions/:alias',
    ok: 200,
    policy: reads('volume_extension:list_extensions'),
  },
  listPools: {
    ...base,
    method: 'GET',
    path: '/scheduler-stats/get_pools',
    ok: 200,
    policy: admins('scheduler_extension:scheduler_stats:get_pools'),
    reply: z.looseObject({ pools: z.array(poolView) }),
  },
  showCapabilities: {
    ...base,
    method: 'GET',
    path: '/capabilities/:host',
    ok: 200,
    policy: admins('volume_extension:capabilities'),
  },
  listResourceFilters: {
    ...base,
    method: 'GET',
    path: '/resource_filters',
    ok: 200,
    since: '3.33',
    policy: reads('volume_extension:list_resource_filters'),
  },
});
