// Saves the bytes of a volume or snapshot to the backup store. Where the driver can tell changes,
// the moment is held as a checkpoint: it is what is read, and what the next increment is compared
// with. Invariants: the volume goes back to where it was whatever happens; a failure leaves an
// `error` row with its reason and nothing in the store (cinder/backup/manager.py create_backup).
import { z } from 'zod';
import type { BytesOf, VolumeReader } from '../drivers/driver';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import { backupsOfVolume, findBackup, updateBackup } from '../records/backups';
import type { Db } from '../records/database';
import type { Backup } from '../records/rows/backup-row';
import { transition } from '../records/transition';
import { findSnapshot } from '../records/snapshots';
import { findVolume } from '../records/volumes';
import { dropCheckpoint } from './delete-volume';
import { driverOf } from './operation-context';
import type { Context } from './operation-context';
import { stepFaults, storing } from './storage-faults';
import { failureText, tellFailure } from './user-messages';

const payloadShape = z.object({
  backupId: z.string(),
  requestId: z.string(),
  /** Status to which the volume or the snapshot goes back. */
  previousStatus: z.string(),
});

/** What a run is started with. */
export type CreateBackup = z.infer<typeof payloadShape>;

interface Memo {
  readonly objectCount: number;
  readonly dataBytes: number;
  readonly storedBytes: number;
  readonly held: boolean;
}

type Ctx = Context<CreateBackup, Memo>;

interface Source {
  readonly backup: Backup;
  readonly pool: string;
  readonly bytes: BytesOf;
}

async function sourceOf({ payload, parts }: Ctx): Promise<Source> {
  const backup = await findBackup(parts.database, payload.backupId);
  if (!backup) throw stepFaults.sourceGone({ what: `Backup ${payload.backupId}` });
  const { snapshotId, volumeId } = backup;
  const from = snapshotId
    ? await findSnapshot(parts.database, snapshotId)
    : await findVolume(parts.database, volumeId);
  if (!from?.pool) throw stepFaults.sourceGone({ what: `Volume ${volumeId}` });
  const bytes = snapshotId ? { snapshot: snapshotId } : { volume: volumeId };
  return { backup, pool: from.pool, bytes };
}

async function hold(context: Ctx): Promise<void> {
  const { parts, memo } = context;
  const { backup, pool, bytes } = await sourceOf(context);
  const driver = driverOf(parts, pool);
  if (!driver.abilities.checkpoints) return;
  await storing(() => driver.createCheckpoint(backup.id, bytes));
  await updateBackup(parts.database, backup.id, { checkpoint: { pool } });
  Object.assign(memo, { held: true });
}

async function unhold({ payload, parts }: Ctx): Promise<void> {
  const backup = await findBackup(parts.database, payload.backupId);
  if (!backup) return;
  const pool = backup.checkpoint?.['pool'];
  // The record may lack what a crash came too early to write: every pool is asked, gone is
  // success.
  const pools = parts.pools.filter(
    ({ name, driver }) => driver.abilities.checkpoints && (pool === undefined || name === pool),
  );
  for (const { driver } of pools) await storing(() => driver.removeCheckpoint(backup.id));
  await updateBackup(parts.database, backup.id, { checkpoint: null });
}

async function save(context: Ctx): Promise<void> {
  const { parts, memo, signal } = context;
  const { backup, pool, bytes } = await sourceOf(context);
  const driver = driverOf(parts, pool);
  await storing(async () => {
    const reader = await driver.openReader(memo.held ? { checkpoint: backup.id } : bytes);
    try {
      const since = await changesSince(parts, backup, { reader, pool });
      const { objectCount, dataBytes, storedBytes } = await parts.backups.createBackup({
        backupId: backup.id,
        source: reader,
        since,
        signal,
      });
      Object.assign(memo, { objectCount, dataBytes, storedBytes });
    } finally {
      await reader.close();
    }
  });
}

/** What changed since the parent, where the driver can tell; undefined where all must be read. */
async function changesSince(
  parts: Parts,
  backup: Backup,
  from: { reader: VolumeReader; pool: string },
) {
  if (backup.parentId === null) return undefined;
  const parent = await findBackup(parts.database, backup.parentId);
  if (parent?.checkpoint?.['pool'] !== from.pool) return undefined;
  const changed = await from.reader.changedSince(parent.id);
  return changed === null ? undefined : { parentId: parent.id, changed };
}

async function unsave({ payload, parts }: Ctx): Promise<void> {
  await storing(() => parts.backups.deleteBackup(payload.backupId));
}

/** One checkpoint a volume is enough: that of the backup with the newest data. */
async function dropOlderCheckpoints({ payload, parts }: Ctx): Promise<void> {
  const backup = await findBackup(parts.database, payload.backupId);
  if (!backup) return;
  const all = await backupsOfVolume(parts.database, backup.volumeId);
  const held = all.filter(({ checkpoint }) => checkpoint !== null);
  // Oldest data first, so the last one stays.
  for (const { id, checkpoint } of held.slice(0, -1)) await dropCheckpoint(parts, id, checkpoint);
}

async function release(tx: Db, payload: CreateBackup, backup: Backup): Promise<void> {
  const change = { from: ['backing-up'], to: payload.previousStatus };
  if (backup.snapshotId) await transition(tx, 'snapshots', backup.snapshotId, change);
  else await transition(tx, 'volumes', backup.volumeId, change);
}

/** The operation. */
export const createBackupOperation = operation<CreateBackup, Parts, Memo>('create-backup', {
  steps: [
    step('hold', hold, unhold),
    step('save', save, unsave),
    step('drop-older-checkpoints', dropOlderCheckpoints),
  ],
  async done({ payload, memo }, tx) {
    const backup = await findBackup(tx, payload.backupId);
    if (!backup) return;
    await updateBackup(tx, backup.id, {
      objectCount: memo.objectCount ?? 0,
      dataBytes: memo.dataBytes ?? 0,
      storedBytes: memo.storedBytes ?? 0,
    });
    await transition(tx, 'backups', backup.id, { from: ['creating'], to: 'available' });
    await release(tx, payload, backup);
  },
  async failed({ payload, parts }, failure, tx) {
    const backup = await findBackup(tx, payload.backupId);
    if (!backup) return;
    const { id, projectId } = backup;
    await updateBackup(tx, id, { failReason: failureText('createBackup', failure).slice(0, 255) });
    await transition(tx, 'backups', id, { from: ['creating'], to: 'error' });
    await release(tx, payload, backup);
    const { requestId } = payload;
    const subject = { type: 'VOLUME_BACKUP', id, projectId, requestId } as const;
    await tellFailure(parts, tx, { action: 'createBackup', failure, subject });
  },
  parse: (recorded) => payloadShape.parse(recorded),
});
