// Makes a backup: read, hash, look whether the chunk is there, else compress and store; several
// chunks at once, a bounded number in memory. Invariant: the manifest is written last, when every
// chunk that it names is durable; until then there is no backup, and whatever ends the work early
// is cleared up.
import type { Extent } from '../host/extents';
import { BackupError } from './backup-error';
import type { BackupProgress, ByteSource } from './byte-source';
import { chunkLength } from './chunk-format';
import { ChunkKeeper } from './chunk-keeper';
import { ChunkList } from './chunk-list';
import { planChunks, type ChunkPlan } from './chunk-plan';
import type { ChunkSet } from './chunk-set';
import { encodeManifest, manifestKey } from './manifest';
import type { BackupSummary, Manifest } from './manifest';
import { mapInOrder } from './map-in-order';
import { sweepIfNeeded, sweepTarget } from './remove-chunks';
import { findManifest, readManifest, unfinishedKey } from './store-parts';
import type { StoreParts } from './store-parts';

// As many as Node has pool threads: more was no faster. Each takes a buffer for plain bytes, the
// hasher's copy and two for the encoded chunk, so that about 16 MiB are in flight.
const chunksAtOnce = 4;
// The disk works while later chunks are hashed, and little is left to wait for at the end.
const settleEveryChunks = 128;

/** What to back up. An abort leaves nothing behind and throws the signal's reason. */
export interface CreateBackupRequest {
  /** 2 to 128 letters, digits, dots, dashes, underscores; a uuid as a rule. */
  readonly backupId: string;
  readonly source: ByteSource;
  /**
   * For an increment that reads only what changed: a backup in this target, and where the source
   * may differ from what that one holds. Without it all data is read; equal chunks are not stored
   * again.
   */
  readonly since?: { readonly parentId: string; readonly changed: readonly Extent[] } | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: BackupProgress) => void) | undefined;
}

/**
 * Makes the backup durable and complete in itself: it needs no parent to be restored. When there is
 * a backup of this id already, gives its facts and changes nothing. Fails with `missing` (no such
 * parent), `full`, `unavailable`, `damaged` (the parent's manifest), or as the source does.
 */
export async function createBackup(
  parts: StoreParts,
  request: CreateBackupRequest,
): Promise<BackupSummary> {
  const { backupId } = request;
  return parts.backups.run([backupId], async () => {
    request.signal?.throwIfAborted();
    const existing = await findManifest(parts, backupId);
    if (existing !== null) {
      // A crash after the manifest was written may have left the note.
      await parts.target.remove(unfinishedKey(backupId));
      return existing.summary;
    }
    await sweepIfNeeded(parts);
    parts.underWay.add(backupId);
    try {
      return await createNoted(parts, request);
    } finally {
      parts.underWay.delete(backupId);
    }
  });
}

/** With the note in place, so that a crash from here on is cleared up by whoever comes next. */
async function createNoted(
  parts: StoreParts,
  request: CreateBackupRequest,
): Promise<BackupSummary> {
  const { target, guard } = parts;
  await target.put(unfinishedKey(request.backupId), Buffer.from('create'));
  const pins = guard.pins();
  let manifest: Manifest;
  try {
    manifest = await storeChunks(parts, request, pins);
    await target.settle();
    request.signal?.throwIfAborted();
    await target.put(manifestKey(request.backupId), await encodeManifest(manifest));
  } catch (error) {
    guard.release(pins);
    // Where clearing up fails too the note stays, and the next operation clears up.
    await undo(parts, request.backupId).catch(() => undefined);
    throw error;
  }
  guard.release(pins);
  await target.remove(unfinishedKey(request.backupId));
  return manifest.summary;
}

async function undo(parts: StoreParts, backupId: string): Promise<void> {
  // A put that reported failure may yet have published the manifest.
  await parts.target.remove(manifestKey(backupId));
  await sweepTarget(parts);
  await parts.target.remove(unfinishedKey(backupId));
}

async function storeChunks(
  parts: StoreParts,
  request: CreateBackupRequest,
  pins: ChunkSet,
): Promise<Manifest> {
  const { source, since, signal } = request;
  const plan = await planOf(parts, request);
  const work = new ChunkKeeper(parts, source, pins);
  const chunks = new ChunkList();
  const counts = { new: 0, reused: 0, inherited: 0, storedBytes: 0, dataBytes: 0, unsettled: 0 };
  let doneBytes = 0;
  let settling = Promise.resolve();
  const outcomes = mapInOrder(plan.tasks, { width: chunksAtOnce, signal }, (task) =>
    work.keep(task),
  );
  try {
    for await (const { task, kept } of outcomes) {
      if (task.kind === 'read') {
        doneBytes += task.pieces.reduce((sum, piece) => sum + piece.length, 0);
        request.onProgress?.({ doneBytes, totalBytes: plan.readBytes });
      }
      if (kept === null) continue;
      chunks.push(task.index, kept.hash);
      counts[kept.how] += 1;
      counts.storedBytes += kept.storedBytes;
      counts.dataBytes += chunkLength(task.index, source.sizeBytes);
      counts.unsettled += kept.how === 'new' ? 1 : 0;
      if (counts.unsettled < settleEveryChunks) continue;
      counts.unsettled = 0;
      // One at a time: no more than two rounds of chunks wait for the disk.
      await settling;
      settling = parts.target.settle();
      // Awaited above or below; until then a failure must not count as unhandled.
      settling.catch(() => undefined);
    }
  } finally {
    // Nothing may be under way when whatever ends the work early is cleared up.
    await settling.catch(() => undefined);
  }
  await settling;
  const summary: BackupSummary = {
    backupId: request.backupId,
    parentId: since?.parentId ?? null,
    sizeBytes: source.sizeBytes,
    dataBytes: counts.dataBytes,
    readBytes: work.readBytes,
    storedBytes: counts.storedBytes,
    objectCount: chunks.length,
    newChunks: counts.new,
    reusedChunks: counts.reused,
    inheritedChunks: counts.inherited,
  };
  return { summary, chunks };
}

async function planOf(parts: StoreParts, request: CreateBackupRequest): Promise<ChunkPlan> {
  const { source, since, backupId } = request;
  if (!Number.isSafeInteger(source.sizeBytes) || source.sizeBytes < 0) {
    throw new BackupError(
      'refused',
      `Could not make backup ${backupId}: its source has a size of ${source.sizeBytes} bytes, ` +
        'expected a whole number. Check the volume.',
      { details: { backupId } },
    );
  }
  const data = await source.dataExtents();
  if (since === undefined) return planChunks(source.sizeBytes, data, null);
  const { summary, chunks } = await readManifest(parts, since.parentId, 'build on');
  return planChunks(source.sizeBytes, data, {
    sizeBytes: summary.sizeBytes,
    chunks,
    changed: since.changed,
  });
}
