// Provider functions: exact sizes, ids that read back, and refusals that blame their argument.
import * as fc from 'fast-check';
import { catalogue } from '../../../schema/catalogue';
import {
  callFunction,
  functionDefinitions,
  functionSignatures,
} from '../../../provider/terraform/functions/functions';
import { conform } from '../../../provider/terraform/values/conform';
import { decodeValue, encodeValue } from '../../../provider/terraform/values/dynamic-value';
import type { TfValue } from '../../../provider/terraform/values/tf-value';

const call = (name: string, ...args: TfValue[]): TfValue => {
  const { result, error } = callFunction({ name, arguments: args.map(encodeValue) });
  if (error) throw new Error(`argument ${error.functionArgument ?? 'none'}: ${error.text}`);
  const returns = functionDefinitions.find((each) => each.name === name)?.returns;
  return conform(decodeValue(result), returns ?? 'string');
};

describe('parse_size', () => {
  it.each([
    ['10', 10],
    ['10.2', 11],
    ['1.5 TiB', 1536],
    ['1.5tib', 1536],
    ['2Ti', 2048],
    ['500 GB', 466],
    ['1GB', 1],
    ['1 B', 1],
    ['1025 MiB', 2],
    ['1 PiB', 1024 ** 2],
    ['1EB', 931322575],
    [' 3 gib ', 3],
    ['0.0000000001 KiB', 1],
  ])('reads %j as %d GiB', (text, gib) => {
    expect(call('parse_size', text)).toBe(gib);
  });

  it.each([
    ['', /expected a number and a unit/],
    ['-1', /expected a number/],
    ['1e3', /expected a number|unit "e/],
    ['ten', /expected a number/],
    ['1 XiB', /unit "XiB", expected one of B, KiB/],
    ['1 b b', /expected a number/],
    // A bare letter means 1000 to some and 1024 to others.
    ['2T', /unit "T", expected one of/],
    ['0', /more than nothing/],
    ['0.0 TiB', /more than nothing/],
    ['99999999 EiB', /less than 2\^53/],
    ['1'.repeat(100), /expected a number/],
  ])('refuses %j at its argument', (text, why) => {
    expect(() => call('parse_size', text)).toThrow(why);
    expect(() => call('parse_size', text)).toThrow(/^argument 0: Cannot read this as a size/);
  });

  it('never rounds down', () => {
    const units: [string, bigint][] = [
      ['MiB', 1024n ** 2n],
      ['GB', 1000n ** 3n],
      ['TiB', 1024n ** 4n],
    ];
    fc.assert(
      fc.property(fc.bigInt(1n, 10n ** 6n), fc.constantFrom(...units), (amount, [unit, bytes]) => {
        const gib = BigInt(Number(call('parse_size', `${amount} ${unit}`)));
        expect(gib * 1024n ** 3n >= amount * bytes).toBe(true);
        expect((gib - 1n) * 1024n ** 3n < amount * bytes).toBe(true);
      }),
    );
  });
});

describe('format_size', () => {
  it.each([
    [10, '10 GiB'],
    [1024, '1 TiB'],
    [1536, '1.5 TiB'],
    [1025, '1025 GiB'],
    [1024 ** 2, '1 PiB'],
    [0, '0 GiB'],
    [0.5, '512 MiB'],
    [1.25, '1.25 GiB'],
    [0.3333333333, '341.33 MiB'],
  ])('writes %d as %s', (gib, text) => {
    expect(call('format_size', gib)).toBe(text);
  });

  it('is read back as it was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (gib) => {
        expect(call('parse_size', call('format_size', gib))).toBe(gib);
      }),
    );
  });

  it('refuses what is no size', () => {
    expect(() => call('format_size', -1)).toThrow(/^argument 0: .*from 0 to 2\^53/);
    expect(() => call('format_size', 2n ** 70n)).toThrow(/from 0 to/);
  });
});

const id = '4f0c9a52-9c3b-4f4e-8a43-0d3a4a4a1b2c';

describe('parse_id', () => {
  it.each([
    [id, null],
    [`volume/${id}`, 'volume'],
    [`volume-type/${id}`, 'volume_type'],
    [`cinderkit_volume_type/${id}`, 'volume_type'],
    [`https://cloud:8776/v3/0123456789abcdef/volumes/${id}`, 'volume'],
    [`http://[::1]/volume/v3/p/types/${id}?x=1`, 'volume_type'],
    [`https://cloud/image/v2/images/${id}/`, 'image'],
  ])('reads %s', (text, noun) => {
    expect(call('parse_id', text)).toEqual({ noun, id });
  });

  it.each([
    '',
    'data',
    `server/${id}`,
    `volume/${id}/x`,
    'volume/',
    `https://c/servers/${id}`,
    'https://c/',
    'http://',
  ])('refuses %j', (text) => {
    expect(() => call('parse_id', text)).toThrow(/^argument 0: Cannot read this as an id: found/);
  });

  it('reads back what format_id writes, for every noun', () => {
    for (const { noun } of catalogue) {
      const name = noun.replaceAll('-', '_');
      for (const spelling of [noun, name, `cinderkit_${name}`]) {
        const text = call('format_id', spelling, id);
        expect(call('parse_id', text)).toEqual({ noun: name, id });
      }
    }
  });
});

it('blames the argument of format_id that is wrong', () => {
  expect(() => call('format_id', 'server', id)).toThrow(/^argument 0: .*volume_type/);
  expect(() => call('format_id', 'volume', 'a/b')).toThrow(/^argument 1: /);
});

it('names the functions that there are', () => {
  expect(() => call('parse')).toThrow(/^argument none: .*parse_size, format_size/);
});

it('leaves it to Terraform to end the sentence', () => {
  const { error } = callFunction({ name: 'parse_size', arguments: [encodeValue('ten')] });
  expect(error?.text).toMatch(/[^.]$/);
});

it('describes every function and every parameter', () => {
  const signatures = functionSignatures();
  expect(Object.keys(signatures)).toEqual(functionDefinitions.map(({ name }) => name));
  for (const { summary, description, parameters, return: returned } of Object.values(signatures)) {
    expect(summary).toMatch(/\.$/);
    expect(description).toMatch(/\.$/);
    expect(parameters.every((each) => each.description !== '' && each.type.length > 0)).toBe(true);
    expect(returned?.type.length).toBeGreaterThan(0);
  }
});
