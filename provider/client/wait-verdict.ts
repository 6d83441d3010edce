// What one look at a thing means for a wait, by its lifecycle table alone. Pure. Invariant: every
// status has a verdict, those that the table lacks too.
import type { Lifecycle, OperationRow } from '../../schema/kernel/lifecycle';
import { any, origin as back, ownerOf } from '../../schema/kernel/lifecycle';

/**
 * What to do after a look. `begin`: it rests where it may start, so the operation has not begun,
 * or it ended without effect; `unexpected`: nothing in the table leads from here to the end.
 */
export type Verdict = 'done' | 'failed' | 'working' | 'begin' | 'unexpected';

/** One operation on a thing. */
export interface Waiting {
  readonly lifecycle: Lifecycle;
  readonly operation: string;
  readonly row: OperationRow<string>;
  /** Statuses in which the thing may have been when the operation was asked for. */
  readonly origins: readonly string[];
}

/** One look at the thing. */
export interface Look {
  /** null: the service knows it no more. */
  readonly status: string | null;
  /** Whether an earlier look found the operation at work. */
  readonly begun: boolean;
  /** Whether the effect is there; undefined where nobody can tell. */
  readonly effect: boolean | undefined;
}

/** The facts of a wait. Throws for an operation that the table lacks: a mistake of the program. */
export function waitingFor(
  lifecycle: Lifecycle,
  operation: string,
  origin: string | undefined,
): Waiting {
  const row = lifecycle.operations[operation];
  if (!row) throw new Error(`${lifecycle.noun} has no operation ${operation}`);
  const origins = origin === undefined ? startsOf(row) : [origin];
  return { lifecycle, operation, row, origins };
}

/** What `look` means. */
export function verdictOn(waiting: Waiting, look: Look): Verdict {
  const { lifecycle, row } = waiting;
  const status = look.status ?? 'deleted';
  const ends = endsOf(waiting);
  if (ends.includes(status) && look.effect !== false) return 'done';
  if (row.via.includes(status) || row.alsoVia?.includes(status)) return 'working';
  // Back at rest with nothing to show for it: the service gave up, unless it has not begun.
  const resting = startsOf(row).includes(status) || waiting.origins.includes(status);
  if (resting || ends.includes(status)) return look.begun ? 'failed' : 'begin';
  if (status === row.failed || isError(lifecycle, status)) return 'failed';
  const owner = ownerOf(lifecycle, status);
  // Another operation took over in between; it will come to rest. One that removes it will not.
  if (owner !== undefined && !removes(lifecycle, owner)) return 'working';
  return 'unexpected';
}

/** The statuses in which this wait may still end well. */
export function expectedStatuses(waiting: Waiting): string[] {
  const { via, alsoVia = [] } = waiting.row;
  return [...new Set([...endsOf(waiting), ...via, ...alsoVia])];
}

/**
 * Whether the service may leave the thing at rest for long before it begins: where a failed
 * operation goes back to its start (an image is queued until its bytes come), its start says
 * nothing.
 */
export function mayBeginLate({ row }: Waiting): boolean {
  return row.from.includes(row.failed);
}

function endsOf({ row, origins }: Waiting): readonly string[] {
  return row.done === back ? origins : row.done;
}

function startsOf(row: OperationRow<string>): readonly string[] {
  const forced = row.fromForced === any ? [] : (row.fromForced ?? []);
  return [...row.from, ...forced, ...(row.fromSince?.from ?? [])];
}

/** A status of failure that the table knows, though it names another for this operation. */
function isError({ statuses }: Lifecycle, status: string): boolean {
  return statuses[status]?.kind === 'stable' && status.startsWith('error');
}

function removes({ operations }: Lifecycle, owner: string): boolean {
  const done = operations[owner]?.done;
  return Array.isArray(done) && done.includes('deleted');
}
