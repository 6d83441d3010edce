// Makes a volume larger. The row has the new size from admission on, so that quotas count it;
// until the bytes are there, driverData remembers the size that is shown. Invariant: a failure
// leaves error_extending with the old size and every old byte (cinder/volume/manager.py
// extend_volume).
import { z } from 'zod';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import { returnToOrigin, transition } from '../records/transition';
import { findVolume, updateVolume } from '../records/volumes';
import { driverOf } from './operation-context';
import { stepFaults, storing } from './storage-faults';
import { aboutVolume, tellFailure } from './user-messages';

const payloadShape = z.object({
  volumeId: z.string(),
  requestId: z.string(),
  newSizeGib: z.number().int(),
  oldSizeGib: z.number().int(),
  previousStatus: z.string(),
});

/** What a run is started with. */
export type ExtendVolume = z.infer<typeof payloadShape>;

/** The operation. */
export const extendVolumeOperation = operation<ExtendVolume, Parts>('extend-volume', {
  steps: [
    step('grow', async ({ payload, parts }) => {
      const volume = await findVolume(parts.database, payload.volumeId);
      const pool = volume?.pool;
      if (!pool) throw stepFaults.sourceGone({ what: `Volume ${payload.volumeId}` });
      await storing(() => driverOf(parts, pool).grow(payload.volumeId, payload.newSizeGib));
    }),
  ],
  async done({ payload }, tx) {
    const { volumeId, newSizeGib } = payload;
    await updateVolume(tx, volumeId, { sizeGib: newSizeGib, driverData: null });
    // Hosts may have come or gone meanwhile: the origin of now, not that of the start.
    await returnToOrigin(tx, 'volumes', volumeId, ['extending']);
  },
  async failed({ payload, parts }, failure, tx) {
    const { volumeId, oldSizeGib, requestId } = payload;
    const volume = await findVolume(tx, volumeId);
    if (!volume) return;
    await updateVolume(tx, volumeId, { sizeGib: oldSizeGib, driverData: null });
    await transition(tx, 'volumes', volumeId, { from: ['extending'], to: 'error_extending' });
    const subject = aboutVolume(volume, requestId);
    await tellFailure(parts, tx, { action: 'extend', failure, subject });
  },
  parse: (recorded) => payloadShape.parse(recorded),
});

const growing = z.object({ shownSizeGib: z.number() });

/** The size to show: that of the bytes, also while a larger one is being made. */
export function shownSizeGib(volume: {
  readonly sizeGib: number;
  readonly driverData: Readonly<Record<string, unknown>> | null;
}): number {
  if (volume.driverData === null) return volume.sizeGib;
  const parsed = growing.safeParse(volume.driverData);
  return parsed.success ? parsed.data.shownSizeGib : volume.sizeGib;
}
