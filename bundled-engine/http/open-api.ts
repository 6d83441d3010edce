// The engine's description of itself, for tools that make clients and tests of OpenAPI documents.
// Invariant: it is made of the tables that are served, at the first time it is asked for.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { openApi } from '../../schema/kernel/open-api';
import { identityRoutes } from '../../schema/wire/identity';
import { imageRoutes } from '../../schema/wire/images';
import { engineVersion } from '../engine-version';
import { servedTables } from './block-storage/served-tables';
import { basePaths } from './request-url';
import { sendJson } from './send-json';

/** Where the document lies. It needs no token: it tells nothing of what is stored. */
export const openApiPath = '/openapi.json';

const oneFault = z.looseObject({ code: z.number(), message: z.string() });
const namedFault = z.record(z.string(), oneFault);

let document: object | null = null;

/** The OpenAPI 3.1 document of everything that the engine serves. Made once. */
export function engineDocument(): object {
  document ??= openApi(engineVersion, [
    {
      title: 'Identity',
      base: basePaths.identity,
      versionHeader: null,
      fault: z.looseObject({ error: oneFault }),
      tables: [identityRoutes],
    },
    {
      title: 'Block Storage',
      base: basePaths['block-storage'],
      versionHeader: 'OpenStack-API-Version',
      fault: namedFault,
      tables: servedTables.map(({ table }) => table),
    },
    {
      title: 'Image',
      base: basePaths.image,
      versionHeader: null,
      fault: z.looseObject({}),
      tables: [imageRoutes],
    },
  ]);
  return document;
}

/** Serves the document. */
export function registerOpenApi(app: FastifyInstance): void {
  app.get(openApiPath, (_request, reply) => sendJson(reply, engineDocument()));
}
