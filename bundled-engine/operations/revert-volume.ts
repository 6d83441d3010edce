// Gives a volume the bytes of its latest snapshot again. Invariant: the driver changes the bytes in
// one move, so that a crash or failure leaves the volume's bytes of before or the snapshot's, never
// a mixture; no safety snapshot is needed for that (cinder/volume/manager.py revert_to_snapshot).
import { z } from 'zod';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import { transition } from '../records/transition';
import { findVolume } from '../records/volumes';
import { driverOf, placedVolume } from './operation-context';
import type { Context } from './operation-context';
import { storing } from './storage-faults';
import { aboutVolume, tellFailure } from './user-messages';

const payloadShape = z.object({
  volumeId: z.string(),
  snapshotId: z.string(),
  requestId: z.string(),
});

/** What a run is started with. */
export type RevertVolume = z.infer<typeof payloadShape>;

async function revert({ payload, parts }: Context<RevertVolume>): Promise<void> {
  const { id, pool } = await placedVolume(parts.database, payload.volumeId);
  await storing(() => driverOf(parts, pool).revert(id, payload.snapshotId));
}

/** The operation. */
export const revertVolumeOperation = operation<RevertVolume, Parts>('revert-volume', {
  steps: [step('revert', revert)],
  async done({ payload }, tx) {
    const { volumeId, snapshotId } = payload;
    await transition(tx, 'snapshots', snapshotId, { from: ['restoring'], to: 'available' });
    await transition(tx, 'volumes', volumeId, { from: ['reverting'], to: 'available' });
  },
  async failed({ payload, parts }, failure, tx) {
    const { volumeId, snapshotId, requestId } = payload;
    await transition(tx, 'snapshots', snapshotId, { from: ['restoring'], to: 'available' });
    await transition(tx, 'volumes', volumeId, { from: ['reverting'], to: 'error' });
    const volume = await findVolume(tx, volumeId);
    if (!volume) return;
    const subject = aboutVolume(volume, requestId);
    await tellFailure(parts, tx, { action: 'revert', failure, subject });
  },
  parse: (recorded) => payloadShape.parse(recorded),
});
