// Who holds an adopted thing. Adopting writes a random word on the thing and into the tool's state;
// a state whose word is not the thing's has lost it to a later adoption. Invariant: a thing is
// removed only on behalf of the state that holds it now, so that neither a replacement nor another
// stack that adopted it loses it.
import { randomBytes } from 'node:crypto';
import type { Aspect, Adapter, Observed, Scope } from './resources/adapter';
import { holderKey, mapOf } from './resources/wire-values';

/** The word on a thing; null where it was never adopted. */
export function holderOf(adapter: Adapter, observed: Observed): string | null {
  const place = placeOf(adapter);
  return place ? (mapOf(observed.inputs[place.field])[holderKey] ?? null) : null;
}

/** Writes a new word on a thing and returns it. */
export async function takeHold(
  adapter: Adapter,
  scope: Scope,
  observed: Observed,
): Promise<string> {
  const word = randomBytes(8).toString('hex');
  const place = placeOf(adapter);
  if (!place) return word;
  const desired = { [place.field]: { [holderKey]: word } };
  await place.aspect.apply(scope, { observed, desired, fields: [place.field], dropped: {} });
  return word;
}

/** Takes the word off a thing, if there is one. */
export async function letGo(adapter: Adapter, scope: Scope, observed: Observed): Promise<void> {
  const place = placeOf(adapter);
  if (!place || holderOf(adapter, observed) === null) return;
  const dropped = { [place.field]: [holderKey] };
  await place.aspect.apply(scope, { observed, desired: {}, fields: [place.field], dropped });
}

/** The map of a noun that users may write keys of their own into, and what alters it. */
function placeOf(adapter: Adapter): { readonly field: string; readonly aspect: Aspect } | null {
  const field = adapter.model.inputs.find(({ ownKeysOnly }) => ownKeysOnly)?.name;
  const aspect = adapter.aspects.find(({ fields }) => fields.includes(field ?? ''));
  return field !== undefined && aspect ? { field, aspect } : null;
}
