// The life of volume types: extra specs key by key, keys of others left alone, a name that no two
// may share.
import { allNew, changed, without } from './scenario';
import type { Program, Scenario } from './scenario';

const program: Program = {
  fast: {
    noun: 'volume-type',
    inputs: {
      name: 'fast',
      description: 'the quick ones',
      extraSpecs: { 'team:tier': 'fast', 'team:old': 'yes' },
      timeouts: { createMinutes: 5 },
    },
  },
  plain: { noun: 'volume-type', inputs: { name: 'plain', isPublic: false } },
};

const altered = changed(program, 'fast', {
  description: 'the quickest ones',
  extraSpecs: { 'team:tier': 'faster', 'team:new': 'yes' },
});

/** The life of volume types. */
export const volumeTypeScenario: Scenario = {
  title: 'volume types',
  steps: [
    {
      what: 'are made',
      program,
      planned: allNew(program),
      live: {
        fast: {
          name: 'fast',
          description: 'the quick ones',
          isPublic: true,
          extraSpecs: { 'team:tier': 'fast', 'team:old': 'yes' },
        },
        plain: { name: 'plain', isPublic: false, extraSpecs: {} },
      },
    },
    {
      what: 'are altered in place, key by key',
      behind: [{ alter: 'fast', to: { extraSpecs: { 'other:key': 'theirs' } } }],
      program: changed(altered, 'plain', { name: 'plainer', isPublic: true }),
      planned: {
        fast: { update: ['description', 'extraSpecs'] },
        plain: { update: ['isPublic', 'name'] },
      },
      live: {
        fast: {
          description: 'the quickest ones',
          extraSpecs: { 'team:tier': 'faster', 'team:new': 'yes', 'other:key': 'theirs' },
        },
        plain: { name: 'plainer', isPublic: true },
      },
    },
    {
      what: 'go one by one, and one that went by itself is made again',
      behind: [{ remove: 'fast' }],
      program: without(altered, 'plain'),
      planned: { fast: 'create', plain: 'delete' },
      live: { fast: { name: 'fast' } },
    },
  ],
};
