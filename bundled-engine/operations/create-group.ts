// Makes a group: chooses the pool in which all its volumes will lie. Invariant: a pool is chosen
// only where it suits every volume type of the group; a failure leaves an `error` row without a
// pool (cinder/scheduler/filter_scheduler.py _schedule_generic_group, volume/manager.py
// create_group).
import { z } from 'zod';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import { findGroup, updateGroup, volumeTypeIdsOf } from '../records/groups';
import { transition } from '../records/transition';
import { findVolumeType } from '../records/volume-types';
import { choosePool, suits } from './choose-pool';
import type { Context } from './operation-context';
import { poolFacts, spaceOfPools } from './pool-facts';
import { stepFaults } from './storage-faults';

const payloadShape = z.object({ groupId: z.string(), requestId: z.string() });

/** What a run is started with. */
export type CreateGroup = z.infer<typeof payloadShape>;

type Ctx = Context<CreateGroup>;

async function choose({ payload, parts }: Ctx): Promise<void> {
  const space = await spaceOfPools(parts);
  await parts.database.transaction(async (tx) => {
    const group = await findGroup(tx, payload.groupId);
    if (!group || group.pool !== null) return;
    let fitting = await poolFacts(parts, tx, space);
    for (const id of volumeTypeIdsOf(group)) {
      const type = await findVolumeType(tx, id);
      fitting = fitting.filter((pool) => suits(pool, type?.extraSpecs ?? {}));
    }
    const pool = choosePool(fitting, { extraSpecs: {}, sizeGib: 0, preferred: null });
    if (pool === null) throw stepFaults.noPool({});
    await updateGroup(tx, group.id, { pool });
  });
}

async function unchoose({ payload, parts }: Ctx): Promise<void> {
  await updateGroup(parts.database, payload.groupId, { pool: null });
}

/** The operation. */
export const createGroupOperation = operation<CreateGroup, Parts>('create-group', {
  steps: [step('choose-pool', choose, unchoose)],
  async done({ payload }, tx) {
    const move = { from: ['creating'], to: 'available' };
    await transition(tx, 'groups', payload.groupId, move);
  },
  async failed({ payload, parts }, failure, tx) {
    const { groupId } = payload;
    await transition(tx, 'groups', groupId, { from: ['creating'], to: 'error' });
    // Cinder has no user messages about groups: the log tells why.
    parts.log.warn({ groupId, failure }, 'a group could not be made');
  },
  parse: (recorded) => payloadShape.parse(recorded),
});
