// The one path by which every tool creates, reads, updates and removes things: observe, then
// converge. Invariant: already there and already gone are success; once a thing exists, every
// failure carries its id; nothing that another making may own is ever taken over.
import type { Connection } from './client/connection';
import type { Claims } from './reconcile-claims';
import type { Owned } from './reconcile-compare';
import { changedFields, droppedKeys, ownedBy, ownedByBoth, ownsNothing } from './reconcile-compare';
import { HalfDone } from './reconcile-failure';
import type { Origin } from './reconcile-marker';
import { holderOf, letGo, takeHold } from './reconcile-holder';
import { markerFor } from './reconcile-marker';
import type { Memory, State } from './reconcile-state';
import { liveOr, stateOf, writtenInputs } from './reconcile-state';
import { checkAdoptable, takeUp } from './reconcile-take-up';
import { thing } from './reconcile-wording';
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
  /** What this process has made already: shared by all its creates. */
  readonly claims: Claims;
  /** Tells the user something that is no failure. */
  readonly warn: (text: string) => void;
}

/** Bounds in minutes where neither the user nor the adapter sets one. */
const defaultMinutes = { create: 20, update: 20, delete: 20, read: 5 } as const;

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
    return converge(adapter, scope, {
      session,
      id: adopted,
      inputs,
      isNew: false,
      isAdopted: true,
    });
  }
  const marker = markerFor(adapter, request.origin, inputs);
  const { isShared = false } = request.origin;
  // A thing without its mark had been answered for: a state that nobody saw may hold it, so it is
  // taken over as by an adoption, and that state no longer removes it.
  let isAdopted = false;
  const id = await session.claims.begin(marker, async () => {
    const begun = await takeUp(adapter, scope, { marker, inputs, session, isShared });
    isAdopted = begun !== null && begun.marker === null;
    return begun?.id ?? (await adapter.create(scope, inputs, marker));
  });
  return converge(adapter, scope, { session, id, inputs, isNew: true, isAdopted });
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
    holder: memory?.holder ?? null,
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

/**
 * Removes a thing as its inputs say and waits until it is gone. Gone already is success, and so is
 * one that was adopted by somebody else since: it is no longer this state's to remove.
 */
export async function removeThing(
  adapter: Adapter,
  session: Session,
  request: { readonly id: string; readonly values: Values; readonly memory: Memory | null },
): Promise<void> {
  const { id, values } = request;
  const scope = scopeOf(adapter, session, { inputs: values, verb: 'delete' });
  const observed = await adapter.observe(scope, id);
  if (!observed) return;
  const holder = holderOf(adapter, observed);
  if (holder !== null && holder !== request.memory?.holder) {
    session.warn(`Leaving ${thing(adapter.model)} ${id}: it has been adopted anew.`);
    return;
  }
  if (values['onDelete'] === 'retain') await letGo(adapter, scope, observed);
  await adapter.remove(scope, observed, values);
}

interface Converging {
  readonly session: Session;
  readonly id: string;
  readonly inputs: Values;
  readonly isNew: boolean;
  readonly isAdopted?: boolean;
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
    const before = work.before?.memory.holder ?? null;
    const holder = work.isAdopted ? await takeHold(adapter, scope, last) : before;
    return stateOf(adapter.model, { observed: last, written: inputs, holder });
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
    holder: work.before?.memory.holder ?? null,
  });
  return new HalfDone(state, [reasonOf(error)]);
}

async function mustObserve(adapter: Adapter, scope: Scope, id: string): Promise<Observed> {
  const observed = await adapter.observe(scope, id);
  if (observed) return observed;
  throw new Refusal(
    `Cannot find ${thing(adapter.model)} ${id}: it is gone from the service. ` +
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
  const what = `${thing(adapter.model)} ${observed.id} is in status ${observed.status}`;
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
  const usual = adapter.usualMinutes?.[verb] ?? defaultMinutes[verb];
  const boundMs = Math.ceil((numberOf(asked.get(`${verb}Minutes`)) ?? usual) * minuteMs);
  const end = AbortSignal.timeout(Math.min(boundMs + minuteMs, 2 ** 31 - 1));
  return {
    connection: session.connection,
    deadlineMs: Date.now() + boundMs,
    isClaimed: (id) => session.claims.has(id),
    signal: session.signal ? AbortSignal.any([session.signal, end]) : end,
  };
}
