// Gives a volume another type. Where its pool suits the new type only the record changes; else the
// bytes move to a pool that does, if the policy allows. Invariant: the row names one pool at any
// time and that pool has all bytes; whatever lies elsewhere is removed, in success as in failure
// (cinder/volume/manager.py retype).
import { z } from 'zod';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import { backupsOfVolume } from '../records/backups';
import { snapshotsOfVolume } from '../records/snapshots';
import { transition } from '../records/transition';
import { findVolumeType } from '../records/volume-types';
import { findVolume, updateVolume } from '../records/volumes';
import { choosePool, suits } from './choose-pool';
import { dropCheckpoint } from './delete-volume';
import { driverOf, placedVolume } from './operation-context';
import type { Context } from './operation-context';
import { poolFacts, spaceOfPools } from './pool-facts';
import { stepFaults, storing } from './storage-faults';
import { aboutVolume, tellFailure } from './user-messages';
import { fillByCopy } from './volume-source';

const payloadShape = z.object({
  volumeId: z.string(),
  requestId: z.string(),
  newTypeId: z.string(),
  policy: z.enum(['never', 'on-demand']),
  previousStatus: z.string(),
});

/** What a run is started with. */
export type RetypeVolume = z.infer<typeof payloadShape>;

interface Memo {
  readonly fromPool: string;
  readonly toPool: string;
}

type Ctx = Context<RetypeVolume, Memo>;

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
  const snapshots = await snapshotsOfVolume(parts.database, volume.id);
  if (snapshots.length > 0) throw stepFaults.retypeBlockedBySnapshots({});
  const others = facts.filter((pool) => pool.name !== volume.pool);
  const request = { extraSpecs: type.extraSpecs, sizeGib: volume.sizeGib, preferred: null };
  const toPool = choosePool(others, request);
  if (toPool === null) throw stepFaults.noPool({});
  Object.assign(memo, { fromPool: volume.pool, toPool });
}

function moves(memo: Partial<Memo>): memo is Memo {
  return memo.toPool !== undefined && memo.toPool !== memo.fromPool;
}

async function copy(context: Ctx): Promise<void> {
  const { parts, memo, signal } = context;
  if (!moves(memo)) return;
  const volume = await placedVolume(parts.database, context.payload.volumeId);
  // Done before a crash: copying again would overwrite the only good bytes with themselves.
  if (volume.pool === memo.toPool) return;
  const target = { id: volume.id, sizeGib: volume.sizeGib, pool: memo.toPool };
  const place = { at: 'pool', pool: memo.fromPool, bytes: { volume: volume.id } } as const;
  await storing(() => fillByCopy(parts, { target, place }, { signal }));
}

/** Removes the bytes in whichever of the two pools the row does not name. */
async function clearOther({ payload, parts, memo }: Ctx): Promise<void> {
  if (!moves(memo)) return;
  const volume = await findVolume(parts.database, payload.volumeId);
  if (!volume) return;
  const other = volume.pool === memo.toPool ? memo.fromPool : memo.toPool;
  await driverOf(parts, other).remove(volume.id);
}

async function switchPool(context: Ctx): Promise<void> {
  const { payload, parts, memo } = context;
  if (!moves(memo)) return;
  for (const backup of await backupsOfVolume(parts.database, payload.volumeId)) {
    if (backup.checkpoint) await dropCheckpoint(parts, backup.id, backup.checkpoint);
  }
  await updateVolume(parts.database, payload.volumeId, {
    pool: memo.toPool,
    volumeTypeId: payload.newTypeId,
  });
}

/** The operation. */
export const retypeVolumeOperation = operation<RetypeVolume, Parts, Memo>('retype-volume', {
  steps: [
    step('choose-pool', choose),
    step('copy-bytes', copy, clearOther),
    step('switch-pool', switchPool),
    step('remove-old-bytes', (context) => storing(() => clearOther(context))),
  ],
  async done({ payload }, tx) {
    const { volumeId, newTypeId, previousStatus } = payload;
    await updateVolume(tx, volumeId, { volumeTypeId: newTypeId });
    await transition(tx, 'volumes', volumeId, { from: ['retyping'], to: previousStatus });
  },
  async failed({ payload, parts }, failure, tx) {
    const { volumeId, requestId, previousStatus } = payload;
    const volume = await findVolume(tx, volumeId);
    if (!volume) return;
    await transition(tx, 'volumes', volumeId, { from: ['retyping'], to: previousStatus });
    const subject = aboutVolume(volume, requestId);
    await tellFailure(parts, tx, { action: 'retype', failure, subject });
  },
  parse: (recorded) => payloadShape.parse(recorded),
});
