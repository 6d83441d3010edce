// How a definition becomes Terraform's schema: who may set what, secrets, nested objects, timeouts.
import { attributeWords } from '../../../provider/terraform/schema/descriptions';
import { durationMs, durationText } from '../../../provider/terraform/schema/durations';
import { toTf, toValues, valueProblems } from '../../../provider/terraform/schema/object-values';
import { resourceFaces } from '../../../provider/terraform/schema/resource-face';
import { UNKNOWN } from '../../../provider/terraform/values/tf-value';
import { toyFace } from './toy-face';

const attribute = (name: string) => {
  const found = toyFace.attributes.find((one) => one.name === name);
  if (!found) throw new Error(`the toy has no ${name}`);
  return found;
};

const flags = (name: string) => {
  const { required, optional, computed, sensitive, writeOnly } = attribute(name);
  return Object.entries({ required, optional, computed, sensitive, writeOnly })
    .filter(([, isSet]) => isSet)
    .map(([flag]) => flag);
};

describe('who may set an attribute', () => {
  it.each([
    ['id', ['computed']],
    ['name', ['required']],
    ['ratio', ['optional', 'computed']],
    ['main_disk', ['optional', 'computed']],
    ['more_disks', ['optional']],
    ['part_list', ['computed']],
    ['access_token', ['computed', 'sensitive']],
    ['pass_phrase', ['optional', 'sensitive', 'writeOnly']],
    ['pin', ['required', 'sensitive', 'writeOnly']],
    ['chosen_key', ['optional', 'sensitive', 'writeOnly']],
    ['pin_version', ['optional']],
  ])('%s: %j', (name, expected) => expect(flags(name)).toEqual(expected));
});

describe('what an attribute holds', () => {
  const disk = ['object', { size_gib: 'number', label: 'string' }];

  it.each([
    ['name', 'string'],
    ['ratio', 'number'],
    ['labels', ['set', 'string']],
    ['main_disk', disk],
    ['more_disks', ['list', disk]],
    ['named_disks', ['map', disk]],
    ['pin_version', 'number'],
  ])('%s: %j', (name, type) => expect(attribute(name).type).toEqual(type));

  it.each([
    ['main_disk', 'single'],
    ['more_disks', 'list'],
    ['named_disks', 'map'],
  ])('%s has attributes within, as %s', (name, mode) => {
    const { nested } = attribute(name);
    expect(nested?.mode).toBe(mode);
    expect(nested?.attributes.map((one) => [one.name, one.required, one.optional])).toEqual([
      ['size_gib', true, false],
      ['label', false, true],
    ]);
  });

  it('is for the service alone within an output', () => {
    const within = attribute('part_list').nested?.attributes ?? [];
    expect(within.every(({ computed, optional }) => computed && !optional)).toBe(true);
  });
});

describe('a face', () => {
  it('leaves out what Terraform has a way of its own for', () => {
    for (const { model, attributes } of [...resourceFaces(), toyFace]) {
      expect(attributes.map(({ name }) => name)).not.toContain('adopt');
      expect(model.inputs.map(({ name }) => name)).not.toContain('adopt');
      expect(model.oneOf.flat()).not.toContain('adopt');
    }
  });

  it('is identified by its id', () => {
    expect(toyFace.identitySchema.identityAttributes).toMatchObject([
      { name: 'id', requiredForImport: true, optionalForImport: false },
    ]);
  });

  it('has its timeouts in a block that may be left out', () => {
    const [block] = toyFace.schema.block?.blockTypes ?? [];
    expect([block?.typeName, block?.nesting, block?.minItems]).toEqual(['timeouts', 1, 0]);
    expect(block?.block?.attributes.map(({ name }) => name)).toEqual(['create']);
  });

  it('says what follows from a definition', () => {
    expect(attribute('name').description).toContain('Another value replaces the toy box.');
    expect(attribute('ratio').description).toContain('cannot be changed later');
    expect(attributeWords('Made from filePath, not from fileP.', ['filePath'])).toBe(
      'Made from file_path, not from fileP.',
    );
  });
});

describe('values', () => {
  it('keep what is unknown, in whole or in part', () => {
    const tf = { name: UNKNOWN, main_disk: { size_gib: 1, label: UNKNOWN }, more_disks: UNKNOWN };
    expect(toValues(toyFace, tf)).toEqual({
      name: UNKNOWN,
      mainDisk: { sizeGib: 1, label: UNKNOWN },
      moreDisks: UNKNOWN,
    });
  });

  it('never hold a secret on the way to the state', () => {
    const tf = toTf(toyFace, 'x', { name: 'a', pin: '1234', passPhrase: 'p' });
    expect(tf).toMatchObject({ name: 'a', pin: null, pass_phrase: null, pin_version: null });
    expect(JSON.stringify(tf)).not.toContain('1234');
  });

  it('hold the secret that a configuration gives', () => {
    expect(toValues(toyFace, { pin: '1234', pin_version: 2 })).toEqual({ pin: '1234' });
  });

  it('turn durations into minutes', () => {
    const minutes = (timeouts: object | null) =>
      toValues(toyFace, { timeouts: timeouts as null })['timeouts'];
    expect(minutes({ create: '1h30m' })).toEqual({ createMinutes: 90 });
    expect(minutes({ create: null })).toEqual({});
    expect(minutes(null)).toBeUndefined();
    expect(minutes({ create: UNKNOWN })).toEqual({ createMinutes: UNKNOWN });
  });

  it('are told of where they cannot be taken over, each at its place', () => {
    const lossy = '0.12345678901234567890';
    const tf = { ratio: lossy, more_disks: [{ size_gib: lossy }], timeouts: { create: 'soon' } };
    const problems = valueProblems(toyFace, tf);
    expect(problems.map(({ path }) => path)).toEqual([
      ['ratio'],
      ['more_disks', 0, 'size_gib'],
      ['timeouts', 'create'],
    ]);
    expect(problems[2]?.reason).toBe(
      'timeouts.create cannot be "soon": expected a duration such as 90s, 30m or 1h30m',
    );
  });
});

describe('durations', () => {
  it.each([
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['300ms', 300],
    ['1m.5s', 60_500],
    ['1s', 1000],
    ['90', null],
    ['1h 30m', null],
    ['-1h', null],
    ['0s', null],
    ['', null],
    ['1d', null],
    ['1hx', null],
  ])('%s', (text, ms) => expect(durationMs(text)).toBe(ms));

  it('are written as they are read', () => {
    for (const minutes of [0.001, 0.5, 1, 1.5, 60, 90.5, 1440]) {
      expect((durationMs(durationText(minutes)) ?? 0) / 60_000).toBeCloseTo(minutes, 4);
    }
    expect(durationText(90)).toBe('1h30m');
    expect(durationText(0.5)).toBe('30s');
  });
});
