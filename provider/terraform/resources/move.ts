// Resources that `moved` blocks bring here from another type. Invariant: only the id is taken from
// another provider's state; everything else is read from the service before anything is planned.
import { thing } from '../../reconcile-wording';
import { Refusal } from '../../resources/refusal';
import type { MoveResourceState_Request } from '../protocol/generated/tfplugin6';
import { toTf } from '../schema/object-values';
import type { ResourceFace } from '../schema/resource-face';
import { decodeState } from '../values/dynamic-value';
import { foreignMemory, memoryOf } from './memory';
import type { Kept } from './read';
import { upgradedState } from './upgrade';

/** The resource as this provider keeps it. Throws where the source has no such thing in it. */
export function movedResource(face: ResourceFace, request: MoveResourceState_Request): Kept {
  const { sourceTypeName, sourceSchemaVersion, sourceState, sourcePrivate } = request;
  if (sourceTypeName === face.typeName) {
    const state = upgradedState(face, { version: sourceSchemaVersion, raw: sourceState });
    return { state, memory: memoryOf(sourcePrivate) };
  }
  const known = [face.typeName, ...face.model.formerly];
  if (!known.includes(sourceTypeName)) {
    throw new Refusal(
      `Cannot make ${face.typeName} of ${sourceTypeName}: it can be made of ` +
        `${known.join(' and ')}. Take the moved block out of the program, the ` +
        `${thing(face.model)} out of the state with a removed block, and import it by its id.`,
    );
  }
  const { id } = decodeState(sourceState);
  if (typeof id !== 'string' || id === '') {
    throw new Refusal(`Cannot move ${sourceTypeName}: its state holds no id.`);
  }
  return { state: toTf(face, id, {}), memory: { ...foreignMemory, isUnread: true } };
}
