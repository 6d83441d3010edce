// From a token to its caller, for every request of every service. Validated tokens are kept in
// memory because this is the hottest path of the engine. Invariant: whatever changes who may do
// what calls forgetCallers() after its commit, so a revocation holds from the next request on.
import { momentOf } from '../../records/moment';
import { findToken } from '../../records/tokens';
import type { Parts } from '../../parts';
import type { Caller } from '../caller';
import type { Authenticate } from '../serve-route';
import { callerOf, sessionOf } from './session';
import { tokenHash } from './secrets';

/** More tokens than any honest use has at once; the oldest are looked up again. */
const mostKept = 10_000;

interface Kept {
  readonly callers: Map<string, Caller>;
  /** Rises with every change, so that a look-up begun before it is not kept after it. */
  generation: number;
}

const keptBy = new WeakMap<object, Kept>();

/** The look-up of tokens for one engine. */
export function authenticator(parts: Parts): Authenticate {
  const kept = keptOf(parts);
  return (token) => {
    const hash = tokenHash(token);
    const caller = kept.callers.get(hash);
    if (!caller) return lookUp(parts, kept, hash);
    if (caller.expiresAtMs > parts.clock.now().getTime()) return caller;
    kept.callers.delete(hash);
    return null;
  };
}

/** Drops everything that was kept in memory. Call after any change of identities. */
export function forgetCallers(parts: Parts): void {
  const kept = keptOf(parts);
  kept.generation += 1;
  kept.callers.clear();
}

async function lookUp(parts: Parts, kept: Kept, hash: string): Promise<Caller | null> {
  const { generation } = kept;
  const token = await findToken(parts.database, hash, momentNow(parts));
  const session = token ? await sessionOf(parts.database, token) : null;
  if (!session) return null;
  const caller = callerOf(session);
  if (kept.generation === generation) {
    const [oldest] = kept.callers.keys();
    if (kept.callers.size >= mostKept && oldest !== undefined) kept.callers.delete(oldest);
    kept.callers.set(hash, caller);
  }
  return caller;
}

function keptOf(parts: Parts): Kept {
  const known = keptBy.get(parts.database);
  if (known) return known;
  const fresh: Kept = { callers: new Map(), generation: 0 };
  keptBy.set(parts.database, fresh);
  return fresh;
}

/** The present in the form of the records. */
export function momentNow(parts: Parts): string {
  return momentOf(parts.clock.now());
}
