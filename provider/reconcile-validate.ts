// Whether what a user wrote can be meant: pure, without I/O, the same for every tool. Invariant: a
// value that is not known yet is never refused; every refusal names the field, what was found and
// what to do.
import type { FieldModel, ResourceModel } from '../schema/kernel/describe';
import { isAbsent, isSame } from './reconcile-compare';
import type { Failure, Values, Written } from './resources/adapter';

/** Everything that is wrong with `written.news`. */
export function validate(model: ResourceModel, written: Written): Failure[] {
  return [
    ...unknownNames(model, written.news),
    ...model.inputs.flatMap((field) => wrongValue(field, written)),
    ...exclusions(model, written),
    ...missingChoices(model, written),
    ...forbiddenChanges(model, written),
  ];
}

function unknownNames(model: ResourceModel, news: Values): Failure[] {
  const known = model.inputs.map((field) => field.name);
  const outputs = new Set(model.outputs.map((field) => field.name));
  const foreign = Object.keys(news).filter((name) => !known.includes(name));
  return foreign.map((property) => {
    if (outputs.has(property)) {
      const reason = `${property} of a ${model.noun} is told by the service and cannot be set`;
      return { property, reason };
    }
    const near = nearest(property, known);
    const hint = near === null ? `it has ${known.join(', ')}` : `did you mean ${near}?`;
    return { property, reason: `a ${model.noun} has no ${property}; ${hint}` };
  });
}

function wrongValue(field: FieldModel, { news, isUnknown }: Written): Failure[] {
  const value = news[field.name];
  if (isAbsent(value)) {
    if (field.presence !== 'required') return [];
    return [{ property: field.name, reason: `${field.name} is required` }];
  }
  if (isUnknown(value)) return [];
  const parsed = field.shape.safeParse(value);
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) => {
    const path = [field.name, ...issue.path.map(String)].join('.');
    return { property: path, reason: `${path} cannot be ${shown(field, value)}: ${issue.message}` };
  });
}

function exclusions(model: ResourceModel, { news, isUnknown }: Written): Failure[] {
  const groups = new Map<string, string[]>();
  for (const { name, exclusive } of model.inputs) {
    // A value that is not known yet may turn out to be none.
    if (exclusive === null || isAbsent(news[name]) || isUnknown(news[name])) continue;
    groups.set(exclusive, [...(groups.get(exclusive) ?? []), name]);
  }
  const clashes = [...groups.values()].filter((names) => names.length > 1);
  return clashes.map((names) => ({
    property: names[1] ?? '',
    reason: `${names.join(' and ')} exclude each other; give one of them`,
  }));
}

function missingChoices(model: ResourceModel, { news }: Written): Failure[] {
  const missing = model.oneOf.filter((names) => names.every((name) => isAbsent(news[name])));
  return missing.map((names) => ({
    property: names[0] ?? '',
    reason: `a ${model.noun} needs one of ${names.join(', ')}; none is given`,
  }));
}

function forbiddenChanges(model: ResourceModel, written: Written): Failure[] {
  const { news, olds, isUnknown } = written;
  const differs = ({ name }: FieldModel): boolean =>
    !isAbsent(olds[name]) &&
    !isAbsent(news[name]) &&
    !isUnknown(news[name]) &&
    !isSame(olds[name], news[name]);
  const frozen = model.inputs.filter((field) => field.change === 'never' && differs(field));
  const failures = frozen.map(({ name }) => ({
    property: name,
    reason: `${name} cannot be changed once the ${model.noun} exists; make another one instead`,
  }));
  if (willBeReplaced(model, written)) return failures;
  const grown = model.inputs.filter((field) => field.order === 'grow');
  const shrunk = grown.filter(({ name }) => isLess(news[name], olds[name]));
  return [...failures, ...shrunk.map(({ name }) => shrinkFailure(name, { news, olds }))];
}

/** Why a smaller value is refused. */
export function shrinkFailure(name: string, sides: { news: Values; olds: Values }): Failure {
  const from = String(sides.olds[name]);
  const to = String(sides.news[name]);
  return {
    property: name,
    reason:
      `${name} cannot shrink from ${from} to ${to}: the bytes beyond the new end would be lost. ` +
      `Keep ${from} or more, or make a new one of ${to} and copy what you need.`,
  };
}

/** Whether `a` and `b` are numbers and `a` is the lesser. */
export function isLess(a: unknown, b: unknown): boolean {
  return typeof a === 'number' && typeof b === 'number' && a < b;
}

function willBeReplaced(model: ResourceModel, { news, olds, isUnknown }: Written): boolean {
  return model.inputs.some(({ name, change, presence }) => {
    if (change !== 'replace') return false;
    if (isAbsent(news[name])) return presence !== 'chosen' && !isAbsent(olds[name]);
    return isUnknown(news[name]) || !isSame(news[name], olds[name]);
  });
}

/** Maps and lists may hold what is nobody's business; they are not quoted. */
function shown(field: FieldModel, value: unknown): string {
  if (field.secret || typeof value === 'object') return 'what it is';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** The known name that is at most a third of its letters away; null where none is. */
export function nearest(name: string, known: readonly string[]): string | null {
  const lower = name.toLowerCase();
  const ranked = known
    .map((candidate) => ({ candidate, far: distance(lower, candidate.toLowerCase()) }))
    .sort((a, b) => a.far - b.far);
  const best = ranked[0];
  const bound = Math.max(1, Math.ceil(name.length / 3));
  return best && best.far <= bound ? best.candidate : null;
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
