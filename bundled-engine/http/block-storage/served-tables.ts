// Every route table of Block Storage with its handlers: one line a table. Invariant: a table of
// schema/wire that is of this service and not here is not served (test/laws compares them).
import { backupActionRoutes, backupRoutes } from '../../../schema/wire/backups';
import { factRoutes } from '../../../schema/wire/block-storage-facts';
import { messageRoutes } from '../../../schema/wire/messages';
import { quotaRoutes } from '../../../schema/wire/quotas';
import { snapshotActionRoutes, snapshotRoutes } from '../../../schema/wire/snapshots';
import { extraSpecRoutes, typeActionRoutes, typeRoutes } from '../../../schema/wire/volume-types';
import { volumeActionRoutes, volumeRoutes } from '../../../schema/wire/volumes';
import { served } from '../serve-route';
import type { ServedTable } from '../serve-route';
import { backupActionHandlers, backupHandlers } from './backups';
import { factHandlers } from './facts';
import { messageHandlers } from './messages';
import { quotaHandlers } from './quotas';
import { snapshotActionHandlers, snapshotHandlers } from './snapshots';
import { extraSpecHandlers, typeActionHandlers, typeHandlers } from './types';
import { versionHandlers, versionRoutes } from './versions';
import { volumeActionHandlers } from './volume-actions';
import { volumeHandlers } from './volumes';

/** All tables of the service. Tables may share a URL where their actions differ. */
export const servedTables: readonly ServedTable[] = [
  served(versionRoutes, versionHandlers),
  served(volumeRoutes, volumeHandlers),
  served(volumeActionRoutes, volumeActionHandlers),
  served(snapshotRoutes, snapshotHandlers),
  served(snapshotActionRoutes, snapshotActionHandlers),
  served(backupRoutes, backupHandlers),
  served(backupActionRoutes, backupActionHandlers),
  served(typeRoutes, typeHandlers),
  served(typeActionRoutes, typeActionHandlers),
  served(extraSpecRoutes, extraSpecHandlers),
  served(quotaRoutes, quotaHandlers),
  served(messageRoutes, messageHandlers),
  served(factRoutes, factHandlers),
];
