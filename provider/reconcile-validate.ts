// Whether what a user wrote can be meant: pure, without I/O, the same for every tool. Invariant: a
// value that is not known yet is never refused; every refusal names the field, what was found and
// what to do.
import type { FieldModel, ResourceModel } from '../schema/kernel/describe';
import { isAbsent, isSame } from './reconcile-compare';
import { aThing, hint, pathOf, thing, wrong } from './reconcile-wording';
import type { Failure, Values, Written } from './resources/adapter';

/**
 * Everything that is wrong with `written.news`. What the values mean together is looked at only
 * once each of them can be meant: a misspelt name would be reported as a missing one as well.
 */
export function validate(model: ResourceModel, written: Written): Failure[] {
  const single = [
    ...unknownNames(model, written.news),
    ...model.inputs.flatMap((field) => wrongValue(field, written)),
  ];
  if (single.length > 0) return single;
  return [
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
      const reason = `${property} of ${aThing(model)} is told by the service and cannot be set`;
      return { property, reason };
    }
    return { property, reason: `${aThing(model)} has no ${property}; ${hint(property, known)}` };
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
  return parsed.error.issues.map((issue) => ({
    property: pathOf(field, issue),
    reason: wrong(field, value, issue),
  }));
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
    reason: `${aThing(model)} needs one of ${names.join(', ')}; none is given`,
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
    reason: `${name} cannot be changed once the ${thing(model)} exists; make another one instead`,
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
