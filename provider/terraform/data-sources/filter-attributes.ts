// The attributes by which things of a noun are looked for. Invariant: whatever the service tells of
// a thing can be asked for by its exact value; what only steers the tool, and secrets, cannot.
import type { FieldModel, Kind } from '../../../schema/kernel/describe';
import type { Values } from '../../resources/adapter';
import { pattern, PatternError } from '../../lookups/pattern';
import { wrong } from '../../reconcile-wording';
import type { Attribute, Setting } from '../schema/attribute';
import { attributeOf, computed, optional, optionalComputed } from '../schema/attribute';
import { describeField, docsOf } from '../schema/descriptions';
import { valuesOf } from '../schema/object-values';
import { ownAttribute } from '../schema/own-attribute';
import { idAttribute, type ResourceFace } from '../schema/resource-face';
import { conform } from '../values/conform';
import { PathRefusal } from '../values/diagnostics';
import type { TfObject } from '../values/tf-value';
import { isUnknown } from '../values/tf-value';
import type { BlockProblem } from './data-source';

/** Name of the attribute with a pattern for names. */
export const nameRegex = 'name_regex';

/** Name of the switch that prefers the newest. */
export const mostRecent = 'most_recent';

/** What a block's filters stand for. */
export type FilterUse =
  /** The values found are told by the same attributes. */
  | 'told'
  /** They only narrow. */
  | 'narrowing';

/** The filters of a noun's things: one for each field that the service tells. */
export function filterAttributes(face: ResourceFace, use: FilterUse): Attribute[] {
  const docs = docsOf(face.model.noun);
  return toldFields(face).flatMap((field) => {
    const canFilter = !field.secret && isPlain(field.kind);
    if (!canFilter && use === 'narrowing') return [];
    const setting = canFilter ? (use === 'told' ? optionalComputed : optional) : computed;
    return [attributeOf({ field, setting, description: textOf(face, field, { docs, setting }) })];
  });
}

/** All that is told of a thing, `id` first: for lists of things, where nothing can be asked. */
export function toldAttributes(face: ResourceFace): Attribute[] {
  const docs = docsOf(face.model.noun);
  const told = toldFields(face).map((field) =>
    attributeOf({
      field,
      setting: computed,
      description: textOf(face, field, { docs, setting: computed }),
    }),
  );
  return [idAttribute(face.model), ...told];
}

/** `name_regex`, for nouns that have names. */
export function patternAttributes({ model }: ResourceFace): Attribute[] {
  if (!model.inputs.some(({ name }) => name === 'name')) return [];
  return [
    ownAttribute({
      name: nameRegex,
      kind: { type: 'string' },
      setting: optional,
      description:
        'Regular expression that is found in the name, in the syntax of RE2 as in `regex()`: ' +
        'without references back and without looking around.',
    }),
  ];
}

/** `most_recent`, for nouns whose things tell when they were made. */
export function recencyAttributes({ model }: ResourceFace, description: string): Attribute[] {
  if (!model.outputs.some(({ name }) => name === 'createdAt')) return [];
  const kind = { type: 'boolean' } as const;
  return [ownAttribute({ name: mostRecent, kind, setting: optional, description })];
}

/** The filters that a block gives, by field name. */
export function filtersIn(face: ResourceFace, config: TfObject): Values {
  return valuesOf(
    filterAttributes(face, 'narrowing').filter(({ name }) => (config[name] ?? null) !== null),
    config,
  );
}

/** The test of names that a block gives; none where it gives no pattern. */
export function namedLike(config: TfObject): { isNamed?: (name: string) => boolean } {
  const text = config[nameRegex];
  return typeof text === 'string' ? { isNamed: pattern(text) } : {};
}

/** What is wrong with the filters of a block. */
export function filterProblems(face: ResourceFace, config: TfObject): BlockProblem[] {
  const filters = filterAttributes(face, 'narrowing');
  return [
    ...filters.flatMap((attribute) => valueProblems(attribute, config)),
    ...patternProblems(config),
  ];
}

/** What the service tells of a thing: what only the tool knows is left out. */
function toldFields({ model }: ResourceFace): FieldModel[] {
  const inputs = model.inputs.filter(({ home, secret }) => home === 'service' && !secret);
  return [...inputs, ...model.outputs];
}

/** Texts, numbers, switches, and maps and lists of these. */
function isPlain(kind: Kind): boolean {
  if (kind.type === 'object') return false;
  return kind.type === 'map' || kind.type === 'list' ? isPlain(kind.of) : true;
}

function textOf(
  { model }: ResourceFace,
  field: FieldModel,
  how: { docs: Readonly<Record<string, string>>; setting: Setting },
): string {
  // What another value would do to a thing is no matter of looking for one.
  const told = { ...field, presence: 'computed', change: 'in-place' } as const;
  const text = describeField(model, told, how.docs);
  if (!how.setting.optional) return text;
  if (field.kind.type === 'map') return `${text} All keys given must be there with their values.`;
  return field.kind.type === 'list' ? `${text} All members given must be there.` : text;
}

function valueProblems({ name, type, field }: Attribute, config: TfObject): BlockProblem[] {
  const written = config[name] ?? null;
  // An empty text asks for things that have none.
  if (written === null || written === '' || isUnknown(written)) return [];
  try {
    const value = conform(written, type, [name]);
    const { error } = field.shape.safeParse(value);
    const issue = error?.issues[0];
    if (!issue) return [];
    const named = { ...field, name };
    const [first] = issue.path;
    const path = field.kind.type === 'map' && first !== undefined ? [name, keyOf(first)] : [name];
    return [{ path, reason: wrong(named, value, issue) }];
  } catch (error) {
    if (error instanceof PathRefusal) return [{ path: error.path, reason: error.message }];
    throw error;
  }
}

function keyOf(key: PropertyKey) {
  return { key: String(key) };
}

function patternProblems(config: TfObject): BlockProblem[] {
  const text = config[nameRegex];
  if (typeof text !== 'string') return [];
  try {
    pattern(text);
    return [];
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    const reason =
      `${nameRegex} cannot be ${JSON.stringify(text)}: ${error.message}. ` +
      'Expected a regular expression in the syntax of RE2, as in regex().';
    return [{ path: [nameRegex], reason }];
  }
}
