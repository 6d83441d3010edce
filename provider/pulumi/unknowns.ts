// Values that are not known before the run: in previews Pulumi sends a fixed text in their place.

/** The text that stands for an unknown value (pulumi sdk: runtime/rpc.ts unknownValue). */
export const unknownValue = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

/** Whether `value` is unknown or has an unknown part. */
export function isUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  if (value === null || typeof value !== 'object') return false;
  return Object.values(value).some(isUnknown);
}
