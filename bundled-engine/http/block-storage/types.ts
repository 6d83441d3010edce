// Handlers of volume types, their extra specs and access lists. Invariant: names are unique, the
// default type stays, and a type that volumes have stays (cinder/api/contrib/types_manage.py,
// cinder/api/contrib/volume_type_access.py, cinder/api/contrib/types_extra_specs.py).
import { requestFaults, typeFaults } from '../../../schema/faults';
import type {
  extraSpecRoutes,
  typeActionRoutes,
  typeRoutes,
} from '../../../schema/wire/volume-types';
import type { Parts } from '../../parts';
import type { Db, Tx } from '../../records/database';
import { newUuid } from '../../records/new-id';
import type { TextMap } from '../../records/rows/table-shape';
import type { VolumeTypeRow } from '../../records/rows/volume-type-row';
import {
  findVolumeType,
  findVolumeTypeByName,
  grantAccess,
  insertVolumeType,
} from '../../records/volume-types';
import { listVolumeTypes, projectsWithAccess, removeVolumeType } from '../../records/volume-types';
import { revokeAccess, updateVolumeType, volumesOfType } from '../../records/volume-types';
import { Answer } from '../route-request';
import type { HandlersOf, RouteRequest } from '../route-request';
import { booleanWord, param, queryValue } from './asker-of';
import { listQueryOf } from './list-params';
import type { Offers } from './list-params';
import { listReply } from './list-reply';
import { parsePairs } from './parse-pairs';
import { typeView, visibleSpecs } from './type-view';

const offers: Offers<VolumeTypeRow> = {
  filters: { name: { column: 'name', kind: 'text' } },
  sorts: {
    id: 'id',
    name: 'name',
    description: 'description',
    is_public: 'isPublic',
    created_at: 'createdAt',
    updated_at: 'updatedAt',
  },
};

/** The type of the path's id that the caller may see, or a 404. */
async function seenType(db: Db, request: RouteRequest): Promise<VolumeTypeRow> {
  const id = param(request, 'id');
  const { isAdmin, projectId } = request.caller;
  const type = await findVolumeType(db, id, { viewerProjectId: isAdmin ? null : projectId });
  if (!type) throw typeFaults.typeNotFound({ id });
  return type;
}

/** An administrator lists public types unless is_public says none (all) or false (private). */
function publicity(request: RouteRequest): { isPublic?: boolean } {
  if (!request.caller.isAdmin) return {};
  const word = queryValue(request, 'is_public');
  if (word === undefined) return { isPublic: true };
  if (word.toLowerCase() === 'none') return {};
  const isPublic = booleanWord(word);
  if (isPublic !== null) return { isPublic };
  throw requestFaults.badInput({ message: `Invalid is_public filter [${word}]` });
}

function withoutQuery(request: RouteRequest, ...names: string[]): RouteRequest {
  const query = Object.entries(request.query).filter(([name]) => !names.includes(name));
  return { ...request, query: Object.fromEntries(query) };
}

function cleanName(name: string): string {
  const clean = name.trim();
  if (clean !== '') return clean;
  throw requestFaults.badInput({ message: 'Volume type name can not be empty.' });
}

async function assertNameFree(tx: Tx, name: string, ownId?: string): Promise<void> {
  const known = await findVolumeTypeByName(tx, name);
  if (known && known.id !== ownId) throw typeFaults.typeExists({ name });
}

