// Every route table of Block Storage with its handlers: one line a table. Invariant: a table of
// schema/wire that is of this service and not here is not served (test/laws compares them).
import { attachmentActionRoutes, attachmentRoutes } from '../../../schema/wire/attachments';
import { backupActionRoutes, backupRoutes } from '../../../schema/wire/backups';
import { factRoutes } from '../../../schema/wire/block-storage-facts';
import { cgsnapshotRoutes, consistencyGroupRoutes } from '../../../schema/wire/consistency-groups';
import { defaultTypeRoutes } from '../../../schema/wire/default-types';
import {
  groupSnapshotActionRoutes,
  groupSnapshotRoutes,
} from '../../../schema/wire/group-snapshots';
import { groupSpecRoutes, groupTypeRoutes } from '../../../schema/wire/group-types';
import { groupActionRoutes, groupRoutes } from '../../../schema/wire/groups';
import { hostRoutes } from '../../../schema/wire/hosts';
import { manageableRoutes } from '../../../schema/wire/manageable';
import { messageRoutes } from '../../../schema/wire/messages';
import { qosRoutes } from '../../../schema/wire/qos-specs';
import { quotaRoutes } from '../../../schema/wire/quotas';
import { clusterRoutes, serviceRoutes, workerRoutes } from '../../../schema/wire/services';
import { snapshotManageActionRoutes } from '../../../schema/wire/snapshot-manage-actions';
import { snapshotActionRoutes, snapshotRoutes } from '../../../schema/wire/snapshots';
import { typeEncryptionRoutes } from '../../../schema/wire/type-encryption';
import { oldTransferRoutes, transferRoutes } from '../../../schema/wire/transfers';
import { extraSpecRoutes, typeActionRoutes, typeRoutes } from '../../../schema/wire/volume-types';
import { volumeComputeActionRoutes } from '../../../schema/wire/volume-compute-actions';
import { volumeMoveActionRoutes } from '../../../schema/wire/volume-move-actions';
import { volumeActionRoutes, volumeRoutes } from '../../../schema/wire/volumes';
import { served } from '../serve-route';
import type { ServedTable } from '../serve-route';
import { attachmentActionHandlers, attachmentHandlers } from './attachments';
import { backupActionHandlers, backupHandlers } from './backups';
import { clusterHandlers, workerHandlers } from './clusters';
import { cgsnapshotHandlers, consistencyGroupHandlers } from './consistency-groups';
import { defaultTypeHandlers } from './default-types';
import { extraSpecHandlers } from './extra-specs';
import { factHandlers } from './facts';
import { groupSnapshotActionHandlers, groupSnapshotHandlers } from './group-snapshots';
import { groupSpecHandlers, groupTypeHandlers } from './group-types';
import { groupActionHandlers, groupHandlers } from './groups';
import { hostHandlers } from './hosts';
import { manageableHandlers } from './manageable';
import { messageHandlers } from './messages';
import { qosHandlers } from './qos-specs';
import { quotaHandlers } from './quotas';
import { serviceHandlers } from './services';
import { snapshotManageActionHandlers } from './snapshot-manage-actions';
import { snapshotActionHandlers, snapshotHandlers } from './snapshots';
import { oldTransferHandlers, transferHandlers } from './transfers';
import { typeEncryptionHandlers } from './type-encryption';
import { typeActionHandlers, typeHandlers } from './types';
import { versionHandlers, versionRoutes } from './versions';
import { volumeActionHandlers } from './volume-actions';
import { volumeComputeActionHandlers } from './volume-compute-actions';
import { volumeMoveActionHandlers } from './volume-move-actions';
import { volumeHandlers } from './volumes';

/** All tables of the service. Tables may share a URL where their actions differ. */
export const servedTables: readonly ServedTable[] = [
  served(versionRoutes, versionHandlers),
  served(volumeRoutes, volumeHandlers),
  served(volumeActionRoutes, volumeActionHandlers),
  served(volumeMoveActionRoutes, volumeMoveActionHandlers),
  served(manageableRoutes, manageableHandlers),
  served(volumeComputeActionRoutes, volumeComputeActionHandlers),
  served(attachmentRoutes, attachmentHandlers),
  served(attachmentActionRoutes, attachmentActionHandlers),
  served(snapshotRoutes, snapshotHandlers),
  served(snapshotActionRoutes, snapshotActionHandlers),
  served(snapshotManageActionRoutes, snapshotManageActionHandlers),
  served(backupRoutes, backupHandlers),
  served(backupActionRoutes, backupActionHandlers),
  served(transferRoutes, transferHandlers),
  served(oldTransferRoutes, oldTransferHandlers),
  served(typeRoutes, typeHandlers),
  served(typeActionRoutes, typeActionHandlers),
  served(extraSpecRoutes, extraSpecHandlers),
  served(typeEncryptionRoutes, typeEncryptionHandlers),
  served(defaultTypeRoutes, defaultTypeHandlers),
  served(groupTypeRoutes, groupTypeHandlers),
  served(groupSpecRoutes, groupSpecHandlers),
  served(groupRoutes, groupHandlers),
  served(groupActionRoutes, groupActionHandlers),
  served(groupSnapshotRoutes, groupSnapshotHandlers),
  served(groupSnapshotActionRoutes, groupSnapshotActionHandlers),
  served(consistencyGroupRoutes, consistencyGroupHandlers),
  served(cgsnapshotRoutes, cgsnapshotHandlers),
  served(qosRoutes, qosHandlers),
  served(quotaRoutes, quotaHandlers),
  served(messageRoutes, messageHandlers),
  served(factRoutes, factHandlers),
  served(serviceRoutes, serviceHandlers),
  served(clusterRoutes, clusterHandlers),
  served(workerRoutes, workerHandlers),
  served(hostRoutes, hostHandlers),
];
