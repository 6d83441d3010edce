// Keeps one token fresh: logs in at first need, renews before expiry and after a refusal.
// Invariant: however many calls need a token at once, one login is under way.
import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import { clientFaults } from '../../schema/client-faults';
import { isFault } from '../../schema/kernel/fault';
import { loginBody } from './login-body';
import { refusal } from './refusal';
import type { ResolvedSettings } from './resolved-settings';
import { withRetries } from './retry';
import type { RetryPolicy } from './retry';
import { Secret } from './secret';
import type { Sender } from './sender';
import { ConnectionLost } from './sender';

const endpointShape = z.looseObject({
  url: z.string(),
  interface: z.string(),
  region: z.string().nullish(),
  region_id: z.string().nullish(),
});

const catalogShape = z.array(
  z.looseObject({
    type: z.string(),
    name: z.string().nullish(),
    endpoints: z.array(endpointShape),
  }),
);

const tokenShape = z.looseObject({
  token: z.looseObject({
    expires_at: z.string(),
    issued_at: z.string().optional(),
    project: z.looseObject({ id: z.string() }).optional(),
    user: z.looseObject({ id: z.string() }),
    catalog: catalogShape.optional(),
  }),
});

/** The services that a token gives access to. */
export type Catalog = z.output<typeof catalogShape>;

/** What a login gave. */
export interface Grant {
  readonly token: Secret;
  readonly userId: string;
  /** null for a token that is not for a project. */
  readonly projectId: string | null;
  readonly catalog: Catalog;
  /** When to get a new one, on the clock of performance.now(). */
  readonly renewAtMs: number;
  /** Until when it is good, on the same clock. */
  readonly expiresAtMs: number;
}

/** The login of one connection. */
export class Session {
  readonly #settings: ResolvedSettings;
  readonly #sender: Sender;
  readonly #policy: RetryPolicy;
  readonly #closing = new AbortController();
  #grant: Grant | null = null;
  #login: Promise<Grant> | null = null;

  constructor(settings: ResolvedSettings, sender: Sender, policy: RetryPolicy) {
    this.#settings = settings;
    this.#sender = sender;
    this.#policy = policy;
  }

  /** A token that is good for a while. An abort ends this caller's wait, not the others' login. */
  async grant(signal?: AbortSignal): Promise<Grant> {
    signal?.throwIfAborted();
    if (this.#grant && performance.now() < this.#grant.renewAtMs) return this.#grant;
    this.#login ??= this.#logIn().finally(() => {
      this.#login = null;
    });
    return signal ? orAbort(this.#login, signal) : this.#login;
  }

  /** Forgets `refused`, unless it has been replaced already. */
  forget(refused: Grant): void {
    if (this.#grant === refused) this.#grant = null;
  }

  /** Ends a login that is under way. */
  close(): void {
    this.#closing.abort(new Error('the connection was closed'));
  }

  async #logIn(): Promise<Grant> {
    const { signal } = this.#closing;
    const url = `${identityRoot(this.#settings.authUrl)}/v3/auth/tokens`;
    let attempts = 0;
    const call = {
      run: (attempt: number) => {
        attempts = attempt;
        return this.#request(url, signal);
      },
      judge: adviceForLogin,
      policy: this.#policy,
      signal,
    };
    try {
      this.#grant = await withRetries(call);
      return this.#grant;
    } catch (error) {
      // An identity service that is down does no harm while the last token is still good.
      const passing = error instanceof ConnectionLost || (isFault(error) && error.retriable);
      if (passing && this.#grant && performance.now() < this.#grant.expiresAtMs) return this.#grant;
      if (!(error instanceof ConnectionLost)) throw error;
      const what = 'the login';
      throw clientFaults.connectionFailed({ what, url, found: error.message, attempts }, error);
    }
  }

  async #request(url: string, signal: AbortSignal): Promise<Grant> {
    const askedAtMs = performance.now();
    const answer = await this.#sender.send({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(loginBody(this.#settings)),
      signal,
      timeoutMs: this.#settings.requestTimeoutMs,
    });
    const { status, headers } = answer;
    const text = await answer.body.text();
    if (status < 200 || status > 299) throw this.#refused({ url, status, headers, text });
    const parsed = tokenShape.safeParse(jsonOf(text));
    const token = headers['x-subject-token'];
    if (!parsed.success || !token) {
      throw clientFaults.replyUnusable({
        what: 'the login',
        url,
        found: token ? `a body that is not a token's (${where(parsed.error)})` : 'no token',
        expected: 'the answer of an identity service, version 3',
      });
    }
    return grantOf(parsed.data, { token: new Secret(token), askedAtMs });
  }

  #refused(given: Omit<Parameters<typeof refusal>[0], 'what' | 'service'> & { url: string }) {
    const { url, status } = given;
    const fault = refusal({ ...given, what: 'the login', service: 'identity' });
    if (fault.retriable) return fault;
    const found = String(fault.details['reason']);
    const todo = adviceOn(status, this.#settings);
    return clientFaults.loginRefused({ url, origin: this.#settings.origin, status, found, todo });
  }
}

/** The identity service's address without a version at its end. */
export function identityRoot(authUrl: string): string {
  return authUrl.replace(/\/+$/, '').replace(/\/v\d+(\.\d+)?$/, '');
}

function grantOf(
  reply: z.output<typeof tokenShape>,
  got: { token: Secret; askedAtMs: number },
): Grant {
  const { token } = reply;
  const issued = token.issued_at ?? new Date().toISOString();
  // The service's own two times are compared, so that a wrong clock on this machine does no harm.
  const lifetimeMs = Math.max(0, Date.parse(token.expires_at) - Date.parse(issued)) || 0;
  const marginMs = Math.min(120_000, lifetimeMs / 5);
  return {
    token: got.token,
    userId: token.user.id,
    projectId: token.project?.id ?? null,
    catalog: token.catalog ?? [],
    renewAtMs: got.askedAtMs + lifetimeMs - marginMs,
    expiresAtMs: got.askedAtMs + lifetimeMs,
  };
}

function adviceForLogin(error: unknown) {
  // A login changes nothing, so it may be sent again whatever became of the last one.
  if (error instanceof ConnectionLost) return { atLeastMs: 0 };
  if (!isFault(error) || !error.retriable || error.code === 'connectionFailed') return null;
  return { atLeastMs: Number(error.details['retryAfterMs'] ?? 0) };
}

function adviceOn(status: number, { login }: ResolvedSettings): string {
  if (status === 404 || (status >= 300 && status < 400)) {
    return 'Check that auth_url is the address of the identity service.';
  }
  if (login.method === 'token') return 'Get a new token: this one has expired or was revoked.';
  if (login.method === 'password') {
    return 'Check username, password, their domain, and the project and its domain.';
  }
  return 'Check the id or name of the application credential, its secret and its expiry.';
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function where(error: z.ZodError | undefined): string {
  const issue = error?.issues[0];
  return issue ? `${issue.path.join('.') || 'body'}: ${issue.message}` : 'empty';
}

function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
