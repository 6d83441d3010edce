// Moves a volume's bytes to another pool: what retype and migrate have in common. Invariant: the
// row names one pool at any time and that pool has all bytes; whatever lies elsewhere is removed,
// in success as in failure (cinder/volume/manager.py _migrate_volume_generic).
import type { Parts } from '../parts';
import { backupsOfVolume } from '../records/backups';
import type { Db } from '../records/database';
import type { Volume, VolumeRow } from '../records/rows/volume-row';
import { findVolume, updateVolume } from '../records/volumes';
import { dropCheckpoint } from './delete-volume';
import { driverOf, placedVolume } from './operation-context';
import type { Context } from './operation-context';
import { stepFaults, storing } from './storage-faults';
import { fillByCopy } from './volume-source';

/** What a move notes for the case of a crash. */
export interface MoveMemo {
  readonly fromPool: string;
  readonly toPool: string;
  /** updatedAt of the row when the bytes began to be copied. */
  readonly seenAt: string | null;
}

type Ctx = Context<{ readonly volumeId: string }, MoveMemo>;

const mostCopies = 3;

/** Whether bytes move at all. */
export function moves(memo: Partial<MoveMemo>): memo is MoveMemo {
  return memo.toPool !== undefined && memo.toPool !== memo.fromPool;
}

/** Refuses what only a compute service could do: moving bytes under a running server. */
export function assertMovable(volume: Volume): void {
  if (volume.attachStatus !== 'detached') throw stepFaults.moveNeedsCompute({});
}

/** Brings the bytes to the other pool, again where the volume changed meanwhile. Repeatable. */
export async function copyToPool(context: Ctx): Promise<void> {
  const { parts, memo, payload, signal } = context;
  if (!moves(memo)) return;
  const volume = await placedVolume(parts.database, payload.volumeId);
  // Done before a crash: copying again would overwrite the only good bytes with themselves.
  if (volume.pool === memo.toPool) return;
  assertMovable(volume);
  await updateVolume(parts.database, volume.id, { migrationStatus: 'migrating' });
  const target = { id: volume.id, sizeGib: volume.sizeGib, pool: memo.toPool };
  const place = { at: 'pool', pool: memo.fromPool, bytes: { volume: volume.id } } as const;
  for (let copies = 0; copies < mostCopies; copies += 1) {
    const before = await placedVolume(parts.database, volume.id);
    Object.assign(memo, { seenAt: before.updatedAt });
    await storing(() => fillByCopy(parts, { target, place }, { signal }));
    if (isUntouched(await placedVolume(parts.database, volume.id), memo)) return;
  }
  throw stepFaults.changedWhileMoving({});
}

const locked = ['retyping', 'maintenance'];

/** A locked volume is nobody else's; another one must not have been used since. */
function isUntouched(volume: Volume, memo: MoveMemo): boolean {
  const { attachStatus, status, updatedAt } = volume;
  return attachStatus === 'detached' && (locked.includes(status) || updatedAt === memo.seenAt);
}

/** Removes the bytes in whichever of the two pools the row does not name. Repeatable. */
export async function clearOther({ payload, parts, memo }: Ctx): Promise<void> {
  if (!moves(memo)) return;
  const volume = await findVolume(parts.database, payload.volumeId);
  if (!volume) return;
  const other = volume.pool === memo.toPool ? memo.fromPool : memo.toPool;
  await driverOf(parts, other).remove(volume.id);
}

/** Makes the other pool the volume's where nobody used it meanwhile. Repeatable. */
export async function switchPool(context: Ctx): Promise<void> {
  const { payload, parts, memo } = context;
  if (!moves(memo)) return;
  await dropCheckpoints(parts, payload.volumeId);
  await parts.database.transaction(async (tx) => {
    const volume = await placedVolume(tx, payload.volumeId);
    if (volume.pool === memo.toPool) return;
    if (!isUntouched(volume, memo)) throw stepFaults.changedWhileMoving({});
    await updateVolume(tx, volume.id, { pool: memo.toPool, migrationStatus: 'completing' });
  });
}

/** Removes the points in time that backups keep of a volume whose bytes go. Repeatable. */
export async function dropCheckpoints(parts: Parts, volumeId: string): Promise<void> {
  for (const backup of await backupsOfVolume(parts.database, volumeId)) {
    if (backup.checkpoint) await dropCheckpoint(parts, backup.id, backup.checkpoint);
  }
}

/**
 * Shows how the move ended: by where the bytes are, not by what was tried. `moved` is what else
 * changes with the pool.
 */
export async function endMove(
  tx: Db,
  volumeId: string,
  end: { readonly memo: Partial<MoveMemo>; readonly moved?: Partial<VolumeRow> },
): Promise<void> {
  const { memo, moved } = end;
  if (!moves(memo)) return;
  const volume = await findVolume(tx, volumeId);
  const isThere = volume?.pool === memo.toPool;
  await updateVolume(
    tx,
    volumeId,
    isThere ? { ...moved, migrationStatus: 'success' } : { migrationStatus: 'error' },
  );
}
