// Registers Block Storage v3 on the engine's server. Invariant: what is served is what
// served-tables.ts lists.
import type { FastifyInstance } from 'fastify';
import type { Parts } from '../../parts';
import { serveRoutes } from '../serve-route';
import { dropUnknownKeysOfOldClients } from './loose-bodies';
import { servedTables } from './served-tables';
import { echoVersionEarly, registerVersions } from './versions';

/** Serves the whole API under /volume. Call once, before the server listens. */
export function registerBlockStorage(app: FastifyInstance, parts: Parts): void {
  registerVersions(app);
  app.register(async (scope) => {
    echoVersionEarly(scope);
    dropUnknownKeysOfOldClients(
      scope,
      servedTables.map(({ table }) => table),
    );
    serveRoutes(scope, parts, servedTables);
  });
}
