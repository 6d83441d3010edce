// Sends one call with a token, again where that is safe. Invariant: a call that may have taken
// effect is repeated only if its method is idempotent or the caller vouched for it.
import type { Readable } from 'node:stream';
import { clientFaults } from '../../schema/client-faults';
import { isFault } from '../../schema/kernel/fault';
import { refusal } from './refusal';
import type { RetryAdvice, RetryPolicy } from './retry';
import { withRetries } from './retry';
import type { Answer, Exchange, Sender } from './sender';
import { ConnectionLost } from './sender';
import type { Grant, Session } from './session';

/** A call, ready to be sent with any token. */
export interface Call<T> {
  /** For messages: `POST /volumes`. */
  readonly what: string;
  readonly service: string;
  readonly method: Exchange['method'];
  readonly url: (grant: Grant) => Promise<string>;
  readonly headers: Readonly<Record<string, string>>;
  /** Makes the body anew for each try. */
  readonly body?: (() => string | Readable) | undefined;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Sending it twice does no harm, although its method does not say so. */
  readonly repeatable?: boolean | undefined;
  /** Looks for what an earlier try made; asked before a repeat that could make it twice. */
  readonly findExisting?: (() => Promise<T | null>) | undefined;
  /** Whether a status is a success; 200 to 299 are when it is left out. */
  readonly accepts?: ((status: number) => boolean) | undefined;
  /** Reads the answer; part of the try, so that one whose body breaks off is tried again. */
  readonly receive: (answer: Answer, url: string) => Promise<T>;
}

// PATCH is left out: the second of two equal JSON patches may fail or do more.
const idempotent = new Set<string>(['GET', 'HEAD', 'PUT', 'DELETE']);

/** Sends the calls of one connection. */
export class Caller {
  readonly #sender: Sender;
  readonly #session: Session;
  readonly #policy: RetryPolicy;

  constructor(parts: { sender: Sender; session: Session; policy: RetryPolicy }) {
    this.#sender = parts.sender;
    this.#session = parts.session;
    this.#policy = parts.policy;
  }

  /**
   * Sends `call` until it is answered and read. Throws the service's refusal or the loss of the
   * connection.
   */
  async send<T>(call: Call<T>): Promise<T> {
    const { settleMs } = this.#policy;
    const tries: Tries = { count: 0, uncertain: false, url: '', settleMs };
    const { signal } = call;
    const retrying = {
      run: async (attempt: number): Promise<T> => {
        tries.count = attempt;
        const existing = tries.uncertain ? await call.findExisting?.() : null;
        return existing ?? this.#try(call, tries);
      },
      judge: (error: unknown) => judge(error, call, tries),
      policy: this.#policy,
      signal,
    };
    try {
      return await withRetries(retrying);
    } catch (error) {
      throw error instanceof ConnectionLost ? asFault(error, call, tries) : error;
    }
  }

  async #try<T>(call: Call<T>, tries: Tries): Promise<T> {
    const grant = await this.#session.grant(call.signal);
    const first = await this.#sendWith(grant, call, tries);
    if (first.status !== 401) return this.#accept(first, call, tries);
    // Revoked or expired early: a refusal for want of a login did nothing, so it is sent again.
    await first.body.dump();
    this.#session.forget(grant);
    const renewed = await this.#session.grant(call.signal);
    return this.#accept(await this.#sendWith(renewed, call, tries), call, tries);
  }

  async #sendWith<T>(grant: Grant, call: Call<T>, tries: Tries): Promise<Answer> {
    tries.url = await call.url(grant);
    const body = call.body?.();
    return this.#sender.send({
      method: call.method,
      url: tries.url,
      headers: { ...call.headers, 'x-auth-token': grant.token.reveal() },
      ...(body === undefined ? {} : { body }),
      signal: call.signal,
      timeoutMs: call.timeoutMs,
    });
  }

  async #accept<T>(answer: Answer, call: Call<T>, tries: Tries): Promise<T> {
    const { status, headers } = answer;
    const accepted = call.accepts?.(status) ?? (status >= 200 && status < 300);
    if (accepted) return call.receive(answer, tries.url);
    const text = await bodyText(answer, call.signal);
    throw refusal({ what: call.what, service: call.service, status, headers, text });
  }
}

/** Reads a whole body as text; a connection that breaks in its midst counts as lost. */
export async function bodyText(answer: Answer, signal?: AbortSignal): Promise<string> {
  try {
    return await answer.body.text();
  } catch (error) {
    signal?.throwIfAborted();
    const found = error instanceof Error ? error.message : String(error);
    throw new ConnectionLost(`the answer broke off (${found})`, { maybeSent: true, cause: error });
  }
}

interface Tries {
  count: number;
  /** A try may have taken effect without an answer telling so. */
  uncertain: boolean;
  url: string;
  readonly settleMs: number;
}

function judge(error: unknown, call: Call<unknown>, tries: Tries): RetryAdvice | null {
  const lost = error instanceof ConnectionLost;
  if (!lost && !(isFault(error) && error.retriable && error.code !== 'connectionFailed'))
    return null;
  const atLeastMs = lost ? 0 : Number(error.details['retryAfterMs'] ?? 0);
  // 429 and the rate-limit form of 413 mean that nothing was done; a gateway's 5xx may hide a
  // success.
  const untouched = lost ? !error.maybeSent : error.http === 429 || error.http === 413;
  if (untouched || idempotent.has(call.method) || call.repeatable) return { atLeastMs };
  tries.uncertain = true;
  return call.findExisting ? { atLeastMs: Math.max(atLeastMs, tries.settleMs) } : null;
}

function asFault(error: ConnectionLost, call: Call<unknown>, tries: Tries): Error {
  const details = { what: call.what, url: tries.url, found: error.message };
  const safe = idempotent.has(call.method) || call.repeatable || call.findExisting;
  if (error.maybeSent && !safe) return clientFaults.createUncertain(details, error);
  return clientFaults.connectionFailed({ ...details, attempts: tries.count }, error);
}
