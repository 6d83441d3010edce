// Which volume types volumes may be made of, and which one serves where none is named. Invariant: a
// volume whose type asks for encryption is never made: this engine keeps no keys, and bytes that
// must be secret are not kept plain (Cinder: cinder/volume/volume_types.py
// get_default_volume_type).
import { typeFaults } from '../../../schema/faults';
import { encryptionFaults } from '../../../schema/type-faults';
import type { Parts } from '../../parts';
import type { Db } from '../../records/database';
import { findDefaultTypeId } from '../../records/default-types';
import type { VolumeTypeRow } from '../../records/rows/volume-type-row';
import { findTypeEncryption } from '../../records/type-encryption';
import { findVolumeType, findVolumeTypeByName } from '../../records/volume-types';
import type { Viewer } from './find-owned';

/**
 * Refuses a type that volumes cannot be of: call it wherever a volume gets its type (made, retyped,
 * taken over). No type at all is fine. Fails with `cannotEncrypt`.
 */
export async function assertTypeUsable(
  db: Db,
  type: Pick<VolumeTypeRow, 'id' | 'name'> | null,
): Promise<void> {
  if (type === null || !(await findTypeEncryption(db, type.id))) return;
  throw encryptionFaults.cannotEncrypt({ name: type.name });
}

/**
 * The type for those who name none: their project's own default, else the one of the settings; null
 * where that is not there. Fails with `typeNotFound` where the project may not use its default.
 */
export async function defaultTypeFor(
  parts: Parts,
  db: Db,
  viewer: Viewer,
): Promise<VolumeTypeRow | null> {
  const id = await findDefaultTypeId(db, viewer.projectId);
  if (id === undefined) {
    return (await findVolumeTypeByName(db, parts.config.defaultVolumeType)) ?? null;
  }
  const seenBy = { viewerProjectId: viewer.isAdmin ? null : viewer.projectId };
  const type = await findVolumeType(db, id, seenBy);
  if (!type) throw typeFaults.typeNotFound({ id });
  return type;
}
