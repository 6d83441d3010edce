// Which volume types make volumes that several servers may use at once. Source: Cinder,
// cinder/volume/volume_utils.py is_multiattach_spec and cinder/volume/api.py _is_multiattach.
// Invariant: the type alone decides; a volume carries the answer in its own row from its making on.
import type { TextMap } from '../records/rows/table-shape';

/** Whether volumes of the type are made for several attachments; false without a type. */
export function isMultiattachType(
  type: { readonly extraSpecs: Readonly<Record<string, string | null>> | TextMap } | null,
): boolean {
  return type?.extraSpecs['multiattach'] === '<is> True';
}
