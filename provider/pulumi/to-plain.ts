// Makes any value into what Pulumi's wire can carry. Invariant: what comes out has no undefined,
// NaN, bigint, Date, Map or class instance anywhere, for one of these makes the SDK fail after the
// thing was made, and the id is lost.

/** A value as JSON has it. */
export type Plain =
  string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/**
 * `value` as plain data. Undefined members are left out (null in lists), numbers that are none
 * become null, whole numbers too large for a double become text, times become ISO 8601, maps
 * objects, sets lists, bytes base64. Throws where a value contains itself.
 */
export function toPlain(value: unknown): Plain {
  return convert(value, []) ?? null;
}

/** Like toPlain, for the members of an object. */
export function toPlainObject(record: Readonly<Record<string, unknown>>): Record<string, Plain> {
  return members(Object.entries(record), [record]);
}

function convert(value: unknown, within: readonly object[]): Plain | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
    case 'object':
      return value === null ? null : convertObject(value, within);
    default:
      return undefined;
  }
}

function convertObject(value: object, within: readonly object[]): Plain | undefined {
  if (within.includes(value)) throw new Error('a value that contains itself cannot be kept');
  const inside = [...within, value];
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].map((member) => convert(member, inside) ?? null);
  }
  if (value instanceof Map) return members([...value], inside);
  if (value instanceof Error) return value.message;
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return convert(value.toJSON(), inside);
  }
  return members(Object.entries(value), inside);
}

function members(
  entries: readonly (readonly [unknown, unknown])[],
  within: readonly object[],
): Record<string, Plain> {
  const kept: Record<string, Plain> = {};
  for (const [key, member] of entries) {
    const plain = convert(member, within);
    if (plain === undefined) continue;
    // defineProperty, so that a key such as __proto__ is a key like any other.
    Object.defineProperty(kept, keyText(key, within), {
      value: plain,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return kept;
}

/** Keys of maps may be anything; what is no plain value is named by its JSON. */
function keyText(key: unknown, within: readonly object[]): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'symbol' || typeof key === 'function') return typeof key;
  return JSON.stringify(convert(key, within) ?? null);
}
