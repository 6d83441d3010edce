// How refusals of what a user wrote are worded. Invariant: members of maps and lists, and secrets,
// are never quoted: they may be nobody's business.
import type { z } from 'zod';
import type { FieldModel, ResourceModel } from '../schema/kernel/describe';

type Issue = z.core.$ZodIssue;

/** A noun as people say it: `volume type`. */
export function thing({ noun }: ResourceModel): string {
  return noun.replaceAll('-', ' ');
}

/** The same with its article: `an image`. */
export function aThing(model: ResourceModel): string {
  return `${/^[aeiou]/.test(model.noun) ? 'an' : 'a'} ${thing(model)}`;
}

/** What is wrong with the value of `field`, by one issue that validation found. */
export function wrong(field: FieldModel, value: unknown, issue: Issue): string {
  const path = pathOf(field, issue);
  if (issue.code === 'unrecognized_keys') return strayKeys(field, { path, keys: issue.keys });
  if (issue.code === 'invalid_key') {
    const inner = issue.issues[0];
    return `${path} cannot be a key: ${inner ? expectation(inner) : issue.message}`;
  }
  const found = issue.path.reduce<unknown>(memberOf, value);
  // Whole numbers that a number cannot hold come as bigint.
  if (typeof found === 'bigint') return `${path} cannot be ${found}: ${countable}`;
  const isQuoted = issue.path.length === 0 && !field.secret;
  return `${path} cannot be ${isQuoted ? quoted(found) : kindOf(found)}: ${expectation(issue)}`;
}

const countable = `expected at most ${Number.MAX_SAFE_INTEGER}`;

/** Where in the inputs an issue is. */
export function pathOf(field: FieldModel, issue: Issue): string {
  return [field.name, ...issue.path.map(String)].join('.');
}

/** ` did you mean NAME?` where one of `known` is near, else what there is. */
export function hint(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === null ? `it has ${known.join(', ')}` : `did you mean ${near}?`;
}

/**
 * The known name that is at most a third of its letters away, or the shortest that holds it whole
 * (`size` in `sizeGib`); null where none is.
 */
export function nearest(name: string, known: readonly string[]): string | null {
  const lower = name.toLowerCase();
  const ranked = known
    .map((candidate) => ({ candidate, far: distance(lower, candidate.toLowerCase()) }))
    .sort((a, b) => a.far - b.far);
  const best = ranked[0];
  const bound = Math.max(1, Math.ceil(name.length / 3));
  if (best && best.far <= bound) return best.candidate;
  if (lower.length < 3) return null;
  return ranked.find(({ candidate }) => candidate.toLowerCase().includes(lower))?.candidate ?? null;
}

function strayKeys(field: FieldModel, { path, keys }: { path: string; keys: string[] }): string {
  const known = field.kind.type === 'object' ? Object.keys(field.kind.fields) : [];
  return `${path} has no ${keys.join(', ')}; ${hint(keys[0] ?? '', known)}`;
}

const words: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  record: 'a map',
  object: 'a map',
  array: 'a list',
};

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${words[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `expected ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'too_small': {
      const least = `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
      return `expected ${least}${unitOf(issue.origin)}`;
    }
    case 'too_big': {
      const most = `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
      return `expected ${most}${unitOf(issue.origin)}`;
    }
    default:
      return issue.message;
  }
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' || origin === 'record' ? ' members' : '';
}

function memberOf(value: unknown, key: PropertyKey): unknown {
  if (value === null || typeof value !== 'object') return undefined;
  return new Map(Object.entries(value)).get(String(key));
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'boolean' ? 'true or false' : (words[typeof value] ?? typeof value);
}

function quoted(value: unknown): string {
  if (typeof value === 'object') return kindOf(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** How many letters must be put in, left out or exchanged (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
