// Who is asking. Made from a validated token alone; handlers and policies read nothing else about
// identity. Invariant: roles hold the implied ones too (admin > manager > member >
// reader).
import type { Needs } from '../../schema/wire/route';

/** The identity behind a request. */
export interface Caller {
  readonly userId: string;
  readonly userName: string;
  /** Project of the token; '' for unscoped and system tokens, which only identity routes accept. */
  readonly projectId: string;
  readonly projectName: string;
  /** `all` for a system-scoped token. */
  readonly system: 'all' | null;
  readonly roles: readonly string[];
  readonly isAdmin: boolean;
  /** May change things of its project: has member or admin. */
  readonly isMember: boolean;
  /** When the token ends, in milliseconds since 1970. */
  readonly expiresAtMs: number;
}

/** The order of power; each role implies those after it. */
export const roleOrder = ['admin', 'manager', 'member', 'reader'] as const;

/** `roles` with everything that they imply, in the order of power, foreign roles last. */
export function withImplied(roles: readonly string[]): string[] {
  const first = roleOrder.findIndex((role) => roles.includes(role));
  const known: readonly string[] = first < 0 ? [] : roleOrder.slice(first);
  return [...known, ...roles.filter((role) => !known.includes(role))];
}

/** Whether `caller` (null without a token) satisfies a route's least role. */
export function allows(needs: Needs, caller: Caller | null): boolean {
  if (needs === 'anyone') return true;
  return caller !== null && caller.roles.includes(needs);
}

/** Stands for whoever calls without a token. */
export const nobody: Caller = {
  userId: '',
  userName: '',
  projectId: '',
  projectName: '',
  system: null,
  roles: [],
  isAdmin: false,
  isMember: false,
  expiresAtMs: 0,
};
