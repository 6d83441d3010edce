// Does to one resource what its plan says. Invariant: whatever exists when it ends is in the state
// it gives back, with its id, whether it succeeded or not; what could not be removed stays in it.
import { autoname } from '../../autoname';
import type { Session } from '../../reconcile';
import { createThing, removeThing, updateThing } from '../../reconcile';
import { changedFields, ownsNothing } from '../../reconcile-compare';
import { HalfDone } from '../../reconcile-failure';
import type { Origin } from '../../reconcile-marker';
import type { State } from '../../reconcile-state';
import { thing } from '../../reconcile-wording';
import type { Values } from '../../resources/adapter';
import { stringOf } from '../../resources/wire-values';
import { toValues } from '../schema/object-values';
import type { ResourceFace } from '../schema/resource-face';
import type { TfObject } from '../values/tf-value';
import type { Applying } from './applied-values';
import { completedState, intendedInputs, liveState } from './applied-values';
import type { Journal } from './journal';
import { journaled } from './journaled';
import type { KeptMemory } from './memory';
import { appliedMemory } from './memory';
import type { Kept } from './read';
import { unhurried } from './unhurried';

/** What an apply has come to. `kept` is null where nothing exists. */
export interface Applied {
  readonly kept: Kept | null;
  readonly warnings: readonly string[];
  /** Why it is not as planned. */
  readonly error: unknown;
}

/** What is needed to act. */
export interface Acting {
  readonly session: Session;
  /** Whose a thing with this given name is; asked for where one is made. */
  readonly originOf: (name: string) => Promise<Origin>;
  readonly journal?: Journal | undefined;
}

/** Makes or alters a resource. Never throws once something may exist. */
export async function applyResource(
  face: ResourceFace,
  acting: Acting,
  applying: Applying,
): Promise<Applied> {
  const inputs = intendedInputs(face, applying);
  const { prior } = applying;
  try {
    const state = prior
      ? await update(face, acting, { prior, inputs, memory: applying.memory })
      : await create(face, acting, inputs);
    const kept = {
      state: completedState(face, applying.planned, state),
      memory: appliedMemory(state.memory),
    };
    return { kept, warnings: unlike(face, inputs, state), error: null };
  } catch (error) {
    return { kept: leftBy(face, error, applying), warnings: [], error };
  }
}

/** Removes a resource. Gone already is success; throws where it is still there. */
export async function removeResource(
  face: ResourceFace,
  session: Session,
  given: { readonly prior: TfObject; readonly memory: KeptMemory },
): Promise<void> {
  const { prior, memory } = given;
  const id = String(prior['id'] ?? '');
  await removeThing(face.adapter, session, { id, values: toValues(face, prior), memory });
}

async function create(face: ResourceFace, acting: Acting, inputs: Values): Promise<State> {
  const { model } = face;
  const { session, journal } = acting;
  const bare = { adapter: unhurried(face.adapter), session };
  const { adapter, session: noting } = journal ? journaled(journal, bare) : bare;
  const given = stringOf(inputs['name']);
  const origin = await acting.originOf(given ?? '');
  const isNamed = given !== undefined || !model.inputs.some(({ name }) => name === 'name');
  const named = isNamed ? inputs : { ...inputs, name: autoname(model.noun) };
  return createThing(adapter, noting, { inputs: named, origin });
}

function update(
  face: ResourceFace,
  { session }: Acting,
  change: { prior: TfObject; inputs: Values; memory: KeptMemory },
): Promise<State> {
  const { prior, inputs, memory } = change;
  const id = String(prior['id'] ?? '');
  return updateThing(face.adapter, session, { id, values: toValues(face, prior), memory, inputs });
}

/** What exists after a failure: as it is now, or as it was where it was not touched. */
function leftBy(face: ResourceFace, error: unknown, applying: Applying): Kept | null {
  const { prior, memory, planned } = applying;
  if (!(error instanceof HalfDone)) return prior && { state: prior, memory };
  const { state } = error;
  const owned = state.memory.owned.names;
  return {
    state: liveState(face, state, { known: prior ?? ownPart(face, planned), owned }),
    memory: { ...appliedMemory(state.memory), isForeign: memory.isForeign && prior !== null },
  };
}

/** Of a plan, what Terraform alone keeps: the rest is told by the service. */
function ownPart(face: ResourceFace, planned: TfObject): TfObject {
  const told = new Set(face.attributes.filter(({ computed }) => computed).map(({ name }) => name));
  const pairs = Object.entries(planned).map(([key, value]) => [key, told.has(key) ? null : value]);
  return Object.fromEntries(pairs);
}

/** What the service made otherwise than it was asked to, without refusing it. */
function unlike(face: ResourceFace, inputs: Values, state: State): string[] {
  const { values, memory } = state;
  const sides = {
    desired: inputs,
    live: values,
    owned: ownsNothing,
    spellings: memory.spellings,
  };
  const other = changedFields(face.model, sides).filter(
    ({ home, secret }) => home === 'service' && !secret,
  );
  return other.map(
    ({ name }) =>
      `The service has another ${name} on ${thing(face.model)} ${state.id} than it was asked ` +
      'for, and did not say why. The next plan shows what it has.',
  );
}
