// What stands behind a token at this moment: its user, scope and roles. Invariant: everything is
// read afresh from the records, so a disabled user or project, a changed password, a removed role
// or credential ends a token at once; nothing outlives its reason.
import type { Db } from '../../records/database';
import { findApplicationCredential } from '../../records/application-credentials';
import { findProject } from '../../records/projects';
import { listAssignments, listRoles } from '../../records/roles';
import type { ProjectRow, RoleRow, TokenRow, UserRow } from '../../records/rows/identity-rows';
import { findUser } from '../../records/users';
import type { Caller } from '../caller';
import { withImplied } from '../caller';

/** A valid token with everything that it stands for. */
export interface Session {
  readonly token: TokenRow;
  readonly user: UserRow;
  /** null for tokens that are not for a project. */
  readonly project: ProjectRow | null;
  /** With the implied ones; empty for an unscoped token. */
  readonly roles: readonly RoleRow[];
}

/** What a token is, or is to be, good for. */
export type Scope = Pick<TokenRow, 'scopeType' | 'scopeId'>;

/** The session of a token that the records call valid; null where its reasons are gone. */
export async function sessionOf(db: Db, token: TokenRow): Promise<Session | null> {
  const user = await findUser(db, token.userId);
  if (!user?.enabled || user.isInternal) return null;
  if (user.passwordChangedAt !== null && user.passwordChangedAt > token.issuedAt) return null;
  if (token.scopeType === 'unscoped') return { token, user, project: null, roles: [] };
  const project = await projectOf(db, token);
  if (token.scopeType === 'project' && project === null) return null;
  const roles = await rolesIn(db, user.id, token);
  const carried = await carriedRoles(db, token, roles);
  return carried.length === 0 ? null : { token, user, project, roles: carried };
}

/** A user's roles in a scope with the implied ones; empty where there are none. */
export async function rolesIn(db: Db, userId: string, scope: Scope): Promise<RoleRow[]> {
  if (scope.scopeType === 'unscoped' || scope.scopeId === null) return [];
  const { scopeType, scopeId } = scope;
  const assigned = await listAssignments(db, { userId, scopeType, scopeId });
  if (assigned.length === 0) return [];
  return implied(
    await listRoles(db),
    assigned.map(({ roleId }) => roleId),
  );
}

/** The roles of these ids and those that they imply, in the order of power. */
function implied(all: readonly RoleRow[], ids: readonly string[]): RoleRow[] {
  const names = all.filter(({ id }) => ids.includes(id)).map(({ name }) => name);
  return withImplied(names).flatMap((name) => all.filter((role) => role.name === name));
}

/** An application credential carries what it was given, as far as its user still has it. */
async function carriedRoles(
  db: Db,
  token: TokenRow,
  held: readonly RoleRow[],
): Promise<readonly RoleRow[]> {
  if (token.applicationCredentialId === null) return held;
  const credential = await findApplicationCredential(db, token.applicationCredentialId);
  if (!credential) return [];
  const given = implied(await listRoles(db), credential.roleIds);
  return given.filter(({ id }) => held.some((role) => role.id === id));
}

async function projectOf(db: Db, scope: Scope): Promise<ProjectRow | null> {
  if (scope.scopeType !== 'project' || scope.scopeId === null) return null;
  const project = await findProject(db, scope.scopeId);
  return project?.enabled && !project.isInternal ? project : null;
}

/** What handlers see of a session. */
export function callerOf(session: Session): Caller {
  const roles = session.roles.map(({ name }) => name);
  return {
    userId: session.user.id,
    userName: session.user.name,
    projectId: session.project?.id ?? '',
    projectName: session.project?.name ?? '',
    system: session.token.scopeType === 'system' ? 'all' : null,
    roles,
    isAdmin: roles.includes('admin'),
    isMember: roles.includes('member'),
    expiresAtMs: Date.parse(`${session.token.expiresAt}Z`),
  };
}
