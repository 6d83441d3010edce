// Removes an image's row and, for a volume-backed image, starts the removal of its hidden volume.
// Invariant: only a volume of the engine's own goes with its image, never one that a user owns, and
// never one that another image still needs.
import type { Parts } from '../../parts';
import type { Tx } from '../../records/database';
import { findImage, imagesOfVolume, removeImage } from '../../records/images';
import { findVolume } from '../../records/volumes';
import { volumeSubject } from '../../operations/operation-context';
import { jobsOnImage } from './find-image';
import { imageFaults } from './image-faults';
import { volumeBehind } from './image-view';

/** Fails with 404, 403 for a protected image, 409 for one that an operation is using. */
export async function forgetImage(tx: Tx, id: string, parts: Parts): Promise<void> {
  const image = await findImage(tx, id);
  if (!image) throw imageFaults.notFound({ id });
  if (image.isProtected) throw imageFaults.protected({ id });
  const [operation] = await jobsOnImage(tx, id);
  if (operation !== undefined) {
    throw imageFaults.inUse({ id, reason: `the operation ${operation} is at work on it` });
  }
  await removeImage(tx, id);
  const backing = volumeBehind(image);
  if (!backing || (await imagesOfVolume(tx, backing.volumeId)).length > 0) return;
  const volume = await findVolume(tx, backing.volumeId);
  if (!volume?.isInternal || volume.projectId !== parts.internalTenant.projectId) return;
  await parts.jobs.start(tx, {
    operation: 'delete-image-volume',
    subject: volumeSubject(volume.id),
    payload: { volumeId: volume.id },
  });
}
