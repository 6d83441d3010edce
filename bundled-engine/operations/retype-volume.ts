// Gives a volume another type. Where its pool suits the new type only the record changes; else the
// bytes move to a pool that does, if the policy allows. Invariant: in the end type and pool agree,
// in success as in failure, so a row never promises what its pool lacks; where nothing moved the
// migration status stays as it was (cinder/volume/manager.py retype).
import { z } from 'zod';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import type { Db } from '../records/database';
import { snapshotsOfVolume } from '../records/snapshots';
import { returnToOrigin } from '../records/transition';
import { findVolumeType } from '../records/volume-types';
import { findVolume, updateVolume } from '../records/volumes';
import { choosePool, suits } from './choose-pool';
import { assertMovable, clearOther, copyToPool, endMove, switchPool } from './move-bytes';
import type { MoveMemo } from './move-bytes';
import { isMultiattachType } from './multiattach';
import { placedVolume } from './operation-context';
import type { Context } from './operation-context';
import { poolFacts, spaceOfPools } from './pool-facts';
import { stepFaults, storing } from './storage-faults';
import { aboutVolume, tellFailure } from './user-messages';

const payloadShape = z.object({
  volumeId: z.string(),
  requestId: z.string(),
  newTypeId: z.string(),
  policy: z.enum(['never', 'on-demand']),
});

/** What a run is started with. */
export type RetypeVolume = z.infer<typeof payloadShape>;

type Ctx = Context<RetypeVolume, MoveMemo>;

async function choose(context: Ctx): Promise<void> {
  const { payload, parts, memo } = context;
  if (memo.toPool) return;
  const volume = await placedVolume(parts.database, payload.volumeId);
  const type = await findVolumeType(parts.database, payload.newTypeId);
  if (!type) throw stepFaults.sourceGone({ what: `Volume type ${payload.newTypeId}` });
  const facts = await poolFacts(parts, parts.database, await spaceOfPools(parts));
  const current = facts.find((pool) => pool.name === volume.pool);
  if (current && suits(current, type.extraSpecs)) {
    Object.assign(memo, { fromPool: volume.pool, toPool: volume.pool });
    return;
  }
  if (payload.policy === 'never') throw stepFaults.retypeNeedsMove({});
  assertMovable(volume);
  const snapshots = await snapshotsOfVolume(parts.database, volume.id);
  if (snapshots.length > 0) throw stepFaults.retypeBlockedBySnapshots({});
  const others = facts.filter((pool) => pool.name !== volume.pool);
  const request = { extraSpecs: type.extraSpecs, sizeGib: volume.sizeGib, preferred: null };
  const toPool = choosePool(others, request);
  if (toPool === null) throw stepFaults.noPool({});
  Object.assign(memo, { fromPool: volume.pool, toPool });
}

async function typePatch(
  tx: Db,
  volumeTypeId: string,
): Promise<{ volumeTypeId: string; multiattach: boolean }> {
  const type = await findVolumeType(tx, volumeTypeId);
  return { volumeTypeId, multiattach: isMultiattachType(type ?? null) };
}

/** The operation. */
export const retypeVolumeOperation = operation<RetypeVolume, Parts, MoveMemo>('retype-volume', {
  steps: [
    step('choose-pool', choose),
    step('copy-bytes', copyToPool, clearOther),
    step('switch-pool', switchPool),
    step('remove-old-bytes', (context) => storing(() => clearOther(context))),
  ],
  async done({ payload, memo }, tx) {
    const { volumeId, newTypeId } = payload;
    await updateVolume(tx, volumeId, await typePatch(tx, newTypeId));
    await endMove(tx, volumeId, { memo });
    await returnToOrigin(tx, 'volumes', volumeId, ['retyping']);
  },
  async failed({ payload, parts, memo }, failure, tx) {
    const { volumeId, requestId } = payload;
    const volume = await findVolume(tx, volumeId);
    if (!volume) return;
    // Bytes that have moved stay where they are, and their type is then the new one.
    const moved = await typePatch(tx, payload.newTypeId);
    await endMove(tx, volumeId, { memo, moved });
    await returnToOrigin(tx, 'volumes', volumeId, ['retyping']);
    const subject = aboutVolume(volume, requestId);
    await tellFailure(parts, tx, { action: 'retype', failure, subject });
  },
  parse: (recorded) => payloadShape.parse(recorded),
});
