// Giving space back: removes chunks that no backup names. Invariant: what cannot be proved to be
// without owner stays, so one manifest that cannot be read stops every removal until it is deleted.
import { isBackupError, BackupError } from './backup-error';
import { chunkKey } from './chunk-format';
import type { ChunkList } from './chunk-list';
import { ChunkSet } from './chunk-set';
import { mapInOrder } from './map-in-order';
import { findManifest, clearSuspect, staleNotes, unfinishedKey } from './store-parts';
import type { StoreParts } from './store-parts';

const removalsAtOnce = 8;

/** Removes those of the listed chunks that no manifest names; gives how many went. Repeatable. */
export function removeUnnamed(parts: StoreParts, chunks: ChunkList): Promise<number> {
  return parts.guard.removing(async () => {
    const named = await namedChunks(parts);
    return removeChunks(parts, unnamed(chunks.hashes(), named));
  });
}

/**
 * Removes every chunk that no manifest names, what interrupted writes left, and the notes of
 * backups that a crash cut off; gives how many chunks went. Safe beside running backups.
 * Repeatable.
 */
export function sweepTarget(parts: StoreParts): Promise<number> {
  return parts.guard.removing(async () => {
    const stale = await staleNotes(parts);
    const named = await namedChunks(parts);
    let removed = 0;
    let batch: Buffer[] = [];
    for await (const key of parts.target.list('chunks/')) {
      const hash = Buffer.from(key.slice('chunks/'.length), 'hex');
      // A file that is no chunk of ours is not ours to remove.
      if (hash.length !== 32 || chunkKey(hash) !== key || named.has(hash)) continue;
      batch.push(hash);
      if (batch.length < 4096) continue;
      removed += await removeChunks(parts, batch);
      batch = [];
    }
    removed += await removeChunks(parts, batch);
    await dropSuspectsWithoutChunk(parts);
    await parts.target.sweep();
    for (const id of stale) await parts.target.remove(unfinishedKey(id));
    return removed;
  });
}

/** Sweeps when a crash or a failure may have left something; else costs one listing. Repeatable. */
export async function sweepIfNeeded(parts: StoreParts): Promise<void> {
  if ((await staleNotes(parts)).length > 0) await sweepTarget(parts);
}

async function namedChunks(parts: StoreParts): Promise<ChunkSet> {
  const named = new ChunkSet();
  for await (const key of parts.target.list('backups/')) {
    const id = key.slice('backups/'.length);
    const manifest = await findManifest(parts, id).catch((error: unknown) => {
      throw isBackupError(error, 'damaged') ? cannotTell(parts, id, error) : error;
    });
    for (const hash of manifest?.chunks.hashes() ?? []) named.add(hash);
  }
  return named;
}

function cannotTell(parts: StoreParts, backupId: string, cause: BackupError): BackupError {
  return new BackupError(
    'damaged',
    `Could not give space back in ${parts.target.name}: the manifest of backup ${backupId} is ` +
      'damaged, so which chunks it shares cannot be told. Nothing more was removed. ' +
      `Delete backup ${backupId}, then try again.`,
    { details: { backupId }, cause },
  );
}

function* unnamed(hashes: Iterable<Buffer>, named: ChunkSet): Generator<Buffer> {
  for (const hash of hashes) if (!named.has(hash)) yield hash;
}

async function removeChunks(parts: StoreParts, hashes: Iterable<Buffer>): Promise<number> {
  let removed = 0;
  const outcomes = mapInOrder(hashes, { width: removalsAtOnce }, (hash) =>
    parts.guard.withChunk(hash, async () => {
      if (parts.guard.isPinned(hash) || !(await parts.target.has(chunkKey(hash)))) return false;
      // Asked again: a backup may have begun to rely on it while the target was looking.
      if (parts.guard.isPinned(hash)) return false;
      await parts.target.discard(chunkKey(hash));
      await clearSuspect(parts, hash);
      return true;
    }),
  );
  for await (const isGone of outcomes) if (isGone) removed += 1;
  return removed;
}

async function dropSuspectsWithoutChunk(parts: StoreParts): Promise<void> {
  for (const name of await parts.suspects()) {
    const hash = Buffer.from(name, 'hex');
    if (!(await parts.target.has(chunkKey(hash)))) await clearSuspect(parts, hash);
  }
}
