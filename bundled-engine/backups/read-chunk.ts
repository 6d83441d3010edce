// Reads one chunk back and checks it. Invariant: what comes out has the hash that the manifest
// names; anything else is an error that says which backup and which part of the volume are hit.
import { BackupError, isBackupError } from './backup-error';
import { chunkBytes, chunkKey, chunkLength, decodeChunk, type DecodedChunk } from './chunk-format';
import type { Manifest } from './manifest';
import { noteSuspect, type StoreParts } from './store-parts';

/** One listed chunk: its first byte in the volume and its plain bytes. */
export interface RestoredChunk {
  readonly offset: number;
  readonly plain: Uint8Array<ArrayBuffer>;
}

/**
 * The chunk at `entry` of the manifest's list. `missing` when the target has it no more,
 * `damaged` when its bytes are not what was stored; then it is noted, so that the next backup of
 * the same bytes stores it anew. `verb` completes "Could not ... backup".
 */
export async function readChunk(
  parts: StoreParts,
  manifest: Manifest,
  at: { readonly entry: number; readonly verb: string },
): Promise<RestoredChunk> {
  const index = manifest.chunks.indexAt(at.entry);
  const hash = manifest.chunks.hashAt(at.entry);
  const offset = index * chunkBytes;
  const lengthBytes = chunkLength(index, manifest.summary.sizeBytes);
  const found = await fetchChunk(parts, hash, lengthBytes);
  if (found !== null && 'plain' in found) return { offset, plain: found.plain };
  const { backupId } = manifest.summary;
  const key = chunkKey(hash);
  const where = `Could not ${at.verb} backup ${backupId}: the chunk at byte ${offset} (${key})`;
  const advice =
    'Restore another backup; or, while the volume still has these bytes, back it up again: that ' +
    'stores the chunk anew and makes this backup whole.';
  const details = { backupId, key, offset };
  if (found === null) {
    const message = `${where} is missing in ${parts.target.name}. ${advice}`;
    throw new BackupError('missing', message, { details });
  }
  await noteDamage(parts, hash);
  const message = `${where} is damaged: ${found.flaw}. ${advice}`;
  throw new BackupError('damaged', message, { details });
}

async function fetchChunk(
  parts: StoreParts,
  hash: Buffer,
  lengthBytes: number,
): Promise<DecodedChunk | null> {
  try {
    const stored = await parts.target.get(chunkKey(hash));
    return stored === null ? null : await decodeChunk(stored, { hash, lengthBytes });
  } catch (error) {
    if (isBackupError(error, 'damaged')) return { flaw: error.message };
    throw error;
  }
}

/** The note helps later backups; failing to write it must not hide the damage itself. */
async function noteDamage(parts: StoreParts, hash: Buffer): Promise<void> {
  await parts.guard
    .withChunk(hash, async () => {
      if (await parts.target.has(chunkKey(hash))) await noteSuspect(parts, hash);
    })
    .catch(() => undefined);
}
