// The one path by which every tool creates, reads, updates and removes things: observe, then
// converge. Invariant: already there and already gone are success; once a thing exists, every
// failure carries its id; nothing that another making may own is ever taken over.
import type { Connection } from './client/connection';
import type { Owned } from './reconcile-compare';
import { changedFields, droppedKeys, ownedBy, ownedByBoth, ownsNothing } from './reconcile-compare';
import { HalfDone } from './reconcile-failure';
import type { Origin } from './reconcile-marker';
import { markerFor } from './reconcile-marker';
import type { Memory, State } from './reconcile-state';
import { liveOr, stateOf, writtenInputs } from './reconcile-state';
import type { Adapter, Observed, Scope, Values } from './resources/adapter';
import { numberOf, stringOf } from './resources/wire-values';
import { reasonOf, Refusal } from './resources/refusal';
import { isAtWork, isFailed, whyFailed } from './resources/settle';

const minuteMs = 60_000;

/** What all requests need. */
export interface Session {
  readonly connection: Connection;
  readonly signal?: AbortSignal;
  /** Whether the tool is still there to keep the id that it will be given. */
  readonly isCallerAlive: () => Promise<boolean>;
  /** Tells the user something that is no failure. */
  readonly warn: (text: string) => void;
}

/** Bounds in minutes where the user sets none; images take longest. */
const defaultMinutes = { create: 20, update: 20, delete: 20, read: 5 } as const;
const imageCreateMinutes = 60;

/** Ids that this process took over instead of making them; see removeThing. */
const adoptedHere = new Set<string>();

/**
 * Makes a thing, or takes up the one that an interrupted call had begun to make, or adopts the one
 * that `inputs.adopt` names. Throws HalfDone where it exists but is not ready. Repeatable.
 */
export async function createThing(
  adapter: Adapter,
  session: Session,
  request: { readonly inputs: Values; readonly origin: Origin },
): Promise<State> {
  const { inputs } = request;
  const scope = scopeOf(adapter, session, { inputs, verb: 'create' });
  const adopted = stringOf(inputs['adopt']);
  if (adopted !== undefined) {
    await checkAdoptable(adapter, scope, { id: adopted, inputs });
    adoptedHere.add(adopted);
    return converge(adapter, scope, { session, id: adopted, inputs, isNew: false });
  }
  const marker = markerFor(adapter, request.origin, inputs);
  const begun = await takeUp(adapter, scope, { session, marker, inputs });
  const id = begun?.id ?? (await adapter.create(scope, inputs, marker));
  return converge(adapter, scope, { session, id, inputs, isNew: true });
}

/** What reading gives: `reasons` says what is wrong with a thing that is there but of no use. */
export interface Reading {
  readonly state: State;
  /** The user's inputs with live values where these differ. */
  readonly inputs: Values;
  readonly reasons: readonly string[];
}

/**
 * Reads a thing as it is now; null when it is gone. `memory` is null for one that no tool keeps.
 */
export async function readThing(
  adapter: Adapter,
  session: Session,
  request: { readonly id: string; readonly values: Values; readonly memory: Memory | null },
): Promise<Reading | null> {
  const { values, memory } = request;
  const scope = scopeOf(adapter, session, { inputs: values, verb: 'read' });
  const observed = await adapter.observe(scope, request.id);
  if (!observed) return null;
  const isBad = isFailed(observed.status);
  if (memory && observed.marker !== null && !isAtWork(lifecycleOf(adapter), observed.status)) {
    await adapter.unmark(scope, observed, values).catch(() => undefined);
  }
  const state = stateOf(adapter.model, {
    observed,
    written: values,
    owned: memory?.owned ?? ownsNothing,
    isComplete: (memory?.isComplete ?? true) || isAtRest(adapter, observed.status),
  });
  const reasons = isBad ? await failureOf(adapter, scope, observed) : [];
  return { state, inputs: writtenInputs(adapter.model, state), reasons };
}

/**
 * Brings a thing to what `inputs` say, from whatever it is now; waits first for what is at work on
 * it. Throws HalfDone where that fails. Repeatable: what is as it should be is not touched.
 */
export async function updateThing(
  adapter: Adapter,
  session: Session,
  request: {
    readonly id: string;
    readonly values: Values;
    readonly memory: Memory;
    readonly inputs: Values;
  },
): Promise<State> {
  const { id, values, memory, inputs } = request;
  const scope = scopeOf(adapter, session, { inputs, verb: 'update' });
  if (changesToolAlone(adapter, request)) {
    const told = Object.fromEntries(
      adapter.model.inputs
        .filter(({ home }) => home === 'tool')
        .map(({ name }) => [name, inputs[name]]),
    );
    const owned = ownedBy(adapter.model, inputs);
    return { id, values: { ...values, ...told }, memory: { ...memory, owned } };
  }
  return converge(adapter, scope, {
    session,
    id,
    inputs,
    isNew: false,
    before: { values, memory },
  });
}

