// Waits until a thing's status is where an operation ends, by the lifecycle tables. Invariant:
// every wait ends: in success, in the failed status with its reasons, in a status that the table
// does not expect, or at its deadline.
import { performance } from 'node:perf_hooks';
import { clientFaults } from '../../schema/client-faults';
import { isFault } from '../../schema/kernel/fault';
import type { Lifecycle } from '../../schema/kernel/lifecycle';
import { pollDelays } from './poll-delays';
import { pause } from './retry';
import type { Waiting } from './wait-verdict';
import { expectedStatuses, mayBeginLate, verdictOn, waitingFor } from './wait-verdict';

/** What a wait needs of a thing. */
export interface Observed {
  readonly status: string;
  /** The service's own reason, where the thing has one (backups). */
  readonly failReason?: string | null | undefined;
}

/** One wait. */
export interface WaitRequest<T extends Observed> {
  readonly lifecycle: Lifecycle;
  /** Name of the operation in the table. */
  readonly operation: string;
  /** The thing as people know it, for messages: `volume data (4f0c...)`. */
  readonly subject: string;
  /** Fetches the thing; null once it is gone. */
  readonly observe: (signal: AbortSignal) => Promise<T | null>;
  /**
   * Status in which the thing was when the operation was asked for; counts where the row ends or
   * fails in its origin. Left out: any status that the row may start in.
   */
  readonly origin?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Fetches the service's messages about the thing; asked once, when it failed. */
  readonly messages?: (signal: AbortSignal) => Promise<readonly string[]>;
  /** Told every status that differs from the one before. */
  readonly onStatus?: (status: string) => void;
  /**
   * For operations that end where they began (extend, retype): whether the effect is there. A thing
   * at rest without it has failed, or has not begun. Left out: being at rest is being done, for the
   * service sets the first transient status before it answers the call that asks for the operation.
   */
  readonly isDone?: (observed: T) => boolean;
  /**
   * The service has answered the call that asks for the operation, which puts the thing into its
   * first transient status. At rest without the effect it has then failed, however soon.
   */
  readonly isAccepted?: boolean;
}

/** How long a thing may rest where it started before the operation counts as not begun. */
const beginWithinMs = 15_000;

/** Bound for asking why it failed. */
const messagesWithinMs = 10_000;

/**
 * Waits for `operation` to end well and returns the thing as last observed; null where it is gone
 * and that is the end of the operation. Throws operationFailed (with the service's reasons),
 * unexpectedStatus, gone or waitTimedOut; the signal's reason when it is aborted. Observations
 * that fail for a passing reason are made again until the deadline.
 */
export async function waitFor<T extends Observed>(request: WaitRequest<T>): Promise<T | null> {
  return new Wait(request).run();
}

class Wait<T extends Observed> {
  readonly #request: WaitRequest<T>;
  readonly #waiting: Waiting;
  readonly #deadline: AbortSignal;
  readonly #signal: AbortSignal;
  readonly #startedAtMs = performance.now();
  #lastStatus: string | null = null;
  #begun = false;

  constructor(request: WaitRequest<T>) {
    this.#request = request;
    this.#waiting = waitingFor(request.lifecycle, request.operation, request.origin);
    this.#begun = request.isAccepted ?? false;
    this.#deadline = AbortSignal.timeout(Math.max(1, Math.round(request.timeoutMs)));
    const signals = request.signal ? [request.signal, this.#deadline] : [this.#deadline];
    this.#signal = AbortSignal.any(signals);
  }

  async run(): Promise<T | null> {
    try {
      for (const delayMs of pollDelays()) {
        const observed = await this.#observe();
        if (observed !== undefined && (await this.#isOver(observed))) return observed;
        await pause(delayMs, this.#signal);
      }
      throw new Error('delays have no end');
    } catch (error) {
      this.#request.signal?.throwIfAborted();
      if (!this.#deadline.aborted || isFault(error)) throw error;
      throw clientFaults.waitTimedOut(
        { ...this.#names(), lastStatus: this.#lastStatus, elapsedMs: this.#elapsedMs() },
        error,
      );
    }
  }

  /** The thing, null when it is gone, undefined when the service could not be asked just now. */
  async #observe(): Promise<T | null | undefined> {
    try {
      const observed = await this.#request.observe(this.#signal);
      const row = this.#request.lifecycle.statuses[observed?.status ?? ''];
      return row?.kind === 'final' ? null : observed;
    } catch (error) {
      this.#signal.throwIfAborted();
      if (isFault(error) && error.retriable) return undefined;
      throw error;
    }
  }

  async #isOver(observed: T | null): Promise<boolean> {
    const status = observed?.status ?? null;
    if (status !== null && status !== this.#lastStatus) this.#request.onStatus?.(status);
    const effect = observed ? this.#request.isDone?.(observed) : undefined;
    const verdict = verdictOn(this.#waiting, { status, begun: this.#begun, effect });
    const lastStatus = this.#lastStatus;
    if (status !== null) this.#lastStatus = status;
    if (verdict === 'done') return true;
    if (status === null) throw clientFaults.gone({ ...this.#names(), lastStatus });
    if (verdict === 'unexpected') {
      const expected = expectedStatuses(this.#waiting);
      throw clientFaults.unexpectedStatus({ ...this.#names(), status, expected });
    }
    if (verdict === 'failed' || this.#neverBegan(verdict))
      throw await this.#failure(observed, status);
    this.#begun ||= verdict === 'working';
    return false;
  }

  #neverBegan(verdict: string): boolean {
    const late = this.#elapsedMs() > beginWithinMs && !mayBeginLate(this.#waiting);
    return verdict === 'begin' && late;
  }

  async #failure(observed: T | null, status: string): Promise<Error> {
    const own = observed?.failReason;
    const said = await this.#messages();
    const reasons = [...new Set([...(own ? [own] : []), ...said])];
    return clientFaults.operationFailed({ ...this.#names(), status, reasons });
  }

  async #messages(): Promise<readonly string[]> {
    const { messages, signal } = this.#request;
    if (!messages) return [];
    const bound = AbortSignal.timeout(messagesWithinMs);
    // The failure is what matters; a service that cannot say why does not hide it.
    return messages(signal ? AbortSignal.any([signal, bound]) : bound).catch(() => []);
  }

  #names(): { subject: string; operation: string } {
    return { subject: this.#request.subject, operation: this.#request.operation };
  }

  #elapsedMs(): number {
    return performance.now() - this.#startedAtMs;
  }
}
