// Application credentials: a user's own keys to one project. Invariants: the secret is shown once,
// at creation; a credential never carries a role that its maker's token lacks, and only an
// unrestricted one can make others.
import type { identityRoutes } from '../../../schema/wire/identity';
import type { Parts } from '../../parts';
import {
  applicationCredentialsOf,
  findApplicationCredential,
  insertApplicationCredential,
  removeApplicationCredential,
} from '../../records/application-credentials';
import { dateOf, momentOf } from '../../records/moment';
import { newHexId } from '../../records/new-id';
import { listRoles } from '../../records/roles';
import type { ApplicationCredentialRow, RoleRow } from '../../records/rows/identity-rows';
import { findToken } from '../../records/tokens';
import type { Caller } from '../caller';
import { headerOf } from '../request-url';
import type { HandlersOf, RouteRequest } from '../serve-route';
import { forgetCallers } from './authenticate';
import { identityFaults } from './identity-faults';
import { hashSecret, newSecret, tokenHash } from './secrets';
import { requireLogin } from './token-handlers';

type CredentialRoutes = Pick<
  typeof identityRoutes,
  | 'listApplicationCredentials'
  | 'createApplicationCredential'
  | 'showApplicationCredential'
  | 'deleteApplicationCredential'
>;

/** Handlers of the routes about application credentials. */
export const credentialHandlers: HandlersOf<CredentialRoutes> = {
  listApplicationCredentials: async ({ params, query, caller, baseUrl }, parts) => {
    const userId = ownerIn(params, caller, 'list_application_credentials');
    const rows = await applicationCredentialsOf(parts.database, userId);
    const { name } = query;
    const roles = await listRoles(parts.database);
    const meant = rows.filter((row) => name === undefined || row.name === name);
    return {
      application_credentials: meant.map((row) => view(baseUrl, row, roles)),
      links: { next: null, self: selfOf(baseUrl, userId), previous: null },
    };
  },
  createApplicationCredential: async (request, parts) => {
    const { caller, body, baseUrl } = request;
    const asked = body.application_credential;
    const userId = ownerIn(request.params, caller, 'create_application_credential');
    // Only the user itself can make one: it acts with that user's roles.
    if (userId !== caller.userId || caller.projectId === '') {
      throw identityFaults.forbidden({ rule: 'identity:create_application_credential' });
    }
    await assertUnrestricted(request, parts, 'create_application_credential');
    const roles = await listRoles(parts.database);
    const secret = asked.secret ?? newSecret();
    const owned = await applicationCredentialsOf(parts.database, userId);
    if (owned.some(({ name }) => name === asked.name)) {
      throw identityFaults.thingExists({ noun: 'application_credential', name: asked.name });
    }
    const row = await insertApplicationCredential(parts.database, {
      id: newHexId(),
      name: asked.name,
      description: asked.description ?? null,
      userId,
      projectId: caller.projectId,
      secretHash: await hashSecret(secret),
      roleIds: chosenRoles(asked.roles, roles, caller).map(({ id }) => id),
      unrestricted: asked.unrestricted ?? false,
      expiresAt: expiry(asked.expires_at, parts),
    });
    return { application_credential: { ...view(baseUrl, row, roles), secret } };
  },
  showApplicationCredential: async ({ params, caller, baseUrl }, parts) => {
    const userId = ownerIn(params, caller, 'get_application_credential');
    const row = await credentialOf(parts, userId, params['id'] ?? '');
    const roles = await listRoles(parts.database);
    return { application_credential: view(baseUrl, row, roles) };
  },
  deleteApplicationCredential: async (request, parts) => {
    const { params, caller } = request;
    const userId = ownerIn(params, caller, 'delete_application_credential');
    await assertUnrestricted(request, parts, 'delete_application_credential');
    const { id } = await credentialOf(parts, userId, params['id'] ?? '');
    await removeApplicationCredential(parts.database, id);
    forgetCallers(parts);
    return undefined;
  },
};

/** The user in the URL, where the caller may deal with its credentials. Fails with 401 or 403. */
function ownerIn(params: RouteRequest['params'], caller: Caller, rule: string): string {
  requireLogin(caller);
  const userId = params['userId'] ?? '';
  if (userId === caller.userId || caller.isAdmin) return userId;
  throw identityFaults.forbidden({ rule: `identity:${rule}` });
}

/** A token that came from a restricted credential may not deal with credentials. */
async function assertUnrestricted(
  { raw }: RouteRequest,
  parts: Parts,
  rule: string,
): Promise<void> {
  const token = await findToken(parts.database, tokenHash(headerOf(raw, 'x-auth-token') ?? ''));
  if (!token?.applicationCredentialId) return;
  const used = await findApplicationCredential(parts.database, token.applicationCredentialId);
  if (!used?.unrestricted) throw identityFaults.forbidden({ rule: `identity:${rule}` });
}

type AskedRoles = readonly { id?: string | undefined; name?: string | undefined }[] | undefined;

function chosenRoles(asked: AskedRoles, all: readonly RoleRow[], caller: Caller): RoleRow[] {
  const held = all.filter(({ name }) => caller.roles.includes(name));
  if (asked === undefined || asked.length === 0) return held;
  return asked.map(({ id, name }) => {
    const role = held.find((one) => (id === undefined ? one.name === name : one.id === id));
    if (role) return role;
    const reason = `Could not carry the role ${id ?? name ?? ''}: you do not have it here.`;
    throw identityFaults.valueRefused({ reason });
  });
}

function expiry(text: string | null | undefined, parts: Parts): string | null {
  if (text == null) return null;
  const isZoned = /(Z|[+-]\d\d:?\d\d)$/i.test(text);
  const date = isZoned ? new Date(text) : dateOf(text);
  if (Number.isNaN(date.getTime()) || date <= parts.clock.now()) {
    const reason = `Could not expire at ${text}: an ISO 8601 time in the future is needed.`;
    throw identityFaults.valueRefused({ reason });
  }
  return momentOf(date);
}

async function credentialOf(
  parts: Parts,
  userId: string,
  id: string,
): Promise<ApplicationCredentialRow> {
  const row = await findApplicationCredential(parts.database, id);
  if (row?.userId === userId) return row;
  throw identityFaults.thingUnknown({ noun: 'application credential', id });
}

function view(
  baseUrl: string,
  row: ApplicationCredentialRow,
  roles: readonly RoleRow[],
): Record<string, unknown> {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    user_id: row.userId,
    project_id: row.projectId,
    system: null,
    expires_at: row.expiresAt === null ? null : row.expiresAt,
    unrestricted: row.unrestricted,
    roles: roles
      .filter(({ id }) => row.roleIds.includes(id))
      .map(({ id, name, domainId }) => ({ id, name, domain_id: domainId })),
    links: { self: `${selfOf(baseUrl, row.userId)}/${row.id}` },
  };
}

function selfOf(baseUrl: string, userId: string): string {
  return `${baseUrl}/identity/v3/users/${userId}/application_credentials`;
}
