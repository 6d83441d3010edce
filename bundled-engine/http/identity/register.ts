// Identity v3 as one registration: discovery documents and every route of the table. Invariant: the
// discovery documents need no token, so that a client can find out how to log in.
import type { FastifyInstance } from 'fastify';
import { identityRoutes } from '../../../schema/wire/identity';
import type { Parts } from '../../parts';
import { baseUrlOf } from '../request-url';
import { sendJson } from '../send-json';
import { served, serveRoutes } from '../serve-route';
import { assignmentHandlers } from './assignment-handlers';
import { credentialHandlers } from './credential-handlers';
import { domainHandlers } from './domains';
import { projectHandlers } from './project-handlers';
import { roleHandlers } from './role-handlers';
import { serviceHandlers } from './service-handlers';
import { tokenHandlers } from './token-handlers';
import { userHandlers } from './user-handlers';

/** Registers everything below /identity. */
export function registerIdentity(app: FastifyInstance, parts: Parts): void {
  // 300 with all versions at the root, 200 with the one at its own place, as Keystone answers.
  app.get('/identity', (request, reply) =>
    sendJson(reply.code(300), { versions: { values: [versionDocument(baseUrlOf(request))] } }),
  );
  app.get('/identity/v3', (request, reply) =>
    sendJson(reply.header('Vary', 'X-Auth-Token'), {
      version: versionDocument(baseUrlOf(request)),
    }),
  );
  const handlers = {
    ...tokenHandlers,
    ...domainHandlers,
    ...projectHandlers,
    ...userHandlers,
    ...roleHandlers,
    ...assignmentHandlers,
    ...serviceHandlers,
    ...credentialHandlers,
  };
  serveRoutes(app, parts, [served(identityRoutes, handlers)]);
}

function versionDocument(baseUrl: string): object {
  return {
    id: 'v3.14',
    status: 'stable',
    updated: '2020-04-07T00:00:00Z',
    links: [{ rel: 'self', href: `${baseUrl}/identity/v3/` }],
    'media-types': [
      { base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' },
    ],
  };
}
