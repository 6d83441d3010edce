// Whether a resource's block can be meant, offline. Invariant: what is not known yet is never
// refused, and what is known of a partly unknown value is looked at like any other.
import { validate } from '../../reconcile-validate';
import type { Failure, Values } from '../../resources/adapter';
import type { Diagnostic } from '../protocol/generated/tfplugin6';
import { toValues, valueProblems } from '../schema/object-values';
import type { ResourceFace } from '../schema/resource-face';
import type { TfObject } from '../values/tf-value';
import { isUnknown, Unknown } from '../values/tf-value';
import { pathOfProperty, refusal, refusals } from './problems';

/**
 * Everything that is wrong with a block, whatever exists already. Opens nothing. Whether it says
 * what to make a thing from is asked where one is made: an imported thing is there already.
 */
export function blockProblems(face: ResourceFace, config: TfObject): Diagnostic[] {
  const unusable = valueProblems(face, config);
  const news = countable(toValues(face, config));
  const failures = [
    ...validate({ ...face.model, oneOf: [] }, { news, olds: {}, isUnknown }),
    ...partlyKnown(face, news),
  ];
  const told = new Set(unusable.map(({ path }) => path[0]));
  const others = failures.filter(({ property }) => !told.has(pathOfProperty(face, property)[0]));
  return [...unusable.map((problem) => refusal(face, problem)), ...refusals(face, others)];
}

/** Shapes judge numbers alone; a whole number too large for one is the nearest that there is. */
function countable(values: Values): Values {
  const pairs = Object.entries(values);
  return Object.fromEntries(
    pairs.map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
  );
}

function partlyKnown({ model }: ResourceFace, news: Values): Failure[] {
  const partial = model.inputs.filter(({ name }) => {
    return isUnknown(news[name]) && !(news[name] instanceof Unknown);
  });
  return partial.flatMap(({ name }) => {
    const gaps: string[] = [];
    const known = withoutUnknown(news[name], { path: name, gaps });
    const written = { news: { [name]: known }, olds: {}, isUnknown: () => false };
    return validate(model, written).filter(({ property }) => {
      const isWithin = property.startsWith(`${name}.`);
      return isWithin && !gaps.some((gap) => property === gap || property.startsWith(`${gap}.`));
    });
  });
}

/** The known members; `gaps` gets the paths of the others. */
function withoutUnknown(value: unknown, found: { path: string; gaps: string[] }): unknown {
  const { path, gaps } = found;
  if (value instanceof Unknown) {
    gaps.push(path);
    return undefined;
  }
  const inner = (member: unknown, key: string | number) =>
    withoutUnknown(member, { path: `${path}.${key}`, gaps });
  if (Array.isArray(value)) return value.map(inner);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, member]) => [key, inner(member, key)] as const);
  return Object.fromEntries(entries.filter(([, member]) => member !== undefined));
}
