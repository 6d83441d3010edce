// The only code that opens sockets: sends one HTTP request over undici and says, when that fails,
// whether the request may have reached the service. Invariant: redirects are not followed, so
// that a token goes to no host but the one it was meant for.
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Agent, EnvHttpProxyAgent, request } from 'undici';
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { clientFaults } from '../../schema/client-faults';
import type { TlsSettings } from './resolved-settings';

/** One request, complete. */
export interface Exchange {
  readonly method: Dispatcher.HttpMethod;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Readable;
  readonly signal?: AbortSignal | undefined;
  /** Bound for the answer to begin, in milliseconds. */
  readonly timeoutMs: number;
}

/** An answer whose body is not read yet; the receiver reads or dumps it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Dispatcher.ResponseData['body'];
}

/** The connection failed. Internal: becomes a Fault once no further try is left. */
export class ConnectionLost extends Error {
  /** Whether the service may have got the request and acted on it. */
  readonly maybeSent: boolean;

  constructor(found: string, options: { maybeSent: boolean; cause: unknown }) {
    super(found, { cause: options.cause });
    this.name = 'ConnectionLost';
    this.maybeSent = options.maybeSent;
  }
}

/** Errors after which nothing can have reached the service. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const errorShape = z.looseObject({
  code: z.string().optional(),
  message: z.string().optional(),
  errors: z.array(z.unknown()).optional(),
});

/**
 * Idle sockets are closed after this many milliseconds, however long the service would keep them: a
 * create that meets a socket just closed by a balancer between would be in doubt.
 */
const keepAliveMaxTimeout = 4000;

/** Sends requests for one connection and keeps its sockets. */
export class Sender {
  readonly #tls: TlsSettings;
  readonly #revive: (() => Promise<unknown>) | null;
  #dispatcher: Promise<Dispatcher> | null = null;
  #reviving: Promise<unknown> | null = null;

  /**
   * `revive` brings the service back where nothing answers any more; the next try then finds it.
   */
  constructor(tls: TlsSettings, revive: (() => Promise<unknown>) | null = null) {
    this.#tls = tls;
    this.#revive = revive;
  }

  /**
   * Sends once. Throws ConnectionLost where no answer began, the signal's reason where it was
   * aborted, a Fault where certificates cannot be read or trusted.
   */
  async send(exchange: Exchange): Promise<Answer> {
    exchange.signal?.throwIfAborted();
    this.#dispatcher ??= makeDispatcher(this.#tls);
    const dispatcher = await this.#dispatcher;
    try {
      const { statusCode, headers, body } = await request(exchange.url, {
        dispatcher,
        method: exchange.method,
        headers: exchange.headers,
        body: exchange.body ?? null,
        signal: exchange.signal ?? null,
        headersTimeout: exchange.timeoutMs,
        bodyTimeout: exchange.timeoutMs,
      });
      return { status: statusCode, headers: flatHeaders(headers), body };
    } catch (error) {
      exchange.signal?.throwIfAborted();
      const failure = lost(error, exchange.url);
      if (failure instanceof ConnectionLost && !failure.maybeSent) await this.#tryRevive();
      throw failure;
    }
  }

  /** Once at a time for all requests; a failure shows in the tries that follow. */
  async #tryRevive(): Promise<void> {
    if (!this.#revive) return;
    this.#reviving ??= this.#revive().finally(() => {
      this.#reviving = null;
    });
    await this.#reviving.catch(() => undefined);
  }

  /** Cuts off what is in progress and closes idle sockets. Repeatable. */
  async close(): Promise<void> {
    const dispatcher = await this.#dispatcher?.catch(() => null);
    await dispatcher?.destroy();
  }
}

async function makeDispatcher(tls: TlsSettings): Promise<Dispatcher> {
  const [ca, cert, key] = await Promise.all(
    [tls.cacertFile, tls.certFile, tls.keyFile].map(readPem),
  );
  const secure = {
    rejectUnauthorized: tls.verify,
    ...(ca ? { ca } : {}),
    ...(cert ? { cert, key: key ?? cert } : {}),
  };
  const { env } = process;
  const proxies = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'];
  if (!proxies.some((name) => env[name])) {
    return new Agent({ connect: secure, keepAliveMaxTimeout });
  }
  const noProxy = [env['no_proxy'] || env['NO_PROXY'], 'localhost', '127.0.0.1', '::1'];
  return new EnvHttpProxyAgent({
    connect: secure,
    keepAliveMaxTimeout,
    requestTls: secure,
    noProxy: noProxy.filter(Boolean).join(','),
  });
}

async function readPem(file: string | null): Promise<Buffer | null> {
  if (file === null) return null;
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw clientFaults.settingsFileUnusable(
      { file, found: `it cannot be read (${error.code})`, todo: 'Correct cacert, cert or key.' },
      error,
    );
  });
}

function lost(error: unknown, url: string): Error {
  const { code, message } = rootOf(error);
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|^EPROTO$/.test(code)) {
    const found = `the certificate or TLS of the service is not acceptable (${code})`;
    return clientFaults.connectionFailed({ what: 'a request', url, found, attempts: 1 }, error);
  }
  const found = code && !message.includes(code) ? `${message} (${code})` : message;
  return new ConnectionLost(found, { maybeSent: !neverSent.has(code), cause: error });
}

/** The innermost error that tells something; several addresses may have been tried at once. */
function rootOf(error: unknown): { code: string; message: string } {
  const { errors, code, message } = errorShape.safeParse(error).data ?? {};
  if (errors?.length) return rootOf(errors[0]);
  return { code: code ?? '', message: message || code || String(error) };
}

function flatHeaders(headers: Record<string, string | string[] | undefined>) {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = [value].flat().join(', ');
  }
  return flat;
}
