// The rules of the composites without any tool: names, places, chains, sizes, tags. Properties are
// looked at over random settings; fast-check prints the seed of a run that fails.
import fc from 'fast-check';
import { bootSourceProblems } from '../../components/recipes/boot-source';
import { planChain } from '../../components/recipes/chain';
import {
  bootVolumeProblems,
  goldenImageProblems,
  protectedVolumePlan,
  volumeFleetPlan,
} from '../../components/recipes/composite-checks';
import { planFleet } from '../../components/recipes/fleet';
import type { FleetSettings } from '../../components/recipes/fleet';
import { unknownProblems } from '../../components/recipes/known';
import { problemsText } from '../../components/recipes/problem';
import { neededGib } from '../../components/recipes/sizes';
import { compositeTags, tagProblems } from '../../components/recipes/tags';

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/);
const names = (max: number) => fc.uniqueArray(label, { minLength: 1, maxLength: max });

describe('a fleet', () => {
  it('that grows at its end moves none of the members that it has', () => {
    const settings = fc.record({
      small: fc.nat(20),
      more: fc.nat(20),
      zones: fc.option(names(4), { nil: undefined }),
      types: fc.option(names(4), { nil: undefined }),
    });
    fc.assert(
      fc.property(settings, ({ small, more, zones, types }) => {
        const spread = { availabilityZones: zones, volumeTypes: types };
        const before = planFleet('web', { count: small, spread }).members;
        const after = planFleet('web', { count: small + more, spread }).members;
        expect(after.slice(0, small)).toEqual(before);
      }),
    );
  });

  it('is spread evenly over zones, types and their pairings', () => {
    fc.assert(
      fc.property(fc.nat(60), names(4), names(4), (count, zones, types) => {
        const spread = { availabilityZones: zones, volumeTypes: types };
        const { members } = planFleet('web', { count, spread });
        const tally = (keyOf: (member: (typeof members)[number]) => string, kinds: number) => {
          const counts = new Map<string, number>();
          for (const one of members) counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1);
          const all = [...counts.values(), ...Array(kinds - counts.size).fill(0)];
          return Math.max(...all) - Math.min(...all);
        };
        const pairs = zones.length * types.length;
        expect(tally((one) => one.availabilityZone ?? '', zones.length)).toBeLessThanOrEqual(1);
        expect(
          tally((one) => `${one.availabilityZone} ${one.volumeType}`, pairs),
        ).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is called by numbers, or by the labels that are given', () => {
    const called = (settings: FleetSettings) =>
      planFleet('web', settings).members.map((one) => one.name);
    expect(called({ count: 3 })).toEqual(['web-1', 'web-2', 'web-3']);
    expect(called({ names: ['db', 'logs'] })).toEqual(['web-db', 'web-logs']);
    expect(called({ count: 0 })).toEqual([]);
  });

  const refused: [string, FleetSettings, string][] = [
    ['nothing', {}, 'count: count or names is needed'],
    ['both', { count: 1, names: ['a'] }, 'names: count and names exclude each other'],
    ['a fraction', { count: 1.5 }, 'count: must be a whole number from 0 to 10000; found 1.5'],
    ['a label twice', { names: ['a', 'b', 'a'] }, 'names[2]: a is there already'],
    ['a label with a blank', { names: ['a b'] }, 'names[0]: "a b" is no label'],
    [
      'an empty spread',
      { count: 1, spread: { volumeTypes: [] } },
      'spread.volumeTypes: is empty; name at least one',
    ],
    [
      'a zone and zones',
      { count: 1, availabilityZone: 'x', spread: { availabilityZones: ['a'] } },
      'spread.availabilityZones: it and availabilityZone exclude each other',
    ],
    ['names that are too long', { names: ['x'.repeat(255)] }, 'gives a name of 259 characters'],
  ];
  it.each(refused)('is refused with %s, and then has no members', (_what, settings, text) => {
    const { problems, members } = planFleet('web', settings);
    expect(problemsText({ composite: 'VolumeFleet', name: 'web' }, problems)).toContain(text);
    expect(members).toEqual([]);
  });
});

const generation = fc.record({
  full: label,
  increments: fc.option(fc.uniqueArray(label, { maxLength: 4 }), { nil: undefined }),
});
const chain = fc.uniqueArray(generation, { maxLength: 6, selector: ({ full }) => full });

describe('a backup chain', () => {
  it('lets whole generations go, oldest first, and never a base under its increments', () => {
    fc.assert(
      fc.property(chain, fc.integer({ min: 1, max: 6 }), (generations, keep) => {
        const all = planChain('db', { chain: generations });
        const kept = planChain('db', { chain: generations, keep });
        const stay = generations.slice(-keep).map(({ full }) => full);
        expect([...kept.expired, ...kept.backups.map((one) => one.label)]).toEqual(
          all.backups.map((one) => one.label),
        );
        expect([...new Set(kept.backups.map((one) => one.generation))]).toEqual(stay);
        for (const one of kept.backups.filter(({ incremental }) => incremental)) {
          const base = kept.backups.findIndex(({ label: it }) => it === one.generation);
          expect(base).toBeGreaterThanOrEqual(0);
          expect(base).toBeLessThan(kept.backups.indexOf(one));
        }
      }),
    );
  });

  it('is made in one order: each backup after the one before it', () => {
    fc.assert(
      fc.property(chain, (generations) => {
        const { backups } = planChain('db', { chain: generations });
        const before = [null, ...backups.map((one) => one.label)].slice(0, backups.length);
        expect(backups.map(({ after }) => after)).toEqual(before);
      }),
    );
  });

  it('gives what stays the same names when it grows and when the old goes', () => {
    fc.assert(
      fc.property(chain, fc.integer({ min: 1, max: 3 }), (generations, keep) => {
        const namesOf = (some: typeof generations) =>
          planChain('db', { chain: some, keep }).backups.map((one) => one.name);
        const before = new Set(namesOf(generations.slice(0, -1)));
        const after = namesOf(generations);
        const newest = generations.at(-1)?.full ?? '';
        const old = after.filter((name) => !name.startsWith(`db-${newest}`));
        expect(old.every((name) => before.has(name))).toBe(true);
      }),
    );
  });

  it('takes a bare label for a full backup', () => {
    const { backups } = planChain('db', { chain: ['w46', { full: 'w47', increments: ['mon'] }] });
    expect(backups).toEqual([
      { label: 'w46', name: 'db-w46', incremental: false, generation: 'w46', after: null },
      { label: 'w47', name: 'db-w47', incremental: false, generation: 'w47', after: 'w46' },
      { label: 'w47-mon', name: 'db-w47-mon', incremental: true, generation: 'w47', after: 'w47' },
    ]);
  });

  const refused: [string, Parameters<typeof planChain>[1], string][] = [
    ['keep 0', { chain: ['a'], keep: 0 }, 'keep: must be a whole number of generations, 1 or more'],
    ['keep without a chain', { keep: 1 }, 'keep: there is no chain'],
    ['a label twice', { chain: ['a', 'a'] }, 'chain[1].full: a is there already'],
    [
      'an increment twice',
      { chain: [{ full: 'a', increments: ['x', 'x'] }] },
      'chain[0].increments[1]: a-x is there already',
    ],
    [
      'a full backup called like an increment',
      { chain: [{ full: 'a', increments: ['x'] }, 'a-x'] },
      'chain[1].full: a-x is there already',
    ],
    ['an empty label', { chain: [''] }, 'chain[0].full: "" is no label'],
  ];
  it.each(refused)('is refused with %s, and then has no backups', (_what, settings, text) => {
    const { problems, backups } = planChain('db', settings);
    expect(problemsText({ composite: 'ProtectedVolume', name: 'db' }, problems)).toContain(text);
    expect(backups).toEqual([]);
  });
});

describe('settings of composites', () => {
  it('are refused with all their problems at once', () => {
    const settings = { sizeGib: 0.5, metadata: { 'cinderkit:x': 'y' }, keep: 1 };
    const { problems } = protectedVolumePlan('db', settings, {
      ...settings,
      imageId: 'a',
      backupId: 'b',
    });
    expect(problems.map(({ property }) => property)).toEqual([
      'backupId',
      'sizeGib',
      'metadata["cinderkit:x"]',
      'keep',
    ]);
  });

  it('need a size or a source', () => {
    const plan = (given: object) =>
      volumeFleetPlan('web', { count: 1, ...given }, { count: 1, ...given }).problems;
    expect(plan({})).toEqual([
      { property: 'sizeGib', reason: expect.stringContaining('a blank volume needs a size') },
    ]);
    expect(plan({ sizeGib: 1 })).toEqual([]);
    expect(plan({ snapshotId: 'x' })).toEqual([]);
  });

  it('must be known where they decide which things there are', () => {
    const later = Symbol('later');
    const given = { sizeGib: 1, chain: ['a', { full: 'b', increments: [later] }, later] };
    const known = { sizeGib: 1, chain: ['a', { full: 'b', increments: [undefined] }, undefined] };
    expect(unknownProblems({ given, known }, { chain: 9 }).map(({ property }) => property)).toEqual(
      ['chain[1].increments[0]', 'chain[2]'],
    );
    expect(unknownProblems({ given, known }, { chain: 1 })).toEqual([]);
    expect(unknownProblems({ given: { keep: undefined }, known: {} }, { keep: 1 })).toEqual([]);
  });

  it('of a boot volume name one source', () => {
    const found = bootVolumeProblems('boot', {}, {});
    expect(found[0]?.reason).toBe('one of imageId, snapshotId is needed; none is given');
    expect(bootVolumeProblems('boot', {}, { imageId: 'x' })).toEqual([]);
  });

  it('of a golden image have labels that are free', () => {
    const volumes = { seed: {}, 'a b': { sizeGib: -1 }, fine: { sizeGib: 2 } };
    const found = goldenImageProblems('g', { filePath: '', volumes }, {});
    expect(found.map(({ property }) => property)).toEqual([
      'filePath',
      'volumes["seed"]',
      'volumes["a b"]',
      'volumes["a b"].sizeGib',
    ]);
    expect(goldenImageProblems('g', { filePath: 'x', volumes: { web: {} } }, {})).toEqual([]);
  });
});

describe('a source of a boot volume', () => {
  it('must be ready and fit', () => {
    const image = { kind: 'image', id: 'i', status: 'active', minDiskGib: 2 } as const;
    const virtualSizeBytes = 2 ** 30 * 3 + 1;
    expect(bootSourceProblems(image, 2)).toEqual([]);
    expect(bootSourceProblems(image, undefined)).toEqual([]);
    expect(bootSourceProblems({ ...image, virtualSizeBytes }, 3)).toEqual([
      { property: 'sizeGib', reason: expect.stringContaining('image i, which needs 4 GiB') },
    ]);
    expect(bootSourceProblems({ ...image, status: 'queued' }, 9)).toEqual([
      { property: 'imageId', reason: expect.stringContaining('image i is queued') },
    ]);
    const snapshot = { kind: 'snapshot', id: 's', status: 'available', minDiskGib: 5 } as const;
    expect(bootSourceProblems(snapshot, 4)[0]?.reason).toContain('snapshot s, which needs 5 GiB');
  });

  it('needs at least one GiB, and never less than its bytes', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(), (minDiskGib, virtualSizeBytes) => {
        const needed = neededGib({ minDiskGib, virtualSizeBytes });
        expect(needed * 2 ** 30).toBeGreaterThanOrEqual(virtualSizeBytes);
        expect(needed).toBeGreaterThanOrEqual(Math.max(1, minDiskGib));
      }),
    );
  });
});

describe('tags', () => {
  it('tell which composite a part is of, unless the program says otherwise', () => {
    const subject = { composite: 'VolumeFleet', name: 'web' };
    expect(compositeTags(subject, { team: 'a', 'part-of': 'shop' })).toEqual({
      composite: 'VolumeFleet',
      'part-of': 'shop',
      team: 'a',
    });
    expect(compositeTags(subject, undefined)).toEqual({
      composite: 'VolumeFleet',
      'part-of': 'web',
    });
  });

  it('are refused where the service would refuse them', () => {
    const long = 'x'.repeat(256);
    const found = tagProblems('tags', { '': 'a', [long]: 'a', b: long, 'cinderkit:marker': 'a' });
    expect(found).toHaveLength(4);
    expect(tagProblems('tags', { fine: '' })).toEqual([]);
  });
});
