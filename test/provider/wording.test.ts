// How refusals read: each names what was found and what was expected, and quotes no member of a
// map.
import { describeResource } from '../../schema/kernel/describe';
import { image } from '../../schema/resources/image';
import { volume } from '../../schema/resources/volume';
import { volumeType } from '../../schema/resources/volume-type';
import { validate } from '../../provider/reconcile-validate';
import { aThing, nearest } from '../../provider/reconcile-wording';

const known = () => false;

const refusals = (resource: Parameters<typeof describeResource>[0], news: object): string[] =>
  validate(describeResource(resource), { news: { ...news }, olds: {}, isUnknown: known }).map(
    ({ reason }) => reason,
  );

test.each([
  [{ sizeGib: 'ten' }, 'sizeGib cannot be "ten": expected a number'],
  [{ sizeGib: 1.5 }, 'sizeGib cannot be 1.5: expected a whole number'],
  [{ sizeGib: -3 }, 'sizeGib cannot be -3: expected at least 1'],
  [{ name: 5, sizeGib: 1 }, 'name cannot be 5: expected a text'],
  [{ deleteSnapshots: 'no', sizeGib: 1 }, 'deleteSnapshots cannot be "no": expected true or false'],
  [
    { onDelete: 'keep', sizeGib: 1 },
    'onDelete cannot be "keep": expected "delete" or "retain" or "backup"',
  ],
  [{ metadata: 'x', sizeGib: 1 }, 'metadata cannot be "x": expected a map'],
  [{ metadata: { a: 5 }, sizeGib: 1 }, 'metadata.a cannot be a number: expected a text'],
  [{ timeouts: { create: 1 }, sizeGib: 1 }, 'timeouts has no create; did you mean createMinutes?'],
  [{ timeouts: { createMinutes: 0 }, sizeGib: 1 }, /cannot be a number: expected more than 0/],
])('a volume of %j is refused in one sentence', (news, told) => {
  const reasons = refusals(volume, news);
  expect(reasons).toEqual([typeof told === 'string' ? told : expect.stringMatching(told)]);
});

test('a number that no number can hold is refused as too large', () => {
  expect(refusals(volume, { sizeGib: 99_999_999_999_999_999_999n })).toEqual([
    'sizeGib cannot be 99999999999999999999: expected at most 9007199254740991',
  ]);
});

test('a misspelt name is not reported as a missing one too', () => {
  expect(refusals(volume, { size: 1 })).toEqual(['a volume has no size; did you mean sizeGib?']);
  expect(refusals(volume, {})).toEqual([expect.stringContaining('needs one of sizeGib')]);
});

test('long values are cut, members of maps are not quoted', () => {
  const [long = ''] = refusals(volume, { sizeGib: 1, name: 'x'.repeat(1000) });
  expect(long.length).toBeLessThan(200);
  const [hidden = ''] = refusals(volume, { sizeGib: 1, metadata: { key: ['hunter2'] } });
  expect(hidden).toBe('metadata.key cannot be a list: expected a text');
});

test('articles fit their nouns', () => {
  const names = [image, volume, volumeType].map((one) => aThing(describeResource(one)));
  expect(names).toEqual(['an image', 'a volume', 'a volume type']);
});

test.each([
  ['size', 'sizeGib'],
  ['volume_type', 'volumeType'],
  ['snapshot', 'snapshotId'],
  ['zone', 'availabilityZone'],
  ['xy', null],
  ['colour', null],
])('%s means %s', (name, meant) => {
  const names = ['name', 'sizeGib', 'volumeType', 'snapshotId', 'availabilityZone'];
  expect(nearest(name, names)).toBe(meant);
});
