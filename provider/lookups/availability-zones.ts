// The zones of the block storage service. Invariant: a zone whose state the service does not tell
// counts as available, for volumes can be asked for in it.
import { describeLookup } from '../../schema/kernel/lookup';
import { availabilityZones } from '../../schema/lookups/availability-zones';
import { factRoutes } from '../../schema/wire/block-storage-facts';
import type { LookupAdapter } from './lookup-adapter';

/** Availability zones for all tools. */
export const availabilityZonesLookup: LookupAdapter = {
  model: describeLookup(availabilityZones),
  look: async ({ connection, signal }, { state }) => {
    const { body } = await connection.call(factRoutes.listZones, { signal });
    const zones = body.availabilityZoneInfo
      .map(({ zoneName, zoneState }) => ({
        name: zoneName,
        state: zoneState?.available === false ? 'unavailable' : 'available',
      }))
      .filter((zone) => state === undefined || zone.state === state)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return { names: zones.map(({ name }) => name), zones };
  },
};
