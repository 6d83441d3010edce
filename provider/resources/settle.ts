// Brings things to rest by their lifecycles, whatever operation is at work on them, ours or
// another's. Invariant: nothing is asked of a thing that is in a transient status; a status of
// failure is always reported with the service's own reasons.
import type { Lifecycle } from '../../schema/kernel/lifecycle';
import { ownerOf } from '../../schema/kernel/lifecycle';
import { isFault } from '../../schema/kernel/fault';
import { messagesOf } from '../client/messages';
import { waitFor } from '../client/wait-for';
import type { Observed, Scope } from './adapter';
import { remainingMs } from './adapter';
import { Refusal } from './refusal';

/** A thing that can be waited for. */
export interface Subject<T extends Observed = Observed> {
  readonly lifecycle: Lifecycle;
  /** The thing as people know it: `volume data (4f0c...)`. */
  readonly name: string;
  readonly id: string;
  readonly observe: (scope: Scope) => Promise<T | null>;
}

/** How a wait for one operation is bounded. */
export interface Awaited<T extends Observed> {
  readonly operation: string;
  /** Status in which it was when the operation was asked for. */
  readonly origin?: string;
  readonly isDone?: (observed: T) => boolean;
  /** The call that asks for it has been answered. */
  readonly isAccepted?: boolean;
}

/**
 * Waits for an operation on `subject`. null: it is gone and that is how the operation ends.
 * Throws the client's faults for failures, foreign statuses and the deadline.
 */
export async function waitOn<T extends Observed>(
  scope: Scope,
  subject: Subject<T>,
  awaited: Awaited<T>,
): Promise<T | null> {
  return waitFor<T>({
    lifecycle: subject.lifecycle,
    operation: awaited.operation,
    subject: subject.name,
    observe: (signal) => subject.observe({ ...scope, signal }),
    ...(awaited.origin === undefined ? {} : { origin: awaited.origin }),
    ...(awaited.isDone === undefined ? {} : { isDone: awaited.isDone }),
    ...(awaited.isAccepted === undefined ? {} : { isAccepted: awaited.isAccepted }),
    timeoutMs: remainingMs(scope),
    signal: scope.signal,
    messages: (signal) => messagesOf(scope.connection, subject.id, signal),
  });
}

/** Whether an operation is at work on a thing in this status. */
export function isAtWork(lifecycle: Lifecycle, status: string): boolean {
  return lifecycle.statuses[status]?.kind === 'transient';
}

/** Whether `status` tells of a failure. */
export function isFailed(status: string): boolean {
  return status.startsWith('error') || status === 'killed';
}

/** Waits until no operation is at work on `subject`; null when it is gone then. */
export async function atRest<T extends Observed>(
  scope: Scope,
  subject: Subject<T>,
  seen?: T,
): Promise<T | null> {
  let observed = seen ?? (await subject.observe(scope));
  while (observed && isAtWork(subject.lifecycle, observed.status)) {
    const operation = ownerOf(subject.lifecycle, observed.status) ?? 'create';
    const origin = observed.restStatus;
    observed = await waitOn(scope, subject, {
      operation,
      ...(origin === undefined ? {} : { origin }),
    });
  }
  return observed;
}

/**
 * Waits until `subject` can be removed: other operations on it have ended, well or not. A removal
 * that is already at work is left to the caller to wait for.
 */
export async function restBeforeRemoval<T extends Observed>(
  scope: Scope,
  subject: Subject<T>,
  seen: T,
): Promise<T | null> {
  if (seen.status === 'deleting') return seen;
  try {
    return await atRest(scope, subject, seen);
  } catch (error) {
    passFailure(error);
    return subject.observe(scope);
  }
}

/** Whether somebody else is removing `subject`, or has removed it. */
export async function isBeingRemoved(scope: Scope, subject: Subject): Promise<boolean> {
  const observed = await subject.observe(scope);
  return observed === null || observed.status === 'deleting';
}

/** Waits until a removal that somebody else began has ended. */
export async function waitForRemoval(scope: Scope, subject: Subject): Promise<void> {
  await waitOn(scope, subject, { operation: 'delete' });
}

/** Throws the failure that `observed`'s status tells of, with the service's reasons. */
export async function refuseFailed(
  scope: Scope,
  subject: Subject,
  observed: Observed,
): Promise<void> {
  if (!isFailed(observed.status)) return;
  throw new Refusal(
    `${subject.name} is in status ${observed.status}: ${await whyFailed(scope, observed)}. ` +
      'Repair it on the service, or replace it.',
  );
}

/** The service's reasons for a failure, in one line. */
export async function whyFailed(scope: Scope, observed: Observed): Promise<string> {
  const own = observed.failReason ? [observed.failReason] : [];
  const told = await messagesOf(scope.connection, observed.id, scope.signal);
  const reasons = [...new Set([...own, ...told])].map((reason) => reason.replace(/\.+$/, ''));
  return reasons.length > 0 ? reasons.join('; ') : 'the service gave no reason';
}

/**
 * Does `act`, which needs `sources` to be at rest: while the service refuses it because one of them
 * is busy, waits for that and tries again, until the scope's deadline. Other refusals pass through.
 */
export async function whenAtRest<T>(
  scope: Scope,
  sources: readonly Subject[],
  act: () => Promise<T>,
): Promise<T> {
  // A refusal may be about a moment that is already over, so one more try is made in any case.
  for (let spare = 1; ;) {
    for (const source of sources) await atRest(scope, source).catch(passFailure);
    try {
      return await act();
    } catch (error) {
      const refused = isFault(error) && (error.http === 400 || error.http === 409);
      if (!refused || Date.now() >= scope.deadlineMs) throw error;
      if (!(await anyBusy(scope, sources)) && spare-- <= 0) throw error;
    }
  }
}

/**
 * A source whose own operation failed is at rest as well; what it is good for, the service says.
 */
function passFailure(error: unknown): null {
  if (isFault(error, 'operationFailed')) return null;
  throw error;
}

async function anyBusy(scope: Scope, sources: readonly Subject[]): Promise<boolean> {
  for (const source of sources) {
    const observed = await source.observe(scope);
    if (observed && isAtWork(source.lifecycle, observed.status)) return true;
  }
  return false;
}
