// Values on the wire: what go-cty writes is read, what we write go-cty reads (the vectors were made
// and checked by it), and nothing is lost on the way there and back.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  decodeJson,
  decodeState,
  decodeValue,
  encodeValue,
} from '../../../provider/terraform/values/dynamic-value';
import { exactNumber } from '../../../provider/terraform/values/numbers';
import type { TfValue } from '../../../provider/terraform/values/tf-value';
import { isUnknown, UNKNOWN } from '../../../provider/terraform/values/tf-value';

interface Vector {
  readonly title: string;
  readonly theirs: string;
  readonly ours: string;
}

const file = join(__dirname, 'go-cty-values.json');
const { values: vectors } = JSON.parse(readFileSync(file, 'utf8')) as { values: Vector[] };
const none = new Uint8Array(0);
const fromHex = (hex: string) => decodeValue({ msgpack: Buffer.from(hex, 'hex'), json: none });
const hexOf = (value: TfValue) => Buffer.from(encodeValue(value).msgpack).toString('hex');
const json = (text: string) => decodeJson(Buffer.from(text));

const tfNumber = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);
const beyond = fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n });
const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'a.b', ''));
const tfValue = fc.letrec<{ value: TfValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.maxSafeInteger(),
    beyond,
    beyond.map((value) => -value),
    fc.constant(UNKNOWN),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5 }),
  ),
})).value;

describe('what go-cty wrote', () => {
  it.each(vectors)('$title is read and written again', ({ theirs, ours }) => {
    expect(hexOf(fromHex(theirs))).toBe(ours);
  });

  it.each(vectors.filter(({ title }) => title.startsWith('unknown')))(
    '$title is unknown, whatever is known about it',
    ({ theirs }) => expect(fromHex(theirs)).toBe(UNKNOWN),
  );

  it.each([
    ['number 10', '0a', 10],
    ['number 9007199254740993', 'cf0020000000000001', 9007199254740993n],
    ['number 0.1', 'a3302e31', '0.1'],
    ['number 0.5', 'cb3fe0000000000000', 0.5],
  ])('%s becomes what holds it', (_, hex, value) => expect(fromHex(hex)).toEqual(value));

  it('keeps keys that objects of the language have a use for', () => {
    const map = vectors.find(({ title }) => title === 'map');
    const read = fromHex(map?.theirs ?? '');
    expect(Object.entries(read ?? {})).toContainEqual(['__proto__', 'd']);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  });
});

describe('values', () => {
  it('come back as they were, numbers as their decimal text', () => {
    fc.assert(
      fc.property(tfValue, (value) => {
        expect(decodeValue(encodeValue(value))).toEqual(withTexts(value));
      }),
    );
  });

  it('are unknown wherever a part of them is', () => {
    expect(isUnknown(UNKNOWN)).toBe(true);
    expect(isUnknown({ a: [{ b: UNKNOWN }] })).toBe(true);
    expect(isUnknown({ a: [null, 'text', 1] })).toBe(false);
  });

  it('are read as JSON where Terraform sends that, and as null where it sends nothing', () => {
    expect(decodeValue({ msgpack: none, json: Buffer.from('{"a":[1]}') })).toEqual({ a: [1] });
    expect(decodeValue({ msgpack: none, json: none })).toBeNull();
    expect(decodeValue(undefined)).toBeNull();
  });

  it('refuse what is no number and what can only be a mistake', () => {
    expect(() => encodeValue(Number.NaN)).toThrow('Cannot send NaN to Terraform as a number');
    expect(() => JSON.stringify({ a: UNKNOWN })).toThrow('not known yet');
    expect(() => fromHex('c1')).toThrow();
  });
});

describe('numbers', () => {
  it('are written as the decimal that Terraform compares with', () => {
    fc.assert(
      fc.property(fc.oneof(tfNumber, beyond), (value) => {
        const sent = String(decodeValue(encodeValue(value)));
        expect(sent).toMatch(/^-?\d+(\.\d+)?$/);
        // Of a whole number that a double cannot hold, the bigint is the exact one.
        expect(Number(exactNumber(sent))).toBe(Number(value));
        if (typeof value === 'bigint') expect(BigInt(sent)).toBe(value);
      }),
    );
  });

  it('keep every digit of a saved state', () => {
    expect(json('{"a":9007199254740993,"b":-12345678901234567890,"c":0.1,"d":1.0}')).toEqual({
      a: 9007199254740993n,
      b: -12345678901234567890n,
      c: 0.1,
      d: 1,
    });
    expect(json('0.12345678901234567890123')).toBe('0.12345678901234567890123');
  });
});

describe('decodeState', () => {
  const state = (text: string) => decodeState({ json: Buffer.from(text), flatmap: {} });

  it('reads an object and nothing else', () => {
    expect(state('{"id":"x","tags":null}')).toEqual({ id: 'x', tags: null });
    expect(() => state('[]')).toThrow('found no object');
    expect(() => decodeState(undefined)).toThrow('Cannot use the saved state');
    expect(() => state('{')).toThrow();
  });
});

/** `value` as it is on the wire. */
function withTexts(value: TfValue): TfValue {
  if (typeof value === 'number' || typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(withTexts);
  if (value === null || typeof value !== 'object' || value === UNKNOWN) return value;
  const pairs = Object.entries(value).map(([name, member]) => [name, withTexts(member)] as const);
  return Object.fromEntries(pairs);
}
