// The normaliser: whatever goes in, what comes out passes Pulumi's wire unchanged.
import { createRequire } from 'node:module';
import * as fc from 'fast-check';
import { toPlain, toPlainObject } from '../../provider/pulumi/to-plain';

const sdk = createRequire(require.resolve('@pulumi/pulumi'));
const { Struct } = sdk('google-protobuf/google/protobuf/struct_pb');

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withNullPrototype: true,
  withBoxedValues: true,
  withSparseArray: true,
});

test('everything becomes JSON that survives the wire and a second pass', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), anything), (record) => {
      const plain = toPlainObject(record);
      expect(JSON.parse(JSON.stringify(plain, minusZero))).toEqual(
        JSON.parse(JSON.stringify(toPlainObject(plain), minusZero)),
      );
      expect(() => Struct.fromJavaScript(plain)).not.toThrow();
      expect(holdsForeign(plain)).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test('each kind of value has its own form', () => {
  const when = new Date('2026-01-02T03:04:05Z');
  expect(
    toPlain({
      gone: undefined,
      list: [undefined, 1],
      nan: Number.NaN,
      small: 5n,
      large: 2n ** 60n,
      when,
      never: new Date(Number.NaN),
      map: new Map([['k', new Set(['v'])]]),
      bytes: new Uint8Array([1, 2, 3]),
      call: () => 1,
      error: new Error('why'),
    }),
  ).toEqual({
    list: [null, 1],
    nan: null,
    small: 5,
    large: '1152921504606846976',
    when: '2026-01-02T03:04:05.000Z',
    never: null,
    map: { k: ['v'] },
    bytes: 'AQID',
    error: 'why',
  });
});

test('a value that contains itself is refused, one that is met twice is not', () => {
  const loop: Record<string, unknown> = {};
  loop['self'] = loop;
  expect(() => toPlain(loop)).toThrow(/contains itself/);
  const shared = { a: 1 };
  expect(toPlain({ one: shared, two: shared })).toEqual({ one: { a: 1 }, two: { a: 1 } });
});

function minusZero(_key: string, value: unknown): unknown {
  return Object.is(value, -0) ? 0 : value;
}

function holdsForeign(value: unknown): boolean {
  if (value === null) return false;
  if (Array.isArray(value)) return value.some(holdsForeign);
  if (typeof value === 'object') return Object.values(value).some(holdsForeign);
  return !['string', 'number', 'boolean'].includes(typeof value) || Number.isNaN(value);
}
