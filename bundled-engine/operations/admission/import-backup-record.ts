// Admits an exported record. Invariants: it is believed only when the target has the bytes that it
// names; an id that is in use is refused, so no record takes the place of another; the quota of
// whoever imports is asked (cinder/backup/api.py import_record).
import { backupRecordFaults } from '../../../schema/transfer-faults';
import { isBackupError } from '../../backups/backup-error';
import type { BackupSummary } from '../../backups/manifest';
import type { Parts } from '../../parts';
import { findBackup, insertBackup, updateBackup } from '../../records/backups';
import type { Tx } from '../../records/database';
import type { BackupRow } from '../../records/rows/backup-row';
import type { ImportBackup } from '../import-backup';
import { gibBytes, volumeSubject } from '../operation-context';
import type { Asker } from '../operation-context';
import { assertBackupQuota } from './quota-check';

/** The service that wrote this engine's backups, in the form of Cinder's drivers. */
export const backupService = 'cinder.backup.drivers.cinderkit.ChunkStoreBackupDriver';

/** Names under which earlier records of this engine go. */
const ownServices = new Set<string>([backupService, 'folder']);

/** A record as it was exported. */
export interface ImportedRecord {
  readonly id: string;
  /** Under which id the target has the bytes: not the record's own where that was changed. */
  readonly bytesId: string;
  readonly volumeId: string;
  readonly sizeGib: number;
  readonly parentId: string | null;
  readonly snapshotId: string | null;
  readonly dataTimestamp: string | null;
  readonly described: Pick<BackupRow, 'name' | 'description' | 'container' | 'metadata'>;
  readonly volumeData: BackupRow['volumeData'];
}

/** What the target tells of the bytes. Fails with 400 where it has none or they cannot be used. */
async function bytesOf(parts: Parts, id: string): Promise<BackupSummary> {
  try {
    const known = await parts.backups.describeBackup(id);
    if (known) return known;
  } catch (error) {
    if (!isBackupError(error, 'damaged', 'missing', 'refused')) throw error;
    throw backupRecordFaults.bytesUnusable({ reason: error.message }, error);
  }
  throw backupRecordFaults.bytesMissing({ id });
}

/** A parent that is not here would never go, and could not be shown: then the record has none. */
async function parentOf(tx: Tx, record: ImportedRecord): Promise<string | null> {
  if (record.parentId === null || record.parentId === record.id) return null;
  const parent = await findBackup(tx, record.parentId);
  return parent?.volumeId === record.volumeId ? parent.id : null;
}

/**
 * Admits a record into the asker's project; gives its row as it is before the record was read: a
 * name comes with what follows, as in a real Cinder. Not repeatable: the id is taken then.
 */
export async function admitImportBackup(
  parts: Parts,
  asker: Asker,
  request: { readonly service: string; readonly record: ImportedRecord },
): Promise<BackupRow> {
  const { service, record } = request;
  const { projectId, userId, requestId } = asker;
  return parts.database.transaction(async (tx) => {
    if (await findBackup(tx, record.id)) throw backupRecordFaults.backupExists({});
    if (!ownServices.has(service)) {
      throw backupRecordFaults.serviceForeign({ service, expected: backupService });
    }
    // Looked at within the transaction: a record that is being deleted is still there, so bytes
    // that are seen here for an id without a record are not about to go.
    const known = await bytesOf(parts, record.bytesId);
    const sizeGib = Math.max(record.sizeGib, Math.ceil(known.sizeBytes / gibBytes));
    await assertBackupQuota(parts, tx, { projectId, gigabytes: sizeGib });
    const isShared = record.bytesId !== record.id;
    const row = await insertBackup(tx, {
      id: record.id,
      projectId,
      userId,
      volumeId: record.volumeId,
      sizeGib,
      status: isShared ? 'creating' : 'available',
      service: 'folder',
      ...(record.dataTimestamp === null ? {} : { dataTimestamp: record.dataTimestamp }),
    });
    await updateBackup(tx, record.id, {
      ...record.described,
      snapshotId: record.snapshotId,
      parentId: await parentOf(tx, record),
      volumeData: record.volumeData,
      objectCount: known.objectCount,
      dataBytes: known.dataBytes,
      storedBytes: isShared ? 0 : known.storedBytes,
    });
    if (isShared) await startImport(parts, tx, { record, requestId });
    return row;
  });
}

async function startImport(
  parts: Parts,
  tx: Tx,
  at: { readonly record: ImportedRecord; readonly requestId: string },
): Promise<void> {
  const { id: backupId, bytesId, volumeId } = at.record;
  const payload: ImportBackup = { backupId, bytesId, requestId: at.requestId };
  await parts.jobs.start(tx, {
    operation: 'import-backup',
    subject: volumeSubject(volumeId),
    payload,
  });
}
