// Changes that several nouns share in form: names and descriptions, and metadata key by key.
// Invariant: keys of others on the service are never touched; repeating a change does nothing.
import type { Route } from '../../schema/wire/route';
import type { Aspect, Change } from './adapter';
import { mapOf, orNull, stringOf } from './wire-values';

/** Renames and describes: PUT of `{ [wrapper]: { ... } }` with the changed texts alone. */
export function renameAspect(
  route: Route,
  wrapper: string,
  options: { microversion?: string } = {},
): Aspect {
  return {
    fields: ['name', 'description'],
    apply: async ({ connection, signal }, { observed, desired, fields }) => {
      const texts = fields.map((name) => [name, stringOf(desired[name]) ?? ''] as const);
      const body = { [wrapper]: Object.fromEntries(texts) };
      await connection.call(route, { params: { id: observed.id }, body, ...options, signal });
    },
  };
}

/** Sets the keys that differ and removes those that were the user's and are no longer wanted. */
export function mapAspect(
  field: string,
  calls: {
    readonly add: Route;
    readonly remove: Route;
    /** The key that wraps the map in the body of `add`. */
    readonly wrapper: string;
  },
): Aspect {
  return {
    fields: [field],
    apply: async ({ connection, signal }, change) => {
      const params = { id: change.observed.id };
      const changed = changedKeys(field, change);
      if (Object.keys(changed).length > 0) {
        const body = { [calls.wrapper]: changed };
        await connection.call(calls.add, { params, body, signal, repeatable: true });
      }
      for (const key of change.dropped[field] ?? []) {
        const request = { params: { ...params, key }, signal };
        await orNull(() => connection.call(calls.remove, request));
      }
    },
  };
}

/** The wanted keys of a map whose live values differ. */
export function changedKeys(field: string, change: Change): Record<string, string> {
  const live = mapOf(change.observed.inputs[field]);
  const wanted = Object.entries(mapOf(change.desired[field]));
  return Object.fromEntries(wanted.filter(([key, value]) => live[key] !== value));
}
