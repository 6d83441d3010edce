// Who holds an adopted thing. Adopting writes a random word on the thing and into the tool's state;
// a state whose word is not the thing's has lost it to a later adoption. Invariant: a thing is
// removed only on behalf of the state that holds it now, so that neither a replacement nor another
// stack that adopted it loses it.
import { randomBytes } from 'node:crypto';
import { isFault } from '../schema/kernel/fault';
import type { Aspect, Adapter, Observed, Scope } from './resources/adapter';
import { holderKey, mapOf } from './resources/wire-values';

/** The word on a thing; null where it was never adopted. */
export function holderOf(adapter: Adapter, observed: Observed): string | null {
  const place = placeOf(adapter);
  return place ? (mapOf(observed.inputs[place.field])[holderKey] ?? null) : null;
}

/**
 * Writes a new word on a thing and returns it; null where the service does not let it be written
 * (on a volume type that volumes have), so that the thing has no holder.
 */
export async function takeHold(
  adapter: Adapter,
  scope: Scope,
  observed: Observed,
): Promise<string | null> {
  const word = randomBytes(8).toString('hex');
  const place = placeOf(adapter);
  if (!place) return word;
  const desired = { [place.field]: { [holderKey]: word } };
  const change = { observed, desired, fields: [place.field], dropped: {} };
  return (await isAdmitted(() => place.aspect.apply(scope, change))) ? word : null;
}

/** Takes the word off a thing, if there is one. */
export async function letGo(adapter: Adapter, scope: Scope, observed: Observed): Promise<void> {
  const place = placeOf(adapter);
  if (!place || holderOf(adapter, observed) === null) return;
  const dropped = { [place.field]: [holderKey] };
  const change = { observed, desired: {}, fields: [place.field], dropped };
  await isAdmitted(() => place.aspect.apply(scope, change));
}

/** Does `act`; false where the service refuses it as such. */
async function isAdmitted(act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (isFault(error) && error.http === 400) return false;
    throw error;
  }
}

/** The map of a noun that users may write keys of their own into, and what alters it. */
function placeOf(adapter: Adapter): { readonly field: string; readonly aspect: Aspect } | null {
  const field = adapter.model.inputs.find(({ ownKeysOnly }) => ownKeysOnly)?.name;
  const aspect = adapter.aspects.find(({ fields }) => fields.includes(field ?? ''));
  return field !== undefined && aspect ? { field, aspect } : null;
}
