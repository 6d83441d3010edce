// Makes tokens and shows them. Invariant: the text of a token leaves the engine once, in the reply
// that issues it; the records have its hash.
import { randomBytes } from 'node:crypto';
import type { Parts } from '../../parts';
import { momentOf, presentMoment } from '../../records/moment';
import type { TokenRow } from '../../records/rows/identity-rows';
import { insertToken } from '../../records/tokens';
import { catalogFor } from './catalog';
import { defaultDomain } from './domains';
import { identityFaults } from './identity-faults';
import type { Login } from './login';
import { newSecret, tokenHash } from './secrets';
import { sessionOf } from './session';
import type { Scope, Session } from './session';

/** A token just made: its text, to be told once, and what it stands for. */
export interface Issued {
  readonly text: string;
  readonly session: Session;
}

/**
 * Issues a token for a proven login in a scope. Fails with 401 where the user has no role there. It
 * ends with the configured lifetime, and never after what it was made from.
 */
export async function issueToken(parts: Parts, login: Login, scope: Scope): Promise<Issued> {
  const now = parts.clock.now();
  const byLifetime = momentOf(new Date(now.getTime() + parts.config.tokenLifetimeMinutes * 60_000));
  const expiresAt = [byLifetime, ...login.endsBy].sort()[0] ?? byLifetime;
  const text = newSecret();
  const token: TokenRow = {
    hash: tokenHash(text),
    userId: login.user.id,
    ...scope,
    methods: login.methods,
    auditIds: [randomBytes(16).toString('base64url'), ...login.parentAuditIds],
    applicationCredentialId: login.applicationCredentialId,
    issuedAt: presentMoment(),
    expiresAt,
    revokedAt: null,
  };
  const session = await sessionOf(parts.database, token);
  if (!session) throw identityFaults.notAuthenticated({});
  await insertToken(parts.database, token);
  return { text, session };
}

/** The body in which Keystone shows a token. */
export function tokenView(
  parts: Parts,
  session: Session,
  shown: { readonly baseUrl: string; readonly withCatalog: boolean },
): { token: Record<string, unknown> } {
  const { token, user, project, roles } = session;
  const { region } = parts.config;
  const at = { baseUrl: shown.baseUrl, region, projectId: project?.id ?? null };
  return {
    token: {
      methods: token.methods,
      user: { domain: defaultDomain, id: user.id, name: user.name, password_expires_at: null },
      audit_ids: token.auditIds,
      expires_at: shownTime(token.expiresAt),
      issued_at: shownTime(token.issuedAt),
      ...(project
        ? {
            project: { domain: defaultDomain, id: project.id, name: project.name },
            is_domain: false,
          }
        : {}),
      ...(token.scopeType === 'domain' ? { domain: defaultDomain } : {}),
      ...(token.scopeType === 'system' ? { system: { all: true } } : {}),
      ...(roles.length > 0 ? { roles: roles.map(({ id, name }) => ({ id, name })) } : {}),
      ...(token.applicationCredentialId === null
        ? {}
        : { application_credential: { id: token.applicationCredentialId } }),
      ...(shown.withCatalog && token.scopeType !== 'unscoped' ? { catalog: catalogFor(at) } : {}),
    },
  };
}

/** A recorded moment as Keystone shows it: microseconds and a Z. */
export function shownTime(moment: string): string {
  return `${moment}Z`;
}
