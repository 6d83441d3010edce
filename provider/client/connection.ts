// What the tools see of a cloud: one login through which all calls go. Invariant: callers never
// see a token, an endpoint or a renewal; what they get is the parsed reply of the route that they
// named, or a Fault. This file holds types alone; connect.ts opens connections.
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { Route, ServiceName } from '../../schema/wire/route';
import type { ResolvedSettings } from './resolved-settings';

/** What a route's reply gives; unknown where the route declares none. */
export type ReplyBody<R extends Route> = R['reply'] extends z.ZodType
  ? z.output<R['reply']>
  : unknown;

/** A query value; a list repeats the key, undefined leaves it out. */
export type QueryValue = string | number | boolean | readonly string[] | undefined;

/** One call of a route. */
export interface CallRequest<R extends Route = Route> {
  /** Values of the path's :names. They are URL-encoded here. */
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, QueryValue>>;
  /** The whole JSON body as it is sent, for actions with their key: `{ 'os-extend': {...} }`. */
  readonly body?: unknown;
  /**
   * The least microversion that has what the call needs. Sent as it is; refused with a Fault that
   * names both versions where the service does not go so far. Never less than the route's `since`.
   */
  readonly microversion?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Bound for the answer to begin, in milliseconds, where the settings' is not right. */
  readonly timeoutMs?: number;
  /**
   * Looks for what an earlier, interrupted try of this call has made (by its marker). A POST is
   * sent again after a lost answer only with this: it runs before each repeat, and what it finds
   * is returned as the reply's body.
   */
  readonly findExisting?: () => Promise<ReplyBody<R> | null>;
  /** The POST may simply be sent twice: an action that does the same again. */
  readonly repeatable?: boolean;
}

/** A call's answer. */
export interface Reply<B> {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: B;
}

/** Bytes to send with a route. */
export interface UploadRequest<R extends Route = Route> extends CallRequest<R> {
  /** Opens the bytes; called once for each try, so that a failed try can start anew. */
  readonly open: () => Readable;
  readonly sizeBytes?: number;
  /** application/octet-stream when left out. */
  readonly contentType?: string;
}

/** How a list is walked. */
export interface PagesRequest<R extends Route = Route> extends CallRequest<R> {
  /** Things a page (`limit`); the service's own maximum when left out. */
  readonly pageSize?: number;
}

/** An open connection. Safe for concurrent use; logs in at the first call. */
export interface Connection {
  readonly settings: ResolvedSettings;
  /**
   * Calls `route`: logs in or renews as needed, tries again where that is safe, parses the reply.
   * Throws a Fault for refusals (with the service's text and request id) and lost connections.
   */
  call<const R extends Route>(route: R, request?: CallRequest<R>): Promise<Reply<ReplyBody<R>>>;
  /** Sends bytes as the body of `route`. */
  upload<const R extends Route>(route: R, request: UploadRequest<R>): Promise<Reply<ReplyBody<R>>>;
  /** Fetches a body as bytes; the caller reads or destroys the stream. */
  download(route: Route, request?: CallRequest): Promise<Reply<Readable>>;
  /** The parsed replies of a list, page by page, following next links or markers. */
  pages<const R extends Route>(route: R, request?: PagesRequest<R>): AsyncIterable<ReplyBody<R>>;
  /** Whether the service speaks `microversion`. One request for each service, then remembered. */
  supports(service: ServiceName, microversion: string, signal?: AbortSignal): Promise<boolean>;
  /** The lesser of `wanted` and what the service speaks at most. */
  bestVersion(service: ServiceName, wanted: string, signal?: AbortSignal): Promise<string>;
  /**
   * The project of the token; logs in if need be. Throws a Fault where the token has no project.
   */
  projectId(signal?: AbortSignal): Promise<string>;
  /** Base URL of a service as this connection uses it. */
  endpoint(service: ServiceName, signal?: AbortSignal): Promise<string>;
  /** Ends idle sockets. Calls in progress are cut off. Repeatable. */
  close(): Promise<void>;
}
