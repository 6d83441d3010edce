// A real HTTP server that logs in anybody and answers as a test says: faults of networks and
// services are produced on real sockets. Not a model of OpenStack: each test scripts what it
// needs.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from '../../provider/client/connect';
import type { Connection } from '../../provider/client/connection';
import type { ResolvedSettings } from '../../provider/client/resolved-settings';
import type { RetryPolicy } from '../../provider/client/retry';
import { Secret } from '../../provider/client/secret';

/** One request as the server saw it. */
export interface Seen {
  readonly method: string;
  readonly url: URL;
  readonly token: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What to answer; `drop` cuts the connection instead. */
export interface Scripted {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or text as it is. */
  readonly body?: unknown;
  /** `at once`: without a byte; `midway`: after half of the body. */
  readonly drop?: 'at once' | 'midway';
  readonly delayMs?: number;
}

/** Answers requests other than logins. `count` is the number of this request, from 1. */
export type Script = (seen: Seen, count: number) => Scripted | Promise<Scripted>;

/** Tries without real delays. */
export const hasty: RetryPolicy = {
  attempts: 4,
  totalMs: 60_000,
  firstDelayMs: 1,
  longestDelayMs: 4,
  settleMs: 1,
};

/** A running fake. */
export class FakeCloud {
  readonly requests: Seen[] = [];
  logins = 0;
  /** Seconds that tokens are good for. */
  lifetimeSeconds = 3600;
  script: Script = () => ({ body: {} });
  /** Answers logins in place of the usual success. */
  loginScript: ((seen: Seen, count: number) => Scripted | null) | null = null;
  catalog: unknown = null;
  readonly #valid = new Set<string>();
  readonly #connections: Connection[] = [];
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  /** Starts on a free port. */
  static async start(): Promise<FakeCloud> {
    const cloud = new FakeCloud();
    await new Promise<void>((listening) => cloud.#server.listen(0, '127.0.0.1', listening));
    return cloud;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Makes every token so far worthless. */
  revokeTokens(): void {
    this.#valid.clear();
  }

  /** A connection that is closed with the cloud. */
  connect(more: Partial<ResolvedSettings> = {}, retries = hasty): Connection {
    const settings: ResolvedSettings = {
      origin: 'the test',
      authUrl: `${this.url}/v3`,
      login: {
        method: 'password',
        user: { name: 'demo', domain: { id: 'default' } },
        password: new Secret('correct horse'),
      },
      scope: { kind: 'project', project: { name: 'demo', domain: { id: 'default' } } },
      region: 'RegionOne',
      interface: 'public',
      tls: { verify: true, cacertFile: null, certFile: null, keyFile: null },
      services: {},
      requestTimeoutMs: 5000,
      ...more,
    };
    const connection = connect(settings, { retries });
    this.#connections.push(connection);
    return connection;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const seen: Seen = {
      method: request.method ?? '',
      url: new URL(request.url ?? '/', this.url),
      token: String(request.headers['x-auth-token'] ?? ''),
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    await send(response, await this.#answer(seen));
  }

  async #answer(seen: Seen): Promise<Scripted> {
    if (seen.url.pathname === '/v3/auth/tokens' && seen.method === 'POST') {
      this.logins += 1;
      return this.loginScript?.(seen, this.logins) ?? this.#logIn();
    }
    this.requests.push(seen);
    if (!this.#valid.has(seen.token)) {
      return { status: 401, body: { error: { code: 401, message: 'log in', title: 'No' } } };
    }
    return this.script(seen, this.requests.length);
  }

  #logIn(): Scripted {
    const token = `token-${this.logins}`;
    this.#valid.add(token);
    const now = Date.now();
    const endpoint = (url: string) =>
      ['public', 'internal', 'admin'].map((each) => ({
        interface: each,
        region: 'RegionOne',
        region_id: 'RegionOne',
        url,
      }));
    const catalog = this.catalog ?? [
      { type: 'volumev3', name: 'cinder', endpoints: endpoint(`${this.url}/volume/v3/p1`) },
      { type: 'image', name: 'glance', endpoints: endpoint(`${this.url}/image`) },
    ];
    const body = {
      token: {
        issued_at: new Date(now).toISOString(),
        expires_at: new Date(now + this.lifetimeSeconds * 1000).toISOString(),
        user: { id: 'u1', name: 'demo' },
        project: { id: 'p1', name: 'demo' },
        catalog,
      },
    };
    return { status: 201, headers: { 'x-subject-token': token }, body };
  }
}

async function send(response: ServerResponse, scripted: Scripted): Promise<void> {
  if (scripted.delayMs) await new Promise((after) => setTimeout(after, scripted.delayMs).unref());
  if (scripted.drop === 'at once') {
    response.destroy();
    return;
  }
  const { body = '' } = scripted;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/html' : 'application/json';
  response.writeHead(scripted.status ?? 200, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    ...scripted.headers,
  });
  if (scripted.drop === 'midway') {
    response.write(text.slice(0, text.length / 2), () => response.destroy());
    return;
  }
  response.end(text);
}
