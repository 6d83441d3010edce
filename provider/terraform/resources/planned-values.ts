// The values that a plan shows. Invariant: what is configured is planned as it is written, or as
// the state has it where that means the same; unknown is only what may turn out otherwise.
import type { FieldModel } from '../../../schema/kernel/describe';
import { isFailed, isAtWork } from '../../resources/settle';
import type { Values } from '../../resources/adapter';
import { toTf } from '../schema/object-values';
import type { Attribute, ResourceFace } from '../schema/resource-face';
import type { TfObject, TfValue } from '../values/tf-value';
import { UNKNOWN } from '../values/tf-value';

/** What a plan is made from. */
export interface Intent {
  readonly config: TfObject;
  /** Values that follow from the configured ones, of fields that are not configured. */
  readonly defaults: Values;
}

/** What differs between the state and the intent. */
export interface Difference {
  readonly prior: TfObject;
  readonly changed: readonly FieldModel[];
}

/** The values of a thing that is to be made. */
export function createdValues(face: ResourceFace, intent: Intent): TfObject {
  const defaults = toTf(face, '', intent.defaults);
  return plannedBy(face, intent, (attribute) => {
    if (attribute.field.name in intent.defaults) return defaults[attribute.name] ?? null;
    return attribute.field.presence === 'optional' ? null : UNKNOWN;
  });
}

/** The values of a thing that stays and becomes as intended. */
export function updatedValues(
  face: ResourceFace,
  intent: Intent,
  difference: Difference,
): TfObject {
  const { prior, changed } = difference;
  const names = new Set(changed.map(({ name }) => name));
  const defaults = toTf(face, '', intent.defaults);
  const kept = (attribute: Attribute): TfValue => {
    const { field } = attribute;
    const old = prior[attribute.name] ?? null;
    if (field.presence === 'computed') return mayChange(face, field, difference) ? UNKNOWN : old;
    if (!names.has(field.name) || field.change === 'never') return old;
    // What the user had written and no longer says is taken back.
    return field.name in intent.defaults ? (defaults[attribute.name] ?? null) : null;
  };
  const planned = plannedBy(face, intent, kept);
  // The state's spelling of what means the same shows no change where there is none.
  const same = face.model.inputs.filter(({ name }) => !names.has(name));
  for (const { name } of same) {
    const key = face.attributes.find(({ field }) => field.name === name)?.name ?? name;
    const isGiven = planned[key] !== null && planned[key] !== undefined;
    if (isGiven && (prior[key] ?? null) !== null) planned[key] = prior[key] ?? null;
  }
  return planned;
}

/** `left` decides about what the service may supply and the block leaves out. */
function plannedBy(
  face: ResourceFace,
  { config }: Intent,
  left: (attribute: Attribute) => TfValue,
): Record<string, TfValue> {
  // Blocks are planned as they are written.
  const planned: Record<string, TfValue> = { ...config };
  for (const attribute of face.attributes) {
    const { name } = attribute;
    const given = config[name] ?? null;
    if (attribute.writeOnly) planned[name] = null;
    else if (isOutput(attribute)) planned[name] = left(attribute);
    else if (given !== null || !attribute.computed) planned[name] = given;
    else planned[name] = left(attribute);
  }
  return planned;
}

function isOutput({ computed, optional }: Attribute): boolean {
  return computed && !optional;
}

/** Whether an update of `changed` may alter an output; a status that is not at rest comes to it. */
function mayChange(
  { model }: ResourceFace,
  field: FieldModel,
  { prior, changed }: Difference,
): boolean {
  if (changed.some(({ name }) => field.follows.includes(name))) return true;
  const touchesService = changed.some(({ home }) => home === 'service');
  if (field.name !== 'status' || !touchesService || model.lifecycle === null) return false;
  const status = String(prior['status'] ?? '');
  return isFailed(status) || isAtWork(model.lifecycle, status);
}
