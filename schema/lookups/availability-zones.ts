// The zones in which volumes can be made.
import { z } from 'zod';
import { asked, lookup, told } from '../kernel/lookup';

const state = z.enum(['available', 'unavailable']);

/** The zones of the block storage service. */
export const availabilityZones = lookup({
  name: 'availability-zones',
  title: 'AvailabilityZones',
  summary: 'The zones in which volumes can be made, and whether each is available.',
  inputs: {
    state: asked(state, 'Only zones in this state: `available` or `unavailable`.'),
  },
  outputs: {
    names: told(z.array(z.string()), 'Names of the zones.'),
    zones: told(
      z.array(
        z.object({
          name: z.string().describe('Name of the zone.'),
          state: state.describe('`available` or `unavailable`.'),
        }),
      ),
      'The zones, by name.',
    ),
  },
});
