// Roles and who has them in which project or over the system. Invariant: the roles that policies
// ask for stay; a changed assignment holds from the next request on.
import type { identityRoutes } from '../../../schema/wire/identity';
import type { Parts } from '../../parts';
import { newHexId } from '../../records/new-id';
import {
  assignRole,
  findRole,
  findRoleByName,
  insertRole,
  listAssignments,
  listRoles,
  removeRole,
  unassignRole,
  updateRole,
} from '../../records/roles';
import type { RoleAssignmentRow, RoleRow } from '../../records/rows/identity-rows';
import { roleOrder } from '../caller';
import type { HandlersOf, RouteRequest } from '../serve-route';
import { forgetCallers } from './authenticate';
import { identityFaults } from './identity-faults';
import { projectOf } from './project-handlers';
import { userOf } from './user-handlers';

type RoleRoutes = Pick<
  typeof identityRoutes,
  | 'listRoles'
  | 'createRole'
  | 'showRole'
  | 'updateRole'
  | 'deleteRole'
  | 'listGrants'
  | 'checkGrant'
  | 'showGrant'
  | 'grantRole'
  | 'revokeRole'
  | 'listSystemGrants'
  | 'checkSystemGrant'
  | 'showSystemGrant'
  | 'grantSystemRole'
  | 'revokeSystemRole'
>;

/** Handlers of the routes about roles. */
export const roleHandlers: HandlersOf<RoleRoutes> = {
  listRoles: async ({ query, baseUrl }, parts) => {
    const rows = await listRoles(parts.database);
    const { name } = query;
    return page(baseUrl, 'roles', name === undefined ? rows : rows.filter((r) => r.name === name));
  },
  createRole: async ({ body, baseUrl }, parts) => {
    const { name, description } = body.role;
    await assertFree(parts, name);
    const role = await insertRole(parts.database, {
      id: newHexId(),
      name,
      description: description ?? null,
    });
    return { role: view(baseUrl, role) };
  },
  showRole: async ({ params, baseUrl }, parts) => ({
    role: view(baseUrl, await roleOf(parts, params['id'] ?? '')),
  }),
  updateRole: async ({ params, body, baseUrl }, parts) => {
    const role = await roleOf(parts, params['id'] ?? '');
    const { name = role.name, description = role.description } = body.role;
    if (name !== role.name) {
      assertNotBuiltIn(role);
      await assertFree(parts, name);
    }
    await updateRole(parts.database, role.id, { name, description });
    forgetCallers(parts);
    return { role: view(baseUrl, { ...role, name, description }) };
  },
  deleteRole: async ({ params }, parts) => {
    const role = await roleOf(parts, params['id'] ?? '');
    assertNotBuiltIn(role);
    await removeRole(parts.database, role.id);
    forgetCallers(parts);
    return undefined;
  },
  listGrants: listGranted,
  checkGrant: assertGranted,
  showGrant: assertGranted,
  grantRole: grant,
  revokeRole: revoke,
  listSystemGrants: listGranted,
  checkSystemGrant: assertGranted,
  showSystemGrant: assertGranted,
  grantSystemRole: grant,
  revokeSystemRole: revoke,
};

type Grant = Omit<RoleAssignmentRow, 'roleId'>;

/** User and scope of a grant's URL: a project, or else the system. Fails with 404. */
async function grantOf({ params }: RouteRequest, parts: Parts): Promise<Grant> {
  const { projectId } = params;
  const project = projectId === undefined ? null : await projectOf(parts, projectId);
  const user = await userOf(parts, params['userId'] ?? '');
  const scope = project
    ? ({ scopeType: 'project', scopeId: project.id } as const)
    : ({ scopeType: 'system', scopeId: 'all' } as const);
  return { userId: user.id, ...scope };
}

async function namedRole({ params }: RouteRequest, parts: Parts): Promise<{ roleId: string }> {
  return { roleId: (await roleOf(parts, params['roleId'] ?? '')).id };
}

async function listGranted(request: RouteRequest, parts: Parts): Promise<object> {
  const asked = await grantOf(request, parts);
  const found = await listAssignments(parts.database, asked);
  const roles = await listRoles(parts.database);
  const held = roles.filter(({ id }) => found.some(({ roleId }) => roleId === id));
  const place = asked.scopeType === 'system' ? 'system' : `projects/${asked.scopeId}`;
  return page(request.baseUrl, `${place}/users/${asked.userId}/roles`, held);
}

async function assertGranted(request: RouteRequest, parts: Parts): Promise<undefined> {
  const asked = await grantOf(request, parts);
  const { roleId } = await namedRole(request, parts);
  const found = await listAssignments(parts.database, { ...asked, roleId });
  if (found.length > 0) return undefined;
  throw identityFaults.thingUnknown({ noun: 'role assignment', id: roleId });
}

async function grant(request: RouteRequest, parts: Parts): Promise<undefined> {
  const asked = await grantOf(request, parts);
  await assignRole(parts.database, { ...asked, ...(await namedRole(request, parts)) });
  forgetCallers(parts);
  return undefined;
}

async function revoke(request: RouteRequest, parts: Parts): Promise<undefined> {
  await assertGranted(request, parts);
  const asked = await grantOf(request, parts);
  await unassignRole(parts.database, { ...asked, ...(await namedRole(request, parts)) });
  forgetCallers(parts);
  return undefined;
}

/** The role of that id. Fails with 404. */
async function roleOf(parts: Parts, id: string): Promise<RoleRow> {
  const role = await findRole(parts.database, id);
  if (!role) throw identityFaults.thingUnknown({ noun: 'role', id });
  return role;
}

async function assertFree(parts: Parts, name: string): Promise<void> {
  if (await findRoleByName(parts.database, name)) {
    throw identityFaults.thingExists({ noun: 'role', name });
  }
}

function assertNotBuiltIn({ name }: RoleRow): void {
  if (!roleOrder.some((builtIn) => builtIn === name)) return;
  throw identityFaults.kept({ noun: 'role', name, reason: 'the policies of all services need it' });
}

function page(baseUrl: string, path: string, rows: readonly RoleRow[]): object {
  return {
    roles: rows.map((row) => view(baseUrl, row)),
    links: { next: null, self: `${baseUrl}/identity/v3/${path}`, previous: null },
  };
}

function view(baseUrl: string, role: RoleRow): object {
  return {
    id: role.id,
    name: role.name,
    description: role.description,
    domain_id: role.domainId,
    options: {},
    links: { self: `${baseUrl}/identity/v3/roles/${role.id}` },
  };
}
