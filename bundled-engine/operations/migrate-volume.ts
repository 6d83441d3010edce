// Moves a volume to the pool that an administrator names, its type staying as it is. Invariant:
// migrationStatus goes starting, migrating, completing and ends as success or error; the status is
// touched only where the volume was locked (cinder/volume/manager.py migrate_volume).
import { z } from 'zod';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import type { Db } from '../records/database';
import { returnToOrigin } from '../records/transition';
import { findVolumeType } from '../records/volume-types';
import { findVolume, updateVolume } from '../records/volumes';
import { choosePool } from './choose-pool';
import { assertMovable, clearOther, copyToPool, endMove, switchPool } from './move-bytes';
import type { MoveMemo } from './move-bytes';
import { placedVolume } from './operation-context';
import type { Context } from './operation-context';
import { poolFacts, spaceOfPools } from './pool-facts';
import { stepFaults, storing } from './storage-faults';
import { aboutVolume, tellFailure } from './user-messages';

const payloadShape = z.object({
  volumeId: z.string(),
  requestId: z.string(),
  /** Name of the pool to go to; null where the named host has no such pool. */
  toPool: z.string().nullable(),
});

/** What a run is started with. */
export type MigrateVolume = z.infer<typeof payloadShape>;

type Ctx = Context<MigrateVolume, MoveMemo>;

async function check({ payload, parts, memo }: Ctx): Promise<void> {
  if (memo.toPool) return;
  const volume = await placedVolume(parts.database, payload.volumeId);
  assertMovable(volume);
  const { volumeTypeId, sizeGib } = volume;
  const type = volumeTypeId ? await findVolumeType(parts.database, volumeTypeId) : undefined;
  const facts = await poolFacts(parts, parts.database, await spaceOfPools(parts));
  const toPool = choosePool(
    facts.filter(({ name }) => name === payload.toPool),
    { extraSpecs: type?.extraSpecs ?? {}, sizeGib, preferred: null },
  );
  if (toPool === null) throw stepFaults.noPool({});
  Object.assign(memo, { fromPool: volume.pool, toPool });
}

async function unlock(tx: Db, volumeId: string): Promise<void> {
  await returnToOrigin(tx, 'volumes', volumeId, ['maintenance']);
}

/** The operation. */
export const migrateVolumeOperation = operation<MigrateVolume, Parts, MoveMemo>('migrate-volume', {
  steps: [
    step('check-pool', check),
    step('copy-bytes', copyToPool, clearOther),
    step('switch-pool', switchPool),
    step('remove-old-bytes', (context) => storing(() => clearOther(context))),
  ],
  async done({ payload, memo }, tx) {
    await endMove(tx, payload.volumeId, { memo });
    await unlock(tx, payload.volumeId);
  },
  async failed({ payload, parts, memo }, failure, tx) {
    const { volumeId, requestId } = payload;
    const volume = await findVolume(tx, volumeId);
    if (!volume) return;
    await updateVolume(tx, volumeId, { migrationStatus: 'error' });
    await endMove(tx, volumeId, { memo });
    await unlock(tx, volumeId);
    const subject = aboutVolume(volume, requestId);
    await tellFailure(parts, tx, { action: 'migrate', failure, subject });
  },
  parse: (recorded) => payloadShape.parse(recorded),
});
