// Opens a connection: puts login, services, tries and parsing together. Invariant: a reply leaves
// here only in the shape that its route promises.
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import { clientFaults } from '../../schema/client-faults';
import { isFault } from '../../schema/kernel/fault';
import type { Route, ServiceName } from '../../schema/wire/route';
import type { Call } from './caller';
import { bodyText, Caller } from './caller';
import type {
  CallRequest,
  Connection,
  PagesRequest,
  Reply,
  ReplyBody,
  UploadRequest,
} from './connection';
import { walkPages } from './pages';
import { describeCall, headersOf, urlOf } from './request-form';
import type { ResolvedSettings } from './resolved-settings';
import type { RetryPolicy } from './retry';
import { usualRetries } from './retry';
import type { Answer } from './sender';
import { Sender } from './sender';
import { Services } from './services';
import { Session } from './session';
import { compareVersions } from './versions';

/** What may differ from the usual for one connection. */
export interface ConnectOptions {
  readonly retries?: RetryPolicy;
  /**
   * Brings the service back when nothing listens at its address: starts the bundled engine again.
   */
  readonly revive?: () => Promise<unknown>;
}

/** Services take their time over the last bytes of an upload: they hash and inspect it first. */
const uploadTimeoutMs = 15 * 60_000;

/** Opens a connection. Does no request: login happens at the first call. */
export function connect(settings: ResolvedSettings, options: ConnectOptions = {}): Connection {
  return new OpenConnection(settings, options);
}

class OpenConnection implements Connection {
  readonly settings: ResolvedSettings;
  readonly #sender: Sender;
  readonly #session: Session;
  readonly #caller: Caller;
  readonly #services: Services;