/** Removes a thing as its inputs say and waits until it is gone. Gone already is success. */
export async function removeThing(
  adapter: Adapter,
  session: Session,
  request: { readonly id: string; readonly values: Values },
): Promise<void> {
  const { id, values } = request;
  if (adoptedHere.has(id)) {
    throw new Refusal(
      `Refused to remove ${adapter.model.noun} ${id}: this run has just adopted it, so that old ` +
        'and new are one. Take `adopt` out of the program, or name another thing there.',
    );
  }
  const scope = scopeOf(adapter, session, { inputs: values, verb: 'delete' });
  const observed = await adapter.observe(scope, id);
  if (observed) await adapter.remove(scope, observed, values);
}

interface Converging {
  readonly session: Session;
  readonly id: string;
  readonly inputs: Values;
  readonly isNew: boolean;
  readonly before?: { readonly values: Values; readonly memory: Memory };
}

async function converge(adapter: Adapter, scope: Scope, work: Converging): Promise<State> {
  const { inputs, session } = work;
  const owned = work.before?.memory.owned ?? ownsNothing;
  let last: Observed | null = null;
  try {
    last = await mustObserve(adapter, scope, work.id);
    last =
      (await adapter.settle(scope, last, inputs)) ?? (await mustObserve(adapter, scope, work.id));
    last = await applyAspects(adapter, scope, { observed: last, work, owned });
    if (last.marker !== null && (await session.isCallerAlive())) {
      await adapter.unmark(scope, last, inputs);
      last = await mustObserve(adapter, scope, work.id);
    }
    return stateOf(adapter.model, { observed: last, written: inputs });
  } catch (error) {
    throw await halfDone(adapter, scope, { work, owned, error });
  }
}

async function applyAspects(
  adapter: Adapter,
  scope: Scope,
  given: { observed: Observed; work: Converging; owned: Owned },
): Promise<Observed> {
  const { work, owned } = given;
  let { observed } = given;
  for (const aspect of adapter.aspects) {
    const live = liveOr(adapter.model, observed, work.before?.values ?? {});
    const spellings = observed.spellings ?? {};
    const sides = { desired: work.inputs, live, owned, spellings };
    const changed = changedFields(adapter.model, sides).map(({ name }) => name);
    const fields = aspect.fields.filter((name) => changed.includes(name));
    if (fields.length === 0) continue;
    const dropped = fields.map((name) => [name, droppedKeys(name, sides)] as const);
    await aspect.apply(scope, {
      observed: { ...observed, inputs: live },
      desired: work.inputs,
      fields,
      dropped: Object.fromEntries(dropped),
    });
    observed = await mustObserve(adapter, scope, work.id);
  }
  return observed;
}

/**
 * What is to be thrown: the failure with the thing's state, or as it is where the thing is gone.
 */
async function halfDone(
  adapter: Adapter,
  scope: Scope,
  given: { work: Converging; owned: Owned; error: unknown },
): Promise<unknown> {
  const { work, owned, error } = given;
  const patient = { ...scope, signal: AbortSignal.timeout(minuteMs) };
  let observed: Observed | null;
  try {
    observed = await adapter.observe(patient, work.id);
  } catch {
    // The service does not answer: the id alone is worth keeping.
    observed = { id: work.id, status: 'unknown', inputs: {}, outputs: {}, marker: null };
  }
  if (!observed) return error;
  if (observed.marker !== null && (await work.session.isCallerAlive())) {
    await adapter.unmark(patient, observed, work.inputs).catch(() => undefined);
  }
  const state = stateOf(adapter.model, {
    observed,
    written: { ...work.before?.values, ...work.inputs },
    owned: ownedByBoth(owned, ownedBy(adapter.model, work.inputs)),
    isComplete: work.before?.memory.isComplete ?? !work.isNew,
  });
  return new HalfDone(state, [reasonOf(error)]);
}

