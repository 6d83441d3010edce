// Fields that several nouns have in the same form, so that the fifth resource reads like the first.
// Limits are those of the service: 255 characters for names and keys (cinder api validation).
import { z } from 'zod';
import { field } from '../kernel/field';

const text255 = z
  .string()
  .max(255)
  // eslint-disable-next-line no-control-regex -- a NUL is what is refused
  .regex(/^[^\u0000]*$/, 'must not hold a NUL character');

/** A display name: chosen by autonaming where the user gives none. */
export const nameField = field(text255.min(1), { change: 'in-place', presence: 'chosen' });

/** Free text about a thing. */
export const descriptionField = field(text255, { change: 'in-place', presence: 'optional' });

/** Keys and values of the user's own; keys that others set on the service are left alone. */
export const metadataField = field(z.record(text255.min(1), text255), {
  change: 'in-place',
  presence: 'optional',
  ownKeysOnly: true,
});

/** Bounds for the waits of one resource, in minutes. */
export const timeoutsField = field(
  z.strictObject({
    createMinutes: z.number().positive().optional(),
    updateMinutes: z.number().positive().optional(),
    deleteMinutes: z.number().positive().optional(),
    readMinutes: z.number().positive().optional(),
  }),
  { change: 'in-place', presence: 'optional', home: 'tool' },
);

/** The id of a thing that exists and is to be taken over instead of making one. */
export const adoptField = field(z.string().min(1), {
  change: 'in-place',
  presence: 'optional',
  home: 'tool',
});

/** Another thing's id that cannot be altered once made. */
export const sourceIdField = (exclusive?: string) =>
  field(z.string().min(1), {
    change: 'replace',
    presence: 'optional',
    ...(exclusive ? { exclusive } : {}),
  });

/**
 * A value that the service alone supplies. It stays as it is while the thing exists, but for a
 * change of the inputs that it follows, and for what happens outside the tools.
 */
export function output<S extends z.ZodType>(shape: S, ...follows: readonly string[]): S {
  return field(shape, { change: 'in-place', presence: 'computed', follows });
}
