// Checks a backup without restoring it: every chunk is read, decoded and hashed. Invariant: a
// backup that verifies can be restored as long as the target keeps its bytes.
import { isBackupError, type BackupError } from './backup-error';
import type { BackupProgress } from './byte-source';
import { chunkLength } from './chunk-format';
import { mapInOrder } from './map-in-order';
import { readChunk } from './read-chunk';
import { readManifest, type StoreParts } from './store-parts';

const chunksAtOnce = 4;

/** What to check. */
export interface VerifyBackupRequest {
  readonly backupId: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: BackupProgress) => void) | undefined;
}

/** Chunks read, and one error for each that is damaged or missing: no problems, no damage. */
export interface VerifyReport {
  readonly checkedChunks: number;
  readonly problems: readonly BackupError[];
}

/**
 * Reads the whole backup and reports all damage found. Repeatable. Fails with `missing` when
 * there is no such backup, `damaged` when its manifest is, `unavailable` when the target is.
 */
export async function verifyBackup(
  parts: StoreParts,
  request: VerifyBackupRequest,
): Promise<VerifyReport> {
  return parts.backups.run([request.backupId], async () => {
    const { signal, onProgress } = request;
    signal?.throwIfAborted();
    const manifest = await readManifest(parts, request.backupId, 'verify');
    const { chunks, summary } = manifest;
    const problems: BackupError[] = [];
    let doneBytes = 0;
    let entry = 0;
    const outcomes = mapInOrder(chunks.entries(), { width: chunksAtOnce, signal }, (at) =>
      readChunk(parts, manifest, { entry: at, verb: 'verify' }).then(() => null, problemOrThrow),
    );
    for await (const problem of outcomes) {
      if (problem !== null) problems.push(problem);
      doneBytes += chunkLength(chunks.indexAt(entry), summary.sizeBytes);
      entry += 1;
      onProgress?.({ doneBytes, totalBytes: summary.dataBytes });
    }
    return { checkedChunks: entry, problems };
  });
}

function problemOrThrow(error: unknown): BackupError {
  if (isBackupError(error, 'damaged', 'missing')) return error;
  throw error;
}
