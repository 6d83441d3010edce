// The volume type that a path names. Invariant: a private type is absent for those who were not
// given access.
import { typeFaults } from '../../../schema/faults';
import type { Db } from '../../records/database';
import type { VolumeTypeRow } from '../../records/rows/volume-type-row';
import { findVolumeType } from '../../records/volume-types';
import type { RouteRequest } from '../route-request';
import { param } from './asker-of';

/** The type of the path's id that the caller may see, or a 404. */
export async function seenType(db: Db, request: RouteRequest): Promise<VolumeTypeRow> {
  const id = param(request, 'id');
  const { isAdmin, projectId } = request.caller;
  const type = await findVolumeType(db, id, { viewerProjectId: isAdmin ? null : projectId });
  if (!type) throw typeFaults.typeNotFound({ id });
  return type;
}
