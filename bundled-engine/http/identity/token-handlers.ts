// Issues, validates and revokes tokens; tells the catalog. Invariant: a caller may look at its own
// token, an administrator at any.
import type { identityRoutes } from '../../../schema/wire/identity';
import type { Parts } from '../../parts';
import { findToken, revokeToken } from '../../records/tokens';
import type { Caller } from '../caller';
import { headerOf } from '../request-url';
import { Answer } from '../serve-route';
import type { HandlersOf, RouteRequest } from '../serve-route';
import { forgetCallers, momentNow } from './authenticate';
import { catalogFor } from './catalog';
import { chooseScope } from './choose-scope';
import { identityFaults } from './identity-faults';
import { issueToken, tokenView } from './issue-token';
import { proveIdentity } from './login';
import { tokenHash } from './secrets';
import { sessionOf } from './session';
import type { Session } from './session';

type TokenRoutes = Pick<
  typeof identityRoutes,
  'login' | 'validateToken' | 'revokeToken' | 'showCatalog'
>;

/** Handlers of the routes about tokens. */
export const tokenHandlers: HandlersOf<TokenRoutes> = {
  login: async ({ body, baseUrl, query }, parts) => {
    const login = await proveIdentity(parts, body.auth.identity);
    const scope = await chooseScope(parts, login, body.auth.scope);
    const { text, session } = await issueToken(parts, login, scope);
    const shown = { baseUrl, withCatalog: !('nocatalog' in query) };
    return new Answer({
      headers: { 'X-Subject-Token': text, Vary: 'X-Auth-Token' },
      body: tokenView(parts, session, shown),
    });
  },
  validateToken: async (request, parts) => {
    const { text, session } = await subjectOf(request, parts);
    const shown = { baseUrl: request.baseUrl, withCatalog: !('nocatalog' in request.query) };
    return new Answer({
      headers: { 'X-Subject-Token': text, Vary: 'X-Auth-Token' },
      body: tokenView(parts, session, shown),
    });
  },
  revokeToken: async (request, parts) => {
    const { text } = await subjectOf(request, parts);
    await revokeToken(parts.database, tokenHash(text));
    forgetCallers(parts);
    return undefined;
  },
  showCatalog: ({ baseUrl, caller }, parts) => {
    requireLogin(caller);
    if (caller.roles.length === 0) throw identityFaults.forbidden({ rule: 'get_auth_catalog' });
    const projectId = caller.projectId === '' ? null : caller.projectId;
    const { region } = parts.config;
    return {
      catalog: catalogFor({ baseUrl, region, projectId }),
      links: { next: null, self: `${baseUrl}/identity/v3/auth/catalog`, previous: null },
    };
  },
};

/** Refuses a caller without a token, for routes that unscoped tokens may use. Fails with 401. */
export function requireLogin(caller: Caller): void {
  if (caller.userId === '') throw identityFaults.notAuthenticated({});
}

/**
 * The token that X-Subject-Token names, where the caller may look at it. Fails with 401, 403,
 * 404.
 */
async function subjectOf(
  { caller, raw }: RouteRequest,
  parts: Parts,
): Promise<{ text: string; session: Session }> {
  requireLogin(caller);
  const text = headerOf(raw, 'x-subject-token') ?? '';
  const token = await findToken(parts.database, tokenHash(text), momentNow(parts));
  const session = token ? await sessionOf(parts.database, token) : null;
  if (session && (caller.isAdmin || session.user.id === caller.userId)) return { text, session };
  // Its text must not be echoed: it may be a token of another cloud, sent here by mistake.
  if (caller.isAdmin || !session) throw identityFaults.tokenUnknown({ token: '(as given)' });
  throw identityFaults.forbidden({ rule: 'identity:validate_token' });
}
