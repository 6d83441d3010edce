// Serves tables of schema/wire routes with their handlers, so that authentication, policy,
// microversions, body parsing and reply headers are done in one place. Invariant: a handler runs
// only for a caller whom the route's policy allows, with a body of the route's shape.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Fault } from '../../schema/kernel/fault';
import type { Route, ServiceName } from '../../schema/wire/route';
import type { Parts } from '../parts';
import { allows, nobody } from './caller';
import type { Caller } from './caller';
import { httpFaults } from './http-faults';
import type { Microversion } from './negotiate-version';
import { askedVersion, lowestVersion, negotiateVersion } from './negotiate-version';
import { refusalOf } from './refuse-body';
import {
  basePaths,
  baseUrlOf,
  hasStraySlash,
  isSecondVersion,
  projectInUrl,
  versionHeaderOf,
} from './request-url';
import { sendJson } from './send-json';
import { Answer, sent } from './route-request';
import type { Handler, HandlersOf, Query, RouteRequest } from './route-request';

export { Answer, sent } from './route-request';
export type { HandlersOf, Query, RouteRequest } from './route-request';

/** Finds out who holds a token; null for one that is unknown, expired or revoked. */
export type Authenticate = (token: string) => Promise<Caller | null> | Caller | null;

declare module 'fastify' {
  interface FastifyInstance {
    /** Decorated by server.ts before any service is registered. */
    authenticate: Authenticate;
    /** Whether the engine is ready; set by main.ts, read at every request. */
    isServing: boolean;
  }
  interface FastifyRequest {
    /** Whoever the token belongs to; null without one. Set before the body is read. */
    caller: Caller | null;
  }
}

const servedPaths = new WeakMap<FastifyInstance, Map<RegExp, Set<string>>>();

/** Methods that `path` can be asked with; none for a path that no table has. */
export function allowedMethods(app: FastifyInstance, path: string): string[] {
  const found = [...(servedPaths.get(app) ?? [])].filter(([pattern]) => pattern.test(path));
  return [...new Set(found.flatMap(([, methods]) => [...methods]))].sort();
}

function notePath(app: FastifyInstance, method: string, url: string): void {
  const noted = servedPaths.get(app) ?? new Map<RegExp, Set<string>>();
  noted.set(new RegExp(`^${url.replace(/:[A-Za-z]+/g, '[^/]+')}/?$`), new Set([method]));
  servedPaths.set(app, noted);
}

interface Served {
  readonly route: Route;
  readonly handler: Handler;
}

/** A table with a handler for each of its routes. */
export interface ServedTable {
  readonly table: Readonly<Record<string, Route>>;
  readonly rows: readonly Served[];
}

/** Pairs `table` with its handlers; the types see to it that none is missing. */
export function served<T extends Readonly<Record<string, Route>>>(
  table: T,
  handlers: HandlersOf<T>,
): ServedTable {
  const rows = Object.entries(table).map(([name, route]) => {
    // The edge where a table's rows lose their types: each handler was checked against its own row.
    return { route, handler: handlers[name as keyof T] as Handler };
  });
  return { table, rows };
}

/**
 * Registers all `tables` of a scope under their services' base paths. Routes that share method and
 * path, in one table or in several, are told apart by their `action`. Call once a scope.
 */
