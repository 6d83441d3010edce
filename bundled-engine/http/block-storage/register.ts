// Registers Block Storage v3 on the engine's server. Invariant: every route table of schema/wire
// that is of this service is served here, each with a handler for every route (the types see to
// it).
import type { FastifyInstance } from 'fastify';
import { backupActionRoutes, backupRoutes } from '../../../schema/wire/backups';
import { factRoutes } from '../../../schema/wire/block-storage-facts';
import { messageRoutes } from '../../../schema/wire/messages';
import { quotaRoutes } from '../../../schema/wire/quotas';
import { snapshotActionRoutes, snapshotRoutes } from '../../../schema/wire/snapshots';
import { extraSpecRoutes, typeActionRoutes, typeRoutes } from '../../../schema/wire/volume-types';
import { volumeActionRoutes, volumeRoutes } from '../../../schema/wire/volumes';
import type { Parts } from '../../parts';
import { serveRoutes } from '../serve-route';
import { backupActionHandlers, backupHandlers } from './backups';
import { factHandlers } from './facts';
import { dropUnknownKeysOfOldClients } from './loose-bodies';
import { messageHandlers } from './messages';
import { quotaHandlers } from './quotas';
import { snapshotActionHandlers, snapshotHandlers } from './snapshots';
import { extraSpecHandlers, typeActionHandlers, typeHandlers } from './types';
import { echoVersionEarly, registerVersions, versionHandlers, versionRoutes } from './versions';
import { volumeActionHandlers } from './volume-actions';
import { volumeHandlers } from './volumes';

/** Serves the whole API under /volume. Call once, before the server listens. */
export function registerBlockStorage(app: FastifyInstance, parts: Parts): void {
  registerVersions(app);
  app.register(async (scope) => {
    echoVersionEarly(scope);
    dropUnknownKeysOfOldClients(scope, [
      volumeRoutes,
      volumeActionRoutes,
      snapshotRoutes,
      backupRoutes,
      typeRoutes,
    ]);
    serveRoutes(scope, parts, { table: versionRoutes, handlers: versionHandlers });
    serveRoutes(scope, parts, { table: volumeRoutes, handlers: volumeHandlers });
    serveRoutes(scope, parts, { table: volumeActionRoutes, handlers: volumeActionHandlers });
    serveRoutes(scope, parts, { table: snapshotRoutes, handlers: snapshotHandlers });
    serveRoutes(scope, parts, { table: snapshotActionRoutes, handlers: snapshotActionHandlers });
    serveRoutes(scope, parts, { table: backupRoutes, handlers: backupHandlers });
    serveRoutes(scope, parts, { table: backupActionRoutes, handlers: backupActionHandlers });
    serveRoutes(scope, parts, { table: typeRoutes, handlers: typeHandlers });
    serveRoutes(scope, parts, { table: typeActionRoutes, handlers: typeActionHandlers });
    serveRoutes(scope, parts, { table: extraSpecRoutes, handlers: extraSpecHandlers });
    serveRoutes(scope, parts, { table: quotaRoutes, handlers: quotaHandlers });
    serveRoutes(scope, parts, { table: messageRoutes, handlers: messageHandlers });
    serveRoutes(scope, parts, { table: factRoutes, handlers: factHandlers });
  });
}
