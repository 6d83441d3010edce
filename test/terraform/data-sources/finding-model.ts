// What it means to be as asked, said a second time and in a different way than the product does.
import type { Observed } from '../../../provider/resources/adapter';

/** Whether there is nothing: absent or empty. */
export const nothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/** Whether a thing with the value `live` passes the filter `wanted`. */
export function passes(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    const held = new Set(Array.isArray(live) ? live : []);
    return wanted.every((member) => held.has(member));
  }
  if (wanted !== null && typeof wanted === 'object') {
    const held = new Map(Object.entries(live ?? {}));
    return Object.entries(wanted).every(([key, value]) => held.get(key) === value);
  }
  return live === wanted || (nothing(live) && nothing(wanted));
}

/** The value of an input or output. */
export const valueOf = (one: Observed, name: string): unknown =>
  name in one.inputs ? one.inputs[name] : one.outputs[name];
