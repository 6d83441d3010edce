// Deletes a backup and gives back the space that no other backup needs. Invariant: the manifest
// goes first, so there is never a backup without its chunks; a crash in between leaves a note,
// and the next operation or sweep removes what it left. Backups built on this one are not
// touched: each is whole.
import { isBackupError } from './backup-error';
import { manifestKey } from './manifest';
import { removeUnnamed, sweepTarget } from './remove-chunks';
import { findManifest, unfinishedKey, type StoreParts } from './store-parts';

/** What a delete did: `existed` is false when there was no such backup, which is success too. */
export interface DeleteSummary {
  readonly existed: boolean;
  readonly removedChunks: number;
}

/**
 * Deletes the backup, damaged ones too. Chunks that another backup or one in the making needs stay.
 * Repeatable. Fails with `unavailable`, or with `damaged` when the manifest of another backup hides
 * what may go; then this backup is gone, and repeating it later gives its space back.
 */
export async function deleteBackup(parts: StoreParts, backupId: string): Promise<DeleteSummary> {
  return parts.backups.run([backupId], async () => {
    parts.underWay.add(backupId);
    try {
      return await deleteNoted(parts, backupId);
    } finally {
      parts.underWay.delete(backupId);
    }
  });
}

async function deleteNoted(parts: StoreParts, backupId: string): Promise<DeleteSummary> {
  const { target } = parts;
  const existed = await target.has(manifestKey(backupId));
  if (!existed && !(await target.has(unfinishedKey(backupId)))) {
    return { existed, removedChunks: 0 };
  }
  // A full target has no room for the note, and deleting is how it gets room: then what a crash
  // leaves waits for the next sweep.
  await target.put(unfinishedKey(backupId), Buffer.from('delete')).catch(passIfFull);
  const manifest = await findManifest(parts, backupId).catch(nullIfDamaged);
  await target.remove(manifestKey(backupId));
  // Without a list of what may go, all that nobody names goes.
  const removedChunks =
    manifest === null ? await sweepTarget(parts) : await removeUnnamed(parts, manifest.chunks);
  await target.remove(unfinishedKey(backupId));
  return { existed, removedChunks };
}

function nullIfDamaged(error: unknown): null {
  if (isBackupError(error, 'damaged')) return null;
  throw error;
}

function passIfFull(error: unknown): void {
  if (!isBackupError(error, 'full')) throw error;
}
