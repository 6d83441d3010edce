// Users and their passwords. Invariant: a changed password, a disabled or removed user ends every
// token of that user before the reply is sent.
import type { identityRoutes } from '../../../schema/wire/identity';
import type { Parts } from '../../parts';
import { presentMoment } from '../../records/moment';
import { newHexId } from '../../records/new-id';
import type { UserRow } from '../../records/rows/identity-rows';
import { revokeTokensOfUser } from '../../records/tokens';
import {
  findUser,
  findUserByName,
  insertUser,
  listUsers,
  removeUser,
  updateUser,
} from '../../records/users';
import type { HandlersOf } from '../serve-route';
import { forgetCallers } from './authenticate';
import { assertDefaultDomain } from './domains';
import { identityFaults } from './identity-faults';
import { hashSecret, isSecret, longestSecret } from './secrets';
import { requireLogin } from './token-handlers';

type UserRoutes = Pick<
  typeof identityRoutes,
  'listUsers' | 'createUser' | 'showUser' | 'updateUser' | 'deleteUser' | 'changePassword'
>;

/** Handlers of the routes about users. */
export const userHandlers: HandlersOf<UserRoutes> = {
  listUsers: async ({ query, baseUrl }, parts) => {
    const { name, domain_id: domainId } = query;
    const rows = (await listUsers(parts.database)).filter(
      (row) =>
        (name === undefined || row.name === name) &&
        (domainId === undefined || row.domainId === domainId),
    );
    return {
      users: rows.map((row) => view(baseUrl, row)),
      links: { next: null, self: `${baseUrl}/identity/v3/users`, previous: null },
    };
  },
  createUser: async ({ body, baseUrl }, parts) => {
    const { name, password, description, email, enabled = true } = body.user;
    assertDefaultDomain(body.user.domain_id);
    await assertFree(parts, name);
    const user = await insertUser(parts.database, {
      id: newHexId(),
      name,
      description: description ?? null,
      email: email ?? null,
      enabled,
      defaultProjectId: body.user.default_project_id ?? null,
      passwordHash: password == null ? null : await hashed(password),
    });
    return { user: view(baseUrl, user) };
  },
  showUser: async ({ params, caller, baseUrl }, parts) => {
    requireLogin(caller);
    const id = params['id'] ?? '';
    if (!caller.isAdmin && caller.userId !== id) {
      throw identityFaults.forbidden({ rule: 'identity:get_user' });
    }
    return { user: view(baseUrl, await userOf(parts, id)) };
  },
  updateUser: async ({ params, body, baseUrl }, parts) => {
    const user = await userOf(parts, params['id'] ?? '');
    const { name, password, description, email, enabled } = body.user;
    if (name !== undefined && name !== user.name) await assertFree(parts, name);
    const projectId = body.user.default_project_id;
    const patch: Partial<UserRow> = {
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(email === undefined ? {} : { email }),
      ...(enabled === undefined ? {} : { enabled }),
      ...(projectId === undefined ? {} : { defaultProjectId: projectId }),
    };
    await updateUser(parts.database, user.id, patch);
    if (password != null) await setPassword(parts, user.id, password);
    else if (enabled === false) await revokeTokensOfUser(parts.database, user.id);
    forgetCallers(parts);
    return { user: view(baseUrl, { ...user, ...patch }) };
  },
  deleteUser: async ({ params }, parts) => {
    const { id } = await userOf(parts, params['id'] ?? '');
    await removeUser(parts.database, id);
    forgetCallers(parts);
    return undefined;
  },
  // Needs no token, as in Keystone: the old password is the proof.
  changePassword: async ({ params, body }, parts) => {
    const user = await findUser(parts.database, params['id'] ?? '');
    const { password, original_password: original } = body.user;
    const isRight = await isSecret(original, user?.passwordHash ?? null);
    if (!user?.enabled || user.isInternal || !isRight) throw identityFaults.notAuthenticated({});
    await setPassword(parts, user.id, password);
    forgetCallers(parts);
    return undefined;
  },
};

/**
 * Sets a password and voids every token of the user. Repeatable. Fails with 400 for too long a
 * one.
 */
export async function setPassword(parts: Parts, userId: string, password: string): Promise<void> {
  const passwordHash = await hashed(password);
  await parts.database.transaction(async (tx) => {
    await revokeTokensOfUser(tx, userId);
    await updateUser(tx, userId, { passwordHash, passwordChangedAt: presentMoment() });
  });
}

function hashed(password: string): Promise<string> {
  if (password.length > longestSecret) {
    const reason = `A password may have ${longestSecret} characters at the most.`;
    throw identityFaults.valueRefused({ reason });
  }
  return hashSecret(password);
}

/** The user of that id. Fails with 404, also for the engine's own. */
export async function userOf(parts: Parts, id: string): Promise<UserRow> {
  const user = await findUser(parts.database, id);
  if (!user || user.isInternal) throw identityFaults.thingUnknown({ noun: 'user', id });
  return user;
}

async function assertFree(parts: Parts, name: string): Promise<void> {
  if (await findUserByName(parts.database, name, 'default')) {
    throw identityFaults.thingExists({ noun: 'user', name });
  }
}

function view(baseUrl: string, user: UserRow): object {
  return {
    id: user.id,
    name: user.name,
    domain_id: user.domainId,
    enabled: user.enabled,
    default_project_id: user.defaultProjectId,
    password_expires_at: null,
    options: {},
    ...(user.description === null ? {} : { description: user.description }),
    ...(user.email === null ? {} : { email: user.email }),
    links: { self: `${baseUrl}/identity/v3/users/${user.id}` },
  };
}
