// Who has which role where, as one list. Invariant: names are told only where they are asked for
// (include_names), and then for every part of an assignment, as clients that print tables expect.
import type { identityRoutes } from '../../../schema/wire/identity';
import type { Db } from '../../records/database';
import { findProject } from '../../records/projects';
import { listAssignments, listRoles } from '../../records/roles';
import type { RoleAssignmentRow } from '../../records/rows/identity-rows';
import { findUser } from '../../records/users';
import type { HandlersOf, Query } from '../serve-route';
import { defaultDomain } from './domains';

type AssignmentRoutes = Pick<typeof identityRoutes, 'listRoleAssignments'>;

/** Handlers of the routes about assignments. */
export const assignmentHandlers: HandlersOf<AssignmentRoutes> = {
  listRoleAssignments: async ({ query, baseUrl }, parts) => {
    const rows = await listAssignments(parts.database, filterOf(query));
    const view = isAsked(query, 'include_names') ? await namedView(parts.database) : plainView;
    return {
      role_assignments: await Promise.all(rows.map(view)),
      links: { next: null, self: `${baseUrl}/identity/v3/role_assignments`, previous: null },
    };
  },
};

type View = (row: RoleAssignmentRow) => object | Promise<object>;

function filterOf(query: Query): Partial<RoleAssignmentRow> {
  const { 'user.id': userId, 'role.id': roleId } = query;
  const { 'scope.project.id': projectId, 'scope.domain.id': domainId } = query;
  return {
    ...(typeof userId === 'string' ? { userId } : {}),
    ...(typeof roleId === 'string' ? { roleId } : {}),
    ...(typeof projectId === 'string' ? { scopeType: 'project', scopeId: projectId } : {}),
    ...(typeof domainId === 'string' ? { scopeType: 'domain', scopeId: domainId } : {}),
    ...('scope.system' in query ? { scopeType: 'system', scopeId: 'all' } : {}),
  };
}

/** Present is yes, unless its value says no (keystone: query_filter_is_true). */
function isAsked(query: Query, key: string): boolean {
  return key in query && !['0', 'false', 'no', 'off'].includes(String(query[key]).toLowerCase());
}

const plainView: View = ({ userId, roleId, scopeType, scopeId }) => {
  const scope = scopeType === 'system' ? { all: true } : { id: scopeId };
  return { role: { id: roleId }, user: { id: userId }, scope: { [scopeType]: scope }, links: {} };
};

async function namedView(db: Db): Promise<View> {
  const roles = new Map((await listRoles(db)).map(({ id, name }) => [id, name]));
  return async ({ userId, roleId, scopeType, scopeId }) => {
    const user = await findUser(db, userId);
    return {
      role: { id: roleId, name: roles.get(roleId) ?? '' },
      user: { id: userId, name: user?.name ?? '', domain: defaultDomain },
      scope: { [scopeType]: await namedScope(db, scopeType, scopeId) },
      links: {},
    };
  };
}

async function namedScope(
  db: Db,
  type: RoleAssignmentRow['scopeType'],
  id: string,
): Promise<object> {
  if (type === 'system') return { all: true };
  if (type === 'domain') return defaultDomain;
  return { id, name: (await findProject(db, id))?.name ?? '', domain: defaultDomain };
}
