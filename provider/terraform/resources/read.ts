// A resource as it is now. Invariant: what is gone is gone from the state as well; what is there
// but of no use stays in it, with the service's own reasons as a warning.
import type { Session } from '../../reconcile';
import { readThing } from '../../reconcile';
import { toValues } from '../schema/object-values';
import type { ResourceFace } from '../schema/resource-face';
import type { TfObject } from '../values/tf-value';
import { liveState } from './applied-values';
import type { KeptMemory } from './memory';

/** A resource in Terraform's state. */
export interface Kept {
  readonly state: TfObject;
  readonly memory: KeptMemory;
}

/** What reading found, and what is to be said about it. */
export interface ReadResult extends Kept {
  readonly warnings: readonly string[];
}

/** Reads a resource; null when it is gone. Repeatable. */
export async function readResource(
  face: ResourceFace,
  session: Session,
  kept: Kept,
): Promise<ReadResult | null> {
  const { state: known, memory } = kept;
  const values = memory.isUnread ? {} : toValues(face, known);
  const reading = await readThing(face.adapter, session, {
    id: String(known['id'] ?? ''),
    values,
    memory,
  });
  if (!reading) return null;
  const owned = memory.isUnread
    ? face.model.inputs.map(({ name }) => name)
    : reading.state.memory.owned.names;
  return {
    state: liveState(face, reading.state, { known, owned }),
    memory: { ...memory, ...reading.state.memory, isUnread: false },
    warnings: reading.reasons,
  };
}
