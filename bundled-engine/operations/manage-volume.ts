// Takes over bytes that lie in a pool as a volume. Invariants: quota is checked before the bytes
// are touched; a failure leaves them where and as they were, under the same name, and a volume in
// error_managing that can be deleted (cinder/volume/flows/manager/manage_existing.py).
import { z } from 'zod';
import { isFault } from '../../schema/kernel/fault';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import { presentMoment } from '../records/moment';
import { transition } from '../records/transition';
import { findVolumeType } from '../records/volume-types';
import { findVolume, updateVolume } from '../records/volumes';
import { assertQuota } from './admission/quota-check';
import { choosePool } from './choose-pool';
import { driverOf, gibBytes, placedVolume } from './operation-context';
import type { Context } from './operation-context';
import { poolFacts, spaceOfPools } from './pool-facts';
import { stepFaults, storing } from './storage-faults';
import { giveBack, referenced } from './unmanaged-reference';
import { aboutVolume, tellFailure } from './user-messages';

const payloadShape = z.object({
  volumeId: z.string(),
  requestId: z.string(),
  reference: z.union([z.record(z.string(), z.unknown()), z.string(), z.null()]),
  /** False where the named host has no such pool, or the zone is not the pool's. */
  isPlaceable: z.boolean(),
});

/** What a run is started with. */
export type ManageVolume = z.infer<typeof payloadShape>;

interface Memo {
  readonly name: string;
}

type Ctx = Context<ManageVolume, Memo>;

/** Finds the bytes, and counts their size from now on. */
async function measure({ payload, parts, memo }: Ctx): Promise<void> {
  if (memo.name !== undefined) return;
  const volume = await placedVolume(parts.database, payload.volumeId);
  const { volumeTypeId, pool } = volume;
  const type = volumeTypeId ? await findVolumeType(parts.database, volumeTypeId) : undefined;
  const facts = await poolFacts(parts, parts.database, await spaceOfPools(parts));
  const request = { extraSpecs: type?.extraSpecs ?? {}, sizeGib: 0, preferred: null };
  const fits = choosePool(
    facts.filter(({ name }) => name === pool),
    request,
  );
  if (!payload.isPlaceable || fits === null) throw stepFaults.noPool({});
  const { name, sizeBytes } = await storing(() =>
    referenced(driverOf(parts, pool).unmanaged, 'volume', payload.reference),
  );
  const sizeGib = Math.ceil(sizeBytes / gibBytes);
  await parts.database.transaction(async (tx) => {
    try {
      await assertQuota(parts, tx, {
        projectId: volume.projectId,
        gigabytes: sizeGib,
        volumeSizeGib: sizeGib,
        type: type ?? null,
      });
    } catch (error) {
      throw isFault(error) ? stepFaults.quotaFull({}, error) : error;
    }
    await updateVolume(tx, volume.id, { sizeGib });
  });
  Object.assign(memo, { name });
}

async function unmeasure({ payload, parts }: Ctx): Promise<void> {
  await updateVolume(parts.database, payload.volumeId, { sizeGib: 0 });
}

async function adopt({ payload, parts, memo, signal }: Ctx): Promise<void> {
  const { id, pool } = await placedVolume(parts.database, payload.volumeId);
  const name = memo.name ?? '';
  await storing(() => driverOf(parts, pool).unmanaged.adopt({ volume: id }, name, { signal }));
}

async function unadopt({ payload, parts, memo }: Ctx): Promise<void> {
  const { id, pool } = await placedVolume(parts.database, payload.volumeId);
  await giveBack(driverOf(parts, pool), { volume: id }, memo.name ?? '');
}

/** The operation. */
export const manageVolumeOperation = operation<ManageVolume, Parts, Memo>('manage-volume', {
  steps: [step('measure', measure, unmeasure), step('adopt', adopt, unadopt)],
  async done({ payload }, tx) {
    await updateVolume(tx, payload.volumeId, { launchedAt: presentMoment() });
    await transition(tx, 'volumes', payload.volumeId, { from: ['managing'], to: 'available' });
  },
  async failed({ payload, parts }, failure, tx) {
    const { volumeId, requestId } = payload;
    await transition(tx, 'volumes', volumeId, { from: ['managing'], to: 'error_managing' });
    const volume = await findVolume(tx, volumeId);
    if (!volume) return;
    const subject = aboutVolume(volume, requestId);
    await tellFailure(parts, tx, { action: 'manage', failure, subject });
  },
  parse: (recorded) => payloadShape.parse(recorded),
});
