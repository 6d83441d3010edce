// Fills a volume anew from an image: the bytes come in beside the volume and then take its place in
// one durable move. Invariant: until the image's bytes are whole and safe the volume has its own;
// its snapshots keep theirs (cinder/volume/manager.py reimage).
import { z } from 'zod';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import { returnToOrigin, transition } from '../records/transition';
import { findVolume, updateVolume } from '../records/volumes';
import { driverOf, placedVolume } from './operation-context';
import type { Context } from './operation-context';
import { storing } from './storage-faults';
import { aboutVolume, tellFailure } from './user-messages';
import { fillByCopy, placeOf, shareBytes } from './volume-source';
import type { Bytes } from './volume-source';

const payloadShape = z.object({
  volumeId: z.string(),
  requestId: z.string(),
  imageId: z.string(),
  /** Id that the new bytes have until they are the volume's. */
  temporaryId: z.string(),
  imageMetadata: z.record(z.string(), z.string()),
});

/** What a run is started with. */
export type ReimageVolume = z.infer<typeof payloadShape>;

interface Memo {
  readonly bytes: Bytes;
}

type Ctx = Context<ReimageVolume, Memo>;

async function bringIn({ payload, parts, memo, signal }: Ctx): Promise<void> {
  const { pool, sizeGib } = await placedVolume(parts.database, payload.volumeId);
  const target = { id: payload.temporaryId, sizeGib, pool };
  const bytes = await storing(async () => {
    const place = await placeOf(parts, { kind: 'image', imageId: payload.imageId });
    const shared = await shareBytes(parts, target, place);
    return shared ?? fillByCopy(parts, { target, place }, { signal });
  });
  Object.assign(memo, { bytes });
}

async function dropBroughtIn({ payload, parts }: Ctx): Promise<void> {
  const volume = await findVolume(parts.database, payload.volumeId);
  if (volume?.pool) await driverOf(parts, volume.pool).remove(payload.temporaryId);
}

async function replace({ payload, parts }: Ctx): Promise<void> {
  const { id, pool } = await placedVolume(parts.database, payload.volumeId);
  await storing(() => driverOf(parts, pool).replace(id, payload.temporaryId));
}

/** The operation. */
export const reimageVolumeOperation = operation<ReimageVolume, Parts, Memo>('reimage-volume', {
  steps: [step('bring-in', bringIn, dropBroughtIn), step('replace', replace)],
  async done({ payload, memo }, tx) {
    const { volumeId, imageMetadata } = payload;
    await updateVolume(tx, volumeId, {
      bytes: memo.bytes ?? 'copied',
      bootable: true,
      imageMetadata,
    });
    await returnToOrigin(tx, 'volumes', volumeId, ['downloading']);
  },
  async failed({ payload, parts }, failure, tx) {
    const { volumeId, requestId } = payload;
    await transition(tx, 'volumes', volumeId, { from: ['downloading'], to: 'error' });
    const volume = await findVolume(tx, volumeId);
    if (!volume) return;
    const subject = aboutVolume(volume, requestId);
    await tellFailure(parts, tx, { action: 'reimage', failure, subject });
  },
  parse: (recorded) => payloadShape.parse(recorded),
});
