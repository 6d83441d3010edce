// Between a plan and what the service has made of it. Invariant: what was planned as known goes to
// the state as planned; what others set on the service becomes nobody's by an update.
import { isAbsent, isEmpty, isSame } from '../../reconcile-compare';
import type { State } from '../../reconcile-state';
import type { Values } from '../../resources/adapter';
import { mapOf } from '../../resources/wire-values';
import { toTf, toValues } from '../schema/object-values';
import { attributeNameOf } from '../schema/names';
import type { ResourceFace } from '../schema/resource-face';
import type { TfObject, TfValue } from '../values/tf-value';
import { isUnknown } from '../values/tf-value';
import type { KeptMemory } from './memory';
import { changedSecrets, withoutSecrets } from './secret-versions';

/** The sides of an apply; `prior` is null for a thing that is made. */
export interface Applying {
  readonly config: TfObject;
  readonly planned: TfObject;
  readonly prior: TfObject | null;
  readonly memory: KeptMemory;
}

/**
 * The inputs that the plan means: what was written, and what followed from it; not what the state
 * only repeats from the service.
 */
export function intendedInputs(face: ResourceFace, applying: Applying): Values {
  const { config, planned, prior, memory } = applying;
  const written = toValues(face, config);
  const wanted = withoutSecrets(face, toValues(face, planned));
  const old = prior ? toValues(face, prior) : {};
  const secrets = prior
    ? changedSecrets(face, { wanted: planned, prior }).map(({ name }) => name)
    : Object.keys(written).filter((name) => !(name in withoutSecrets(face, written)));
  const inputs: Record<string, unknown> = {};
  for (const { name } of face.model.inputs) {
    const value = secrets.includes(name) ? written[name] : wanted[name];
    if (isAbsent(value) || isUnknown(value)) continue;
    const isRepeated = prior !== null && isSame(value, old[name]);
    const isMine = !isAbsent(written[name]) || memory.owned.names.includes(name);
    if (isRepeated && !isMine) continue;
    inputs[name] = isRepeated ? ownPart(face, name, { value, written, memory }) : value;
  }
  return inputs;
}

/** Of a map that stays as the state has it: the keys that the user wrote, now or before. */
function ownPart(
  face: ResourceFace,
  name: string,
  sides: { value: unknown; written: Values; memory: KeptMemory },
): unknown {
  const field = face.model.inputs.find((one) => one.name === name);
  if (!field?.ownKeysOnly) return sides.value;
  const keys = new Set([
    ...Object.keys(mapOf(sides.written[name])),
    ...(sides.memory.owned.keys[name] ?? []),
  ]);
  const pairs = Object.entries(mapOf(sides.value)).filter(([key]) => keys.has(key));
  return Object.fromEntries(pairs);
}

/** The new state of a thing that is as planned: unknown values are told by the service. */
export function completedState(face: ResourceFace, planned: TfObject, state: State): TfObject {
  const live = toTf(face, state.id, state.values);
  const names = Object.keys(planned);
  return Object.fromEntries(
    names.map((name) => [name, completed(planned[name] ?? null, live[name] ?? null)]),
  );
}

function completed(planned: TfValue, live: TfValue): TfValue {
  return isUnknown(planned) ? live : planned;
}

/**
 * The state of a thing as it is, in whatever way it differs from what was there before: attributes
 * that Terraform alone keeps stay, and nothing that nobody wrote turns into something empty.
 */
export function liveState(
  face: ResourceFace,
  state: State,
  before: { readonly known: TfObject; readonly owned: readonly string[] },
): TfObject {
  const { known, owned } = before;
  const live: Record<string, TfValue> = toTf(face, state.id, state.values);
  // A block, and the number of a secret, stay as they were written.
  const told = new Set(toldNames(face));
  for (const [name, value] of Object.entries(known)) if (!told.has(name)) live[name] = value;
  for (const attribute of face.attributes) {
    const { name, field } = attribute;
    const old = known[name] ?? null;
    if (attribute.writeOnly) live[name] = null;
    else if (field.presence === 'optional' && old === null && !owned.includes(field.name)) {
      if (isNothing(state.values[field.name])) live[name] = null;
    }
  }
  return live;
}

/** Attributes that hold what the service has, or what the reconciler keeps. */
function toldNames({ attributes, model }: ResourceFace): string[] {
  const fields = [...model.inputs, ...model.outputs].map(({ name }) => attributeNameOf(name));
  return ['id', ...attributes.map(({ name }) => name).filter((name) => fields.includes(name))];
}

function isNothing(value: unknown): boolean {
  return isEmpty(value) || value === false;
}
