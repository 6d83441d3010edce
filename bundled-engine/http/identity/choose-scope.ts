// Decides what a new token is for: the scope that the client asks for, or the user's default
// project. Invariant: a scope that is not there and one where the user has no role are refused
// alike.
import type { Parts } from '../../parts';
import { findProject, findProjectByName } from '../../records/projects';
import { isDefaultDomain } from './domains';
import type { DomainReference } from './domains';
import { identityFaults } from './identity-faults';
import type { Login, LoginBody } from './login';
import { rolesIn } from './session';
import type { Scope } from './session';

type Asked = LoginBody['auth']['scope'];

const unscoped: Scope = { scopeType: 'unscoped', scopeId: null };

/**
 * The scope of the token to issue. Fails with 401 where there is no such scope, 400 where
 * unclear.
 */
export async function chooseScope(parts: Parts, login: Login, asked: Asked): Promise<Scope> {
  if (login.fixedScope) return asFixed(login.fixedScope, asked);
  if (asked === undefined) return byDefault(parts, login);
  if (asked === 'unscoped' || asked.unscoped) return unscoped;
  if (asked.project) return inProject(parts, asked.project);
  if (asked.domain) return inDomain(asked.domain);
  if (asked.system?.all) return { scopeType: 'system', scopeId: 'all' };
  throw identityFaults.fieldMissing({ field: 'project, domain or system', within: 'scope' });
}

/** A credential's own project may be named, any other scope may not. */
function asFixed(fixed: Scope, asked: Asked): Scope {
  if (asked === undefined) return fixed;
  if (asked !== 'unscoped' && asked.project?.id === fixed.scopeId) return fixed;
  throw identityFaults.notAuthenticated({});
}

async function byDefault(parts: Parts, login: Login): Promise<Scope> {
  const { id, defaultProjectId } = login.user;
  if (defaultProjectId === null) return unscoped;
  const scope: Scope = { scopeType: 'project', scopeId: defaultProjectId };
  const roles = await rolesIn(parts.database, id, scope);
  return roles.length > 0 ? scope : unscoped;
}

async function inProject(
  parts: Parts,
  asked: {
    id?: string | undefined;
    name?: string | undefined;
    domain?: DomainReference | undefined;
  },
): Promise<Scope> {
  if (asked.id === undefined && asked.name === undefined) {
    throw identityFaults.fieldMissing({ field: 'id or name', within: 'project' });
  }
  if (asked.domain && !isDefaultDomain(asked.domain)) throw identityFaults.notAuthenticated({});
  const project =
    asked.id === undefined
      ? await findProjectByName(parts.database, asked.name ?? '', 'default')
      : await findProject(parts.database, asked.id);
  if (!project || project.isInternal) throw identityFaults.notAuthenticated({});
  return { scopeType: 'project', scopeId: project.id };
}

function inDomain(asked: DomainReference): Scope {
  if (!isDefaultDomain(asked)) throw identityFaults.notAuthenticated({});
  return { scopeType: 'domain', scopeId: 'default' };
}
