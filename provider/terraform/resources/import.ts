// Takes a thing that exists into Terraform's state. Invariant: it is read at once and whole, so
// that a program that says what is there has nothing to change.
import type { Session } from '../../reconcile';
import { readThing } from '../../reconcile';
import { thing } from '../../reconcile-wording';
import { Refusal } from '../../resources/refusal';
import type { ResourceFace } from '../schema/resource-face';
import { liveState } from './applied-values';
import { importedId } from './import-id';
import { foreignMemory } from './memory';
import type { ReadResult } from './read';

/** The thing that `text` (id, name=NAME, or a name) means. Throws where it is not to be found. */
export async function importResource(
  face: ResourceFace,
  session: Session,
  text: string,
): Promise<ReadResult> {
  const id = await importedId(face, session, text);
  const reading = await readThing(face.adapter, session, { id, values: {}, memory: null });
  if (!reading) {
    throw new Refusal(`There is no ${thing(face.model)} ${id}: it has gone while it was read.`);
  }
  const { spellings } = reading.state.memory;
  const owned = face.model.inputs.map(({ name }) => name);
  return {
    state: liveState(face, reading.state, { known: {}, owned }),
    memory: { ...foreignMemory, spellings },
    warnings: reading.reasons,
  };
}
