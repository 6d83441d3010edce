// Rows to insert where a test needs any. Invariant: each call gives a thing of its own.
import type { Db } from '../../bundled-engine/records/database';
import { newHexId, newUuid } from '../../bundled-engine/records/new-id';
import type { NewBackup } from '../../bundled-engine/records/rows/backup-row';
import type { NewImage } from '../../bundled-engine/records/rows/image-row';
import type { NewSnapshot } from '../../bundled-engine/records/rows/snapshot-row';
import type { NewVolume, VolumeRow } from '../../bundled-engine/records/rows/volume-row';
import { insertVolume } from '../../bundled-engine/records/volumes';

/** The project that owns the sample rows unless told otherwise. */
export const sampleProject = 'ecdc7998cbee4321a5351652e46b16e5';

const userId = newHexId();

/** A new volume of 1 GiB, available, blank and of no type. */
export function sampleVolume(more: Partial<NewVolume> = {}): NewVolume {
  const id = newUuid();
  return {
    id,
    projectId: sampleProject,
    userId,
    sizeGib: 1,
    status: 'available',
    volumeTypeId: null,
    ...more,
  };
}

/** A new available snapshot of a volume. */
export function sampleSnapshot(volume: VolumeRow, more: Partial<NewSnapshot> = {}): NewSnapshot {
  const { projectId, sizeGib, volumeTypeId } = volume;
  return {
    id: newUuid(),
    projectId,
    userId,
    volumeId: volume.id,
    volumeTypeId,
    sizeGib,
    status: 'available',
    ...more,
  };
}

/** A new available backup. */
export function sampleBackup(more: Partial<NewBackup> = {}): NewBackup {
  return {
    id: newUuid(),
    projectId: sampleProject,
    userId,
    volumeId: newUuid(),
    sizeGib: 1,
    status: 'available',
    ...more,
  };
}

/** A new queued image. */
export function sampleImage(more: Partial<NewImage> = {}): NewImage {
  return { id: newUuid(), projectId: sampleProject, status: 'queued', ...more };
}

/** Inserts volumes one after another, so that the last is the newest. */
export async function insertVolumes(
  db: Db,
  volumes: readonly Partial<NewVolume>[],
): Promise<VolumeRow[]> {
  const rows: VolumeRow[] = [];
  for (const each of volumes) rows.push(await insertVolume(db, sampleVolume(each)));
  return rows;
}