  constructor(settings: ResolvedSettings, options: ConnectOptions) {
    const policy = options.retries ?? usualRetries;
    this.settings = settings;
    this.#sender = new Sender(settings.tls, options.revive);
    this.#session = new Session(settings, this.#sender, policy);
    this.#caller = new Caller({ sender: this.#sender, session: this.#session, policy });
    const parts = { session: this.#session, caller: this.#caller };
    this.#services = new Services(settings, parts);
  }

  async call<const R extends Route>(
    route: R,
    request: CallRequest<R> = {},
  ): Promise<Reply<ReplyBody<R>>> {
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const call = this.#form(route, request, body === undefined ? undefined : () => body);
    const { findExisting } = request;
    const lookUp = async (look: NonNullable<typeof findExisting>) => {
      const existing = await look();
      return existing === null ? null : { status: 200, headers: {}, body: existing };
    };
    return this.#send<Reply<ReplyBody<R>>>(route, {
      ...call,
      findExisting: findExisting && (() => lookUp(findExisting)),
      receive: (answer, url) => parsedReply(route, { answer, url, what: call.what }),
    });
  }

  async upload<const R extends Route>(
    route: R,
    request: UploadRequest<R>,
  ): Promise<Reply<ReplyBody<R>>> {
    const call = this.#form(route, request, request.open);
    const size = request.sizeBytes;
    return this.#send<Reply<ReplyBody<R>>>(route, {
      ...call,
      headers: {
        'content-type': request.contentType ?? 'application/octet-stream',
        ...call.headers,
        ...(size === undefined ? {} : { 'content-length': String(size) }),
      },
      timeoutMs: request.timeoutMs ?? Math.max(uploadTimeoutMs, call.timeoutMs),
      receive: (answer, url) => parsedReply(route, { answer, url, what: call.what }),
    });
  }

  async download(route: Route, request: CallRequest = {}): Promise<Reply<Readable>> {
    const call = this.#form(route, request, undefined);
    return this.#send(route, {
      ...call,
      headers: { ...call.headers, accept: '*/*' },
      receive: async ({ status, headers, body }) => ({ status, headers, body }),
    });
  }

  pages<const R extends Route>(
    route: R,
    request: PagesRequest<R> = {},
  ): AsyncIterable<ReplyBody<R>> {
    return walkPages(this, route, request);
  }

  async supports(service: ServiceName, microversion: string, signal?: AbortSignal) {
    const { minimum, maximum } = await this.#services.versions(service, signal);
    const within = compareVersions(microversion, maximum) <= 0;
    return within && compareVersions(microversion, minimum) >= 0;
  }

  async bestVersion(service: ServiceName, wanted: string, signal?: AbortSignal) {
    const { maximum } = await this.#services.versions(service, signal);
    return compareVersions(wanted, maximum) <= 0 ? wanted : maximum;
  }

  async projectId(signal?: AbortSignal): Promise<string> {
    const { projectId } = await this.#session.grant(signal);
    if (projectId !== null) return projectId;
    throw clientFaults.noProjectScope({ origin: this.settings.origin });
  }

  async endpoint(service: ServiceName, signal?: AbortSignal): Promise<string> {
    return (await this.#services.address(service, await this.#session.grant(signal))).base;
  }

  async close(): Promise<void> {
    this.#session.close();
    await this.#sender.close();
  }

  #form<R extends Route>(route: R, request: CallRequest<R>, body: Call<unknown>['body']) {
    return {
      what: describeCall(route, request),
      service: route.service,
      method: route.method,
      url: async (grant: Parameters<Services['address']>[1]) =>
        urlOf((await this.#services.address(route.service, grant)).base, route, request),
      headers: headersOf(route, request, this.#versionFor(route, request)),
      body,
      timeoutMs: request.timeoutMs ?? this.settings.requestTimeoutMs,
      signal: request.signal,
      repeatable: request.repeatable,
    };
  }

  /** What the call asks for, never less than what the route needs. */
  #versionFor(route: Route, request: CallRequest): string | null {
    const asked =
      request.microversion ?? this.settings.services[route.service]?.defaultMicroversion;
    if (asked === undefined || route.since === undefined) return asked ?? route.since ?? null;
    return compareVersions(asked, route.since) < 0 ? route.since : asked;
  }

  async #send<T>(route: Route, call: Call<T>): Promise<T> {
    try {
      return await this.#caller.send(call);
    } catch (error) {
      const needed = /[\d.]+$/.exec(call.headers['openstack-api-version'] ?? '')?.[0];
      if (!isFault(error) || error.http !== 406 || !needed) throw error;
      const { maximum } = await this.#services.versions(route.service, call.signal);
      const { service, what } = call;
      throw clientFaults.versionTooOld({ service, what, needed, maximum }, error);
    }
  }
}

/** What is known about an answer while it is parsed. */
interface Got {
  readonly answer: Answer;
  readonly url: string;
  readonly what: string;
}

async function parsedReply<R extends Route>(route: R, got: Got): Promise<Reply<ReplyBody<R>>> {
  const { status, headers } = got.answer;
  const value = jsonOf(await bodyText(got.answer), got);
  const parsed = route.reply ? shaped(route.reply, value, got) : value;
  // The edge at which a value of the route's own shape gets the route's own type.
  return { status, headers, body: parsed as ReplyBody<R> };
}

function shaped(shape: z.ZodType, value: unknown, got: Got): unknown {
  if (value === undefined) throw unusable(got, 'an empty body', 'JSON');
  if (typeof value === 'string') throw unusable(got, 'text that is not JSON', 'JSON');
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const at = issue?.path.join('.') || 'the body';
  throw unusable(got, `JSON in which ${at} is wrong (${issue?.message})`, 'the reply of the API');
}

/**
 * JSON where the body is a map or a list, its text where it is not, undefined where it is empty.
 */
function jsonOf(text: string, got: Got): unknown {
  if (text.trim() === '') return undefined;
  if (!/^\s*[{[]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    throw unusable(got, `broken JSON of ${text.length} characters`, 'whole JSON');
  }
}

function unusable({ what, url }: Got, found: string, expected: string): Error {
  return clientFaults.replyUnusable({ what, url, found, expected });
}
