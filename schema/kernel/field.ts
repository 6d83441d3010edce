// A field is a zod shape plus what zod cannot say: how it changes, who supplies it, whether it is
// secret. Invariant: field() is the outermost call; nothing may wrap a field afterwards, for zod
// forgets a schema's registrations when it is wrapped.
import { z } from 'zod';

/** What a changed value does to a thing that exists: altered in place, replaced, or refused. */
export type Change = 'in-place' | 'replace' | 'never';

/**
 * Who supplies the value. `chosen`: the user may, else the service does; `computed`: only the
 * service does.
 */
export type Presence = 'required' | 'optional' | 'chosen' | 'computed';

/**
 * Where the value lives. `service`: it is read back from the service, so it can drift; `tool`: it
 * only steers the tool (timeouts, what delete does) and never reaches the service.
 */
export type Home = 'service' | 'tool';

/** What zod cannot say about a field. */
export interface Traits {
  readonly change: Change;
  readonly presence: Presence;
  readonly home?: Home;
  readonly secret?: boolean;
  /** Fields sharing a group exclude each other: at most one of them may be given. */
  readonly exclusive?: string;
  /** `grow`: a number that may only rise in place; a smaller value is refused. */
  readonly order?: 'grow';
  /** A map of which only the user's own keys are compared: others on the service are left alone. */
  readonly ownKeysOnly?: boolean;
  /** Of a computed field: the inputs whose change in place may alter it; none when left out. */
  readonly follows?: readonly string[];
}

const registry = z.registry<Traits>();

/** Registers `traits` for `shape` and returns the same shape. Repeating it replaces the traits. */
export function field<S extends z.ZodType>(shape: S, traits: Traits): S {
  registry.add(shape, traits);
  return shape;
}

/** The traits registered for `shape`, or undefined where field() was not the outermost call. */
export function traitsOf(shape: z.ZodType): Traits | undefined {
  return registry.get(shape);
}
