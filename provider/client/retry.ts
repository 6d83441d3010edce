// Tries again what may succeed the next time, with growing, jittered delays. Invariant: attempts
// and time are bounded, an abort ends a delay at once, and a call that may have taken effect is
// repeated only where the caller said that this is safe.
import { setTimeout as sleep } from 'node:timers/promises';

/** Bounds of the tries of one call. */
export interface RetryPolicy {
  /** Tries in all, the first included. */
  readonly attempts: number;
  /** Bound for the delays of one call together, in milliseconds. */
  readonly totalMs: number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /**
   * How long a service may still be at work on a call whose answer was lost: what it may have
   * made is looked for no earlier, in milliseconds.
   */
  readonly settleMs: number;
}

/** What suits people who wait at a prompt: outages of half a minute are bridged. */
export const usualRetries: RetryPolicy = {
  attempts: 8,
  totalMs: 120_000,
  firstDelayMs: 100,
  longestDelayMs: 10_000,
  settleMs: 1000,
};

/** Why a further try makes sense. */
export interface RetryAdvice {
  /** The least delay that the service asked for, in milliseconds. */
  readonly atLeastMs: number;
}

/** One call with its tries. */
export interface Retrying<T> {
  /** One try; `attempt` counts from 1. */
  readonly run: (attempt: number) => Promise<T>;
  /** Whether `error` deserves another try; null: it is final. */
  readonly judge: (error: unknown) => RetryAdvice | null;
  readonly policy: RetryPolicy;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs until a try succeeds, the verdict is final or the bounds are reached: throws the last
 * error.
 */
export async function withRetries<T>(call: Retrying<T>): Promise<T> {
  const { policy, signal } = call;
  let spentMs = 0;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call.run(attempt);
    } catch (error) {
      signal?.throwIfAborted();
      const advice = attempt < policy.attempts ? call.judge(error) : null;
      if (!advice) throw error;
      const delayMs = Math.max(backoffMs(attempt, policy), advice.atLeastMs);
      spentMs += delayMs;
      if (spentMs > policy.totalMs) throw error;
      await pause(delayMs, signal);
    }
  }
}

/** The delay after the try `attempt`: doubles each time, between half of it and all of it. */
export function backoffMs(attempt: number, policy: RetryPolicy): number {
  const full = Math.min(policy.firstDelayMs * 2 ** (attempt - 1), policy.longestDelayMs);
  return full * (0.5 + Math.random() / 2);
}

/** Waits; an abort ends it at once with the signal's reason. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  try {
    await sleep(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/**
 * Reads a Retry-After header, in seconds or as a date; null where it is absent or neither.
 * `nowMs` is milliseconds since 1970.
 */
export function retryAfterMs(header: string | undefined, nowMs = Date.now()): number | null {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // Dates have letters in them; Date.parse would also take plain numbers such as -1.
  const at = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}
