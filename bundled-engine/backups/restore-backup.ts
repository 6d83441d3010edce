// Brings a backup's bytes back. Invariant: a byte is written only after the hash of its chunk was
// checked, and when restoreBackup resolves the whole sink reads as the volume did, zeroes included.
import { BackupError } from './backup-error';
import type { BackupProgress, ByteSink } from './byte-source';
import type { Manifest } from './manifest';
import { mapInOrder } from './map-in-order';
import { readChunk, type RestoredChunk } from './read-chunk';
import { readManifest, type StoreParts } from './store-parts';

const chunksAtOnce = 4;
// The grain in which zeroes within a chunk become holes: the block size of usual file systems.
const grainBytes = 4096;
const zeroGrain = Buffer.alloc(grainBytes);

/** What to restore and where to. After an abort or a failure the sink holds a part. */
export interface RestoreBackupRequest {
  readonly backupId: string;
  readonly sink: ByteSink;
  /** True only for a sink that reads as zeroes everywhere: then holes need no writing. */
  readonly sinkIsBlank: boolean;
  /** Reads and checks every chunk before the first write: twice the time, no half-written sink. */
  readonly verifyFirst?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: BackupProgress) => void) | undefined;
}

/** What a restore did, in bytes of the volume. */
export interface RestoreSummary {
  readonly writtenBytes: number;
}

/**
 * Restores and flushes; a sink larger than the backup reads as zeroes behind it. Repeatable.
 * Fails with `missing`, `damaged` or `unavailable`, with `refused` for a sink that is too small,
 * or as the sink does; then the sink must not be used.
 */
export async function restoreBackup(
  parts: StoreParts,
  request: RestoreBackupRequest,
): Promise<RestoreSummary> {
  return parts.backups.run([request.backupId], async () => {
    request.signal?.throwIfAborted();
    const manifest = await readManifest(parts, request.backupId, 'restore');
    assertFits(manifest, request.sink);
    if (request.verifyFirst === true) {
      const chunks = chunksOf(parts, manifest, request.signal);
      while ((await chunks.next()).done !== true);
    }
    return restoreManifest(parts, manifest, request);
  });
}

function assertFits(manifest: Manifest, sink: ByteSink): void {
  const { backupId, sizeBytes } = manifest.summary;
  if (sink.sizeBytes >= sizeBytes) return;
  throw new BackupError(
    'refused',
    `Could not restore backup ${backupId}: the volume has ${sink.sizeBytes} bytes, expected at ` +
      `least the backup's ${sizeBytes}. Restore to a volume of that size or to a new one.`,
    { details: { backupId } },
  );
}

function chunksOf(
  parts: StoreParts,
  manifest: Manifest,
  signal: AbortSignal | undefined,
): AsyncGenerator<RestoredChunk, void, undefined> {
  return mapInOrder(manifest.chunks.entries(), { width: chunksAtOnce, signal }, (entry) =>
    readChunk(parts, manifest, { entry, verb: 'restore' }),
  );
}

async function restoreManifest(
  parts: StoreParts,
  manifest: Manifest,
  request: RestoreBackupRequest,
): Promise<RestoreSummary> {
  const { sink, sinkIsBlank, signal, onProgress } = request;
  const totalBytes = manifest.summary.dataBytes;
  let doneBytes = 0;
  let writtenBytes = 0;
  let reached = 0;
  const zeroUntil = async (end: number): Promise<void> => {
    if (!sinkIsBlank && end > reached) await sink.zero(reached, end - reached);
  };
  for await (const { offset, plain } of chunksOf(parts, manifest, signal)) {
    for (const run of runsOfData(plain)) {
      await zeroUntil(offset + run.start);
      await sink.write(offset + run.start, plain.subarray(run.start, run.end));
      writtenBytes += run.end - run.start;
      reached = offset + run.end;
    }
    doneBytes += plain.length;
    onProgress?.({ doneBytes, totalBytes });
  }
  await zeroUntil(sink.sizeBytes);
  await sink.flush();
  return { writtenBytes };
}

/** The parts of a chunk that are not zeroes, in whole grains, neighbours melted. */
function* runsOfData(plain: Uint8Array): Generator<{ start: number; end: number }> {
  const bytes = Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength);
  let start = -1;
  for (let at = 0; at < bytes.length; at += grainBytes) {
    const grain = bytes.subarray(at, at + grainBytes);
    const isZero = grain.equals(zeroGrain.subarray(0, grain.length));
    if (isZero && start >= 0) yield { start, end: at };
    if (isZero) start = -1;
    else if (start < 0) start = at;
  }
  if (start >= 0) yield { start, end: bytes.length };
}
