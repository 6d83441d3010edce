// Which fields of a thing differ from what is wanted: pure, without I/O, the same for every tool.
// Invariant: what the user does not say is no difference, unless they said it before; keys of maps
// that others set are never a difference.
import { isDeepStrictEqual } from 'node:util';
import type { FieldModel, ResourceModel } from '../schema/kernel/describe';
import type { Values } from './resources/adapter';

/** What a user once wrote, by name alone: values stay out, for some are secret. */
export interface Owned {
  readonly names: readonly string[];
  /** Keys of maps, by field. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
}

/** The two sides of a comparison. */
export interface Sides {
  readonly desired: Values;
  readonly live: Values;
  readonly owned: Owned;
  readonly spellings?: Readonly<Record<string, readonly string[]>>;
  /** Whether a value is not known yet; such a value may be a change. */
  readonly isUnknown?: (value: unknown) => boolean;
}

/** Nothing owned: for a thing that no tool has written before. */
export const ownsNothing: Owned = { names: [], keys: {} };

/** What `inputs` say, by name. */
export function ownedBy(model: ResourceModel, inputs: Values): Owned {
  const given = model.inputs.filter((field) => !isAbsent(inputs[field.name]));
  const maps = given.filter((field) => field.ownKeysOnly);
  return {
    names: given.map((field) => field.name),
    keys: Object.fromEntries(maps.map(({ name }) => [name, keysOf(inputs[name])])),
  };
}

/** Everything that either owns: for a change of which it is not known how far it got. */
export function ownedByBoth(a: Owned, b: Owned): Owned {
  const maps = new Set([...Object.keys(a.keys), ...Object.keys(b.keys)]);
  const keys = [...maps].map((name) => [name, union(a.keys[name], b.keys[name])] as const);
  return { names: union(a.names, b.names), keys: Object.fromEntries(keys) };
}

/** The inputs that differ, in the order of the model. */
export function changedFields(model: ResourceModel, sides: Sides): FieldModel[] {
  return model.inputs.filter((field) => differs(field, sides));
}

/** Keys of the map `name` that were the user's, are no longer wanted and are still there. */
export function droppedKeys(name: string, sides: Sides): string[] {
  const wanted = new Set(keysOf(sides.desired[name]));
  const live = new Set(keysOf(sides.live[name]));
  return (sides.owned.keys[name] ?? []).filter((key) => !wanted.has(key) && live.has(key));
}

/** Whether two values mean the same: order of keys and of sets of texts aside. */
export function isSame(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(canonical(a), canonical(b));
}

/** Whether there is nothing: absent, null, empty text, empty map or list. */
export function isEmpty(value: unknown): boolean {
  if (isAbsent(value) || value === '') return true;
  return typeof value === 'object' && Object.keys(value ?? {}).length === 0;
}

/** Whether a value was not given. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function differs(field: FieldModel, sides: Sides): boolean {
  const { name } = field;
  const wanted = sides.desired[name];
  const live = sides.live[name];
  if (sides.isUnknown?.(wanted)) return true;
  if (field.home === 'tool') return !isSame(wanted, live);
  if (isAbsent(wanted)) return wasDropped(field, sides);
  if (field.ownKeysOnly) {
    const held = new Map(Object.entries(live ?? {}));
    const pairs = Object.entries(wanted as object);
    return (
      pairs.some(([key, value]) => held.get(key) !== value) || droppedKeys(name, sides).length > 0
    );
  }
  if (isEmpty(wanted) && isEmpty(live)) return false;
  if (typeof wanted === 'string' && sides.spellings?.[name]?.includes(wanted)) return false;
  return !isSame(wanted, live);
}

/** What the user no longer says: a choice is left with the service, anything else is taken back. */
function wasDropped(field: FieldModel, sides: Sides): boolean {
  if (field.presence === 'chosen' || !sides.owned.names.includes(field.name)) return false;
  if (field.ownKeysOnly) return droppedKeys(field.name, sides).length > 0;
  return !isEmpty(sides.live[field.name]) && sides.live[field.name] !== false;
}

function keysOf(value: unknown): string[] {
  return value !== null && typeof value === 'object' ? Object.keys(value) : [];
}

function union(a: readonly string[] = [], b: readonly string[] = []): string[] {
  return [...new Set([...a, ...b])];
}

/** Objects without absent members, lists of texts sorted: tags and the like are sets. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    const members = value.map(canonical);
    return members.every((member) => typeof member === 'string') ? members.sort() : members;
  }
  if (value === null || value === undefined) return undefined;
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, member]) => !isAbsent(member));
  return Object.fromEntries(entries.map(([key, member]) => [key, canonical(member)]).sort());
}
