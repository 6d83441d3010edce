// Whether two values are the same to Terraform. Invariant: members of sets have no order, and what
// is not known equals nothing but another unknown.
import { isDeepStrictEqual } from 'node:util';
import type { CtyType } from './cty-type';
import type { TfValue } from './tf-value';
import { isTfObject, isUnknown } from './tf-value';

/** Whether `a` and `b` are the same value of `type`. */
export function isSameValue(a: TfValue, b: TfValue, type: CtyType): boolean {
  if (isUnknown(a) !== isUnknown(b)) return false;
  if (typeof type === 'string' || a === null || b === null) return isDeepStrictEqual(a, b);
  const [kind, inner] = type;
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length || kind === 'map' || kind === 'object') return false;
    return kind === 'set' ? isSameSet(a, b, inner) : isSameList(a, b, inner);
  }
  if (!isTfObject(a) || !isTfObject(b)) return isDeepStrictEqual(a, b);
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => {
    const member = kind === 'object' ? inner[key] : kind === 'map' ? inner : undefined;
    const isIn = Object.hasOwn(a, key) && Object.hasOwn(b, key);
    return isIn && member !== undefined && isSameValue(a[key] ?? null, b[key] ?? null, member);
  });
}

function isSameList(a: readonly TfValue[], b: readonly TfValue[], inner: CtyType): boolean {
  return a.every((member, at) => isSameValue(member, b[at] ?? null, inner));
}

function isSameSet(a: readonly TfValue[], b: readonly TfValue[], inner: CtyType): boolean {
  const left = [...b];
  return a.every((member) => {
    const at = left.findIndex((other) => isSameValue(member, other, inner));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}
