// A store over a folder target in a temporary folder, with the faulty target in between.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backupStore, type BackupStore } from '../../bundled-engine/backups/backup-store';
import { folderTarget } from '../../bundled-engine/backups/folder-target';
import { FaultyTarget } from './faulty-target';
import { ModelSink } from './model-volume';

/** A store, what lies under it, and the end of both. */
export interface TemporaryStore {
  readonly folder: string;
  readonly target: FaultyTarget;
  readonly store: BackupStore;
  /** The same folder as a new process would see it. */
  reopen(): Promise<BackupStore>;
  close(): Promise<void>;
}

/** Makes one; close() removes the folder. */
export async function temporaryStore(): Promise<TemporaryStore> {
  const folder = await mkdtemp(join(tmpdir(), 'cinderkit-backups-'));
  const target = new FaultyTarget(await folderTarget({ folder }));
  return {
    folder,
    target,
    store: backupStore(target),
    reopen: async () => backupStore(await folderTarget({ folder })),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The bytes of a backup, restored over old bytes. */
export async function restored(store: BackupStore, backupId: string): Promise<Buffer> {
  const size = (await store.describeBackup(backupId))?.sizeBytes ?? 0;
  const sink = new ModelSink(size, 'old bytes');
  await store.restoreBackup({ backupId, sink, sinkIsBlank: false });
  return sink.bytes;
}
