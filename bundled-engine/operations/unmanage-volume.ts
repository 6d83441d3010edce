// Lets go of a volume: its row goes, its bytes stay in the pool under the name volume-ID.
// Invariant: at every moment the bytes belong to the row or to the name, never to nothing
// (cinder/volume/manager.py delete_volume with unmanage_only).
import { z } from 'zod';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import { transition } from '../records/transition';
import { findVolume, removeVolume } from '../records/volumes';
import { dropCheckpoints } from './move-bytes';
import { driverOf } from './operation-context';
import type { Context } from './operation-context';
import { storing } from './storage-faults';
import { leaveInPool, takeBack } from './unmanaged-reference';
import { aboutVolume, tellFailure } from './user-messages';

const payloadShape = z.object({ volumeId: z.string(), requestId: z.string() });

/** What a run is started with. */
export type UnmanageVolume = z.infer<typeof payloadShape>;

type Ctx = Context<UnmanageVolume>;

async function letGo({ payload, parts }: Ctx): Promise<void> {
  const volume = await findVolume(parts.database, payload.volumeId);
  if (!volume?.pool) return;
  const driver = driverOf(parts, volume.pool);
  await storing(() => leaveInPool(driver, { volume: volume.id }));
}

async function undo({ payload, parts }: Ctx): Promise<void> {
  const volume = await findVolume(parts.database, payload.volumeId);
  if (volume?.pool) await takeBack(driverOf(parts, volume.pool), { volume: volume.id });
}

/** The operation. */
export const unmanageVolumeOperation = operation<UnmanageVolume, Parts>('unmanage-volume', {
  steps: [
    step('remove-checkpoints', ({ parts, payload }) => dropCheckpoints(parts, payload.volumeId)),
    step('let-go', letGo, undo),
  ],
  async done({ payload }, tx) {
    await removeVolume(tx, payload.volumeId);
  },
  async failed({ payload, parts }, failure, tx) {
    const { volumeId, requestId } = payload;
    const volume = await findVolume(tx, volumeId);
    if (!volume) return;
    await transition(tx, 'volumes', volumeId, { from: ['unmanaging'], to: 'error_unmanaging' });
    const subject = aboutVolume(volume, requestId);
    await tellFailure(parts, tx, { action: 'unmanage', failure, subject });
  },
  parse: (recorded) => payloadShape.parse(recorded),
});
