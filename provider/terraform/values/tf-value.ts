// Terraform's values as plain data. Invariant: there is one UNKNOWN; it is an object that nothing
// else equals and that no JSON can hold by accident.

/** The class of the one value that stands for what is not known yet. */
export class Unknown {
  /** Fails: a value that is not known must never be sent or kept as if it were one. */
  toJSON(): never {
    throw new Error('a value that is not known yet cannot be written down');
  }
}

/** What is not known before the apply. */
export const UNKNOWN: Unknown = new Unknown();

/**
 * A value as Terraform has it. Whole numbers that a double cannot hold are bigints; other numbers
 * that it cannot hold stay the text in which they came.
 */
export type TfValue =
  null | string | number | bigint | boolean | Unknown | readonly TfValue[] | TfObject;

/** An object or a map. */
export interface TfObject {
  readonly [name: string]: TfValue;
}

/** Whether `value`, or any part of it, is not known yet. */
export function isUnknown(value: unknown): boolean {
  if (value instanceof Unknown) return true;
  if (value === null || typeof value !== 'object') return false;
  return Object.values(value).some(isUnknown);
}

/** Whether `value` is an object or a map: neither a list nor unknown. */
export function isTfObject(value: unknown): value is TfObject {
  const isObject = typeof value === 'object' && value !== null;
  return isObject && !Array.isArray(value) && !(value instanceof Unknown);
}

/** `value` as an object; an object without members where it is none. */
export function objectOf(value: TfValue | undefined): TfObject {
  return isTfObject(value) ? value : {};
}
