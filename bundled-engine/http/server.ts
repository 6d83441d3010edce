// The engine's one HTTP server: three OpenStack services and the ready endpoint on one port.
// Invariant: until the engine is ready, and from the moment it stops, every request is answered
// 503.
import { randomUUID } from 'node:crypto';
import fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readyPath } from '../../schema/wire/engine-folder';
import type { ReadyReply } from '../../schema/wire/engine-folder';
import type { Parts } from '../parts';
import { registerBlockStorage } from './block-storage/register';
import { httpFaults } from './http-faults';
import { registerIdentity } from './identity/register';
import { authenticator } from './identity/authenticate';
import { registerImage } from './image/register';
import { registerOpenApi } from './open-api';
import { readBody } from './read-body';
import { asFault, logUnexpected, sendFault } from './render-fault';
import { baseUrlOf, serviceOf, withoutProject } from './request-url';
import { sendJson } from './send-json';
import { allowedMethods } from './serve-route';

/** Tells the truth about the engine at this moment. */
export type Readiness = (asked: { readonly withPools: boolean }) => Promise<ReadyReply>;

/** Makes the server with all routes; it listens when told to. */
export function createServer(parts: Parts, readiness: Readiness): FastifyInstance {
  const app = fastify({
    logger: false,
    // Paths of long lists of tags or ids; node itself bounds the head of a request to 16 KiB.
    routerOptions: { maxParamLength: 8192, ignoreTrailingSlash: true, caseSensitive: true },
    rewriteUrl: (request) => withoutProject(request.url ?? '/'),
    exposeHeadRoutes: false,
    genReqId: () => `req-${randomUUID()}`,
    forceCloseConnections: 'idle',
    keepAliveTimeout: 75_000,
    // An upload may last for hours; a head that does not arrive is cut off by node after a minute.
    requestTimeout: 0,
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => answerError(parts, error, { request, reply }),
  });
  app.decorate('authenticate', authenticator(parts));
  app.decorate('isServing', false);
  app.decorateRequest('caller', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', readBody);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-openstack-request-id', request.id);
  });
  app.setErrorHandler((error, request, reply) => answerError(parts, error, { request, reply }));
  app.setNotFoundHandler((request, reply) => answerUnknown(app, parts, { request, reply }));
  guardUntilReady(app, readiness);
  registerIdentity(app, parts);
  registerBlockStorage(app, parts);
  registerImage(app, parts);
  registerOpenApi(app);
  return app;
}

function guardUntilReady(app: FastifyInstance, readiness: Readiness): void {
  app.get<{ Querystring: Record<string, unknown> }>(readyPath, async ({ query }, reply) => {
    const answer = await readiness({ withPools: 'pools' in query });
    return sendJson(reply.code(answer.status === 'ready' ? 200 : 503), answer);
  });
  app.addHook('onRequest', async (request, reply) => {
    if (app.isServing || request.url.split('?', 1)[0] === readyPath) return;
    reply.header('Retry-After', '1');
    throw httpFaults.notServing({});
  });
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

function answerError(parts: Parts, error: unknown, { request, reply }: Exchange): FastifyReply {
  const fault = asFault(error);
  logUnexpected(parts, request, fault);
  const service = serviceOf(request.originalUrl) ?? 'identity';
  return sendFault(service, fault, {
    request,
    reply,
    identityUrl: `${baseUrlOf(request)}/identity`,
  });
}

/** As in a real cloud, a path of a service is not told to be unknown before the token is known. */
async function answerUnknown(
  app: FastifyInstance,
  parts: Parts,
  exchange: Exchange,
): Promise<FastifyReply> {
  const { request } = exchange;
  const service = serviceOf(request.originalUrl);
  const token = request.headers['x-auth-token'];
  if (service === 'block-storage' || service === 'image') {
    const caller = typeof token === 'string' ? await app.authenticate(token) : null;
    if (!caller) return answerError(parts, httpFaults.unauthorized({}), exchange);
  }
  const path = request.url.split('?', 1)[0] ?? '/';
  const allowed = service === 'block-storage' ? [] : allowedMethods(app, path);
  if (allowed.length === 0) return answerError(parts, httpFaults.routeUnknown({}), exchange);
  exchange.reply.header('Allow', allowed.join(', '));
  const { method } = request;
  return answerError(parts, httpFaults.methodUnknown({ method, allowed }), exchange);
}
