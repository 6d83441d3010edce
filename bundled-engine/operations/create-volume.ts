// Makes a volume: chooses a pool, brings the bytes in, shows it as available. Invariants: it
// passes creating → downloading (bytes of an image are copied) or restoring-backup → available,
// and a failure leaves an `error` row without a byte in any pool
// (cinder/volume/flows/manager/create_volume.py).
import { z } from 'zod';
import { operation, step } from '../jobs/steps';
import type { Parts } from '../parts';
import type { Db } from '../records/database';
import { transition } from '../records/transition';
import { findBackup, updateBackup } from '../records/backups';
import { findGroup } from '../records/groups';
import type { Backup } from '../records/rows/backup-row';
import { findVolume, updateVolume } from '../records/volumes';
import { findVolumeType } from '../records/volume-types';
import { presentMoment } from '../records/moment';
import { choosePool } from './choose-pool';
import { driverOf, placedVolume } from './operation-context';
import type { Context } from './operation-context';
import { poolFacts, spaceOfPools } from './pool-facts';
import { restoredColumns } from './saved-volume';
import { stepFaults, storing } from './storage-faults';
import { aboutVolume, tellFailure } from './user-messages';
import { fillByCopy, placeOf, poolOfPlace, shareBytes, volumeSource } from './volume-source';
import type { Bytes, Target } from './volume-source';

const payloadShape = z.object({
  volumeId: z.string(),
  requestId: z.string(),
  source: volumeSource,
  /** What the volume takes over from its source once it has the bytes. */
  inherits: z.object({
    bootable: z.boolean(),
    imageMetadata: z.record(z.string(), z.string()),
  }),
});

/** What a run is started with. */
export type CreateVolume = z.infer<typeof payloadShape>;

interface Memo {
  readonly bytes: Bytes;
}

type Ctx = Context<CreateVolume, Memo>;

/** Statuses that a volume in the making may have. */
const making = ['creating', 'downloading', 'restoring-backup'] as const;

async function choose({ payload, parts }: Ctx): Promise<void> {
  const { database } = parts;
  const place = await storing(() => placeOf(parts, payload.source));
  const space = await spaceOfPools(parts);
  await database.transaction(async (tx) => {
    const volume = await findVolume(tx, payload.volumeId);
    if (!volume || volume.pool !== null) return;
    const type = volume.volumeTypeId ? await findVolumeType(tx, volume.volumeTypeId) : null;
    // All volumes of a group lie in its pool.
    const group = volume.groupId === null ? null : await findGroup(tx, volume.groupId);
    const facts = await poolFacts(parts, tx, space);
    const within = group?.pool ? facts.filter(({ name }) => name === group.pool) : facts;
    const pool = choosePool(within, {
      extraSpecs: type?.extraSpecs ?? {},
      sizeGib: volume.sizeGib,
      preferred: poolOfPlace(place),
    });
    if (pool === null) throw stepFaults.noPool({});
    await updateVolume(tx, volume.id, { pool });
  });
}

async function unchoose({ payload, parts }: Ctx): Promise<void> {
  await updateVolume(parts.database, payload.volumeId, { pool: null });
}

async function targetOf(db: Db, volumeId: string): Promise<Target> {
  const { id, sizeGib, pool } = await placedVolume(db, volumeId);
  return { id, sizeGib, pool };
}

async function share(context: Ctx): Promise<void> {
  const { payload, parts, memo } = context;
  await storing(async () => {
    const target = await targetOf(parts.database, payload.volumeId);
    const bytes = await shareBytes(parts, target, await placeOf(parts, payload.source));
    if (bytes) Object.assign(memo, { bytes });
  });
}

async function copy(context: Ctx): Promise<void> {
  const { payload, parts, memo, signal } = context;
  if (memo.bytes) return;
  await storing(async () => {
    const target = await targetOf(parts.database, payload.volumeId);
    const place = await placeOf(parts, payload.source);
    const showCopying = async (): Promise<void> => {
      const to = payload.source.kind === 'backup' ? 'restoring-backup' : 'downloading';
      if (payload.source.kind !== 'backup' && payload.source.kind !== 'image') return;
      await transition(parts.database, 'volumes', target.id, { from: ['creating'], to });
    };
    // A raw file may yet be shared by its file system: then there is no download to show.
    const mayShare =
      place.at === 'file' &&
      place.format === 'raw' &&
      driverOf(parts, target.pool).abilities.clones;
    if (!mayShare) await showCopying();
    let shown: Promise<void> | null = null;
    const onProgress = (): void => void (shown ??= mayShare ? showCopying() : null);
    const bytes = await fillByCopy(parts, { target, place }, { signal, onProgress });
    await shown;
    Object.assign(memo, { bytes });
  });
}

async function unmake({ payload, parts }: Ctx): Promise<void> {
  const volume = await findVolume(parts.database, payload.volumeId);
  if (volume?.pool) await driverOf(parts, volume.pool).remove(volume.id);
}

async function done({ payload, memo, parts }: Ctx, tx: Db): Promise<void> {
  const { volumeId, source, inherits } = payload;
  const volume = await findVolume(tx, volumeId);
  if (!volume) return;
  const restored = source.kind === 'backup' ? await endRestore(tx, source.backupId) : null;
  await updateVolume(tx, volumeId, {
    bytes: memo.bytes ?? 'copied',
    bootable: inherits.bootable,
    imageMetadata: inherits.imageMetadata,
    launchedAt: presentMoment(),
    ...(restored ? restoredColumns(restored, volume, { isNew: true }) : {}),
  });
  await transition(tx, 'volumes', volumeId, { from: making, to: 'available' });
  parts.log.info({ volumeId, bytes: memo.bytes }, 'volume made');
}

/** Lets go of the backup and gives it. */
async function endRestore(tx: Db, backupId: string): Promise<Backup | undefined> {
  const backup = await findBackup(tx, backupId);
  await transition(tx, 'backups', backupId, { from: ['restoring'], to: 'available' });
  await updateBackup(tx, backupId, { restoreVolumeId: null });
  return backup;
}

/** The operation. */
export const createVolumeOperation = operation<CreateVolume, Parts, Memo>('create-volume', {
  steps: [
    step('choose-pool', choose, unchoose),
    step('share-bytes', share, unmake),
    step('copy-bytes', copy, unmake),
  ],
  // A pool that was chosen stays chosen, and bytes are brought in from nothing: each step sees what
  // is done. Without records in between a clone waits for the disk as few times as can be.
  resumeAt: 'start',
  done,
  async failed({ payload, parts }, failure, tx) {
    const { volumeId, source, requestId } = payload;
    const volume = await findVolume(tx, volumeId);
    if (source.kind === 'backup') await endRestore(tx, source.backupId);
    if (!volume) return;
    await transition(tx, 'volumes', volumeId, { from: making, to: 'error' });
    const action =
      source.kind === 'image' ? 'copyImage' : source.kind === 'backup' ? 'restoreBackup' : 'create';
    const subject = aboutVolume(volume, requestId);
    await tellFailure(parts, tx, { action, failure, subject });
  },
  parse: (recorded) => payloadShape.parse(recorded),
});
