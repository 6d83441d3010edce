// Gives a backup a second name: another manifest over the same chunks. Invariant: chunks belong to
// every manifest that names them, so deleting either backup leaves the other whole; the copy is one
// object, so a crash leaves it whole or not at all.
import { encodeManifest, manifestKey } from './manifest';
import type { BackupSummary } from './manifest';
import { findManifest, readManifest, type StoreParts } from './store-parts';

/** Which backup to name anew, and how. */
export interface CopyBackupRequest {
  readonly fromId: string;
  readonly toId: string;
}

/**
 * Makes `toId` hold what `fromId` holds; no chunk is stored or read. Where there is a `toId` it
 * gives its facts and changes nothing. Fails with `missing`, `damaged`, `full` or `unavailable`.
 */
export async function copyBackup(
  parts: StoreParts,
  { fromId, toId }: CopyBackupRequest,
): Promise<BackupSummary> {
  return parts.backups.run([fromId, toId], async () => {
    const existing = await findManifest(parts, toId);
    if (existing !== null) return existing.summary;
    const { summary, chunks } = await readManifest(parts, fromId, 'import');
    const copy: BackupSummary = {
      ...summary,
      backupId: toId,
      readBytes: 0,
      storedBytes: 0,
      newChunks: 0,
      inheritedChunks: 0,
      reusedChunks: summary.objectCount,
    };
    // A removal that has listed the manifests already knows the first name alone: until it ends,
    // the chunks must not go should that name go meanwhile.
    const pins = parts.guard.pins();
    try {
      for (const hash of chunks.hashes()) pins.add(hash);
      await parts.target.put(manifestKey(toId), await encodeManifest({ summary: copy, chunks }));
    } finally {
      parts.guard.release(pins);
    }
    return copy;
  });
}
