// Replies recorded from a real Cinder 21.3 (test/fixtures/cinder-samples), and how ours compare
// with them: the same status codes and headers, the same keys with values of the same kinds, the
// same words where they are words.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer } from './engine-under-test';

/** What a real Cinder answered. */
export interface Sample {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  readonly body: unknown;
}

/** A recorded reply. */
export function sample(name: string): Sample {
  const file = join(__dirname, '..', 'fixtures', 'cinder-samples', `${name}.http`);
  const recorded = readFileSync(file, 'utf8');
  const from = recorded.indexOf('HTTP ');
  const [head = '', ...rest] = recorded.slice(from).split('\n\n');
  const [first = '', ...lines] = head.split('\n');
  const text = rest.join('\n\n').trim();
  const headers = lines.map((line) => {
    const at = line.indexOf(':');
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const;
  });
  const isJson = text.startsWith('{');
  return {
    status: Number(first.split(' ')[1]),
    headers: new Map(headers),
    text,
    body: isJson ? JSON.parse(text) : text,
  };
}

/** The form of a value: keys and kinds, lists by their first element. */
function formOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [formOf(value[0])];
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  const entries = Object.entries(value).map(([key, inner]) => [key, formOf(inner)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const freeForm = new Set<string>(['metadata', 'extra_specs', 'fail_reason']);

/** Makes forms comparable: what may be null or free is left out of the comparison. */
function comparable(
  ours: unknown,
  theirs: unknown,
  except: ReadonlySet<string>,
): [unknown, unknown] {
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    if (ours.length === 0 || theirs.length === 0) return [[], []];
    const [one, other] = comparable(ours[0], theirs[0], except);
    return [[one], [other]];
  }
  if (typeof ours !== 'object' || typeof theirs !== 'object') {
    return ours === 'null' || theirs === 'null' ? ['any', 'any'] : [ours, theirs];
  }
  if (ours === null || theirs === null) return ['any', 'any'];
  const one: Record<string, unknown> = {};
  const other: Record<string, unknown> = {};
  const mine: Record<string, unknown> = { ...ours };
  const real: Record<string, unknown> = { ...theirs };
  for (const key of new Set([...Object.keys(mine), ...Object.keys(real)])) {
    if (freeForm.has(key) || except.has(key)) continue;
    if (!(key in mine)) other[key] = real[key];
    else if (!(key in real)) one[key] = mine[key];
    else [one[key], other[key]] = comparable(mine[key], real[key], except);
  }
  return [one, other];
}

/** The same code, headers and keys with values of the same kinds; `except` names keys left out. */
export function expectForm(
  answer: Answer,
  name: string,
  except: ReadonlySet<string> = new Set(),
): void {
  const recorded = sample(name);
  expect([name, answer.status]).toEqual([name, recorded.status]);
  const [ours, theirs] = comparable(formOf(answer.body), formOf(recorded.body), except);
  expect(ours).toEqual(theirs);
  expectHeaders(answer, recorded);
}

/**
 * Headers that clients read are there with the same value, or of the same form where they vary.
 */
function expectHeaders(answer: Answer, recorded: Sample): void {
  for (const name of ['openstack-api-version', 'vary', 'retry-after']) {
    expect([name, answer.headers.get(name)]).toEqual([name, recorded.headers.get(name) ?? null]);
  }
  for (const name of ['x-openstack-request-id', 'x-compute-request-id']) {
    if (!recorded.headers.has(name)) continue;
    expect([name, answer.headers.get(name)]).toEqual([
      name,
      expect.stringMatching(/^req-[0-9a-f-]{36}$/),
    ]);
  }
}

/** The very words, with the ids that differ replaced. */
export function expectText(
  answer: Answer,
  name: string,
  replaced: Readonly<Record<string, string>> = {},
): void {
  const recorded = sample(name);
  expect([name, answer.status]).toEqual([name, recorded.status]);
  let text = recorded.text;
  for (const [theirs, ours] of Object.entries(replaced)) text = text.replaceAll(theirs, ours);
  const told: unknown = text.startsWith('{') ? JSON.parse(text) : text;
  expect(answer.body).toEqual(told);
  expectHeaders(answer, recorded);
}
