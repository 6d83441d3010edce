// The life of volumes: grown, renamed and moved to another type in place; drift is shown and
// mended; another zone or source replaces.
import { allNew, changed, of } from './scenario';
import type { Program, Scenario } from './scenario';

const program: Program = {
  tier: { noun: 'volume-type', inputs: { name: 'tier' } },
  other: { noun: 'volume-type', inputs: { name: 'other' } },
  data: {
    noun: 'volume',
    inputs: {
      name: 'records',
      description: 'of the archive',
      sizeGib: 1,
      volumeType: of('tier', 'name'),
      availabilityZone: 'nova',
      metadata: { purpose: 'records', stage: 'one' },
      timeouts: { createMinutes: 5, updateMinutes: 5, deleteMinutes: 5, readMinutes: 1 },
    },
  },
  small: { noun: 'volume', inputs: { name: 'small', sizeGib: 1 } },
  copy: { noun: 'volume', inputs: { name: 'copy', sourceVolumeId: of('small') } },
};

const grown = changed(program, 'data', {
  name: 'archive',
  description: undefined,
  sizeGib: 2,
  volumeType: of('other', 'name'),
  retypePolicy: 'never',
  metadata: { purpose: 'archive' },
});

const steered = changed(grown, 'data', {
  onDelete: 'delete',
  deleteSnapshots: true,
  timeouts: { createMinutes: 6 },
});

/** The life of volumes. */
export const volumeScenario: Scenario = {
  title: 'volumes',
  steps: [
    {
      what: 'are made',
      program,
      planned: allNew(program),
      live: {
        data: {
          name: 'records',
          description: 'of the archive',
          sizeGib: 1,
          volumeType: 'tier',
          availabilityZone: 'nova',
          metadata: { purpose: 'records', stage: 'one' },
          status: 'available',
        },
        copy: { sourceVolumeId: of('small'), sizeGib: 1 },
      },
    },
    {
      what: 'are altered in place',
      program: grown,
      planned: {
        data: {
          update: ['description', 'metadata', 'name', 'retypePolicy', 'sizeGib', 'volumeType'],
        },
      },
      live: {
        data: {
          name: 'archive',
          description: '',
          sizeGib: 2,
          volumeType: 'other',
          metadata: { purpose: 'archive' },
        },
      },
    },
    {
      what: 'cannot shrink',
      program: changed(grown, 'data', { sizeGib: 1 }),
      refused: { label: 'data', field: 'sizeGib', says: /cannot shrink from 2 to 1/ },
    },
    {
      what: 'drift, and are mended; what others wrote stays',
      behind: [
        { alter: 'data', to: { name: 'theirs', metadata: { purpose: 'none', foreign: 'kept' } } },
        { remove: 'copy' },
      ],
      program: steered,
      planned: {
        copy: 'create',
        data: { update: ['deleteSnapshots', 'metadata', 'name', 'onDelete', 'timeouts'] },
      },
      live: { data: { name: 'archive', metadata: { purpose: 'archive', foreign: 'kept' } } },
    },
    {
      what: 'are replaced where another source is meant',
      program: changed(steered, 'copy', { sourceVolumeId: of('data') }),
      planned: { copy: 'replace' },
      live: { copy: { sourceVolumeId: of('data'), sizeGib: 2 } },
    },
  ],
};
