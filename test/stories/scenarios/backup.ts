// The life of backups: full, incremental, of a snapshot; and of the volumes restored from them.
import { allNew, changed, of } from './scenario';
import type { Program, Scenario } from './scenario';

const program: Program = {
  data: { noun: 'volume', inputs: { name: 'data', sizeGib: 1 } },
  shot: { noun: 'snapshot', inputs: { name: 'shot', volumeId: of('data') } },
  full: {
    noun: 'backup',
    inputs: {
      name: 'full',
      volumeId: of('data'),
      description: 'the base',
      container: 'vault',
      metadata: { kind: 'full' },
    },
  },
  step: {
    noun: 'backup',
    inputs: { name: 'step', volumeId: of('data'), incremental: true, force: true },
    after: ['full', 'still'],
  },
  still: {
    noun: 'backup',
    inputs: { name: 'still', volumeId: of('data'), snapshotId: of('shot') },
    after: ['full'],
  },
  back: { noun: 'volume', inputs: { name: 'back', backupId: of('full'), sizeGib: 1 } },
};

const altered = changed(program, 'full', {
  name: 'base',
  description: 'of the chain',
  metadata: { kind: 'base' },
  timeouts: { deleteMinutes: 5 },
});

/** The life of backups. */
export const backupScenario: Scenario = {
  title: 'backups',
  untold: { back: ['backupId'] },
  steps: [
    {
      what: 'are made, and restored from',
      program,
      planned: allNew(program),
      live: {
        full: {
          name: 'full',
          volumeId: of('data'),
          description: 'the base',
          container: 'vault',
          metadata: { kind: 'full' },
          isIncremental: false,
          status: 'available',
        },
        step: { isIncremental: true, status: 'available' },
        still: { snapshotId: of('shot') },
        back: { sizeGib: 1, status: 'available' },
      },
    },
    {
      what: 'are altered in place',
      program: altered,
      planned: { full: { update: ['description', 'metadata', 'name', 'timeouts'] } },
      live: { full: { name: 'base', description: 'of the chain', metadata: { kind: 'base' } } },
    },
    {
      what: 'are made again where they went, and made anew where they are to be full',
      behind: [{ remove: 'step' }, { alter: 'full', to: { name: 'theirs' } }],
      program: changed(altered, 'still', { snapshotId: undefined, incremental: false }),
      planned: { step: 'create', full: { update: ['name'] }, still: 'replace' },
      live: { full: { name: 'base' }, step: { isIncremental: true } },
    },
  ],
};
