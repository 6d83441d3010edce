// Pulumi's dynamic provider for any noun, made from its adapter. Invariant: check and diff are pure
// but for reading a named file; everything that goes back to Pulumi is plain data; a thing that
// exists always goes back with its id.
import type { Adapter, Failure, Values } from '../resources/adapter';
import { createThing, readThing, removeThing, updateThing } from '../reconcile';
import { changedFields, ownsNothing } from '../reconcile-compare';
import { HalfDone } from '../reconcile-failure';
import { isLess, shrinkFailure, validate } from '../reconcile-validate';
import { thing } from '../reconcile-wording';
import { Refusal } from '../resources/refusal';
import { isFailed } from '../resources/settle';
import { autoname } from '../autoname';
import { cleanError, initFailed, readFailed } from './failures';
import { hiddenOf, identityOf, memoryOf, outputsOf, visibleOf } from './kept-memory';
import { programOwner } from '../program-owner';
import type { ProviderSession, StackConfig } from './provider-session';
import type { Plain } from './to-plain';
import { toPlainObject } from './to-plain';
import { isUnknown } from './unknowns';

type Record_ = Record<string, Plain>;

/** A dynamic provider as the SDK calls it. Promises are rejected with clean errors alone. */
export interface Handlers {
  configure(request: { readonly config: StackConfig }): void;
  check(olds: Values, news: Values): Promise<{ inputs: Record_; failures: readonly Failure[] }>;
  diff(
    id: string,
    olds: Values,
    news: Values,
  ): Promise<{ changes?: boolean; replaces?: string[]; deleteBeforeReplace?: boolean }>;
  create(inputs: Values): Promise<{ id: string; outs: Record_ }>;
  read(id: string, props: Values): Promise<{ id?: string; props?: Record_; inputs?: Record_ }>;
  update(id: string, olds: Values, news: Values): Promise<{ outs: Record_ }>;
  delete(id: string, props: Values): Promise<void>;
}

/** The handlers of one noun. They share `session` with all other nouns of the process. */
export function handlersFor(adapter: Adapter, session: ProviderSession): Handlers {
  const given = { adapter, session, checked: new Set<string>() };
  return {
    configure: ({ config }) => session.remember(config),
    check: (olds, news) => clean(() => check(given, { olds, news })),
    diff: (id, olds, news) => clean(async () => diff(given, { id, olds, news })),
    create: (inputs) => clean(() => create(given, inputs)),
    read: (id, props) => clean(() => read(given, { id, props })),
    update: (id, olds, news) => clean(() => update(given, { id, olds, news })),
    delete: (id, props) =>
      clean(async () => {
        const memory = memoryOf(props);
        await removeThing(adapter, await session.open(), { id, values: props, memory });
      }),
  };
}

interface Given {
  readonly adapter: Adapter;
  readonly session: ProviderSession;
  /** Addresses of resources that this process has checked: their diffs are for a change. */
  readonly checked: Set<string>;
}

async function check({ adapter, checked }: Given, sides: { olds: Values; news: Values }) {
  const news = visibleOf(sides.news);
  const olds = sides.olds;
  const identity = identityOf(sides.news);
  const failures: Failure[] = validate(adapter.model, { news, olds, isUnknown });
  const more = await adapter.defaults?.({ news, olds, isUnknown });
  const name = news['name'] ?? olds['name'] ?? autoname(identity?.name ?? adapter.model.noun);
  const inputs = { ...news, name, ...more?.values, ...hiddenOf(sides.news) };
  if (identity) checked.add(identity.address);
  const refused = new Set(failures.map(({ property }) => property));
  const others = (more?.failures ?? []).filter(({ property }) => !refused.has(property));
  return {
    inputs: toPlainObject(inputs),
    failures: [...failures, ...others],
  };
}

