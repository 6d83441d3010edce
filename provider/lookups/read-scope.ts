// The surroundings of looking things up. Invariant: every look ends: when the caller gives it up,
// or after the usual bound for reading.
import type { Session } from '../reconcile';
import type { Scope } from '../resources/adapter';

/** How long looking up may take where nothing else is said, as reading a resource may. */
const boundMs = 5 * 60_000;

/** The scope of one look in `session`; aborted with it, or after five minutes. */
export function readScope({ connection, signal }: Pick<Session, 'connection' | 'signal'>): Scope {
  const end = AbortSignal.timeout(boundMs);
  return {
    connection,
    deadlineMs: Date.now() + boundMs,
    signal: signal ? AbortSignal.any([signal, end]) : end,
  };
}
