// The life of snapshots, and of the volumes that are made from them.
import { allNew, changed, of } from './scenario';
import type { Program, Scenario } from './scenario';

const program: Program = {
  data: { noun: 'volume', inputs: { name: 'data', sizeGib: 1 } },
  spare: { noun: 'volume', inputs: { name: 'spare', sizeGib: 1 } },
  monday: {
    noun: 'snapshot',
    inputs: { name: 'monday', volumeId: of('data'), description: 'weekly', metadata: { day: '1' } },
  },
  replica: {
    noun: 'volume',
    inputs: { name: 'replica', snapshotId: of('monday'), sizeGib: 1 },
  },
};

const altered = changed(program, 'monday', {
  name: 'first',
  description: 'of the week',
  metadata: { day: '2' },
  force: true,
  timeouts: { createMinutes: 5 },
});

/** The life of snapshots. */
export const snapshotScenario: Scenario = {
  title: 'snapshots',
  steps: [
    {
      what: 'are taken',
      program,
      planned: allNew(program),
      live: {
        monday: {
          name: 'monday',
          volumeId: of('data'),
          description: 'weekly',
          metadata: { day: '1' },
          sizeGib: 1,
          status: 'available',
        },
        replica: { snapshotId: of('monday'), status: 'available' },
      },
    },
    {
      what: 'are altered in place',
      program: altered,
      planned: { monday: { update: ['description', 'force', 'metadata', 'name', 'timeouts'] } },
      live: { monday: { name: 'first', description: 'of the week', metadata: { day: '2' } } },
    },
    {
      what: 'are mended where they drift',
      behind: [
        { alter: 'monday', to: { name: 'theirs', metadata: { day: '7', foreign: 'kept' } } },
      ],
      planned: { monday: { update: ['metadata', 'name'] } },
      live: { monday: { name: 'first', metadata: { day: '2', foreign: 'kept' } } },
    },
    {
      what: 'are taken anew of another volume, and what was made of them is made anew',
      program: changed(altered, 'monday', { volumeId: of('spare') }),
      planned: { monday: 'replace', replica: 'replace' },
      live: { monday: { volumeId: of('spare') }, replica: { snapshotId: of('monday') } },
    },
  ],
};
