// Values brought to the form of their type: numbers that came as text become numbers. Invariant: a
// number that would lose digits is refused with its place, never rounded.
import type { CtyType } from './cty-type';
import { PathRefusal } from './diagnostics';
import { exactNumber } from './numbers';
import type { Path } from './attribute-path';
import { pathText } from './attribute-path';
import type { TfValue } from './tf-value';
import { isTfObject, UNKNOWN } from './tf-value';

/**
 * `value` as a value of `type`. null and unknown stay; members that an object's type does not name
 * are dropped and missing ones become null. Throws PathRefusal for a number that cannot be held.
 */
export function conform(value: TfValue, type: CtyType, path: Path = []): TfValue {
  if (value === null || value === UNKNOWN) return value;
  if (type === 'number') return numberAt(value, path);
  if (typeof type === 'string') return value;
  const [kind, inner] = type;
  if (kind === 'object') {
    if (!isTfObject(value)) return value;
    const names = Object.keys(inner);
    return Object.fromEntries(
      names.map((name) => [name, memberOf(value, inner, { name, path: [...path, name] })]),
    );
  }
  if (kind === 'map') {
    if (!isTfObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key,
        conform(member, inner, [...path, { key }]),
      ]),
    );
  }
  if (!Array.isArray(value)) return value;
  return value.map((member, at) => conform(member, inner, kind === 'set' ? path : [...path, at]));
}

function memberOf(
  value: { readonly [name: string]: TfValue },
  inner: Readonly<Record<string, CtyType>>,
  at: { readonly name: string; readonly path: Path },
): TfValue {
  const type = inner[at.name];
  return type === undefined ? null : conform(value[at.name] ?? null, type, at.path);
}

function numberAt(value: TfValue, path: Path): TfValue {
  if (typeof value !== 'string') return value;
  const exact = exactNumber(value);
  if (exact !== null) return exact;
  throw new PathRefusal(
    path,
    `Cannot use ${value} for ${pathText(path)}: it has more digits than can be kept. ` +
      'Give a number of at most 15 digits.',
  );
}
