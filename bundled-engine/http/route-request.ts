// What handlers see of a request and how they answer it. Invariant: nothing of fastify but the raw
// request and reply, for streams, so that handlers can be read without knowing it.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Route } from '../../schema/wire/route';
import type { Parts } from '../parts';
import type { Caller } from './caller';

/** Query parameters: a repeated key gives all its values. */
export type Query = Readonly<Record<string, string | readonly string[]>>;

/** What a handler is given. `body` has the route's shape; undefined where the route has none. */
export interface RouteRequest<B = unknown> {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: B;
  /** For routes that `anyone` may call without a token this is a caller without roles and ids. */
  readonly caller: Caller;
  /** The negotiated microversion such as 3.70; 3.0 where none was asked. */
  readonly version: string;
  /** Its second number: 70. */
  readonly minor: number;
  readonly requestId: string;
  /** Scheme and authority for links, without a slash at the end: http://127.0.0.1:8776. */
  readonly baseUrl: string;
  /** For streams and unusual headers. */
  readonly raw: FastifyRequest;
  /** For streams; a handler that has sent something itself returns `sent`. */
  readonly reply: FastifyReply;
}

/** A reply with more to say than its body. */
export class Answer {
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;

  constructor(given: { status?: number; headers?: Record<string, string>; body?: unknown }) {
    this.status = given.status ?? null;
    this.headers = given.headers ?? {};
    this.body = given.body;
  }
}

/** Returned by a handler that wrote to `reply` itself. */
export const sent = Symbol('sent');

/**
 * Answers a request: returns the JSON of the reply (undefined for an empty body, an Answer for
 * other headers or status, `sent` when it replied itself) or throws a Fault.
 */
export type Handler<B = unknown> = (request: RouteRequest<B>, parts: Parts) => unknown;

/** The body that a route's shape gives to its handler. */
export type BodyOf<R extends Route> = R['body'] extends z.ZodType ? z.output<R['body']> : undefined;

/** One handler for each route of a table. */
export type HandlersOf<T extends Readonly<Record<string, Route>>> = {
  readonly [K in keyof T]: Handler<BodyOf<T[K]>>;
};
