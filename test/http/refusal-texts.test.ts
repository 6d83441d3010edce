// The words of refusals, byte by byte as a real Cinder gave them. Laws: any JSON value has a text,
// of one line and bounded depth; the first problem alone is told.
import fc from 'fast-check';
import { z } from 'zod';
import { parseRange } from '../../bundled-engine/http/image/byte-range';
import { pythonText } from '../../bundled-engine/http/python-text';
import { refusalOf } from '../../bundled-engine/http/refuse-body';
import { projectInUrl, withoutProject } from '../../bundled-engine/http/request-url';

const volume = z.object({
  volume: z.strictObject({
    size: z.number().int().min(1).optional(),
    name: z.string().max(255).nullish(),
    mode: z.enum(['a', 'b']).optional(),
  }),
});

const refusal = (body: unknown): string => {
  const parsed = volume.safeParse(body);
  if (parsed.success) throw new Error('it was accepted');
  return refusalOf(parsed.error.issues, body);
};

describe('a refused body', () => {
  it.each([
    [{}, "'volume' is a required property"],
    [
      { volume: { size: 0 } },
      'Invalid input for field/attribute size. Value: 0. 0 is less than the minimum of 1',
    ],
    [
      { volume: { size: 1, bogus: 1 } },
      "Invalid input for field/attribute volume. Value: {'size': 1, 'bogus': 1}. " +
        "Additional properties are not allowed ('bogus' was unexpected)",
    ],
    [
      { volume: { a: null, b: [true] } },
      "Invalid input for field/attribute volume. Value: {'a': None, 'b': [True]}. " +
        "Additional properties are not allowed ('a', 'b' were unexpected)",
    ],
    [
      { volume: { size: 'x' } },
      "Invalid input for field/attribute size. Value: x. 'x' is not of type 'number'",
    ],
    [
      { volume: { mode: 'c' } },
      "Invalid input for field/attribute mode. Value: c. 'c' is not one of ['a', 'b']",
    ],
  ])('%j', (body, text) => {
    expect(refusal(body)).toBe(text);
  });

  it('names a text that is too long by its whole value', () => {
    const name = 'n'.repeat(256);
    expect(refusal({ volume: { name } })).toBe(
      `Invalid input for field/attribute name. Value: ${name}. '${name}' is too long`,
    );
  });
});

describe('Python’s notation', () => {
  it.each([
    ["it's", `"it's"`],
    [`both ' and "`, `'both \\' and "'`],
    ['a\nb\0', "'a\\nb\\x00'"],
    [{ a: [1, 'x', null, false] }, "{'a': [1, 'x', None, False]}"],
  ])('of %j', (value, text) => {
    expect(pythonText(value)).toBe(text);
  });

  it('is one line for any JSON value, however deep', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        expect(pythonText(value)).not.toMatch(/[\n\r\0]/);
      }),
    );
    const deep: unknown = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`);
    expect(pythonText(deep)).toContain('...');
  });
});

describe('a range of bytes', () => {
  it('never leaves what there is', () => {
    const part = fc.option(fc.nat(3000), { nil: '' });
    fc.assert(
      fc.property(part, part, fc.integer({ min: 1, max: 2000 }), (first, last, size) => {
        try {
          const range = parseRange(`bytes=${first}-${last}`, size);
          if (range === null) return first === '' && last === '';
          return range.startByte >= 0 && range.startByte <= range.endByte && range.endByte < size;
        } catch (error) {
          return z.object({ http: z.literal(416) }).safeParse(error).success;
        }
      }),
    );
  });
});

describe('a Block Storage URL', () => {
  it.each([
    ['/volume/v3/0a1b-2c/volumes?x=1', '0a1b-2c', '/volume/v3/volumes?x=1'],
    ['/volume/v3/volumes/0a1b', null, '/volume/v3/volumes/0a1b'],
    ['/volume/v3/abc', 'abc', '/volume/v3'],
    ['/volume/v3/', null, '/volume/v3/'],
    ['/image/v2/abc', null, '/image/v2/abc'],
  ])('%s is for project %s', (url, project, rest) => {
    expect([projectInUrl(url), withoutProject(url)]).toEqual([project, rest]);
  });
});
