// Guards what others still read: the source of a volume in the making, the bytes of an image.
// Cinder's manager holds a lock for this (cinder/volume/flows/manager/create_volume.py); here the
// removal is refused at admission. Invariant: nothing is made from bytes that are already on their
// way out.
import { savedFaults, volumeFaults } from '../../../schema/faults';
import type { Db } from '../../records/database';
import { imagesOfVolume } from '../../records/images';
import { isUnknownMarker } from '../../records/table';
import { listVolumes } from '../../records/volumes';

const making = ['creating', 'downloading'];

/** The volume that is being made from this volume or snapshot; null where none is. */
async function readerOf(
  db: Db,
  source: { readonly sourceVolumeId: string } | { readonly snapshotId: string },
): Promise<string | null> {
  const filters = { ...source, status: making };
  const page = await listVolumes(db, { projectId: null, filters, limit: 1 });
  return isUnknownMarker(page) ? null : (page.rows[0]?.id ?? null);
}

/** Throws where a volume is being made from the volume. */
export async function assertVolumeNotRead(db: Db, id: string): Promise<void> {
  const reader = await readerOf(db, { sourceVolumeId: id });
  if (reader === null) return;
  const reason = `Volume ${id} is the source of volume ${reader}, which is being created.`;
  throw volumeFaults.invalidVolume({ reason });
}

/** Throws where a volume is being made from the snapshot. */
export async function assertSnapshotNotRead(db: Db, id: string): Promise<void> {
  const reader = await readerOf(db, { snapshotId: id });
  if (reader === null) return;
  const reason = `Snapshot ${id} is the source of volume ${reader}, which is being created.`;
  throw savedFaults.invalidSnapshot({ reason });
}

/**
 * Throws where the volume is an image's location: the image would lose its bytes. Cinder removes
 * such a volume and leaves an image that cannot be read.
 */
export async function assertNoImageNeeds(db: Db, id: string): Promise<void> {
  const [image, ...others] = await imagesOfVolume(db, id);
  if (!image) return;
  const more = others.length > 0 ? ` and of ${others.length} more` : '';
  const reason =
    `Volume ${id} holds the bytes of image ${image.id}${more}; ` +
    'delete the images that are made of it first.';
  throw volumeFaults.invalidVolume({ reason });
}