/** Handlers of types. */
export const typeHandlers: HandlersOf<typeof typeRoutes> = {
  async createType(request, parts) {
    const asked = request.body.volume_type;
    const name = cleanName(asked.name);
    const specs = Object.entries(asked.extra_specs ?? {});
    const type = await parts.database.transaction(async (tx) => {
      await assertNameFree(tx, name);
      return insertVolumeType(tx, {
        id: newUuid(),
        name,
        description: asked.description ?? null,
        isPublic: asked['os-volume-type-access:is_public'] ?? true,
        extraSpecs: Object.fromEntries(specs.map(([key, value]) => [key, value ?? ''])),
      });
    });
    const { qos_specs_id: _none, ...view } = typeView(request, type);
    return { volume_type: view };
  },

  async listTypes(request, parts) {
    const { isAdmin, projectId } = request.caller;
    const specs = queryValue(request, 'extra_specs');
    const query = listQueryOf(withoutQuery(request, 'is_public', 'extra_specs'), offers);
    const page = await listVolumeTypes(parts.database, {
      ...query,
      filters: { ...query.filters, ...publicity(request) },
      ...(specs === undefined ? {} : { pairs: { extraSpecs: parsePairs('extra_specs', specs) } }),
      viewerProjectId: isAdmin ? null : projectId,
    });
    return listReply(request, {
      key: 'volume_types',
      path: 'types',
      linksKey: 'volume_type_links',
      page,
      view: (type) => typeView(request, type),
    });
  },

  async showDefaultType(request, parts) {
    const name = parts.config.defaultVolumeType;
    const type = await findVolumeTypeByName(parts.database, name);
    if (!type) throw typeFaults.typeNameNotFound({ name });
    return { volume_type: typeView(request, type) };
  },

  async showType(request, parts) {
    return { volume_type: typeView(request, await seenType(parts.database, request)) };
  },

  async updateType(request, parts) {
    const asked = request.body.volume_type;
    const { description, is_public: isPublic } = asked;
    const name = typeof asked.name === 'string' ? cleanName(asked.name) : undefined;
    if (name === undefined && description === undefined && typeof isPublic !== 'boolean') {
      throw requestFaults.badInput({
        message: 'Specify volume type name, description, is_public or a combination thereof.',
      });
    }
    const type = await parts.database.transaction(async (tx) => {
      const known = await seenType(tx, request);
      if (name !== undefined && name !== known.name) await assertRenamable(parts, tx, known, name);
      await updateVolumeType(tx, known.id, {
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description }),
        ...(typeof isPublic === 'boolean' ? { isPublic } : {}),
      });
      return seenType(tx, request);
    });
    return { volume_type: typeView(request, type) };
  },

  async deleteType(request, parts) {
    await parts.database.transaction(async (tx) => {
      const { id, name } = await seenType(tx, request);
      if (name === parts.config.defaultVolumeType) throw typeFaults.defaultTypeKept({ name });
      if ((await volumesOfType(tx, id)) > 0) throw typeFaults.typeInUse({ id });
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

async function changeSpecs(
  request: RouteRequest,
  parts: Parts,
  change: (specs: TextMap, id: string) => TextMap,
): Promise<void> {
  await parts.database.transaction(async (tx) => {
    const { id, extraSpecs } = await seenType(tx, request);
    await updateVolumeType(tx, id, { extraSpecs: change(extraSpecs, id) });
  });
}

/** Handlers of extra specs. */
export const extraSpecHandlers: HandlersOf<typeof extraSpecRoutes> = {
  async listExtraSpecs(request, parts) {
    return { extra_specs: visibleSpecs(request, await seenType(parts.database, request)) };
  },

  async addExtraSpecs(request, parts) {
    const added = request.body.extra_specs;
    await changeSpecs(request, parts, (specs) => ({ ...specs, ...added }));
    return { extra_specs: added };
  },

  async showExtraSpec(request, parts) {
    const type = await seenType(parts.database, request);
    const key = param(request, 'key');
    const specs = visibleSpecs(request, type);
    if (!Object.hasOwn(specs, key)) throw typeFaults.extraSpecNotFound({ id: type.id, key });
    return { [key]: specs[key] };
  },

  async setExtraSpec(request, parts) {
    const key = param(request, 'key');
    const value = Object.hasOwn(request.body, key) ? request.body[key] : undefined;
    if (value === undefined) {
      throw requestFaults.badInput({ message: 'Request body and URI mismatch' });
    }
    if (Object.keys(request.body).length > 1) {
      throw requestFaults.badInput({ message: 'Request body contains too many items' });
    }
    await changeSpecs(request, parts, (specs) => ({ ...specs, [key]: value }));
    return { [key]: value };
  },

  async removeExtraSpec(request, parts) {
    const key = param(request, 'key');
    await changeSpecs(request, parts, (specs, id) => {
      if (!Object.hasOwn(specs, key)) throw typeFaults.extraSpecNotFound({ id, key });
      return Object.fromEntries(Object.entries(specs).filter(([name]) => name !== key));
    });
    return new Answer({ status: 202 });
  },
};
