// Makes a group with its volumes from another group or from a group snapshot. Invariants: all the
// volumes are made or none has bytes; clones of a group's volumes are of one moment; a failure
// leaves `error` rows without bytes (cinder/volume/manager.py create_group_from_src).
import { z } from 'zod';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import type { Db } from '../records/database';
import { presentMoment } from '../records/moment';
import { transition } from '../records/transition';
import { findVolume, updateVolume } from '../records/volumes';
import { atOneMoment } from './group-members';
import { driverOf, placedVolume } from './operation-context';
import type { Context } from './operation-context';
import { storing } from './storage-faults';
import { aboutVolume, tellFailure } from './user-messages';
import { fillByCopy, placeOf, shareBytes, volumeSource } from './volume-source';
import type { Bytes } from './volume-source';

const payloadShape = z.object({
  groupId: z.string(),
  requestId: z.string(),
  volumes: z.array(z.object({ volumeId: z.string(), source: volumeSource })),
});

/** What a run is started with. */
export type CreateGroupFromSource = z.infer<typeof payloadShape>;

interface Memo {
  readonly bytes: Readonly<Record<string, Bytes>>;
}

type Ctx = Context<CreateGroupFromSource, Memo>;
type Member = CreateGroupFromSource['volumes'][number];

async function fillOne({ parts, signal }: Ctx, { volumeId, source }: Member): Promise<Bytes> {
  const { id, sizeGib, pool } = await placedVolume(parts.database, volumeId);
  const target = { id, sizeGib, pool };
  const place = await placeOf(parts, source);
  const shared = await shareBytes(parts, target, place);
  return shared ?? fillByCopy(parts, { target, place }, { signal });
}

async function fill(context: Ctx): Promise<void> {
  const { payload, parts, memo } = context;
  const take = async (): Promise<void> => {
    const bytes: Record<string, Bytes> = {};
    for (const member of payload.volumes) {
      bytes[member.volumeId] = await fillOne(context, member);
    }
    Object.assign(memo, { bytes });
  };
  const live = payload.volumes.flatMap(({ source }) =>
    source.kind === 'volume' ? [source.volumeId] : [],
  );
  await storing(async () => {
    if (live.length === 0) await take();
    else await atOneMoment(parts, live, { take, drop: () => empty(context) });
  });
}

async function empty({ payload, parts }: Ctx): Promise<void> {
  for (const { volumeId } of payload.volumes) {
    const volume = await findVolume(parts.database, volumeId);
    if (volume?.pool) await driverOf(parts, volume.pool).remove(volumeId);
  }
}

async function done({ payload, memo }: Ctx, tx: Db): Promise<void> {
  for (const { volumeId } of payload.volumes) {
    await updateVolume(tx, volumeId, {
      bytes: memo.bytes?.[volumeId] ?? 'copied',
      launchedAt: presentMoment(),
    });
    await transition(tx, 'volumes', volumeId, { from: ['creating'], to: 'available' });
  }
  await transition(tx, 'groups', payload.groupId, { from: ['creating'], to: 'available' });
}

/** The operation. */
export const createGroupFromSourceOperation = operation<CreateGroupFromSource, Parts, Memo>(
  'create-group-from-source',
  {
    steps: [step('fill-volumes', fill, empty)],
    done,
    async failed({ payload, parts }, failure, tx) {
      const { groupId, requestId, volumes } = payload;
      for (const { volumeId } of volumes) {
        const volume = await findVolume(tx, volumeId);
        if (!volume) continue;
        await transition(tx, 'volumes', volumeId, { from: ['creating'], to: 'error' });
        const subject = aboutVolume(volume, requestId);
        await tellFailure(parts, tx, { action: 'create', failure, subject });
      }
      await transition(tx, 'groups', groupId, { from: ['creating'], to: 'error' });
    },
    parse: (recorded) => payloadShape.parse(recorded),
  },
);
