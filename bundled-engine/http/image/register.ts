// Image v2 as one registration: discovery documents and every route of the tables. Invariant: the
// version list needs no token, so that a client can find out what there is.
import type { FastifyInstance } from 'fastify';
import { imageMemberRoutes } from '../../../schema/wire/image-members';
import { imageRoutes } from '../../../schema/wire/images';
import type { Parts } from '../../parts';
import { baseUrlOf } from '../request-url';
import { sendJson } from '../send-json';
import { served, serveRoutes } from '../serve-route';
import { catalogueHandlers } from './catalogue-handlers';
import { fileHandlers } from './file-handlers';
import { imageSchema, imagesSchema } from './image-schema';
import { memberHandlers } from './member-handlers';

/** Registers everything below /image. */
export function registerImage(app: FastifyInstance, parts: Parts): void {
  // Glance answers 300 at its root and 200 at /versions, with the same list.
  app.get('/image', (request, reply) =>
    sendJson(reply.code(300), { versions: versions(baseUrlOf(request)) }),
  );
  app.get('/image/versions', (request, reply) =>
    sendJson(reply, { versions: versions(baseUrlOf(request)) }),
  );
  const handlers = {
    ...catalogueHandlers,
    ...fileHandlers,
    showImageSchema: () => imageSchema,
    showImagesSchema: () => imagesSchema,
  };
  serveRoutes(app, parts, [
    served(imageRoutes, handlers),
    served(imageMemberRoutes, memberHandlers),
  ]);
}

/** Minor versions that name features served here; imports and several stores came after 2.9. */
const minors = [9, 7, 6, 5, 4, 3, 2, 1, 0] as const;

function versions(baseUrl: string): object[] {
  return minors.map((minor, at) => ({
    id: `v2.${minor}`,
    status: at === 0 ? 'CURRENT' : 'SUPPORTED',
    links: [{ rel: 'self', href: `${baseUrl}/image/v2/` }],
  }));
}