export function serveRoutes(
  app: FastifyInstance,
  parts: Parts,
  tables: readonly ServedTable[],
): void {
  const groups = new Map<string, Served[]>();
  for (const row of tables.flatMap(({ rows }) => rows)) {
    const key = `${row.route.method} ${basePaths[row.route.service]}${row.route.path}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  for (const [key, group] of groups) {
    const [method = 'GET', url = '/'] = key.split(' ');
    const route = group[0]?.route;
    if (!route) continue;
    notePath(app, method, url);
    // One route for both: fastify's own HEAD routes would double the work of a start.
    const hasOwnHead = groups.has(`HEAD ${url}`);
    app.route({
      method: method === 'GET' && !hasOwnHead ? ['GET', 'HEAD'] : method,
      url,
      // Before the body is read: who may not ask is not listened to.
      onRequest: async (request) => {
        request.caller = await callerOf(app, request, route);
      },
      handler: (request, reply) => serve(parts, { group, request, reply }),
    });
  }
}

async function serve(
  parts: Parts,
  at: { group: readonly Served[]; request: FastifyRequest; reply: FastifyReply },
): Promise<unknown> {
  const { request, reply } = at;
  const route = at.group[0]?.route;
  if (!route) throw httpFaults.routeUnknown({});
  const { caller } = request;
  const version = openService(route.service, caller, request, reply);
  const chosen = choose(at.group, request.body, version);
  if (!allows(chosen.route.policy.needs, caller) || lacksProject(chosen.route, caller)) {
    throw refusedBy(chosen.route);
  }
  const given: RouteRequest = {
    params: request.params as Record<string, string>,
    query: request.query as Query,
    body: parseBody(chosen.route, request.body),
    caller: caller ?? nobody,
    version: version.text,
    minor: version.minor,
    requestId: request.id,
    baseUrl: baseUrlOf(request),
    raw: request,
    reply,
  };
  return finish(reply, chosen.route, await chosen.handler(given, parts));
}

/**
 * Block Storage has no use for tokens of the system or of a domain: all its policies are for
 * projects (its secure defaults). Its root may be looked at with any token.
 */
function lacksProject({ service, path }: Route, caller: Caller | null): boolean {
  return service === 'block-storage' && path !== '/' && caller?.projectId === '';
}

/** Each service has its own words for a policy's refusal. */
function refusedBy(route: Route): Fault {
  const { rule } = route.policy;
  if (route.service === 'identity') return httpFaults.identityRefused({ rule });
  if (route.service === 'image') return httpFaults.imageRefused({ rule });
  return httpFaults.policyRefused({ rule });
}

/** Whoever the request's token belongs to. Fails with 401 where the route wants one. */
async function callerOf(
  app: FastifyInstance,
  request: FastifyRequest,
  route: Route,
): Promise<Caller | null> {
  const token = request.headers['x-auth-token'];
  const caller = typeof token === 'string' ? await app.authenticate(token) : null;
  if (!caller && route.policy.needs !== 'anyone') throw httpFaults.unauthorized({});
  return caller;
}

function versionOf(header: string | undefined, reply: FastifyReply): Microversion {
  try {
    return negotiateVersion(header);
  } catch (error) {
    // A refusal of a well-formed version echoes it, as a real Cinder's 406 does.
    const asked = askedVersion(header);
    if (asked !== undefined) echoVersion(reply, asked);
    throw error;
  }
}

function echoVersion(reply: FastifyReply, version: string): void {
  reply.header('OpenStack-API-Version', `volume ${version}`);
  reply.header('Vary', 'OpenStack-API-Version');
}

/** What one service asks of every request before the route is looked at. */
function openService(
  service: ServiceName,
  caller: Caller | null,
  request: FastifyRequest,
  reply: FastifyReply,
): Microversion {
  if (service !== 'block-storage') return { text: lowestVersion, minor: 0 };
  const version = versionOf(versionHeaderOf(request), reply);
  if (!isSecondVersion(request.originalUrl)) echoVersion(reply, version.text);
  reply.header('x-compute-request-id', request.id);
  if (hasStraySlash(request.url)) throw httpFaults.routeUnknown({});
  const project = projectInUrl(request.originalUrl);
  if (caller && project !== null && project !== caller.projectId) throw httpFaults.urlMalformed({});
  // v2 was never served without a project in its paths.
  const isWithoutProject = project === null && request.url !== `${basePaths['block-storage']}/`;
  if (isWithoutProject && isSecondVersion(request.originalUrl)) throw httpFaults.routeUnknown({});
  return version;
}

function choose(group: readonly Served[], body: unknown, version: Microversion): Served {
  const [first] = group;
  if (!first) throw httpFaults.routeUnknown({});
  const found = first.route.action === undefined ? first : byAction(group, body);
  const since = found.route.since;
  if (since !== undefined && Number(since.slice(since.indexOf('.') + 1)) > version.minor) {
    throw httpFaults.versionLacksRoute({ asked: version.text });
  }
  return found;
}

/** The action is the body's single key (cinder/api/openstack/wsgi.py ActionDispatcher). */
function byAction(group: readonly Served[], body: unknown): Served {
  if (typeof body !== 'object' || body === null) throw httpFaults.bodyMalformed({});
  const [action, ...others] = Object.keys(body);
  if (action === undefined || others.length > 0) throw httpFaults.bodyMalformed({});
  const found = group.find(({ route }) => route.action === action);
  if (!found) throw httpFaults.actionUnknown({ action });
  return found;
}

function parseBody(route: Route, body: unknown): unknown {
  if (!route.body) return undefined;
  const parsed = route.body.safeParse(body);
  if (parsed.success) return parsed.data;
  if (body === undefined || body === null) throw httpFaults.bodyMalformed({});
  throw httpFaults.bodyInvalid({ reason: refusalOf(parsed.error.issues, body) });
}

function finish(reply: FastifyReply, route: Route, result: unknown): unknown {
  if (result === sent) return reply;
  reply.code(route.ok);
  if (!(result instanceof Answer)) return sendJson(reply, result);
  if (result.status !== null) reply.code(result.status);
  reply.headers(result.headers);
  return sendJson(reply, result.body);
}
