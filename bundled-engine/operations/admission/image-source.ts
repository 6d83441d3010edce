// Checks an image that a volume is to be made from, before anything is made. Invariant: what
// passes fits the volume, as far as the image's record tells; its bytes are inspected again when
// they are used (cinder/volume/flows/api/create_volume.py, cinder/image/image_utils.py).
import { requestFaults, volumeFaults } from '../../../schema/faults';
import type { Db } from '../../records/database';
import { findImage, listImages } from '../../records/images';
import type { ImageRow } from '../../records/rows/image-row';
import { isUnknownMarker } from '../../records/table';
import { gibFor } from '../volume-source';
import type { Viewer } from './find-owned';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The image that a reference (id or name) means, or the refusals of Cinder. */
export async function imageByRef(db: Db, viewer: Viewer, ref: string): Promise<ImageRow> {
  const viewerProjectId = viewer.isAdmin ? null : viewer.projectId;
  if (uuid.test(ref)) {
    const image = await findImage(db, ref.toLowerCase(), { viewerProjectId });
    if (!image) throw volumeFaults.imageUnusable({});
    return image;
  }
  const query = { projectId: null, viewerProjectId, filters: { name: ref }, limit: 2 };
  const page = await listImages(db, query);
  const found = isUnknownMarker(page) ? [] : page.rows;
  const [image, another] = found;
  if (another) throw volumeFaults.imageAmbiguous({ name: ref });
  if (!image) throw volumeFaults.imageUnusable({});
  return image;
}

/** Throws the refusal for an image that cannot become a volume of this size. */
export function assertImageFits(image: ImageRow, sizeGib: number): void {
  const refuse = (reason: string): never => {
    throw requestFaults.invalidInput({ reason });
  };
  if (image.status !== 'active') refuse(`Image ${image.id} is not active.`);
  const imageGib = gibFor(image.sizeBytes ?? 0);
  if (imageGib > sizeGib) {
    refuse(`Size of specified image ${imageGib}GB is larger than volume size ${sizeGib}GB.`);
  }
  if (image.minDiskGib > sizeGib) {
    refuse(
      `Volume size ${sizeGib}GB cannot be smaller than the image minDisk size ` +
        `${image.minDiskGib}GB.`,
    );
  }
  const virtualGib = gibFor(image.virtualSizeBytes ?? 0);
  if (virtualGib > sizeGib) {
    throw volumeFaults.imageUnacceptable({
      imageId: image.id,
      reason:
        `Image virtual size is ${virtualGib}GB and doesn't fit in a volume of size ` +
        `${sizeGib}GB.`,
    });
  }
}

/** What a volume remembers of its image: volume_image_metadata, all values text. */
export function imageMetadataOf(image: ImageRow): Record<string, string> {
  const known = {
    image_id: image.id,
    image_name: image.name,
    checksum: image.checksum,
    container_format: image.containerFormat,
    disk_format: image.diskFormat,
    min_disk: image.minDiskGib,
    min_ram: image.minRamMib,
    size: image.sizeBytes,
  };
  const present = Object.entries(known).filter(([, value]) => value !== null);
  return {
    ...image.properties,
    ...Object.fromEntries(present.map(([key, value]) => [key, String(value)])),
  };
}
