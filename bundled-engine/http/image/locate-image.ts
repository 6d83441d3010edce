// Registers a volume as the bytes of an image (seed of volume-backed images). Invariants: only
// while the image has no bytes, only a volume that belongs to the image's owner or was written for
// it, and no other kind of address at all: an address that we fetched would be a way into the
// machine.
import type { z } from 'zod';
import { locationShape } from '../../../schema/wire/images';
import { gibBytes } from '../../operations/operation-context';
import { mayLend, volumeInUrl } from '../../operations/volume-source';
import type { Tx } from '../../records/database';
import { updateImage } from '../../records/images';
import type { ImageRow } from '../../records/rows/image-row';
import { transition } from '../../records/transition';
import { findVolume } from '../../records/volumes';
import { refusalOf } from '../refuse-body';
import { imageFaults } from './image-faults';

type Location = z.output<typeof locationShape>;

/** The one location that a PATCH names. Fails with 400 or 403. */
export function parseLocation(value: unknown): Location {
  const parsed = locationShape.array().safeParse(value);
  if (!parsed.success) {
    throw imageFaults.invalid({ reason: refusalOf(parsed.error.issues, value) });
  }
  const [location, ...others] = parsed.data;
  if (!location || others.length > 0) {
    throw imageFaults.locationInvalid({ reason: 'An image has exactly one location here.' });
  }
  if (volumeInUrl(location.url) === null) {
    throw imageFaults.locationRefused({
      reason: 'Only cinder://VOLUME is accepted as a location.',
    });
  }
  return location;
}

/**
 * Makes `image` volume-backed in one transaction: locations, sizes and status. Fails with 409
 * unless it is queued, 403 where the volume is not the owner's to lend, 400 where it cannot serve.
 */
export async function locateImage(tx: Tx, image: ImageRow, location: Location): Promise<void> {
  const id = volumeInUrl(location.url) ?? '';
  const volume = await findVolume(tx, id);
  // The same words whether it is another's or not there: nobody learns of others' volumes.
  if (!volume || !mayLend(image, volume)) {
    throw imageFaults.locationRefused({
      reason: `Volume ${id} cannot be the location of an image that does not share its owner.`,
    });
  }
  if (image.diskFormat !== 'raw' || image.containerFormat !== 'bare') {
    const reason =
      'A volume holds raw bytes: disk_format raw and container_format bare are needed.';
    throw imageFaults.locationInvalid({ reason });
  }
  if (volume.status !== 'available') {
    throw imageFaults.locationInvalid({
      reason: `Volume ${id} must be available, but its status is ${volume.status}.`,
    });
  }
  if (!(await transition(tx, 'images', image.id, { from: ['queued'], to: 'active' }))) {
    throw imageFaults.transitionRefused({ from: image.status, to: 'active' });
  }
  const sizeBytes = volume.sizeGib * gibBytes;
  await updateImage(tx, image.id, {
    locations: [{ url: location.url, metadata: textPairs(location.metadata) }],
    sizeBytes,
    virtualSizeBytes: sizeBytes,
  });
}

function textPairs(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
}
