// Secrets that never reach the state: whether one has changed is told by the number beside it.
// Invariant: a secret is sent to the service when a thing is made and when its number changes.
import type { FieldModel } from '../../../schema/kernel/describe';
import { isSame } from '../../reconcile-compare';
import type { Values } from '../../resources/adapter';
import { versionNameOf } from '../schema/names';
import type { Attribute, ResourceFace } from '../schema/resource-face';
import type { TfObject } from '../values/tf-value';
import { isUnknown } from '../values/tf-value';

/** The secrets whose number differs between two states of a resource. */
export function changedSecrets(
  face: ResourceFace,
  sides: { readonly wanted: TfObject; readonly prior: TfObject },
): FieldModel[] {
  const changed = secretsOf(face).filter((attribute) => {
    const wanted = sides.wanted[versionNameOf(attribute.name)] ?? null;
    return isUnknown(wanted) || !isSame(wanted, sides.prior[versionNameOf(attribute.name)] ?? null);
  });
  return changed.map(({ field }) => field);
}

/** `values` without secrets. */
export function withoutSecrets(face: ResourceFace, values: Values): Values {
  const names = new Set(secretsOf(face).map(({ field }) => field.name));
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.has(name)));
}

function secretsOf(face: ResourceFace): Attribute[] {
  return face.attributes.filter(({ writeOnly }) => writeOnly);
}
