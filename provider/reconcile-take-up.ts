// Whether a thing that is there already is the one that was asked for: one that an interrupted call
// had begun, or one that the user names. Invariant: nothing is guessed; where two would do, or
// where one cannot become what is wanted, it is refused and left alone.
import type { Claims } from './reconcile-claims';
import { changedFields, ownsNothing } from './reconcile-compare';
import { liveOr } from './reconcile-state';
import { thing } from './reconcile-wording';
import type { Adapter, Observed, Scope, Values } from './resources/adapter';
import { Refusal } from './resources/refusal';
import { isFailed } from './resources/settle';
import { numberOf } from './resources/wire-values';

/**
 * The thing that an interrupted call had made with this marker; null where there is none. What it
 * left in error is removed first; what this process has claimed is another's. Where several could
 * be meant, takes the first if the tool cannot tell them apart, else throws.
 */
export async function takeUp(
  adapter: Adapter,
  scope: Scope,
  given: {
    marker: string;
    inputs: Values;
    session: { readonly claims: Claims; readonly warn: (text: string) => void };
    isShared: boolean;
  },
): Promise<Observed | null> {
  const noun = thing(adapter.model);
  const { claims, warn } = given.session;
  const usable: Observed[] = [];
  for (const found of await adapter.find(scope, given.marker, given.inputs)) {
    if (claims.has(found.id)) continue;
    if (isFailed(found.status)) {
      warn(`Removing ${noun} ${found.id}: an interrupted run left it in error.`);
      await adapter.remove(scope, found, {});
    } else if (found.status !== 'deleting' && fits(adapter, found, given.inputs)) {
      usable.push(found);
    }
  }
  const ids = usable.map((found) => found.id);
  if (ids.length > 1 && !given.isShared) {
    throw new Refusal(
      `Cannot tell which ${noun} an interrupted run had made: ${ids.join(' and ')} carry its ` +
        'mark. Remove those that you do not need, or name the right one as `adopt`.',
    );
  }
  if (usable[0]) warn(`Going on with ${noun} ${ids[0]} of an interrupted run.`);
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

/** Throws where the thing that `adopt` names is not there, or cannot become what is wanted. */
export async function checkAdoptable(
  adapter: Adapter,
  scope: Scope,
  given: { id: string; inputs: Values },
): Promise<void> {
  const { id, inputs } = given;
  const { model } = adapter;
  const observed = await adapter.observe(scope, id);
  if (!observed) {
    throw new Refusal(`Cannot adopt ${thing(model)} ${id}: the service knows none with this id.`);
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
    `Cannot adopt ${thing(model)} ${id}: ${list.join('; ')}, and that cannot be changed ` +
      'in place. Write what it is, or adopt another.',
  );
}
