// Handlers of volume types and of their access lists. Invariant: names are unique, default types
// stay, and a type that volumes or groups have stays (cinder/api/contrib/types_manage.py,
// cinder/api/contrib/volume_type_access.py, cinder/volume/volume_types.py).
import { requestFaults, typeFaults } from '../../../schema/faults';
import { typeUseFaults } from '../../../schema/type-faults';
import type { typeActionRoutes, typeRoutes } from '../../../schema/wire/volume-types';
import { defaultTypeFor } from '../../operations/admission/type-use';
import type { Parts } from '../../parts';
import type { Tx } from '../../records/database';
import { isSomebodysDefault } from '../../records/default-types';
import { newUuid } from '../../records/new-id';
import type { VolumeTypeRow } from '../../records/rows/volume-type-row';
import { findVolumeTypeByName, grantAccess, insertVolumeType } from '../../records/volume-types';
import { isTypeInUse, projectsWithAccess, removeVolumeType } from '../../records/volume-types';
import { renameTypeLimits, revokeAccess, updateVolumeType } from '../../records/volume-types';
import type { HandlersOf } from '../route-request';
import { recordedSpecs } from './extra-specs';
import { listReply } from './list-reply';
import { pageOfTypes } from './list-types';
import { seenType } from './seen-type';
import { briefTypeView, newTypeView, typeView } from './type-view';

async function assertNameFree(tx: Tx, name: string, ownId?: string): Promise<void> {
  const known = await findVolumeTypeByName(tx, name);
  if (known && known.id !== ownId) throw typeFaults.typeExists({ name });
}

/** Handlers of types. */
export const typeHandlers: HandlersOf<typeof typeRoutes> = {
  async createType(request, parts) {
    const asked = request.body.volume_type;
    const { name } = asked;
    if (name.trim() === '') throw typeUseFaults.nameEmpty({});
    const type = await parts.database.transaction(async (tx) => {
      await assertNameFree(tx, name);
      return insertVolumeType(tx, {
        id: newUuid(),
        name,
        description: asked.description ?? null,
        isPublic: asked['os-volume-type-access:is_public'] ?? true,
        extraSpecs: recordedSpecs(asked.extra_specs ?? {}),
      });
    });
    return { volume_type: newTypeView(request, type) };
  },

  async listTypes(request, parts) {
    return listReply(request, {
      key: 'volume_types',
      path: 'types',
      linksKey: 'volume_type_links',
      page: await pageOfTypes(request, parts),
      view: (type) => typeView(request, type),
    });
  },

  async showDefaultType(request, parts) {
    const type = await defaultTypeFor(parts, parts.database, request.caller);
    if (!type) throw typeFaults.typeNameNotFound({ name: parts.config.defaultVolumeType });
    return { volume_type: typeView(request, type) };
  },

  async showType(request, parts) {
    return { volume_type: typeView(request, await seenType(parts.database, request)) };
  },

  async updateType(request, parts) {
    const asked = request.body.volume_type;
    // A null says nothing, as in Cinder; a description is cleared by an empty text.
    const name = asked.name ?? undefined;
    const description = asked.description ?? undefined;
    const isPublic = asked.is_public;
    if (name?.trim() === '') throw typeUseFaults.typeNameEmpty({});
    if (name === undefined && description === undefined && isPublic === undefined) {
      throw requestFaults.badInput({
        message: 'Specify volume type name, description, is_public or a combination thereof.',
      });
    }
    const type = await parts.database.transaction(async (tx) => {
      const known = await seenType(tx, request);
      if (name !== undefined && name !== known.name) {
        await assertRenamable(parts, tx, known, name);
        await renameTypeLimits(tx, known.name, name);
      }
      await updateVolumeType(tx, known.id, {
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description }),
        ...(isPublic === undefined ? {} : { isPublic }),
      });
      return seenType(tx, request);
    });
    return { volume_type: briefTypeView(request, type) };
  },

  async deleteType(request, parts) {
    await parts.database.transaction(async (tx) => {
      const { id, name } = await seenType(tx, request);
      if (name === parts.config.defaultVolumeType || (await isSomebodysDefault(tx, id))) {
        throw typeUseFaults.defaultTypeNotDeletable({ id });
      }
      if (await isTypeInUse(tx, id)) throw typeUseFaults.typeStillInUse({});
      await removeVolumeType(tx, id);
    });
  },

  async listTypeAccess(request, parts) {
    const { id, isPublic } = await seenType(parts.database, request);
    if (isPublic) throw typeFaults.publicTypeHasNoAccessList({});
    const projects = await projectsWithAccess(parts.database, id);
    return {
      volume_type_access: projects.map((projectId) => ({
        volume_type_id: id,
        project_id: projectId,
      })),
    };
  },
};

async function assertRenamable(
  parts: Parts,
  tx: Tx,
  known: VolumeTypeRow,
  name: string,
): Promise<void> {
  await assertNameFree(tx, name, known.id);
  if (known.name !== parts.config.defaultVolumeType) return;
  // The settings name it: renamed, new volumes would have no type.
  const reason = `the default volume type ${known.name} cannot be renamed`;
  throw typeFaults.invalidType({ reason });
}

/** Handlers of POST /types/{id}/action. */
export const typeActionHandlers: HandlersOf<typeof typeActionRoutes> = {
  async addTypeAccess(request, parts) {
    const projectId = request.body.addProjectAccess.project;
    const { id, isPublic } = await seenType(parts.database, request);
    if (isPublic) throw typeFaults.publicTypeAccess({});
    if (await grantAccess(parts.database, id, projectId)) return;
    throw typeFaults.accessExists({ id, projectId });
  },

  async removeTypeAccess(request, parts) {
    const projectId = request.body.removeProjectAccess.project;
    const { id, isPublic } = await seenType(parts.database, request);
    if (isPublic) throw typeFaults.publicTypeAccess({});
    if (await revokeAccess(parts.database, id, projectId)) return;
    throw typeFaults.accessNotFound({ id, projectId });
  },
};
