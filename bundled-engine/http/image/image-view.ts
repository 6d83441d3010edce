// An image as its API shows it. Invariant: names and order are Glance's; properties stand beside
// the core attributes and never hide one. Times have no fraction and end in Z.
import { volumeInUrl } from '../../operations/volume-source';
import type { ImageRow } from '../../records/rows/image-row';

/** The JSON of one image. */
export function imageView(image: ImageRow): Record<string, unknown> {
  const self = `/v2/images/${image.id}`;
  const backing = volumeBehind(image);
  return {
    ...image.properties,
    name: image.name,
    disk_format: image.diskFormat,
    container_format: image.containerFormat,
    visibility: image.visibility,
    size: image.sizeBytes,
    virtual_size: image.virtualSizeBytes,
    status: image.status,
    checksum: image.checksum,
    protected: image.isProtected,
    min_ram: image.minRamMib,
    min_disk: image.minDiskGib,
    owner: image.projectId,
    os_hidden: image.isHidden,
    os_hash_algo: image.hashAlgorithm,
    os_hash_value: image.hashValue,
    id: image.id,
    created_at: shownTime(image.createdAt),
    updated_at: shownTime(image.updatedAt),
    ...(backing === null ? {} : { direct_url: backing.url, locations: image.locations }),
    tags: image.tags,
    self,
    file: `${self}/file`,
    schema: '/v2/schemas/image',
    ...(hasBytes(image) ? { stores: backing === null ? 'file' : 'cinder' } : {}),
  };
}

/**
 * The volume that holds a volume-backed image's bytes, with its location; null for other images.
 */
export function volumeBehind(image: ImageRow): { volumeId: string; url: string } | null {
  for (const { url } of image.locations) {
    const volumeId = volumeInUrl(url);
    if (volumeId !== null) return { volumeId, url };
  }
  return null;
}

/** Whether there are bytes to download. */
export function hasBytes(image: ImageRow): boolean {
  return image.status === 'active' || image.status === 'deactivated';
}

/** A moment as the image API shows it. */
export function shownTime(moment: string): string {
  return `${moment.slice(0, 19)}Z`;
}
