// What an apply would do to one resource. Invariant: the same question always has the same answer,
// without asking the service; a thing is replaced only where the service cannot alter it; nothing
// that exists is given up because the service does not tell what was written when it was made.
import type { FieldModel } from '../../../schema/kernel/describe';
import { changedFields, isAbsent, isSame } from '../../reconcile-compare';
import { validate } from '../../reconcile-validate';
import type { Failure, Values } from '../../resources/adapter';
import { isFailed } from '../../resources/settle';
import { toValues } from '../schema/object-values';
import { versionNameOf } from '../schema/names';
import type { ResourceFace } from '../schema/resource-face';
import type { Path } from '../values/attribute-path';
import type { TfObject } from '../values/tf-value';
import { isUnknown } from '../values/tf-value';
import type { KeptMemory } from './memory';
import type { Intent } from './planned-values';
import { createdValues, updatedValues } from './planned-values';
import { changedSecrets, withoutSecrets } from './secret-versions';

/** What Terraform asks a plan for: `prior` is null where nothing exists. */
export interface PlanRequest {
  readonly config: TfObject;
  readonly prior: TfObject | null;
  readonly memory: KeptMemory;
}

/** A plan, or why there can be none. */
export interface Plan {
  readonly planned: TfObject;
  /** Attributes whose change asks for a replacement. */
  readonly replaces: readonly Path[];
  readonly failures: readonly Failure[];
  /** What could not be found out about values that stay as they are: no reason to refuse a plan. */
  readonly doubts: readonly Failure[];
  /** Fields of an imported thing that are taken from the program as they are. */
  readonly trusted: readonly string[];
}

const settled = { replaces: [], failures: [], doubts: [], trusted: [] } as const;

/** Plans one resource. Reads files that the block names; opens no connection. Repeatable. */
export async function planResource(face: ResourceFace, request: PlanRequest): Promise<Plan> {
  const { config, prior } = request;
  const given = toValues(face, config);
  const live = prior ? toValues(face, prior) : {};
  const more = await face.adapter.defaults?.({ news: given, olds: live, isUnknown });
  const intent = { config, defaults: leftOut(more?.values ?? {}, given) };
  const failures = more?.failures ?? [];
  if (!prior) {
    const missing = validate(face.model, { news: given, olds: {}, isUnknown });
    const planned = createdValues(face, intent);
    return { ...settled, planned, failures: [...missing, ...failures] };
  }
  return planChange(face, { ...request, prior, given, live, intent, failures });
}

interface Changing {
  readonly prior: TfObject;
  readonly memory: KeptMemory;
  readonly given: Values;
  readonly live: Values;
  readonly intent: Intent;
  readonly failures: readonly Failure[];
}

function planChange(face: ResourceFace, change: Changing): Plan {
  const { prior, given, live, memory, intent } = change;
  const news = { ...given, ...intent.defaults };
  const changed = [
    ...changedFields(face.model, {
      desired: withoutSecrets(face, news),
      live,
      owned: memory.owned,
      spellings: memory.spellings,
      isUnknown,
    }),
    ...changedSecrets(face, { wanted: intent.config, prior }),
  ];
  const trusted = changed.filter((field) => isUntold(field, change)).map(({ name }) => name);
  const altered = changed.filter(({ name }) => !trusted.includes(name));
  // A thing that could not be made holds nothing: another one takes its place.
  const isUnborn = !memory.isComplete && isFailed(String(prior['status'] ?? ''));
  const replaced = altered.filter(({ change: kind }) => kind === 'replace');
  if (isUnborn || replaced.length > 0) {
    const paths = replaced.map((field) => [keyOf(face, field)]);
    const replaces = isUnborn ? [['status'], ...paths] : paths;
    const failures = isUnborn ? change.failures : [...change.failures, ...refused(face, change)];
    return { ...settled, planned: createdValues(face, intent), replaces, failures };
  }
  const isDoubt = ({ property }: Failure): boolean =>
    !isAbsent(given[property]) && isSame(given[property], live[property]);
  const hard = change.failures.filter((failure) => !isDoubt(failure));
  return {
    ...settled,
    planned: updatedValues(face, intent, { prior, changed }),
    failures: [...hard, ...refused(face, change, trusted)],
    doubts: change.failures.filter(isDoubt),
    trusted,
  };
}

/**
 * Whether the value is one that was given when the thing was made and that the service does not
 * tell: of an imported thing, the program is believed.
 */
function isUntold(field: FieldModel, { memory, live }: Changing): boolean {
  const isFixed = field.change !== 'in-place' && field.home === 'service';
  return memory.isForeign && isFixed && isAbsent(live[field.name]);
}

/** Refusals of changes that no thing of this noun can undergo, such as shrinking. */
function refused(face: ResourceFace, change: Changing, trusted: string[] = []): Failure[] {
  const { given, live, intent, memory } = change;
  const news = { ...given, ...intent.defaults };
  const mine = Object.entries(live).filter(([name]) => {
    return !isAbsent(news[name]) || memory.owned.names.includes(name);
  });
  const secrets = face.attributes.filter(({ writeOnly }) => writeOnly);
  const untold = [...trusted, ...secrets.map(({ field }) => field.name)];
  const told = untold.map((name) => [name, news[name]] as const);
  const olds = { ...Object.fromEntries(mine), ...Object.fromEntries(told) };
  return validate({ ...face.model, oneOf: [] }, { news, olds, isUnknown });
}

/** The attribute whose difference shows that `field` has changed. */
function keyOf(face: ResourceFace, field: FieldModel): string {
  const attribute = face.attributes.find((one) => one.field.name === field.name);
  if (!attribute) return field.name;
  return attribute.writeOnly ? versionNameOf(attribute.name) : attribute.name;
}

function leftOut(defaults: Values, given: Values): Values {
  return Object.fromEntries(
    Object.entries(defaults).filter(([name, value]) => isAbsent(given[name]) && !isAbsent(value)),
  );
}
