// The list of all lookups. Tools walk it; a law test proves that no file of schema/lookups is
// missing here.
import { availabilityZones } from './lookups/availability-zones';
import { limits } from './lookups/limits';
import { messages } from './lookups/messages';
import { quota } from './lookups/quota';

/** Every lookup, in the order in which documents show them. */
export const lookupCatalogue = [availabilityZones, limits, quota, messages] as const;
