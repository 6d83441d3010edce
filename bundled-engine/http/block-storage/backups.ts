// Handlers of backups. Invariant: a record that is exported can be imported by any engine that has
// the same backup target, and an import is believed only when the target has the backup
// (cinder/api/contrib/backups.py, cinder/api/views/backups.py).
import { savedFaults } from '../../../schema/faults';
import { backupStatusFaults } from '../../../schema/transfer-faults';
import type { backupActionRoutes, backupRoutes } from '../../../schema/wire/backups';
import {
  admitCreateBackup,
  admitDeleteBackup,
  admitRestoreBackup,
} from '../../operations/admission/backup-changes';
import { ownBackup } from '../../operations/admission/find-owned';
import { admitImportBackup } from '../../operations/admission/import-backup-record';
import type { Parts } from '../../parts';
import { countBackups, listBackups, updateBackup } from '../../records/backups';
import type { Backup, BackupRow } from '../../records/rows/backup-row';
import type { HandlersOf, RouteRequest } from '../route-request';
import { askerOf, linker, param, queryFlag } from './asker-of';
import { decodeRecord, encodeRecord } from './backup-record';
import { filtersOf } from './extensions-list';
import { listQueryOf } from './list-params';
import type { Offers } from './list-params';
import { listReply } from './list-reply';

const offers: Offers<BackupRow> = {
  configured: filtersOf('backup'),
  filters: {
    id: { column: 'id', kind: 'text', adminOnly: true },
    name: { column: 'name', kind: 'text' },
    status: { column: 'status', kind: 'text' },
    volume_id: { column: 'volumeId', kind: 'text' },
    metadata: { column: 'metadata', kind: 'pairs', sinceMinor: 43 },
    snapshot_id: { column: 'snapshotId', kind: 'nullable', adminOnly: true },
    parent_id: { column: 'parentId', kind: 'nullable', adminOnly: true },
    created_at: { column: 'createdAt', kind: 'time', sinceMinor: 60 },
    updated_at: { column: 'updatedAt', kind: 'time', sinceMinor: 60 },
  },
  sorts: {
    id: 'id',
    name: 'name',
    status: 'status',
    size: 'sizeGib',
    volume_id: 'volumeId',
    created_at: 'createdAt',
    updated_at: 'updatedAt',
    data_timestamp: 'dataTimestamp',
  },
};

function briefView(request: RouteRequest): (backup: BackupRow) => unknown {
  const links = linker(request, 'backups');
  return ({ id, name }) => ({ id, name, links: links(id) });
}

function backupView(request: RouteRequest): (backup: Backup) => Record<string, unknown> {
  const links = linker(request, 'backups');
  const { minor, caller } = request;
  return (backup) => ({
    id: backup.id,
    status: backup.status,
    size: backup.sizeGib,
    object_count: backup.objectCount,
    availability_zone: backup.availabilityZone,
    container: backup.container,
    created_at: backup.createdAt,
    updated_at: backup.updatedAt,
    name: backup.name,
    description: backup.description,
    fail_reason: backup.failReason,
    volume_id: backup.volumeId,
    links: links(backup.id),
    is_incremental: backup.parentId !== null,
    has_dependent_backups: backup.hasDependentBackups,
    snapshot_id: backup.snapshotId,
    data_timestamp: backup.dataTimestamp,
    ...(minor >= 18 && caller.isAdmin
      ? { 'os-backup-project-attr:project_id': backup.projectId }
      : {}),
    ...(minor >= 43 ? { metadata: backup.metadata } : {}),
    ...(minor >= 56 && caller.isAdmin ? { user_id: backup.userId } : {}),
  });
}

async function listed(request: RouteRequest, parts: Parts, isDetail: boolean): Promise<unknown> {
  const query = listQueryOf(request, offers);
  const isCounted = request.minor >= 45 && queryFlag(request, 'with_count');
  return listReply(request, {
    key: 'backups',
    path: isDetail ? 'backups/detail' : 'backups',
    page: await listBackups(parts.database, query),
    view: isDetail ? backupView(request) : briefView(request),
    count: isCounted ? await countBackups(parts.database, query) : undefined,
  });
}

/** Handlers by the verbs of the route table. */
export const backupHandlers: HandlersOf<typeof backupRoutes> = {
  async createBackup(request, parts) {
    const { backup: asked } = request.body;
    const backup = await admitCreateBackup(parts, askerOf(request), {
      volumeId: asked.volume_id,
      snapshotId: asked.snapshot_id ?? null,
      name: asked.name ?? null,
      description: asked.description ?? null,
      container: asked.container ?? null,
      availabilityZone: request.minor >= 51 ? (asked.availability_zone ?? null) : null,
      metadata: request.minor >= 43 ? (asked.metadata ?? {}) : {},
      incremental: asked.incremental ?? false,
      force: asked.force ?? false,
    });
    return { backup: briefView(request)(backup) };
  },

  listBackups: (request, parts) => listed(request, parts, false),
  listBackupsDetail: (request, parts) => listed(request, parts, true),

  async showBackup(request, parts) {
    const backup = await ownBackup(parts.database, request.caller, param(request, 'id'));
    return { backup: backupView(request)(backup) };
  },

  async updateBackup(request, parts) {
    const { name, description, metadata } = request.body.backup;
    const backup = await parts.database.transaction(async (tx) => {
      const { id } = await ownBackup(tx, request.caller, param(request, 'id'));
      await updateBackup(tx, id, {
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description }),
        ...(metadata && request.minor >= 43 ? { metadata } : {}),
      });
      return ownBackup(tx, request.caller, id);
    });
    return { backup: briefView(request)(backup) };
  },

  async deleteBackup(request, parts) {
    const backupId = param(request, 'id');
    await admitDeleteBackup(parts, askerOf(request), { backupId, force: false });
  },

  async restoreBackup(request, parts) {
    const { name, volume_id: volumeId } = request.body.restore;
    const restore = await admitRestoreBackup(parts, askerOf(request), {
      backupId: param(request, 'id'),
      volumeId: volumeId ?? null,
      name: name ?? null,
    });
    return {
      restore: {
        backup_id: restore.backupId,
        volume_id: restore.volumeId,
        volume_name: restore.volumeName,
      },
    };
  },

  async exportBackupRecord(request, parts) {
    const backup = await ownBackup(parts.database, request.caller, param(request, 'id'));
    if (backup.status !== 'available') {
      const reason = `Backup status must be available and not ${backup.status}.`;
      throw savedFaults.invalidBackup({ reason });
    }
    return { 'backup-record': encodeRecord(backup) };
  },

  async importBackupRecord(request, parts) {
    const { backup_service: service, backup_url: url } = request.body['backup-record'];
    const asked = { service, record: decodeRecord(url) };
    const row = await admitImportBackup(parts, askerOf(request), asked);
    return { backup: briefView(request)(row) };
  },
};

/** Handlers of POST /backups/{id}/action. */
export const backupActionHandlers: HandlersOf<typeof backupActionRoutes> = {
  async resetBackupStatus(request, parts) {
    const { status: word } = request.body['os-reset_status'];
    const status = word.toLowerCase();
    if (status !== 'available' && status !== 'error') {
      throw backupStatusFaults.statusInvalid({ status: word });
    }
    const { id } = await ownBackup(parts.database, request.caller, param(request, 'id'));
    await updateBackup(parts.database, id, { status });
  },

  async forceDeleteBackup(request, parts) {
    const backupId = param(request, 'id');
    await admitDeleteBackup(parts, askerOf(request), { backupId, force: true });
  },
};
