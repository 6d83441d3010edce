// What a backup keeps of its volume besides the bytes, and how a restore gives it back: metadata,
// name, description, image metadata, bootable (cinder/backup/driver.py BackupMetadataAPI).
// Invariant: what the caller of a restore asked for a new volume is never taken away.
import { z } from 'zod';
import type { Backup } from '../records/rows/backup-row';
import type { Volume, VolumeRow } from '../records/rows/volume-row';

const pairs = z.record(z.string(), z.string());

/** Kept as JSON; older records and records of others may lack the later keys. */
export const savedVolumeShape = z.object({
  bootable: z.boolean(),
  imageMetadata: pairs,
  metadata: pairs.optional(),
  name: z.string().nullish(),
  description: z.string().nullish(),
});

/** What a backup keeps of its volume. */
export type SavedVolume = z.infer<typeof savedVolumeShape>;

/** Of the volume as it is now. */
export function savedVolumeOf(volume: Volume): SavedVolume {
  const { bootable, imageMetadata, metadata, name, description } = volume;
  return { bootable, imageMetadata, metadata, name, description };
}

/**
 * The columns of `volume` that the restore of `backup` changes. A volume that was there before
 * takes the saved metadata for its own, where there was any; a new one (`isNew`) keeps what was
 * asked for it beside them, which Cinder drops.
 */
export function restoredColumns(
  backup: Backup,
  volume: Volume,
  { isNew }: { readonly isNew: boolean },
): Partial<VolumeRow> {
  const parsed = savedVolumeShape.safeParse(backup.volumeData);
  const saved = parsed.success ? parsed.data : null;
  const had = saved?.metadata ?? {};
  const hasSaved = Object.keys(had).length > 0;
  const kept = isNew || !hasSaved ? { ...had, ...volume.metadata } : had;
  const before = kept['src_backup_id'];
  const isForeign = backup.volumeId !== volume.id || (before !== undefined && before !== backup.id);
  return {
    metadata: isForeign ? { ...kept, src_backup_id: backup.id } : kept,
    ...(saved ? { bootable: saved.bootable, imageMetadata: saved.imageMetadata } : {}),
    ...nameAndDescription(saved, volume),
  };
}

/** A volume without a name, or with the one that a restore gave it, is called as its source was. */
function nameAndDescription(saved: SavedVolume | null, volume: Volume): Partial<VolumeRow> {
  const own = volume.name ?? '';
  if (!saved?.name || (own !== '' && !own.startsWith('restore_backup_'))) return {};
  return { name: saved.name, description: saved.description ?? null };
}
