// The discovery documents of Block Storage: what clients read to learn which microversions they
// may ask for. Invariant: the bounds are those that negotiation enforces (cinder/api/versions.py).
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { routes } from '../../../schema/wire/route';
import { highestVersion, lowestVersion, negotiateVersion } from '../negotiate-version';
import { baseUrlOf, headerOf, isSecondVersion } from '../request-url';
import type { HandlersOf } from '../route-request';

/** The route of the versioned root; it wants a token, as Cinder's does. */
export const versionRoutes = routes({
  showVersion: {
    service: 'block-storage',
    method: 'GET',
    path: '/',
    ok: 200,
    policy: { rule: 'volume:versions', needs: 'reader' },
    reply: z.looseObject({ versions: z.array(z.looseObject({ id: z.string() })) }),
  },
});

function versionsDocument(baseUrl: string): unknown {
  return {
    versions: [
      {
        id: 'v3.0',
        status: 'CURRENT',
        version: highestVersion,
        min_version: lowestVersion,
        updated: '2022-08-31T00:00:00Z',
        links: [
          { rel: 'describedby', type: 'text/html', href: 'https://docs.openstack.org/' },
          { rel: 'self', href: `${baseUrl}/volume/v3/` },
        ],
        'media-types': [
          { base: 'application/json', type: 'application/vnd.openstack.volume+json;version=3' },
        ],
      },
    ],
  };
}

/** As Cinder had it until it dropped v2; it has no microversions. */
function secondVersionDocument(baseUrl: string): unknown {
  return {
    versions: [
      {
        id: 'v2.0',
        status: 'DEPRECATED',
        version: '',
        min_version: '',
        updated: '2017-02-25T12:00:00Z',
        links: [
          { rel: 'describedby', type: 'text/html', href: 'https://docs.openstack.org/' },
          { rel: 'self', href: `${baseUrl}/volume/v2/` },
        ],
        'media-types': [
          { base: 'application/json', type: 'application/vnd.openstack.volume+json;version=2' },
        ],
      },
    ],
  };
}

/** The handler of the versioned roots. */
export const versionHandlers: HandlersOf<typeof versionRoutes> = {
  showVersion: ({ baseUrl, raw }) =>
    isSecondVersion(raw.originalUrl) ? secondVersionDocument(baseUrl) : versionsDocument(baseUrl),
};

/**
 * Puts the microversion on every reply of the scope, refusals that come before a route is served
 * (malformed JSON, a body too large) among them.
 */
export function echoVersionEarly(scope: FastifyInstance): void {
  scope.addHook('onRequest', async (request, reply) => {
    if (isSecondVersion(request.originalUrl)) return;
    const asked = headerOf(request, 'openstack-api-version');
    try {
      reply.header('OpenStack-API-Version', `volume ${negotiateVersion(asked).text}`);
      reply.header('Vary', 'OpenStack-API-Version');
    } catch {
      // Refused, with its own words, where the request is served.
    }
  });
}

/** The unversioned root: 300 with all versions, for anyone. */
export function registerVersions(app: FastifyInstance): void {
  app.get('/volume', async (request, reply) => {
    reply.code(300);
    reply.header('OpenStack-API-Version', `volume ${lowestVersion}`);
    reply.header('Vary', 'OpenStack-API-Version');
    reply.header('x-compute-request-id', request.id);
    return versionsDocument(baseUrlOf(request));
  });
}
