// What identifies a resource for good: its id. Newer Terraforms keep it beside the state and import
// by it. Invariant: a thing that exists always has one, and it never changes.
import type { ResourceIdentityData } from '../protocol/generated/tfplugin6';
import { decodeValue, encodeValue } from '../values/dynamic-value';
import type { TfObject } from '../values/tf-value';
import { objectOf } from '../values/tf-value';

/** The identity of a resource; undefined where there is none, or none yet. */
export function identityOf(state: TfObject | null): ResourceIdentityData | undefined {
  const id = state?.['id'];
  if (typeof id !== 'string' || id === '') return undefined;
  return { identityData: encodeValue({ id }) };
}

/** The id in an identity; empty where it holds none. */
export function identityId(identity: ResourceIdentityData | undefined): string {
  const { id } = objectOf(decodeValue(identity?.identityData));
  return typeof id === 'string' ? id : '';
}
