// Handlers of group types and their specs. Facts: cinder/api/v3/group_types.py, group_specs.py,
// cinder/volume/group_types.py. Invariant: a type that groups have stays; private types are for
// administrators.
import { groupTypeFaults } from '../../../schema/group-faults';
import { requestFaults } from '../../../schema/faults';
import { typeUseFaults } from '../../../schema/type-faults';
import type { groupSpecRoutes, groupTypeRoutes } from '../../../schema/wire/group-types';
import type { Parts } from '../../parts';
import type { Db } from '../../records/database';
import {
  findGroupType,
  findGroupTypeByName,
  insertGroupType,
  isGroupTypeInUse,
  listGroupTypes,
  removeGroupType,
  updateGroupType,
} from '../../records/group-types';
import { newUuid } from '../../records/new-id';
import type { GroupSpecs, GroupTypeRow } from '../../records/rows/group-type-row';
import type { HandlersOf, RouteRequest } from '../route-request';
import { booleanWord, param, queryValue } from './asker-of';
import { listQueryOf } from './list-params';
import type { Offers } from './list-params';
import { listReply } from './list-reply';

const offers: Offers<GroupTypeRow> = {
  filters: {},
  sorts: {
    id: 'id',
    name: 'name',
    description: 'description',
    is_public: 'isPublic',
    created_at: 'createdAt',
    updated_at: 'updatedAt',
  },
};

function viewFor({ caller }: RouteRequest): (type: GroupTypeRow) => Record<string, unknown> {
  return ({ id, name, description, isPublic, groupSpecs }) => ({
    id,
    name,
    description,
    is_public: isPublic,
    ...(caller.isAdmin ? { group_specs: groupSpecs } : {}),
  });
}

/** The type of the path's id, or a 404. */
async function named(db: Db, request: RouteRequest): Promise<GroupTypeRow> {
  const id = param(request, 'id');
  const type = await findGroupType(db, id, request.caller);
  if (!type) throw groupTypeFaults.groupTypeNotFound({ id });
  return type;
}

/** Public types alone, for all but administrators; those see what they ask for. */
function publicity(request: RouteRequest): { isPublic?: boolean } {
  if (!request.caller.isAdmin) return { isPublic: true };
  const word = queryValue(request, 'is_public') ?? 'true';
  if (word.toLowerCase() === 'none') return {};
  const isPublic = booleanWord(word);
  if (isPublic !== null) return { isPublic };
  throw requestFaults.badInput({ message: `Invalid is_public filter [${word}]` });
}

async function assertNameFree(db: Db, name: string, exceptId: string | null): Promise<void> {
  const holder = await findGroupTypeByName(db, name, { isAdmin: true });
  if (holder && holder.id !== exceptId) throw groupTypeFaults.groupTypeExists({ name });
}

/** Handlers by the verbs of the route table. */
export const groupTypeHandlers: HandlersOf<typeof groupTypeRoutes> = {
  async createGroupType(request, parts) {
    const { group_type: asked } = request.body;
    const { name } = asked;
    if (name.trim() === '') throw typeUseFaults.nameEmpty({});
    const made = await parts.database.transaction(async (tx) => {
      await assertNameFree(tx, name, null);
      return insertGroupType(tx, {
        id: newUuid(),
        name,
        description: asked.description ?? null,
        isPublic: asked.is_public ?? true,
        groupSpecs: asked.group_specs ?? {},
      });
    });
    return { group_type: viewFor(request)(made) };
  },

  async listGroupTypes(request, parts) {
    const { is_public: _publicity, ...query } = request.query;
    const paged = listQueryOf({ ...request, query }, offers);
    const filters = publicity(request);
    const page = await listGroupTypes(parts.database, { ...paged, filters });
    return listReply(request, {
      key: 'group_types',
      linksKey: 'group_type_links',
      path: 'group_types',
      page,
      view: viewFor(request),
    });
  },

  async showGroupType(request, parts) {
    // No default is configured: Cinder has none either unless default_group_type names one.
    if (param(request, 'id') === 'default') throw groupTypeFaults.defaultGroupTypeNotFound({});
    return { group_type: viewFor(request)(await named(parts.database, request)) };
  },

  async updateGroupType(request, parts) {
    const { name, description, is_public: isPublic } = request.body.group_type;
    if (typeof name === 'string' && name !== '' && name.trim() === '') {
      throw groupTypeFaults.groupTypeNameEmpty({});
    }
    const isNothing = [name, description, isPublic].every((value) => value == null);
    if (isNothing) throw groupTypeFaults.groupTypeNothingToUpdate({});
    const type = await parts.database.transaction(async (tx) => {
      const { id } = await named(tx, request);
      if (name === '') throw groupTypeFaults.groupTypeNameEmpty({});
      if (name != null) await assertNameFree(tx, name, id);
      await updateGroupType(tx, id, {
        ...(name == null ? {} : { name }),
        ...(description == null ? {} : { description }),
        ...(isPublic === undefined ? {} : { isPublic }),
      });
      return named(tx, request);
    });
    return { group_type: viewFor(request)(type) };
  },

  async deleteGroupType(request, parts) {
    await parts.database.transaction(async (tx) => {
      const { id } = await named(tx, request);
      if (await isGroupTypeInUse(tx, id)) throw groupTypeFaults.groupTypeInUse({});
      await removeGroupType(tx, id);
    });
  },
};

async function changeSpecs(
  request: RouteRequest,
  parts: Parts,
  change: (type: GroupTypeRow) => GroupSpecs,
): Promise<void> {
  await parts.database.transaction(async (tx) => {
    const type = await named(tx, request);
    await updateGroupType(tx, type.id, { groupSpecs: change(type) });
  });
}

/** Handlers of a group type's specs. */
export const groupSpecHandlers: HandlersOf<typeof groupSpecRoutes> = {
  async listGroupSpecs(request, parts) {
    return { group_specs: (await named(parts.database, request)).groupSpecs };
  },

  async addGroupSpecs(request, parts) {
    const { group_specs: added } = request.body;
    await changeSpecs(request, parts, ({ groupSpecs }) => ({ ...groupSpecs, ...added }));
    return { group_specs: added };
  },

  async showGroupSpec(request, parts) {
    const key = param(request, 'key');
    const { id, groupSpecs } = await named(parts.database, request);
    if (!Object.hasOwn(groupSpecs, key)) throw groupTypeFaults.groupSpecNotShown({ id, key });
    return { [key]: groupSpecs[key] };
  },

  async setGroupSpec(request, parts) {
    const key = param(request, 'key');
    const { body } = request;
    await changeSpecs(request, parts, ({ groupSpecs }) => {
      if (Object.hasOwn(body, key)) return { ...groupSpecs, ...body };
      throw requestFaults.badInput({ message: 'Request body and URI mismatch' });
    });
    return body;
  },

  async removeGroupSpec(request, parts) {
    const key = param(request, 'key');
    await changeSpecs(request, parts, ({ id, groupSpecs }) => {
      if (!Object.hasOwn(groupSpecs, key)) throw groupTypeFaults.groupSpecNotFound({ id, key });
      return Object.fromEntries(Object.entries(groupSpecs).filter(([name]) => name !== key));
    });
  },
};
