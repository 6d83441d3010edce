// Values by their types: numbers that came as text, sets without an order, places in words.
import fc from 'fast-check';
import { attributePath, pathText } from '../../../provider/terraform/values/attribute-path';
import { conform } from '../../../provider/terraform/values/conform';
import type { CtyType } from '../../../provider/terraform/values/cty-type';
import { typeBytes } from '../../../provider/terraform/values/cty-type';
import {
  errorDiagnostic,
  failureDiagnostic,
  PathRefusal,
  warningDiagnostic,
} from '../../../provider/terraform/values/diagnostics';
import { decimalText, exactNumber } from '../../../provider/terraform/values/numbers';
import { isSameValue } from '../../../provider/terraform/values/same-value';
import { UNKNOWN } from '../../../provider/terraform/values/tf-value';

const texts: CtyType = ['set', 'string'];
const sized: CtyType = ['object', { size: 'number', tags: texts }];

describe('exactNumber', () => {
  it.each([
    ['0.1', 0.1],
    ['1.50', 1.5],
    ['-0', 0],
    ['007', 7],
    ['1e3', 1000],
    ['12.5e-1', 1.25],
    ['9007199254740993', 9007199254740993n],
    ['1E+20', 100000000000000000000n],
    ['0.1234567890123456789', null],
    ['1.00000000000000001', null],
    ['1e9999999', null],
    ['0x10', null],
    ['', null],
    ['ten', null],
  ])('%s', (text, value) => expect(exactNumber(text)).toBe(value));

  it('gives back every number from its decimal text', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(number, (value) => {
        expect(Number(exactNumber(decimalText(value)))).toBe(value + 0);
      }),
    );
  });
});

describe('conform', () => {
  it('turns decimal text into a number where a number is meant, and nowhere else', () => {
    expect(conform('0.1', 'number')).toBe(0.1);
    expect(conform('0.1', 'string')).toBe('0.1');
    expect(conform({ a: ['1.5'] }, ['map', ['list', 'number']])).toEqual({ a: [1.5] });
  });

  it('leaves null and unknown as they are', () => {
    expect(conform(null, 'number')).toBeNull();
    expect(conform(UNKNOWN, sized)).toBe(UNKNOWN);
    expect(conform({ size: UNKNOWN, tags: null }, sized)).toEqual({ size: UNKNOWN, tags: null });
  });

  it('makes an object whole', () => {
    expect(conform({ size: 1, gone: 2 }, sized)).toEqual({ size: 1, tags: null });
  });

  it('refuses a number that would lose digits, at its place', () => {
    const digits = '0.12345678901234567890';
    const act = () => conform({ disks: [{ size: digits }] }, ['map', ['list', sized]]);
    expect(act).toThrow(`Cannot use ${digits} for ["disks"][0].size: it has more digits`);
    expect(act).toThrow(PathRefusal);
  });
});

describe('isSameValue', () => {
  it('knows no order in sets, and one in lists', () => {
    expect(isSameValue(['a', 'b'], ['b', 'a'], texts)).toBe(true);
    expect(isSameValue(['a', 'b'], ['b', 'a'], ['list', 'string'])).toBe(false);
    expect(isSameValue(['a', 'a', 'b'], ['a', 'b', 'b'], texts)).toBe(false);
    const one = [{ size: 1, tags: ['x', 'y'] }];
    const other = [{ size: 1, tags: ['y', 'x'] }];
    expect(isSameValue(one, other, ['set', sized])).toBe(true);
  });

  it('takes what is unknown for nothing else', () => {
    expect(isSameValue([UNKNOWN], ['a'], texts)).toBe(false);
    expect(isSameValue(UNKNOWN, UNKNOWN, texts)).toBe(true);
    expect(isSameValue(null, [], texts)).toBe(false);
    expect(isSameValue({ a: 'b' }, { a: 'b', c: 'd' }, ['map', 'string'])).toBe(false);
  });

  it('does not depend on the order of a set, ever', () => {
    const pair = fc
      .array(fc.string(), { maxLength: 6 })
      .chain((list) =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
      );
    fc.assert(fc.property(pair, ([a, b]) => expect(isSameValue(a, b, texts)).toBe(true)));
  });
});

describe('paths', () => {
  const path = ['endpoints', { key: 'a.b' }, 2, 'size_gib'] as const;

  it('tell attributes, keys and places apart', () => {
    expect(attributePath(path).steps).toEqual([
      { attributeName: 'endpoints' },
      { elementKeyString: 'a.b' },
      { elementKeyInt: 2 },
      { attributeName: 'size_gib' },
    ]);
    expect(pathText(path)).toBe('endpoints["a.b"][2].size_gib');
  });
});

describe('diagnostics', () => {
  it('have one line of summary and the path where there is one', () => {
    const said = { summary: 'Cannot\n do', detail: 'Because.\nSo.', path: ['name'] };
    const { summary, detail, attribute, severity } = errorDiagnostic(said);
    expect([summary, detail, severity]).toEqual(['Cannot do', 'Because.\nSo.', 1]);
    expect(attribute?.steps).toEqual([{ attributeName: 'name' }]);
    expect(warningDiagnostic({ summary: 'a', detail: 'b' })).toMatchObject({
      severity: 2,
      attribute: undefined,
    });
  });

  it('tell of a failure without its stack', () => {
    const failure = failureDiagnostic(new PathRefusal(['name'], 'No.'), 'Cannot do it');
    expect(failure).toMatchObject({ summary: 'Cannot do it', detail: 'No.', severity: 1 });
    expect(failure.attribute?.steps).toEqual([{ attributeName: 'name' }]);
  });
});

describe('types', () => {
  it('go over the wire as JSON', () => {
    const bytes = Buffer.from(typeBytes(['map', ['set', 'string']]));
    expect(bytes.toString()).toBe('["map",["set","string"]]');
  });
});
