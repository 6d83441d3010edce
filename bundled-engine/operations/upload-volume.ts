// Makes an image of a volume. A raw, bare image becomes volume-backed: a hidden read-only clone (a
// sparse copy where the pool cannot clone) owned by the engine's internal project, registered as
// the image's cinder:// location. Otherwise the bytes are exported to the image store. Invariant:
// the volume goes back to where it was, and a failure leaves neither image nor clone
// (cinder/volume/manager.py copy_volume_to_image).
import { z } from 'zod';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import { findImage, removeImage, updateImage } from '../records/images';
import type { Volume } from '../records/rows/volume-row';
import { returnToOrigin, transition } from '../records/transition';
import { findVolume, insertVolume, removeVolume, updateVolume } from '../records/volumes';
import { driverOf, gibBytes, placedVolume } from './operation-context';
import type { Context } from './operation-context';
import { stepFaults, storing } from './storage-faults';
import { aboutVolume, tellFailure } from './user-messages';

const payloadShape = z.object({
  volumeId: z.string(),
  imageId: z.string(),
  /** Id that the image's hidden volume gets, should there be one. */
  imageVolumeId: z.string(),
  requestId: z.string(),
  diskFormat: z.enum(['raw', 'qcow2']),
  containerFormat: z.string(),
});

/** What a run is started with. */
export type UploadVolume = z.infer<typeof payloadShape>;

interface Memo {
  readonly volumeBacked: boolean;
}

type Ctx = Context<UploadVolume, Memo>;

async function clone(context: Ctx): Promise<void> {
  const { payload, parts, memo } = context;
  const volume = await placedVolume(parts.database, payload.volumeId);
  const driver = driverOf(parts, volume.pool);
  const { diskFormat, containerFormat, imageVolumeId } = payload;
  if (diskFormat !== 'raw' || containerFormat !== 'bare') {
    Object.assign(memo, { volumeBacked: false });
    return;
  }
  // The row first: whatever happens next, the bytes have a name that recovery and undo know.
  await insertImageVolume(parts, volume, payload);
  const target = { id: imageVolumeId, sizeGib: volume.sizeGib };
  const { how } = await storing(() => driver.createFromVolume(target, volume.id));
  await updateVolume(parts.database, imageVolumeId, { bytes: how });
  Object.assign(memo, { volumeBacked: true });
}

async function insertImageVolume(
  parts: Parts,
  volume: Volume & { pool: string },
  payload: UploadVolume,
): Promise<void> {
  const { imageId, imageVolumeId } = payload;
  await parts.database.transaction(async (tx) => {
    if (await findVolume(tx, imageVolumeId)) return;
    const image = await findImage(tx, imageId);
    if (!image) throw stepFaults.sourceGone({ what: `Image ${imageId}` });
    await insertVolume(tx, {
      id: imageVolumeId,
      projectId: parts.internalTenant.projectId,
      userId: parts.internalTenant.userId,
      name: `image-${imageId}`,
      sizeGib: volume.sizeGib,
      status: 'available',
      availabilityZone: volume.availabilityZone,
      volumeTypeId: volume.volumeTypeId,
      pool: volume.pool,
      sourceVolumeId: volume.id,
      bytes: 'cloned',
      bootable: volume.bootable,
      imageMetadata: volume.imageMetadata,
      // Written before the location is registered, for clones are granted by it.
      metadata: { image_owner: image.projectId, glance_image_id: imageId },
      adminMetadata: { readonly: 'True' },
      isInternal: true,
      consumesQuota: false,
    });
  });
}

async function unclone({ payload, parts }: Ctx): Promise<void> {
  const made = await findVolume(parts.database, payload.imageVolumeId);
  if (!made) return;
  if (made.pool) await driverOf(parts, made.pool).remove(made.id);
  await removeVolume(parts.database, made.id);
}

async function register(context: Ctx): Promise<void> {
  const { payload, parts, memo } = context;
  if (!memo.volumeBacked) return;
  const volume = await placedVolume(parts.database, payload.volumeId);
  await updateImage(parts.database, payload.imageId, {
    locations: [{ url: `cinder://${payload.imageVolumeId}`, metadata: {} }],
    sizeBytes: volume.sizeGib * gibBytes,
    virtualSizeBytes: volume.sizeGib * gibBytes,
  });
}

async function unregister({ payload, parts }: Ctx): Promise<void> {
  const cleared = { locations: [], sizeBytes: null, virtualSizeBytes: null };
  await updateImage(parts.database, payload.imageId, cleared);
}

async function exportBytes(context: Ctx): Promise<void> {
  const { payload, parts, memo, signal } = context;
  const { imageId, diskFormat } = payload;
  if (memo.volumeBacked) return;
  const volume = await placedVolume(parts.database, payload.volumeId);
  const { database, images } = parts;
  await transition(database, 'images', imageId, { from: ['queued'], to: 'saving' });
  if ((await images.sizeOf(imageId)) !== null) await images.remove(imageId);
  const path = images.temporaryPath(imageId);
  try {
    await storing(() =>
      driverOf(parts, volume.pool).exportImage(
        { volume: volume.id },
        { path, format: diskFormat },
        { signal },
      ),
    );
    const facts = await images.examine(path);
    await images.keep(imageId, path);
    await updateImage(database, imageId, {
      sizeBytes: facts.sizeBytes,
      virtualSizeBytes: volume.sizeGib * gibBytes,
      checksum: facts.md5,
      hashAlgorithm: 'sha512',
      hashValue: facts.sha512,
    });
  } finally {
    await images.discard(path);
  }
}

async function unexport({ payload, parts }: Ctx): Promise<void> {
  await parts.images.remove(payload.imageId);
}

/** The operation. */
export const uploadVolumeOperation = operation<UploadVolume, Parts, Memo>('upload-volume', {
  steps: [
    step('clone', clone, unclone),
    step('register', register, unregister),
    step('export-bytes', exportBytes, unexport),
  ],
  async done({ payload }, tx) {
    const { volumeId, imageId } = payload;
    await transition(tx, 'images', imageId, { from: ['queued', 'saving'], to: 'active' });
    await returnToOrigin(tx, 'volumes', volumeId, ['uploading']);
  },
  async failed({ payload, parts }, failure, tx) {
    const { volumeId, imageId, requestId } = payload;
    await removeImage(tx, imageId);
    const volume = await findVolume(tx, volumeId);
    if (!volume) return;
    await returnToOrigin(tx, 'volumes', volumeId, ['uploading']);
    const subject = aboutVolume(volume, requestId);
    await tellFailure(parts, tx, { action: 'uploadImage', failure, subject });
  },
  parse: (recorded) => payloadShape.parse(recorded),
});
