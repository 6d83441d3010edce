// What a tool's state keeps of a thing, made from what was observed and what the user wrote.
// Invariant: a value that means what the user wrote stays as they wrote it, so that a refresh shows
// drift and nothing else; secrets are kept under their own names alone.
import type { FieldModel, ResourceModel } from '../schema/kernel/describe';
import type { Owned } from './reconcile-compare';
import { isAbsent, isEmpty, isSame, ownedBy } from './reconcile-compare';
import type { Observed, Values } from './resources/adapter';
import { holderKey } from './resources/wire-values';

/** What is remembered beside the values. It holds names, never what users wrote. */
export interface Memory {
  readonly owned: Owned;
  readonly spellings: Readonly<Record<string, readonly string[]>>;
  /**
   * It was once as asked for. One that failed before that holds nobody's bytes: replacing heals it.
   */
  readonly isComplete: boolean;
  /** The word of the adoption by which this state holds the thing; null for one that it made. */
  readonly holder: string | null;
}

/** A thing as a tool's state keeps it: live values of inputs and outputs by name. */
export interface State {
  readonly id: string;
  readonly values: Values;
  readonly memory: Memory;
}

/** What a state is made from. */
export interface Sources {
  readonly observed: Observed;
  /** What the user wrote, or what the state held before. */
  readonly written: Values;
  readonly owned?: Owned;
  readonly isComplete?: boolean;
  readonly holder?: string | null;
}

/** The state of a thing as it was observed. */
export function stateOf(model: ResourceModel, sources: Sources): State {
  const { observed, written } = sources;
  const owned = sources.owned ?? ownedBy(model, written);
  const values: Record<string, unknown> = {};
  for (const field of model.inputs) values[field.name] = kept(field, { ...sources, owned });
  for (const { name } of model.outputs) values[name] = observed.outputs[name];
  const spellings = allSpellings(observed);
  return {
    id: observed.id,
    values,
    memory: {
      owned,
      spellings,
      isComplete: sources.isComplete ?? true,
      holder: sources.holder ?? null,
    },
  };
}

/** Every way to write a value, that of the service's own view among them. */
function allSpellings({ spellings, inputs }: Observed): Memory['spellings'] {
  const pairs = Object.entries(spellings ?? {}).map(([name, others]) => {
    const own = inputs[name];
    return [name, typeof own === 'string' ? [own, ...others] : others] as const;
  });
  return Object.fromEntries(pairs);
}

/** The inputs of a state that the user had written, with live values where these differ. */
export function writtenInputs(model: ResourceModel, state: State): Values {
  const { names } = state.memory.owned;
  const mine = model.inputs.filter(({ name }) => names.includes(name));
  const pairs = mine.map(({ name }) => [name, state.values[name]] as const);
  return Object.fromEntries(pairs.filter(([, value]) => !isAbsent(value)));
}

/** Live values, with those of `before` where the service does not tell. */
export function liveOr(model: ResourceModel, observed: Observed, before: Values): Values {
  const pairs = model.inputs.map(({ name, home }) => {
    const live = home === 'tool' ? undefined : observed.inputs[name];
    return [name, live === undefined ? before[name] : live] as const;
  });
  return Object.fromEntries(pairs);
}

function kept(field: FieldModel, sources: Sources & { owned: Owned }): unknown {
  const { observed, written, owned } = sources;
  const { name } = field;
  const mine = written[name];
  if (field.home === 'tool') return mine;
  const live = observed.inputs[name];
  if (live === undefined) return mine;
  if (field.ownKeysOnly) return ownPart(field, { live, mine, owned });
  if (typeof mine === 'string' && observed.spellings?.[name]?.includes(mine)) return mine;
  if (isSame(mine, live) || (isEmpty(mine) && isEmpty(live) && !isAbsent(mine))) return mine;
  return live;
}

/** Of a map, the keys that are the user's; all of it for a thing that nobody wrote. */
function ownPart(
  field: FieldModel,
  sides: { live: unknown; mine: unknown; owned: Owned },
): unknown {
  const live = Object.entries(sides.live ?? {});
  if (sides.owned.names.length === 0) {
    return Object.fromEntries(live.filter(([key]) => key !== holderKey));
  }
  const keys = new Set([...Object.keys(sides.mine ?? {}), ...(sides.owned.keys[field.name] ?? [])]);
  const own = Object.fromEntries(live.filter(([key]) => keys.has(key)));
  return isAbsent(sides.mine) && isEmpty(own) ? undefined : own;
}