async function takeUp(
  adapter: Adapter,
  scope: Scope,
  given: { session: Session; marker: string; inputs: Values },
): Promise<Observed | null> {
  const { noun } = adapter.model;
  const usable: Observed[] = [];
  for (const found of await adapter.find(scope, given.marker, given.inputs)) {
    if (isFailed(found.status)) {
      given.session.warn(`Removing ${noun} ${found.id}: an interrupted run left it in error.`);
      await adapter.remove(scope, found, {});
    } else if (found.status !== 'deleting' && fits(adapter, found, given.inputs)) {
      usable.push(found);
    }
  }
  const ids = usable.map((found) => found.id);
  if (ids.length > 1) {
    throw new Refusal(
      `Cannot tell which ${noun} an interrupted run had made: ${ids.join(' and ')} carry its mark. ` +
        'Remove those that you do not need, or name the right one as `adopt`.',
    );
  }
  if (usable[0]) given.session.warn(`Going on with ${noun} ${ids[0]} of an interrupted run.`);
  return usable[0] ?? null;
}

/** A thing that has outgrown what is wanted cannot become it. */
function fits(adapter: Adapter, found: Observed, inputs: Values): boolean {
  const growing = adapter.model.inputs.filter(({ order }) => order === 'grow');
  return growing.every(({ name }) => {
    const wanted = numberOf(inputs[name]);
    return wanted === undefined || (numberOf(found.inputs[name]) ?? 0) <= wanted;
  });
}

async function checkAdoptable(
  adapter: Adapter,
  scope: Scope,
  given: { id: string; inputs: Values },
): Promise<void> {
  const { id, inputs } = given;
  const { model } = adapter;
  const observed = await adapter.observe(scope, id);
  if (!observed) {
    throw new Refusal(`Cannot adopt ${model.noun} ${id}: the service knows none with this id.`);
  }
  const live = liveOr(model, observed, inputs);
  const sides = { desired: inputs, live, owned: ownsNothing, spellings: observed.spellings ?? {} };
  const wrong = changedFields(model, sides).filter(({ home, change }) => {
    return home === 'service' && change !== 'in-place';
  });
  if (wrong.length === 0) return;
  const list = wrong.map(
    ({ name }) => `${name} is ${String(live[name])}, not ${String(inputs[name])}`,
  );
  throw new Refusal(
    `Cannot adopt ${model.noun} ${id}: ${list.join('; ')}, and that cannot be changed in place. ` +
      'Write what it is, or adopt another.',
  );
}

async function mustObserve(adapter: Adapter, scope: Scope, id: string): Promise<Observed> {
  const observed = await adapter.observe(scope, id);
  if (observed) return observed;
  throw new Refusal(
    `Cannot find ${adapter.model.noun} ${id}: it is gone from the service. ` +
      'Refresh the state; the next run then makes a new one.',
  );
}

function changesToolAlone(
  adapter: Adapter,
  given: { values: Values; memory: Memory; inputs: Values },
): boolean {
  const { values, memory, inputs } = given;
  const status = String(values['status'] ?? 'available');
  if (!memory.isComplete || !isAtRest(adapter, status)) return false;
  const sides = { desired: inputs, live: values, owned: memory.owned, spellings: memory.spellings };
  const changed = changedFields(adapter.model, sides);
  return changed.length > 0 && changed.every(({ home }) => home === 'tool');
}

function isAtRest(adapter: Adapter, status: string): boolean {
  return !isFailed(status) && !isAtWork(lifecycleOf(adapter), status);
}

async function failureOf(
  adapter: Adapter,
  scope: Scope,
  observed: Observed,
): Promise<readonly string[]> {
  const what = `${adapter.model.noun} ${observed.id} is in status ${observed.status}`;
  return [`${what}: ${await whyFailed(scope, observed)}`];
}

function lifecycleOf(adapter: Adapter) {
  return adapter.model.lifecycle ?? { noun: adapter.model.noun, statuses: {}, operations: {} };
}

function scopeOf(
  adapter: Adapter,
  session: Session,
  given: { inputs: Values; verb: keyof typeof defaultMinutes },
): Scope {
  const { verb } = given;
  const own = given.inputs['timeouts'];
  const asked = own !== null && typeof own === 'object' ? new Map(Object.entries(own)) : new Map();
  const isImageCreate = verb === 'create' && adapter.model.noun === 'image';
  const usual = isImageCreate ? imageCreateMinutes : defaultMinutes[verb];
  const boundMs = (numberOf(asked.get(`${verb}Minutes`)) ?? usual) * minuteMs;
  const end = AbortSignal.timeout(Math.min(boundMs + minuteMs, 2 ** 31 - 1));
  return {
    connection: session.connection,
    deadlineMs: Date.now() + boundMs,
    signal: session.signal ? AbortSignal.any([session.signal, end]) : end,
  };
}
