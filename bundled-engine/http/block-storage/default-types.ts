// Handlers of projects' default volume types. Facts: cinder/api/v3/default_types.py. Invariant: a
// default type is that of a project that exists and is a type that exists.
import { isFault } from '../../../schema/kernel/fault';
import { typeUseFaults } from '../../../schema/type-faults';
import type { defaultTypeRoutes } from '../../../schema/wire/default-types';
import { usableType } from '../../operations/admission/find-owned';
import type { Db } from '../../records/database';
import {
  findDefaultTypeId,
  listDefaultTypes,
  removeDefaultType,
  saveDefaultType,
} from '../../records/default-types';
import type { ProjectDefaultType } from '../../records/default-types';
import { findProject } from '../../records/projects';
import type { HandlersOf, RouteRequest } from '../route-request';
import { param } from './asker-of';

function view({ projectId, volumeTypeId }: ProjectDefaultType): Record<string, unknown> {
  return { project_id: projectId, volume_type_id: volumeTypeId };
}

/** The project of the path, or a 404. The engine's own is nobody's to set. */
async function namedProject(db: Db, request: RouteRequest): Promise<string> {
  const projectId = param(request, 'project');
  const project = await findProject(db, projectId);
  if (!project || project.isInternal) throw typeUseFaults.projectNotFound({ projectId });
  return project.id;
}

async function typeIdOf(db: Db, request: RouteRequest, nameOrId: string): Promise<string> {
  try {
    return (await usableType(db, request.caller, nameOrId)).id;
  } catch (error) {
    // What the body names is at fault, not the path: no 404.
    if (!isFault(error) || error.http !== 404) throw error;
    throw typeUseFaults.defaultTypeUnknown({ reason: error.message }, error);
  }
}

/** Handlers by the verbs of the route table. */
export const defaultTypeHandlers: HandlersOf<typeof defaultTypeRoutes> = {
  async listDefaultTypes(_request, parts) {
    return { default_types: (await listDefaultTypes(parts.database)).map(view) };
  },

  async showProjectDefaultType(request, parts) {
    const projectId = await namedProject(parts.database, request);
    const volumeTypeId = await findDefaultTypeId(parts.database, projectId);
    if (volumeTypeId === undefined) throw typeUseFaults.projectDefaultNotFound({ projectId });
    return { default_type: view({ projectId, volumeTypeId }) };
  },

  async setDefaultType(request, parts) {
    const asked = request.body.default_type.volume_type;
    if (asked.trim() === '') throw typeUseFaults.nameEmpty({});
    return parts.database.transaction(async (tx) => {
      const projectId = await namedProject(tx, request);
      const volumeTypeId = await typeIdOf(tx, request, asked);
      await saveDefaultType(tx, { projectId, volumeTypeId });
      return { default_type: view({ projectId, volumeTypeId }) };
    });
  },

  async unsetDefaultType(request, parts) {
    const projectId = await namedProject(parts.database, request);
    await removeDefaultType(parts.database, projectId);
  },
};
