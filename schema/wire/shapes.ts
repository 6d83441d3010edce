// Shapes that many bodies of the Block Storage API share. They refuse with the words that a
// JSON-schema checker uses, for those words reach clients. Invariant: what a shape lets through is
// already of the type that operations work with (numbers from digits, booleans from their many
// spellings).
import { z } from 'zod';

const trueWords = new Set<string>([
  'true',
  'True',
  'TRUE',
  '1',
  'on',
  'On',
  'ON',
  'yes',
  'Yes',
  'YES',
  'y',
  't',
]);
const falseWords = new Set<string>([
  'false',
  'False',
  'FALSE',
  '0',
  'off',
  'Off',
  'OFF',
  'no',
  'No',
  'NO',
  'n',
  'f',
]);

/** Quotes a value as the service's Python does, for messages that show it. */
function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** A boolean, or one of the words for it that the service takes; gives a boolean. */
export const wireBoolean = z.transform<boolean | string, boolean>((value, context) => {
  if (value === true || (typeof value === 'string' && trueWords.has(value))) return true;
  if (value === false || (typeof value === 'string' && falseWords.has(value))) return false;
  if (value === undefined) {
    context.issues.push({ code: 'invalid_type', expected: 'boolean', input: value });
    return z.NEVER;
  }
  const message = `${shown(value)} is not one of [True, 'True', 'true', '1', False, 'false', '0']`;
  context.issues.push({ code: 'custom', message, input: value });
  return z.NEVER;
});

/** The largest whole number that the service stores. */
export const largestInteger = 2_147_483_647;

/** A whole number, or its digits as text, within bounds; gives a number. */
export function wireInteger(minimum: number, maximum: number = largestInteger) {
  return z.transform<number | string, number>((value, context) => {
    if (value === undefined) {
      context.issues.push({ code: 'invalid_type', expected: 'int', input: value });
      return z.NEVER;
    }
    const refuse = (message: string) => {
      context.issues.push({ code: 'custom', message, input: value });
      return z.NEVER;
    };
    if (typeof value === 'string' && !/^-?[0-9]+$/.test(value)) {
      return refuse(`${shown(value)} does not match '^[0-9]+$'`);
    }
    const number = typeof value === 'string' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isInteger(number)) {
      return refuse(`${shown(value)} is not of type 'integer', 'string'`);
    }
    if (number < minimum) {
      return refuse(`${String(number)} is less than the minimum of ${String(minimum)}`);
    }
    if (number > maximum) {
      return refuse(`${String(number)} is greater than the maximum of ${String(maximum)}`);
    }
    return number;
  });
}

/** Text of bounded length without NUL, which no store and no C program bears. */
export function text(minimum: number, maximum: number) {
  return z.string().superRefine((value, context) => {
    const count = [...value].length;
    if (count > maximum)
      context.addIssue({ code: 'custom', message: `${shown(value)} is too long` });
    if (count < minimum) {
      context.addIssue({ code: 'custom', message: `${shown(value)} is too short` });
    }
    if (value.includes('\u0000')) {
      context.addIssue({ code: 'custom', message: 'a NUL character is not allowed' });
    }
  });
}

/** A display name or free text: up to 255 characters, null allowed; surrounding spaces dropped. */
export const wireName = text(0, 255)
  .transform((value) => value.trim())
  .nullish();

/** Free text about a thing: up to 255 characters, null allowed. */
export const wireDescription = text(0, 255).nullish();

/** Keys and values of a user's own: both text of at most 255 characters, keys not empty. */
export const wireMetadata = z.record(text(1, 255), text(0, 255));

/** An id in the form that the service gives out; both spellings of a uuid are taken. */
export const wireUuid = z.string().superRefine((value, context) => {
  if (!/^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(value)) {
    context.addIssue({ code: 'custom', message: `${shown(value)} is not a 'uuid'` });
  }
});

/** Links of a thing: rel and href. */
export const wireLinks = z.array(z.looseObject({ rel: z.string(), href: z.string() }));

/** The answer of calls that list pages: `NOUNs_links` holds the link to the next page. */
export const nextLinks = wireLinks.optional();

/** A time as the service prints it: ISO 8601 in UTC with microseconds and without a zone. */
export const wireTime = z.string();