async function diff(
  { adapter, checked }: Given,
  sides: { id: string; olds: Values; news: Values },
) {
  const { olds, news } = sides;
  const { model } = adapter;
  const memory = memoryOf(olds);
  // A thing that could not be made holds nothing: another one takes its place.
  if (memory && !memory.isComplete && isFailed(String(olds['status']))) {
    return { changes: true, replaces: ['status'] };
  }
  const changed = changedFields(model, {
    desired: visibleOf(news),
    live: olds,
    owned: memory?.owned ?? ownsNothing,
    spellings: memory?.spellings ?? {},
    isUnknown,
  });
  if (changed.length === 0) return { changes: false };
  const replaces = changed.filter(({ change }) => change !== 'in-place').map(({ name }) => name);
  if (replaces.length > 0) refuseReplacingAdopted(adapter, sides);
  const identity = identityOf(news);
  // In a refresh nobody asks for the smaller size, it is only compared: that must not fail.
  if (replaces.length === 0 && identity && checked.has(identity.address)) {
    const shrunk = changed.find(
      ({ name, order }) => order === 'grow' && isLess(news[name], olds[name]),
    );
    if (shrunk) throw new Refusal(shrinkFailure(shrunk.name, { news, olds }).reason);
  }
  // `changes` stays undefined: the engine then finds the changed inputs itself, and shows them.
  const deleteBeforeReplace = adapter.unique.some(
    (name) => news[name] !== undefined && news[name] === olds[name],
  );
  return { replaces, deleteBeforeReplace };
}

function refuseReplacingAdopted(adapter: Adapter, sides: { id: string; news: Values }): void {
  if (sides.news['adopt'] !== sides.id) return;
  throw new Refusal(
    `Cannot replace ${thing(adapter.model)} ${sides.id} while \`adopt\` names it: the ` +
      'replacement would be the same thing. Take `adopt` out of the program first.',
  );
}

async function create({ adapter, session }: Given, inputs: Values) {
  const open = await session.open();
  const identity = identityOf(inputs);
  const address = identity?.address ?? '';
  const setting = session.settings().owner;
  const settingName = 'cinderkit:owner';
  const projectFolder = process.cwd();
  const owner = await programOwner({ setting, settingName, address, projectFolder });
  const written = visibleOf(inputs);
  return reportingId(inputs, async () => {
    const state = await createThing(adapter, open, {
      inputs: written,
      origin: { address, owner },
    });
    return { id: state.id, outs: toPlainObject(outputsOf(state, inputs)) };
  });
}

async function update(
  { adapter, session }: Given,
  sides: { id: string; olds: Values; news: Values },
) {
  const { id, olds, news } = sides;
  const open = await session.open();
  const memory = memoryOf(olds) ?? {
    owned: ownsNothing,
    spellings: {},
    isComplete: true,
    holder: null,
  };
  const request = { id, values: olds, memory, inputs: visibleOf(news) };
  return reportingId(news, async () => {
    const state = await updateThing(adapter, open, request);
    return { outs: toPlainObject(outputsOf(state, news)) };
  });
}

async function read({ adapter, session }: Given, given: { id: string; props: Values }) {
  const { id, props } = given;
  const memory = memoryOf(props);
  const open = await session.open();
  const reading = await readThing(adapter, open, { id, values: visibleOf(props), memory });
  if (!reading) {
    if (memory) return {};
    throw new Refusal(`There is no ${thing(adapter.model)} with id ${id}.`);
  }
  const outs = toPlainObject(outputsOf(reading.state, props));
  // A thing that is only looked at has no memory: nothing in it is ours.
  if (!memory) return { id, props: toPlainObject(reading.state.values) };
  const inputs = toPlainObject({ ...reading.inputs, ...hiddenOf(props) });
  if (reading.reasons.length === 0) return { id, props: outs, inputs };
  const provider = toPlainObject({ __provider: props['__provider'] });
  const kept = { id, properties: { ...outs, ...provider }, reasons: reading.reasons };
  throw readFailed(kept, { ...inputs, ...provider });
}

/** Turns a half-done change into the error by which the engine keeps the thing. */
async function reportingId<T>(inputs: Values, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof HalfDone)) throw error;
    const outs = { ...outputsOf(error.state, inputs), __provider: inputs['__provider'] };
    throw initFailed({
      id: error.state.id,
      properties: toPlainObject(outs),
      reasons: error.reasons,
    });
  }
}

/** Errors that the engine understands pass; all others lose stack and code. */
async function clean<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Error && ('metadata' in error || 'reasons' in error)) throw error;
    throw cleanError(error);
  }
}
