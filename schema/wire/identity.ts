// Routes of Identity v3: what clients need to log in, find the other services, and manage projects,
// users, roles and application credentials. Facts: keystone api-ref v3. Invariant: `anyone` here
// means that the route asks for a login itself, in Keystone's way, for unscoped tokens have no
// role.
import { z } from 'zod';
import {
  applicationCredentialFields,
  catalogEntryShape,
  loginShape,
  projectFields,
  roleFields,
  tokenReply,
  userFields,
} from './identity-shapes';
import { routes } from './route';
import type { Needs, Route } from './route';

const at = <const M extends Route['method']>(
  method: M,
  path: string,
): { service: 'identity'; method: M; path: string } => ({ service: 'identity', method, path });

const rule = (rest: string, needs: Needs): Route['policy'] => ({ rule: `identity:${rest}`, needs });

const grantPath = '/projects/:projectId/users/:userId/roles';
const systemGrantPath = '/system/users/:userId/roles';
const credentialsPath = '/users/:userId/application_credentials';

/** Every route of Identity v3 that is served, below /identity/v3. */
export const identityRoutes = routes({
  login: {
    ...at('POST', '/auth/tokens'),
    ok: 201,
    policy: rule('authenticate', 'anyone'),
    body: loginShape,
    reply: tokenReply,
  },
  validateToken: {
    ...at('GET', '/auth/tokens'),
    ok: 200,
    policy: rule('validate_token', 'anyone'),
    reply: tokenReply,
  },
  revokeToken: {
    ...at('DELETE', '/auth/tokens'),
    ok: 204,
    policy: rule('revoke_token', 'anyone'),
  },
  showCatalog: {
    ...at('GET', '/auth/catalog'),
    ok: 200,
    policy: rule('get_auth_catalog', 'anyone'),
    reply: z.object({ catalog: z.array(catalogEntryShape) }),
  },
  listOwnProjects: {
    ...at('GET', '/auth/projects'),
    ok: 200,
    policy: rule('get_auth_projects', 'anyone'),
  },
  listOwnDomains: {
    ...at('GET', '/auth/domains'),
    ok: 200,
    policy: rule('get_auth_domains', 'anyone'),
  },
  listDomains: {
    ...at('GET', '/domains'),
    ok: 200,
    policy: rule('list_domains', 'reader'),
  },
  showDomain: {
    ...at('GET', '/domains/:id'),
    ok: 200,
    policy: rule('get_domain', 'reader'),
  },
  listProjects: {
    ...at('GET', '/projects'),
    ok: 200,
    policy: rule('list_projects', 'admin'),
  },
  createProject: {
    ...at('POST', '/projects'),
    ok: 201,
    policy: rule('create_project', 'admin'),
    body: z.object({ project: projectFields }),
  },
  showProject: {
    ...at('GET', '/projects/:id'),
    ok: 200,
    policy: rule('get_project', 'anyone'),
  },
  updateProject: {
    ...at('PATCH', '/projects/:id'),
    ok: 200,
    policy: rule('update_project', 'admin'),
    body: z.object({ project: projectFields.partial() }),
  },
  deleteProject: {
    ...at('DELETE', '/projects/:id'),
    ok: 204,
    policy: rule('delete_project', 'admin'),
  },
  listUsers: {
    ...at('GET', '/users'),
    ok: 200,
    policy: rule('list_users', 'admin'),
  },
  createUser: {
    ...at('POST', '/users'),
    ok: 201,
    policy: rule('create_user', 'admin'),
    body: z.object({ user: userFields }),
  },
  showUser: {
    ...at('GET', '/users/:id'),
    ok: 200,
    policy: rule('get_user', 'anyone'),
  },
  updateUser: {
    ...at('PATCH', '/users/:id'),
    ok: 200,
    policy: rule('update_user', 'admin'),
    body: z.object({ user: userFields.partial() }),
  },
  deleteUser: {
    ...at('DELETE', '/users/:id'),
    ok: 204,
    policy: rule('delete_user', 'admin'),
  },
  changePassword: {
    ...at('POST', '/users/:id/password'),
    ok: 204,
    policy: rule('change_password', 'anyone'),
    body: z.object({
      user: z.object({ password: z.string().min(1), original_password: z.string() }),
    }),
  },
  listUserProjects: {
    ...at('GET', '/users/:id/projects'),
    ok: 200,
    policy: rule('list_user_projects', 'anyone'),
  },
  listRoles: {
    ...at('GET', '/roles'),
    ok: 200,
    policy: rule('list_roles', 'admin'),
  },
  createRole: {
    ...at('POST', '/roles'),
    ok: 201,
    policy: rule('create_role', 'admin'),
    body: z.object({ role: roleFields }),
  },
  showRole: {
    ...at('GET', '/roles/:id'),
    ok: 200,
    policy: rule('get_role', 'admin'),
  },
  updateRole: {
    ...at('PATCH', '/roles/:id'),
    ok: 200,
    policy: rule('update_role', 'admin'),
    body: z.object({ role: roleFields.partial() }),
  },
  deleteRole: {
    ...at('DELETE', '/roles/:id'),
    ok: 204,
    policy: rule('delete_role', 'admin'),
  },
  listGrants: {
    ...at('GET', grantPath),
    ok: 200,
    policy: rule('list_grants', 'admin'),
  },
  checkGrant: {
    ...at('HEAD', `${grantPath}/:roleId`),
    ok: 204,
    policy: rule('check_grant', 'admin'),
  },
  showGrant: {
    ...at('GET', `${grantPath}/:roleId`),
    ok: 204,
    policy: rule('check_grant', 'admin'),
  },
  grantRole: {
    ...at('PUT', `${grantPath}/:roleId`),
    ok: 204,
    policy: rule('create_grant', 'admin'),
  },
  revokeRole: {
    ...at('DELETE', `${grantPath}/:roleId`),
    ok: 204,
    policy: rule('revoke_grant', 'admin'),
  },
  listSystemGrants: {
    ...at('GET', systemGrantPath),
    ok: 200,
    policy: rule('list_system_grants_for_user', 'admin'),
  },
  checkSystemGrant: {
    ...at('HEAD', `${systemGrantPath}/:roleId`),
    ok: 204,
    policy: rule('check_system_grant_for_user', 'admin'),
  },
  showSystemGrant: {
    ...at('GET', `${systemGrantPath}/:roleId`),
    ok: 204,
    policy: rule('check_system_grant_for_user', 'admin'),
  },
  grantSystemRole: {
    ...at('PUT', `${systemGrantPath}/:roleId`),
    ok: 204,
    policy: rule('create_system_grant_for_user', 'admin'),
  },
  revokeSystemRole: {
    ...at('DELETE', `${systemGrantPath}/:roleId`),
    ok: 204,
    policy: rule('revoke_system_grant_for_user', 'admin'),
  },
  listRoleAssignments: {
    ...at('GET', '/role_assignments'),
    ok: 200,
    policy: rule('list_role_assignments', 'admin'),
  },
  listServices: {
    ...at('GET', '/services'),
    ok: 200,
    policy: rule('list_services', 'admin'),
  },
  showService: {
    ...at('GET', '/services/:id'),
    ok: 200,
    policy: rule('get_service', 'admin'),
  },
  listEndpoints: {
    ...at('GET', '/endpoints'),
    ok: 200,
    policy: rule('list_endpoints', 'admin'),
  },
  showEndpoint: {
    ...at('GET', '/endpoints/:id'),
    ok: 200,
    policy: rule('get_endpoint', 'admin'),
  },
  listRegions: {
    ...at('GET', '/regions'),
    ok: 200,
    policy: rule('list_regions', 'reader'),
  },
  showRegion: {
    ...at('GET', '/regions/:id'),
    ok: 200,
    policy: rule('get_region', 'reader'),
  },
  listApplicationCredentials: {
    ...at('GET', credentialsPath),
    ok: 200,
    policy: rule('list_application_credentials', 'anyone'),
  },
  createApplicationCredential: {
    ...at('POST', credentialsPath),
    ok: 201,
    policy: rule('create_application_credential', 'anyone'),
    body: z.object({ application_credential: applicationCredentialFields }),
  },
  showApplicationCredential: {
    ...at('GET', `${credentialsPath}/:id`),
    ok: 200,
    policy: rule('get_application_credential', 'anyone'),
  },
  deleteApplicationCredential: {
    ...at('DELETE', `${credentialsPath}/:id`),
    ok: 204,
    policy: rule('delete_application_credential', 'anyone'),
  },
});
